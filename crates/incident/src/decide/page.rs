//! What became of a page. A failure is never the end: it retries, climbs, or stands as UNPAGED.

use super::{Draft, escalate};
use crate::event::{Arrival, EventKind, PageOutcome, StopReason};
use crate::follow::retry_delay;
use crate::later::later;
use crate::refusal::Refusal;
use crate::state::{Page, PageState};
use alloc::string::{String, ToString};

pub(super) fn outcome(
    draft: &mut Draft<'_>,
    number: u32,
    attempt: u32,
    outcome: PageOutcome,
) -> Result<(), Refusal> {
    let page = find(draft, number)?;
    if page.attempt != attempt || matches!(page.state, PageState::Delivered { .. }) {
        return Err(Refusal::Stale);
    }
    match outcome {
        PageOutcome::Delivered { reference } => {
            draft.push_own(EventKind::PageDelivered { page: number, attempt, reference });
        }
        PageOutcome::TryAgain { error, after_s } => {
            failed(draft, Failure { number, attempt, error, after_s, arrival: Arrival::No });
        }
        PageOutcome::Unknown { error } => {
            failed(draft, Failure { number, attempt, error, after_s: None, arrival: Arrival::Possible });
        }
        PageOutcome::Never { error } => {
            let arrival = Arrival::No;
            draft.push_own(EventKind::PageFailed { page: number, attempt, error, retry_at: None, arrival });
            escalate::climb_if_level_is_lost(draft, "no page of the level before could be delivered");
        }
    }
    Ok(())
}

struct Failure {
    number: u32,
    attempt: u32,
    error: String,
    after_s: Option<u32>,
    arrival: Arrival,
}

/// Tried again while the page still serves and tries are left.
fn failed(draft: &mut Draft<'_>, failure: Failure) {
    let withdrawn =
        draft.incident.page(failure.number).is_some_and(|page| page.state == PageState::Withdrawn);
    let wanted = wanted(draft) && !withdrawn;
    let left = failure.attempt < draft.incident.plan.policy.page_attempts_max;
    let retry_at =
        (wanted && left).then(|| later(draft.now.at, retry_delay(failure.attempt, failure.after_s)));
    draft.push_own(EventKind::PageFailed {
        page: failure.number,
        attempt: failure.attempt,
        error: failure.error,
        retry_at,
        arrival: failure.arrival,
    });
    if wanted && retry_at.is_none() {
        escalate::climb_if_level_is_lost(draft, "no page of the level before could be delivered");
    }
}

/// The server does not know whether the page went out: again, and it says so. Not when somebody has it by now.
pub(super) fn uncertain(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    if find(draft, number)?.state != PageState::Pending {
        return Err(Refusal::Stale);
    }
    if wanted(draft) {
        draft.push_own(EventKind::PageUncertain { page: number });
    } else {
        let reason = StopReason::Acknowledged;
        draft.push_own(EventKind::PageWithdrawn { page: number, reason });
    }
    Ok(())
}

pub(super) fn retry(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    if !matches!(find(draft, number)?.state, PageState::Retrying { .. }) || !wanted(draft) {
        return Err(Refusal::Stale);
    }
    draft.push_own(EventKind::PageRetried { page: number });
    Ok(())
}

/// Whether a page still serves: the incident is open and nobody has it.
fn wanted(draft: &Draft<'_>) -> bool {
    draft.must_be_open().is_ok() && draft.incident.acknowledged.is_none()
}

fn find<'a>(draft: &'a Draft<'_>, number: u32) -> Result<&'a Page, Refusal> {
    draft.incident.page(number).ok_or_else(|| Refusal::Unknown { what: "page", id: number.to_string() })
}
