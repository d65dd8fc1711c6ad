//! What became of a page. A failure is never the end: it retries, climbs, or stands as UNPAGED.

use super::{Draft, escalate, hand_off, next_number, rest, update};
use crate::event::{Arrival, EventKind, PageDecision, PageFailure, PageOutcome, PagePurpose, StopReason};
use crate::follow::retry_delay;
use crate::later::later;
use crate::people::{Contact, PersonId};
use crate::refusal::Refusal;
use crate::state::{Page, PageState};
use alloc::string::{String, ToString};

/// Why somebody is paged.
pub(super) struct Reason {
    pub(super) level: u32,
    pub(super) rule: String,
    pub(super) purpose: PagePurpose,
}

/// A page over one of a person's ways, at its time.
pub(super) fn decided(
    draft: &Draft<'_>,
    responder: PersonId,
    contact: Contact,
    reason: &Reason,
) -> EventKind {
    let (not_before, waits) = rest::goes_out(draft, &responder, &contact, reason.purpose);
    EventKind::PageDecided(PageDecision {
        page: next_number(&draft.incident.pages),
        responder,
        channel: contact.channel,
        address: contact.address,
        level: reason.level,
        rule: reason.rule.clone(),
        purpose: reason.purpose,
        not_before,
        waits,
    })
}

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
            draft.push_own(EventKind::PageFailed(PageFailure {
                page: number,
                attempt,
                error,
                retry_at: None,
                arrival,
            }));
            given_up(draft, number);
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
    let wanted = draft.incident.page(failure.number).is_some_and(|page| wanted(draft, page));
    let left = failure.attempt < draft.incident.plan.policy.page_attempts_max;
    let retry_at =
        (wanted && left).then(|| later(draft.now.at, retry_delay(failure.attempt, failure.after_s)));
    draft.push_own(EventKind::PageFailed(PageFailure {
        page: failure.number,
        attempt: failure.attempt,
        error: failure.error,
        retry_at,
        arrival: failure.arrival,
    }));
    if wanted && retry_at.is_none() {
        given_up(draft, failure.number);
    }
}

/// A way that failed: the person's next one at once, if one was to come later, and the next level when all are lost.
fn given_up(draft: &mut Draft<'_>, number: u32) {
    let Some(lost) = draft.incident.page(number) else { return };
    let same = |page: &&Page| {
        (&page.responder, page.purpose, page.round, page.level)
            == (&lost.responder, lost.purpose, lost.round, lost.level)
    };
    let planned = draft.incident.pages.iter().filter(same).filter_map(|page| match page.state {
        PageState::Planned { at } => Some((at, page.number)),
        _ => None,
    });
    let told = lost.purpose.is_asked_for() || rest::quiet_until(draft, &lost.responder).is_none();
    if let (true, Some((_, page))) = (told, planned.min()) {
        draft.push_own(EventKind::PageDue { page });
    }
    escalate::climb_if_level_is_lost(draft, "no page of the level before could be delivered");
}

/// The server does not know whether the page went out: again, and it says so. Not when somebody has it by now.
pub(super) fn uncertain(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    let page = find(draft, number)?;
    if page.state != PageState::Pending {
        return Err(Refusal::Stale);
    }
    if wanted(draft, page) {
        draft.push_own(EventKind::PageUncertain { page: number });
    } else {
        let reason = StopReason::Acknowledged;
        draft.push_own(EventKind::PageWithdrawn { page: number, reason });
    }
    Ok(())
}

pub(super) fn retry(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    let page = find(draft, number)?;
    let kind = match page.state {
        PageState::Retrying { .. } => EventKind::PageRetried { page: number },
        PageState::Planned { .. } => EventKind::PageDue { page: number },
        _ => return Err(Refusal::Stale),
    };
    if !wanted(draft, page) {
        return Err(Refusal::Stale);
    }
    if page.purpose == PagePurpose::Update && update::can_wait(draft) {
        draft.push_own(EventKind::PageWithdrawn { page: number, reason: StopReason::CanWait });
        return Ok(());
    }
    let page = page.clone();
    if !hand_off::is_somebody_elses(draft, &page) {
        draft.push_own(kind);
    }
    Ok(())
}

/// Whether a page still serves: the incident is open, its responder has not answered, and what it is for still stands.
fn wanted(draft: &Draft<'_>, page: &Page) -> bool {
    let is_unanswered = page.state != PageState::Withdrawn && page.answer.is_none();
    draft.must_be_open().is_ok() && is_unanswered && draft.incident.still_wants(page)
}

fn find<'a>(draft: &'a Draft<'_>, number: u32) -> Result<&'a Page, Refusal> {
    draft.incident.page(number).ok_or_else(|| Refusal::Unknown { what: "page", id: number.to_string() })
}
