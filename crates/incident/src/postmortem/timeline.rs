//! The rows of the timeline: what a reader next week wants to know, in order.

use super::marks::{cell, code, ending};
use crate::event::{Event, EventKind, OpenedBy, Opening, Reaching, Resting, RestsFor};
use crate::state::Incident;
use crate::words::clock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::Approval;

/// The story, one row for each thing that a reader next week wants to know.
pub(super) fn timeline(incident: &Incident, events: &[Event]) -> Vec<String> {
    let told = events.iter().filter_map(|event| tell(incident, event).map(|words| (event, words)));
    let rows = told.map(|(event, words)| format!("| {} | {} |", clock(event.at), cell(&words)));
    rows.collect()
}

/// For what every page of a level waited that was decided at an instant.
fn waits(incident: &Incident, level: u32, at: Timestamp) -> Option<&str> {
    let pages = incident.pages.iter().filter(|page| (page.level, page.decided_at) == (level, at));
    let waits: Option<Vec<&str>> = pages.map(|page| page.waits.as_deref()).collect();
    waits?.first().copied()
}

fn tell(incident: &Incident, event: &Event) -> Option<String> {
    let run = |number: &u32| incident.run(*number).map(|run| code(&run.request.source)).unwrap_or_default();
    match &event.kind {
        EventKind::Opened(Opening { title, how: OpenedBy::Alert, .. }) => {
            Some(format!("Alert fired: {title}"))
        }
        EventKind::Opened(Opening { title, how: OpenedBy::Report, .. }) => {
            Some(format!("{} reported: {title}", event.by))
        }
        EventKind::SeveritySet { severity, .. } => Some(format!("Severity {severity}")),
        EventKind::LevelReached(Reaching { target, level, .. }) => {
            Some(match waits(incident, *level, event.at) {
                Some(waits) => format!("{target} not paged yet: {waits}"),
                None => format!("{target} paged"),
            })
        }
        EventKind::EscalationRests(Resting { why, rests_for, .. }) => Some(match rests_for {
            RestsFor::WorkingHours => format!("Nobody paged yet: {why}"),
            RestsFor::QuietHours => format!("Nobody else paged yet: {why}"),
        }),
        EventKind::PageDue { page } => {
            let page = incident.page(*page).filter(|page| page.waits.is_some())?;
            Some(format!("{} paged", page.responder))
        }
        EventKind::Unpaged { why, .. } => Some(format!("Nobody could be paged: {why}")),
        EventKind::Acknowledged(_) => Some(format!("{} acknowledged", event.by)),
        EventKind::Unacknowledged { why } => Some(format!("Acknowledgement ended: {why}")),
        EventKind::Noted { text } => Some(format!("{}: {text}", event.by)),
        EventKind::RunFirstApproved { run: number, .. } => {
            Some(format!("{} gave the first word for {}", event.by, run(number)))
        }
        EventKind::RunApproved { run: number } => Some(format!("{} approved {}", event.by, run(number))),
        EventKind::RunHeld { run: number, why } => {
            Some(format!("{} waits for a word again: {why}", run(number)))
        }
        EventKind::RunEnded { run: number, report, .. } => {
            let changed = incident.run(*number)?.request.effect.approval() == Approval::Needed;
            changed.then(|| format!("{} {}", run(number), ending(&report.ending)))
        }
        EventKind::RunStopAsked { run: number } => Some(format!("{} stopped {}", event.by, run(number))),
        EventKind::UpdatePosted { draft, .. } => Some(format!("Status update: {}", draft.phase.name())),
        EventKind::UpdateMissed { .. } => Some("A promised status update did not come".to_string()),
        EventKind::RecoveryStarted { .. } => Some("All alerts over; recovery watched".to_string()),
        EventKind::RecoveryBroken { why } => Some(format!("Not recovered: {why}")),
        EventKind::Resolved { summary } => Some(format!("Resolved: {summary}")),
        EventKind::Reopened { why } => Some(format!("Reopened: {why}")),
        _ => None,
    }
}
