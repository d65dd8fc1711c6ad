//! What people were told, and how it ended.

use incident::{Audience, Event, EventKind, words};

pub(super) fn tell(event: &Event) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::UpdatePosted { update, draft, next_due } => {
            let to = match draft.audience {
                Audience::Internal => "the team",
                Audience::Public => "everyone",
            };
            let next = next_due
                .map_or_else(String::new, |due| format!("; the next is due at {}", words::clock(due)));
            ("update", format!("status update {update} to {to}, {}{next}", draft.phase.name()))
        }
        EventKind::UpdateDue { due } => {
            ("update", format!("the first status update is due at {}", words::clock(*due)))
        }
        EventKind::UpdateReminded { due } => {
            ("update", format!("a status update is promised for {}, which is soon", words::clock(*due)))
        }
        EventKind::UpdateMissed { due, .. } => {
            ("update-missed", format!("the status update promised for {} did not come", words::clock(*due)))
        }
        EventKind::RecoveryStarted { until } => {
            ("recovery", format!("all alerts are over; recovery is watched until {}", words::clock(*until)))
        }
        EventKind::RecoveryBroken { why } => ("recovery", format!("not recovered: {why}")),
        EventKind::RecoveryHeld => ("recovery", "recovery held; it can be resolved".to_owned()),
        EventKind::Resolved { summary } => ("resolved", format!("resolved: {summary}")),
        EventKind::Reopened { why } => ("reopened", format!("reopened: {why}")),
        _other => return None,
    };
    Some(words)
}
