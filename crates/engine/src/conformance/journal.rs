//! The journal's streams, timers and plans.

use super::sample::{PLAN, at, id, note, notes, opening, paging, summary};
use super::{keys, leases};
use crate::ports::{Batch, Claim, Journal, JournalError, Schedule, StreamWrite, TimerWrite};
use incident::{Plan, TimerKey};
use jiff::{SignedDuration, Timestamp};

/// Checks a journal. `make` gives a new, empty one each time.
///
/// # Panics
/// When the journal breaks its contract.
pub fn journal(make: &mut dyn FnMut() -> Box<dyn Journal>) {
    let checks: [fn(&mut dyn Journal); 11] = [
        streams_come_back_as_written,
        a_stale_version_is_refused,
        a_refused_batch_leaves_no_trace,
        a_stream_may_appear_twice,
        writes_without_events,
        timers_are_set_moved_and_cleared,
        a_timer_that_fired_is_taken_unless_it_was_moved,
        every_timer_key_comes_back,
        live_rows,
        plans_are_kept_once,
        leases::check,
    ];
    for check in checks {
        check(&mut *make());
    }
    leases::check_each(make);
    keys::check_each(make);
}

/// Checks that another handle finds what the one before it left. `open` opens the same storage each time, empty at
/// first, after the handle before it is gone.
///
/// # Panics
/// When something committed is missing.
pub fn restart(open: &mut dyn FnMut() -> Box<dyn Journal>) {
    commit(&mut *open(), vec![paging(1), opening(2)]);
    commit(&mut *open(), vec![notes(2, 2, &["seen"])]);
    let mut journal = open();
    assert_eq!(events(&mut *journal, 1), opening(1).events, "after a restart");
    assert_eq!(events(&mut *journal, 2).len(), 3, "events after a restart");
    assert_eq!(timers(&mut *journal).len(), 1, "timers after a restart");
    let claimed = journal.claim(Claim::Everything, "node-b", at(1), at(61)).expect("claim after a restart");
    let epochs: Vec<_> = claimed.iter().map(|claimed| claimed.lease.epoch).collect();
    assert_eq!(epochs, [2, 2], "the work of the process that is gone, under each row's next epoch");
}

fn streams_come_back_as_written(journal: &mut dyn Journal) {
    assert_eq!(events(journal, 1), [], "a stream that nobody wrote is empty");
    commit(journal, vec![]);
    commit(journal, vec![opening(1), opening(2)]);
    let large = "ü\u{0}\"\\ 🔥\n".repeat(40_000);
    let mut write = notes(1, 2, &["first", &large, ""]);
    // Events keep their time to the nanosecond.
    write.events[0].at = Timestamp::constant(1_700_000_000, 123_456_789);
    commit(journal, vec![write.clone()]);
    commit(journal, vec![notes(1, 5, &["last"])]);
    let expected = [opening(1).events, write.events, notes(1, 5, &["last"]).events].concat();
    assert!(events(journal, 1) == expected, "events come back in order and unchanged");
    assert_eq!(events(journal, 2), opening(2).events, "streams do not mix");
}

fn a_stale_version_is_refused(journal: &mut dyn Journal) {
    commit(journal, vec![opening(1)]);
    for expected in [0, 1, 3] {
        refuse(journal, vec![notes(1, expected, &["late"])], &notes(1, expected, &[]));
    }
    refuse(journal, vec![notes(9, 1, &["on nothing"])], &notes(9, 1, &[]));
    assert_eq!(events(journal, 1), opening(1).events, "a refused write adds no event");
    commit(journal, vec![notes(1, 2, &["in time"])]);
    refuse(journal, vec![notes(1, 2, &["the slower of two"])], &notes(1, 2, &[]));
}

fn a_refused_batch_leaves_no_trace(journal: &mut dyn Journal) {
    commit(journal, vec![opening(1), paging(2)]);
    let mut renamed = notes(2, 2, &["second"]);
    renamed.summary.title = "renamed".to_owned();
    renamed.timers = vec![TimerWrite::Clear { key: TimerKey::Escalation }];
    let stale = notes(1, 7, &["stale"]);
    refuse(journal, vec![paging(3), renamed, stale.clone(), opening(4)], &stale);
    for (n, count) in [(1, 2), (2, 2), (3, 0), (4, 0)] {
        assert_eq!(events(journal, n).len(), count, "events of incident {n} after a refused batch");
    }
    assert_eq!(timers(journal), [schedule(2, TimerKey::Escalation, at(302))], "timers after a refused batch");
    let work = journal.claim(Claim::Everything, "node-b", at(0), at(1)).expect("claim");
    assert!(work.iter().all(|work| work.incident == id(2)), "no work of a refused batch: {work:?}");
    assert_eq!(live(journal, at(0)), [summary(1), summary(2)], "rows after a refused batch");
    commit(journal, vec![paging(3)]);
}

fn a_stream_may_appear_twice(journal: &mut dyn Journal) {
    commit(journal, vec![opening(1), notes(1, 2, &["a"]), opening(2), notes(1, 3, &["b", "c"])]);
    let texts = [opening(1).events, vec![note("a", 2), note("b", 2), note("c", 2)]].concat();
    assert_eq!(events(journal, 1), texts, "writes of one stream in one batch, in order");
    refuse(journal, vec![notes(1, 5, &["d"]), notes(1, 5, &["e"])], &notes(1, 5, &[]));
    assert_eq!(events(journal, 1).len(), 5, "the first of two clashing writes goes with the second");
}

fn writes_without_events(journal: &mut dyn Journal) {
    refuse(journal, vec![notes(1, 0, &[])], &notes(1, 0, &[]));
    commit(journal, vec![opening(1)]);
    let key = TimerKey::Update;
    let mut write = notes(1, 2, &[]);
    write.timers = vec![TimerWrite::Set { key: key.clone(), due: at(9) }];
    commit(journal, vec![write.clone()]);
    assert_eq!(timers(journal), [schedule(1, key, at(9))], "a write without events sets timers");
    write.expected = 1;
    refuse(journal, vec![write.clone()], &write);
    commit(journal, vec![notes(1, 2, &["the version has not moved"])]);
}

fn timers_are_set_moved_and_cleared(journal: &mut dyn Journal) {
    let set = |key: &TimerKey, due| TimerWrite::Set { key: key.clone(), due };
    let clear = |key: &TimerKey| TimerWrite::Clear { key: key.clone() };
    let (first, second) = (TimerKey::Escalation, TimerKey::PageRetry(1));
    let mut one = opening(1);
    one.timers =
        vec![set(&first, at(5)), set(&first, at(6)), set(&second, at(7)), clear(&TimerKey::Recovery)];
    let mut other = opening(2);
    other.timers = vec![set(&first, at(8)), clear(&first), set(&first, at(9))];
    commit(journal, vec![one, other]);
    let expected = [
        schedule(1, first.clone(), at(6)),
        schedule(1, second.clone(), at(7)),
        schedule(2, first.clone(), at(9)),
    ];
    assert_eq!(timers(journal), expected, "timers are set and moved in order");
    let mut write = notes(1, 2, &["x"]);
    write.timers = vec![clear(&first), set(&second, at(70))];
    commit(journal, vec![write]);
    let expected = [schedule(1, second, at(70)), schedule(2, first, at(9))];
    assert_eq!(timers(journal), expected, "one incident's timers are cleared, the other's stay");
}

fn a_timer_that_fired_is_taken_unless_it_was_moved(journal: &mut dyn Journal) {
    let key = TimerKey::Escalation;
    let take = |due| TimerWrite::Take { key: key.clone(), due };
    let set = |due| TimerWrite::Set { key: key.clone(), due };
    let mut write = opening(1);
    write.timers = vec![set(at(5))];
    commit(journal, vec![write]);
    let mut write = notes(1, 2, &["fired late"]);
    write.timers = vec![take(at(4)), take(at(6))];
    commit(journal, vec![write]);
    assert_eq!(timers(journal), [schedule(1, key.clone(), at(5))], "it stands at another time");
    let mut write = notes(1, 3, &["fired"]);
    write.timers = vec![take(at(5)), set(at(9)), take(at(8))];
    commit(journal, vec![write]);
    assert_eq!(timers(journal), [schedule(1, key.clone(), at(9))], "taken, and set again");
    let mut write = notes(1, 4, &["fired again"]);
    write.timers = vec![take(at(9)), take(at(9))];
    commit(journal, vec![write]);
    assert_eq!(timers(journal), [], "taken");
}

fn every_timer_key_comes_back(journal: &mut dyn Journal) {
    let keys = [
        TimerKey::Escalation,
        TimerKey::Acknowledgement,
        TimerKey::Update,
        TimerKey::Recovery,
        TimerKey::PageRetry(0),
        TimerKey::PageRetry(u32::MAX),
        TimerKey::AlertExpiry,
        TimerKey::Postmortem(3),
    ];
    // The clock counts whole milliseconds; storages keep microseconds, before 1970 and in a far year as well.
    let dues = [at(1).saturating_add(SignedDuration::from_micros(7)), Ok(Timestamp::UNIX_EPOCH)];
    let odd = ["1969-12-31T23:59:59.999999Z", "9999-12-30T00:00:00Z"].map(str::parse::<Timestamp>);
    let dues: Vec<Timestamp> = dues.into_iter().chain(odd).map(|due| due.expect("a time")).collect();
    let mut write = opening(1);
    let pairs: Vec<_> = keys.iter().zip(dues.iter().cycle()).collect();
    write.timers = pairs.iter().map(|&(key, due)| TimerWrite::Set { key: key.clone(), due: *due }).collect();
    commit(journal, vec![write]);
    let expected: Vec<_> = pairs.into_iter().map(|(key, due)| schedule(1, key.clone(), *due)).collect();
    assert_eq!(timers(journal), expected, "every kind of timer comes back with its time");
}

fn live_rows(journal: &mut dyn Journal) {
    let resolved = |n, seconds| {
        let mut write = opening(n);
        write.summary.status = "resolved".to_owned();
        write.summary.resolved_at = Some(at(seconds));
        write
    };
    let mut late = opening(1);
    late.summary.opened_at = at(50);
    commit(journal, vec![late, resolved(2, 100), resolved(3, 99), opening(4), resolved(5, 101)]);
    let ids: Vec<_> = live(journal, at(100)).into_iter().map(|row| row.id).collect();
    assert_eq!(
        ids,
        [2, 4, 5, 1].map(id),
        "open ones, and those resolved at that time or later, oldest first"
    );
    let mut back = notes(3, 2, &["reopened"]);
    back.summary.title = "again".to_owned();
    commit(journal, vec![back.clone()]);
    let rows = live(journal, at(1_000));
    assert_eq!(
        rows.iter().find(|row| row.id == id(3)),
        Some(&back.summary),
        "a row is replaced by the newest"
    );
    assert_eq!(rows.len(), 3, "resolved ones of before are left out");
}

fn plans_are_kept_once(journal: &mut dyn Journal) {
    let missing = journal.plan(PLAN).expect("plan");
    assert_eq!(missing, None, "a plan that nobody kept");
    let plan = Plan { digest: PLAN.to_owned(), ..Plan::default() };
    for _ in 0..2 {
        journal.keep_plan(&plan).expect("keep_plan");
    }
    assert_eq!(journal.plan(PLAN).expect("plan"), Some(plan.clone()), "a kept plan");
    let mut forged = plan.clone();
    forged.policy.recovery_watch_min += 1;
    journal.keep_plan(&forged).expect("keep_plan");
    assert_eq!(journal.plan(PLAN).expect("plan"), Some(plan), "the same digest again changes nothing");
}

pub(super) fn commit(journal: &mut dyn Journal, streams: Vec<StreamWrite>) {
    if let Err(error) = journal.commit(&Batch { streams }) {
        panic!("a commit that nothing speaks against failed: {error}");
    }
}

/// The batch must be refused as a conflict of `culprit`.
pub(super) fn refuse(journal: &mut dyn Journal, streams: Vec<StreamWrite>, culprit: &StreamWrite) {
    match journal.commit(&Batch { streams }) {
        Err(JournalError::Conflict { incident, expected }) => assert_eq!(
            (incident, expected),
            (culprit.incident, culprit.expected),
            "a conflict names the write that caused it"
        ),
        other => panic!("not a conflict of {} at {}: {other:?}", culprit.incident, culprit.expected),
    }
}

fn events(journal: &mut dyn Journal, n: u32) -> Vec<incident::Event> {
    journal.events(id(n)).expect("events")
}

fn live(journal: &mut dyn Journal, since: Timestamp) -> Vec<incident::Summary> {
    journal.live(since).expect("live")
}

fn timers(journal: &mut dyn Journal) -> Vec<Schedule> {
    let mut timers = journal.timers().expect("timers");
    timers.sort_by(|a, b| (a.incident, &a.key).cmp(&(b.incident, &b.key)));
    timers
}

fn schedule(n: u32, key: TimerKey, due: Timestamp) -> Schedule {
    Schedule { incident: id(n), key, due }
}
