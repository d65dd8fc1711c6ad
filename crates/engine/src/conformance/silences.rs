//! Silences, and the rows of alerts that they hold back.

use super::journal::commit;
use super::sample::{at, id, opening};
use crate::ports::{Archive, Filter, Journal, StreamWrite};
use incident::{Actor, MatchOp, Matcher, PersonId, Silence, SilenceDraft, SilenceId, SilenceKind};
use jiff::Timestamp;

/// Checks what is kept of silences. `make` gives a new, empty storage each time: its writing and its reading side.
///
/// # Panics
/// When the storage breaks its contract.
pub fn silences(make: &mut dyn FnMut() -> (Box<dyn Journal>, Box<dyn Archive>)) {
    let checks: [fn(&mut dyn Journal, &dyn Archive); 3] = [kept, first_wins, rows];
    for check in checks {
        let (mut journal, archive) = make();
        check(&mut *journal, &*archive);
    }
}

fn by(name: &str) -> Actor {
    Actor::Person(PersonId(name.to_owned()))
}

fn silence(n: u64, ends_at: Timestamp) -> Silence {
    let draft = SilenceDraft {
        kind: SilenceKind::Maintenance,
        reason: "the \"rack\" moves".to_owned(),
        matchers: vec![Matcher { name: "host".to_owned(), op: MatchOp::Fits, value: "db-.*".to_owned() }],
        starts_at: None,
        ends_at,
    };
    Silence::new(SilenceId::from_parts(n, 1), draft, by("ana"), at(0)).expect("a silence")
}

fn read(journal: &mut dyn Journal, since: u32) -> (u64, Vec<Silence>) {
    journal.silences(at(since)).expect("silences")
}

fn kept(journal: &mut dyn Journal, archive: &dyn Archive) {
    assert_eq!(read(journal, 0), (0, vec![]), "nothing was made yet");
    let (first, second) = (silence(1, at(50)), silence(2, at(20)));
    assert!(journal.keep_silence(&second).expect("keep"));
    assert!(journal.keep_silence(&first).expect("keep"));
    assert_eq!(read(journal, 0), (2, vec![first.clone(), second.clone()]), "in the order of their ids");
    assert_eq!(read(journal, 20), (2, vec![first.clone()]), "what ends then is over");
    let ended = first.end(by("ben"), at(10)).expect("ends");
    assert!(journal.keep_silence(&ended).expect("keep"));
    assert_eq!(read(journal, 10), (3, vec![second.clone()]), "the early end counts");
    let all = |limit| archive.silences(limit).expect("silences");
    assert_eq!(all(10), [second.clone(), ended], "the newest first, with what became of them");
    assert_eq!(all(1), [second]);
}

fn first_wins(journal: &mut dyn Journal, archive: &dyn Archive) {
    let made = silence(1, at(50));
    assert!(journal.keep_silence(&made).expect("keep"));
    assert!(!journal.keep_silence(&silence(1, at(60))).expect("keep"), "the id is taken");
    let ended = made.end(by("ben"), at(10)).expect("ends");
    assert!(journal.keep_silence(&ended).expect("keep"));
    let late = made.end(by("cho"), at(11)).expect("ends");
    assert!(!journal.keep_silence(&late).expect("keep"), "somebody else was first");
    assert_eq!(read(journal, 0).0, 2, "what was not kept is no change");
    assert_eq!(archive.silences(10).expect("silences"), [ended]);
}

fn held(n: u32, status: &str) -> StreamWrite {
    let mut write = opening(n);
    write.summary.status = status.to_owned();
    write.summary.held_by = Some("sil_00000000010000000000000001".to_owned());
    write.summary.resolved_at = (status == "passed").then(|| at(n));
    write
}

fn rows(journal: &mut dyn Journal, archive: &dyn Archive) {
    commit(journal, vec![opening(1), held(2, "held"), held(3, "passed"), held(4, "held")]);
    let ids = |rows: Vec<incident::Summary>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(journal.held().expect("held")), [id(2), id(4)], "the oldest first");
    let live = ids(journal.live(at(0)).expect("live"));
    assert_eq!(live, [1, 2, 3, 4].map(id), "their alerts are known");
    assert_eq!(ids(journal.live(at(90)).expect("live")), [1, 2, 4].map(id), "but not for ever");
    let list = |status: Option<&str>, text: Option<&str>| {
        let filter =
            Filter { status: status.map(str::to_owned), text: text.map(str::to_owned), ..Filter::default() };
        ids(archive.summaries(&filter).expect("summaries"))
    };
    assert_eq!(list(None, None), [id(1)], "they are no incidents");
    assert_eq!(list(Some("held"), None), [id(4), id(2)], "the newest first");
    assert_eq!(list(Some("passed"), None), [id(3)]);
    let by_silence = Some("SIL_00000000010000000000000001");
    assert_eq!(list(Some("held"), by_silence), [id(4), id(2)], "found by what holds them");
    let mut opened = held(2, "open");
    opened.expected = u64::try_from(opened.events.len()).expect("few");
    commit(journal, vec![opened]);
    assert_eq!(list(None, by_silence), [id(2)], "and by what held them");
    assert_eq!(ids(journal.held().expect("held")), [id(4)]);
}
