//! Made-up incidents for the checks of storages and their benches.

use crate::ports::{Lease, StreamWrite, TimerWrite, WorkWrite};
use incident::{
    Actor, AlertKey, Event, EventKind, IncidentId, OpenedBy, Opening, PersonId, Severity, SeverityBasis,
};
use incident::{Summary, TimerKey, Work};
use jiff::{SignedDuration, Timestamp};

/// The digest of the plan that all of them pin.
pub const PLAN: &str = "sample-plan";

/// The id of incident `n`; ids sort by `n`.
#[must_use]
pub fn id(n: u32) -> IncidentId {
    let unix_ms = 1_700_000_000_000 + u64::from(n);
    // An odd multiplier spreads the chance part, as real ids do.
    IncidentId::from_parts(unix_ms, u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// `seconds` after the samples' beginning of time.
#[must_use]
pub fn at(seconds: u32) -> Timestamp {
    let beginning = Timestamp::constant(1_700_000_000, 123_000_000);
    beginning.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

/// A note, the plainest of events.
#[must_use]
pub fn note(text: &str, seconds: u32) -> Event {
    let by = Actor::Person(PersonId("primary".to_owned()));
    Event { at: at(seconds), by, kind: EventKind::Noted { text: text.to_owned() } }
}

/// The row of incident `n`, open since second `n`.
#[must_use]
pub fn summary(n: u32) -> Summary {
    Summary {
        id: id(n),
        title: format!("API answers 500 on shard {n}"),
        status: "open".to_owned(),
        severity: "P1".to_owned(),
        rank: 1,
        opened_at: at(n),
        updated_at: at(n),
        acknowledged_at: None,
        acknowledged_by: None,
        lead: None,
        resolved_at: None,
        alerts: 1,
        alert_count: 1,
        runbook: Some("api-down".to_owned()),
        unpaged: false,
        rests: false,
        silent: false,
        approvals: 0,
        update_due_at: None,
        action_items_open: 0,
        held_by: None,
        keys: vec![AlertKey { source: "prometheus".to_owned(), key: format!("shard-{n}") }],
    }
}

/// The opening of incident `n`: two events, no work, no timers.
#[must_use]
pub fn opening(n: u32) -> StreamWrite {
    let event = |kind| Event { at: at(n), by: Actor::Source("prometheus".to_owned()), kind };
    let opened = EventKind::Opened(Opening {
        title: summary(n).title,
        description: String::new(),
        how: OpenedBy::Alert,
        plan: PLAN.to_owned(),
    });
    let severity = Severity { rank: 1, name: "P1".to_owned() };
    let set =
        EventKind::SeveritySet { severity, basis: SeverityBasis::Alert { word: "critical".to_owned() } };
    StreamWrite {
        incident: id(n),
        expected: 0,
        events: vec![event(opened), event(set)],
        work: Vec::new(),
        timers: Vec::new(),
        keys: Vec::new(),
        summary: summary(n),
        plan: PLAN.to_owned(),
    }
}

/// The opening of incident `n` as an alert causes it: two pages to deliver and a timer for the next level.
#[must_use]
pub fn paging(n: u32) -> StreamWrite {
    let mut write = opening(n);
    let put = |page| WorkWrite::Put { work: Work::Page(page), lease: lease("node-a", 1, n + 60) };
    write.work = vec![put(1), put(2)];
    write.timers = vec![TimerWrite::Set { key: TimerKey::Escalation, due: at(n + 300) }];
    write
}

/// More notes on incident `n`, which has `expected` events.
#[must_use]
pub fn notes(n: u32, expected: u64, texts: &[&str]) -> StreamWrite {
    let events = texts.iter().map(|text| note(text, n + 1)).collect();
    StreamWrite { expected, events, ..opening(n) }
}

/// A lease until second `until`.
#[must_use]
pub fn lease(owner: &str, epoch: u64, until: u32) -> Lease {
    Lease { owner: owner.to_owned(), epoch, until: at(until) }
}
