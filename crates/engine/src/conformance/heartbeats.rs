//! What is kept of heartbeats: signs, silences, and the time in which nobody could have heard.

use super::sample::at;
use crate::ports::{HeartbeatRecords, Pulse, Sign};
use jiff::Timestamp;

/// How long nobody may have listened before it counts as deaf.
const OUTAGE_US: i64 = 30_000_000;

/// Checks the records of heartbeats. `make` gives new, empty ones each time.
///
/// # Panics
/// When the records break their contract.
pub fn heartbeats(make: &mut dyn FnMut() -> Box<dyn HeartbeatRecords>) {
    let checks: [fn(&dyn HeartbeatRecords); 5] = [waiting, signs, silence, deafness, late_words];
    for check in checks {
        check(&*make());
    }
}

fn listen(records: &dyn HeartbeatRecords, now: Timestamp) -> Vec<Pulse> {
    records.listen(&["b".to_owned(), "a".to_owned()], now, OUTAGE_US).expect("listen")
}

fn a(records: &dyn HeartbeatRecords, now: Timestamp) -> Pulse {
    listen(records, now).into_iter().find(|pulse| pulse.name == "a").expect("a")
}

fn sign(records: &dyn HeartbeatRecords, sign: Sign, now: Timestamp) -> bool {
    records.sign("a", sign, now, "disk \"full\"").expect("sign")
}

fn waiting(records: &dyn HeartbeatRecords) {
    let fresh = |name: &str| Pulse::new(name.to_owned(), at(1));
    assert_eq!(listen(records, at(1)), [fresh("a"), fresh("b")], "by name, waited for from now on");
    assert_eq!(listen(records, at(2)), [fresh("a"), fresh("b")], "and only once");
    records.forget("a").expect("forget");
    assert_eq!(records.listen(&[], at(3), OUTAGE_US).expect("listen"), [fresh("b")], "one is gone");
}

fn signs(records: &dyn HeartbeatRecords) {
    listen(records, at(1));
    assert!(!sign(records, Sign::Alive, at(2)), "it ends nothing");
    assert_eq!(a(records, at(3)).alive_at, Some(at(2)));
    assert!(!sign(records, Sign::Begun, at(4)));
    assert!(!sign(records, Sign::Begun, at(5)), "a second beginning puts nothing off");
    assert_eq!(a(records, at(6)).begun_at, Some(at(4)));
    assert!(!sign(records, Sign::Failed, at(7)));
    let failed = a(records, at(8));
    assert_eq!((failed.failed_at, failed.begun_at), (Some(at(7)), None));
    assert_eq!(failed.said, "disk \"full\"");
    assert!(!sign(records, Sign::Failed, at(9)), "the first failure counts");
    assert_eq!(a(records, at(9)).failed_at, Some(at(7)));
    assert!(sign(records, Sign::Alive, at(10)), "it ends the failure");
    let alive = Pulse { alive_at: Some(at(10)), ..Pulse::new("a".to_owned(), at(1)) };
    assert_eq!(a(records, at(11)), alive, "nothing else is left of what was");
}

fn silence(records: &dyn HeartbeatRecords) {
    let read = a(records, at(1));
    sign(records, Sign::Alive, at(2));
    records.silent(&read, at(3)).expect("silent");
    let read = a(records, at(3));
    assert_eq!(read.silent_at, None, "it was heard since it was read");
    records.silent(&read, at(4)).expect("silent");
    assert_eq!(a(records, at(5)).silent_at, Some(at(4)));
    assert!(!sign(records, Sign::Begun, at(6)), "to begin is not to live");
    assert_eq!(a(records, at(6)).silent_at, Some(at(4)));
    assert!(sign(records, Sign::Alive, at(7)), "it ends the silence");
    assert_eq!(a(records, at(7)).silent_at, None);
}

fn deafness(records: &dyn HeartbeatRecords) {
    let second = |second: i64| at(1) + jiff::SignedDuration::from_secs(second);
    listen(records, second(0));
    sign(records, Sign::Alive, second(0));
    let deaf = |now| {
        let pulse = a(records, second(now));
        (pulse.back_at, pulse.deaf_us)
    };
    assert_eq!(deaf(30), (None, 0), "a short while is nothing");
    assert_eq!(deaf(61), (Some(second(61)), 0), "the first long one");
    assert_eq!(deaf(101), (Some(second(61)), 40_000_000), "the next only takes its time");
    assert_eq!(deaf(141), (Some(second(61)), 80_000_000), "and another with it");
    let quiet = a(records, second(142));
    records.silent(&quiet, second(142)).expect("silent");
    assert_eq!(deaf(200), (Some(second(61)), 80_000_000), "what is silent already gains nothing");
    assert_eq!(deaf(150), (Some(second(61)), 80_000_000), "a clock set back is no outage");
    sign(records, Sign::Alive, second(201));
    assert_eq!(deaf(160), (None, 0), "a sign of life begins anew");
    deaf(200);
    sign(records, Sign::Begun, second(201));
    assert_eq!(deaf(201), (None, 0), "and so does a beginning");
}

fn late_words(records: &dyn HeartbeatRecords) {
    listen(records, at(1));
    sign(records, Sign::Alive, at(9));
    assert!(!sign(records, Sign::Alive, at(8)), "a word that was overtaken");
    assert_eq!(a(records, at(9)).alive_at, Some(at(9)));
    let none = records.sign("c' OR 1=1 --", Sign::Alive, at(9), "").expect("sign");
    assert!(!none, "a name is never part of the question itself");
}
