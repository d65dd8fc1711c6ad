//! Overrides of schedules.

use super::sample::at;
use crate::ports::{Archive, Journal};
use incident::{
    Actor, MadeOverride, OverrideDraft, OverrideId, OverrideWish, PersonId, Responder, Roster, Schedule,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Checks what is kept of overrides. `make` gives a new, empty storage each time: its writing and its reading side.
///
/// # Panics
/// When the storage breaks its contract.
pub fn overrides(make: &mut dyn FnMut() -> (Box<dyn Journal>, Box<dyn Archive>)) {
    let checks: [fn(&mut dyn Journal, &dyn Archive); 2] = [kept, first_wins];
    for check in checks {
        let (mut journal, archive) = make();
        check(&mut *journal, &*archive);
    }
}

fn person(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

fn by(name: &str) -> Actor {
    Actor::Person(person(name))
}

fn made(n: u64, until: Timestamp) -> MadeOverride {
    let eva = Responder { id: person("eva"), name: "Eva".to_owned(), contacts: Vec::new() };
    let name = "the \"platform\"".to_owned();
    let schedule =
        Schedule { name: name.clone(), zone: TimeZone::UTC, layers: Vec::new(), overrides: Vec::new() };
    let roster = Roster::new(vec![eva], [].into(), Vec::new()).with_schedules(vec![schedule]);
    let wish = OverrideWish::Take { schedule: name, people: vec![person("eva")], from: None, until };
    let draft = OverrideDraft { wish, reason: "the school's \"play\"".to_owned() };
    MadeOverride::new(OverrideId::from_parts(n, 1), draft, by("ana"), at(0), &roster).expect("an override")
}

fn read(journal: &mut dyn Journal, since: u32) -> Vec<MadeOverride> {
    journal.overrides(at(since)).expect("overrides")
}

fn count(journal: &mut dyn Journal) -> u64 {
    journal.silences(at(0)).expect("silences").0
}

fn kept(journal: &mut dyn Journal, archive: &dyn Archive) {
    assert_eq!(read(journal, 0), [], "nothing was made yet");
    let (first, second) = (made(1, at(50)), made(2, at(20)));
    assert!(journal.keep_override(&second).expect("keep"));
    assert!(journal.keep_override(&first).expect("keep"));
    assert_eq!(count(journal), 2, "they are counted with silences");
    assert_eq!(read(journal, 0), [first.clone(), second.clone()], "in the order of their ids");
    assert_eq!(read(journal, 20), std::slice::from_ref(&first), "what ends then is over");
    let ended = first.end(by("ben"), at(10)).expect("ends");
    assert!(journal.keep_override(&ended).expect("keep"));
    assert_eq!(read(journal, 10), std::slice::from_ref(&second), "the early end counts");
    assert_eq!(count(journal), 3);
    let all = |limit| archive.overrides(limit).expect("overrides");
    assert_eq!(all(10), [second.clone(), ended], "the newest first, with what became of them");
    assert_eq!(all(1), [second]);
}

fn first_wins(journal: &mut dyn Journal, archive: &dyn Archive) {
    let one = made(1, at(50));
    assert!(journal.keep_override(&one).expect("keep"));
    assert!(!journal.keep_override(&made(1, at(60))).expect("keep"), "the id is taken");
    let ended = one.end(by("ben"), at(10)).expect("ends");
    assert!(journal.keep_override(&ended).expect("keep"));
    let late = one.end(by("cho"), at(11)).expect("ends");
    assert!(!journal.keep_override(&late).expect("keep"), "somebody else was first");
    assert_eq!(journal.silences(at(0)).expect("silences").0, 2, "what was not kept is no change");
    assert_eq!(archive.overrides(10).expect("overrides"), [ended]);
}
