//! What becomes of pages: decided, sent, refused, withdrawn.

use crate::event::{Arrival, Event, EventKind, PageFailure};
use crate::state::{Escalation, Incident, Page, PageState, index};

pub(super) fn pages(incident: &mut Incident, event: &Event) {
    let round = match &incident.escalation {
        Escalation::Waiting { round, .. }
        | Escalation::Resting { round, .. }
        | Escalation::Exhausted { round, .. } => *round,
        Escalation::Idle | Escalation::Unpaged { .. } | Escalation::Stopped => 0,
    };
    let number = match &event.kind {
        EventKind::PageDecided(decided) => {
            incident.pages.push(Page {
                number: decided.page,
                responder: decided.responder.clone(),
                channel: decided.channel,
                address: decided.address.clone(),
                round,
                level: decided.level,
                rule: decided.rule.clone(),
                purpose: decided.purpose,
                decided_at: event.at,
                due_at: decided.not_before.unwrap_or(event.at),
                attempt: 1,
                possible_repeat: 0,
                last_error: None,
                waits: decided.waits.clone(),
                withdrawn_because: None,
                state: decided.not_before.map_or(PageState::Pending, |at| PageState::Planned { at }),
                answer: None,
            });
            return;
        }
        EventKind::PageDue { page }
        | EventKind::PageDelivered { page, .. }
        | EventKind::PageFailed(PageFailure { page, .. })
        | EventKind::PageRetried { page }
        | EventKind::PageUncertain { page }
        | EventKind::PageWithdrawn { page, .. } => *page,
        _ => return,
    };
    if let Some(page) = index(number).and_then(|index| incident.pages.get_mut(index)) {
        page_moved(page, event);
    }
}

fn page_moved(page: &mut Page, event: &Event) {
    match &event.kind {
        EventKind::PageDue { .. } => {
            // Before its time when an earlier way has failed.
            page.due_at = page.due_at.min(event.at);
            page.state = PageState::Pending;
        }
        EventKind::PageDelivered { .. } => page.state = PageState::Delivered { at: event.at },
        EventKind::PageFailed(PageFailure { retry_at: Some(at), arrival, error, .. }) => {
            page.last_error = Some(error.clone());
            page.possible_repeat += u32::from(*arrival == Arrival::Possible);
            page.due_at = *at;
            page.state = PageState::Retrying { at: *at };
        }
        EventKind::PageFailed(PageFailure { retry_at: None, error, .. }) => {
            page.last_error = Some(error.clone());
            page.state = PageState::Failed { error: error.clone() };
        }
        EventKind::PageRetried { .. } => {
            page.attempt += 1;
            page.state = PageState::Pending;
        }
        EventKind::PageUncertain { .. } => {
            page.attempt += 1;
            page.possible_repeat += 1;
            page.state = PageState::Pending;
        }
        EventKind::PageWithdrawn { reason, .. } => {
            page.state = PageState::Withdrawn;
            page.withdrawn_because = Some(reason.clone());
        }
        _ => {}
    }
}
