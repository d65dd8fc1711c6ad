//! How long each part of the response took, from the events alone.

use super::record::Record;
use crate::diagnosis::told_near;
use crate::event::{Event, EventKind};
use crate::words::duration;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use jiff::Timestamp;

/// The place of the event with which the last recovery began, unless it was broken or the incident was reopened since.
#[must_use]
pub fn recovery_began(events: &[Event]) -> Option<usize> {
    let turn = events.iter().rposition(|event| {
        matches!(
            event.kind,
            EventKind::RecoveryStarted { .. } | EventKind::RecoveryBroken { .. } | EventKind::Reopened { .. }
        )
    })?;
    matches!(events[turn].kind, EventKind::RecoveryStarted { .. }).then_some(turn)
}

/// When the trouble began by the word of the alerts' own sources.
pub(super) fn began(record: &Record<'_>) -> Option<Timestamp> {
    let told = record.events.iter().filter_map(|event| match &event.kind {
        EventKind::AlertFired { alert } => alert.started_at,
        _ => None,
    });
    told_near(told, record.incident.opened_at)
}

/// How long it took until somebody knew, in words.
pub(super) fn to_know(record: &Record<'_>) -> String {
    match began(record) {
        Some(at) => {
            let took = record.incident.opened_at.duration_since(at);
            format!("{} from start of incident", duration(took))
        }
        None => "not known; nobody says when it began".to_string(),
    }
}

/// A table of how long each part of the response took.
pub(super) fn table(record: &Record<'_>) -> Vec<String> {
    let opened = record.first(|kind| matches!(kind, EventKind::Opened(_)));
    let taken = record.first(|kind| matches!(kind, EventKind::Acknowledged(_)));
    let changed = record.first(|kind| matches!(kind, EventKind::RunApproved { .. }));
    let over = record.last(|kind| matches!(kind, EventKind::Resolved { .. } | EventKind::Reopened { .. }));
    let over = over.filter(|_| record.incident.resolved_at.is_some());
    let mut rows = vec![
        String::new(),
        "| Until | Took | Known from |".to_string(),
        "| ----- | ---- | ---------- |".to_string(),
        row("Somebody knew", &to_know(record), opened.map(|at| record.link(at))),
    ];
    let stages = [
        ("Somebody had it", taken, "nobody took it"),
        ("The first change was approved", changed, "no change was approved here"),
        ("Recovery began", recovery_began(record.events), "no recovery was seen here"),
        ("It was resolved", over, "it goes on"),
    ];
    rows.extend(stages.into_iter().map(|(stage, at, without)| match at {
        Some(at) => row(stage, &record.since_opened(at), Some(record.link(at))),
        None => row(stage, without, None),
    }));
    rows
}

fn row(stage: &str, took: &str, link: Option<String>) -> String {
    format!("| {stage} | {took} | {} |", link.unwrap_or_default())
}
