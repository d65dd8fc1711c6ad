//! Somebody has it, cannot, or gives it back.

use super::alert::next_round;
use super::{Draft, checklist, escalate};
use crate::command::AckIntent;
use crate::event::{EventKind, StopReason};
use crate::later::later;
use crate::people::Actor;
use crate::refusal::Refusal;
use crate::state::{Acknowledgement, LEAD};
use alloc::format;
use alloc::string::{String, ToString};
use jiff::SignedDuration;

/// The longest "in so many minutes" that is believed.
const IN_MINUTES_MAX: u32 = 120;

pub(super) fn acknowledge(
    draft: &mut Draft<'_>,
    intent: AckIntent,
    page: Option<u32>,
) -> Result<(), Refusal> {
    draft.must_be_open()?;
    believable(intent)?;
    let page = own_page(draft, page)?;
    if let Some(holder) = &draft.incident.acknowledged
        && holder.by != draft.by
        && !takes_over(holder, &draft.by, intent)
    {
        return Err(Refusal::AlreadyAcknowledged { by: holder.by.to_string() });
    }
    match intent {
        AckIntent::Cannot => cannot(draft, page),
        AckIntent::OnIt | AckIntent::InMinutes(_) => has_it(draft, intent, page),
    }
    Ok(())
}

/// What is shown is what counts: a number that nobody would wait for is refused, not quietly made smaller.
fn believable(intent: AckIntent) -> Result<(), Refusal> {
    match intent {
        AckIntent::InMinutes(minutes) if !(1..=IN_MINUTES_MAX).contains(&minutes) => {
            let why = format!("in {minutes} min is not between 1 and {IN_MINUTES_MAX}");
            Err(Refusal::NotNow { what: "acknowledge", why })
        }
        AckIntent::OnIt | AckIntent::InMinutes(_) | AckIntent::Cannot => Ok(()),
    }
}

/// A page is answered by whoever it was to wake; what anybody else says of it is their own word, and not that person's.
fn own_page(draft: &Draft<'_>, page: Option<u32>) -> Result<Option<u32>, Refusal> {
    let Some(number) = page else { return Ok(None) };
    let unknown = || Refusal::Unknown { what: "page", id: number.to_string() };
    let found = draft.incident.page(number).ok_or_else(unknown)?;
    Ok((draft.by.person() == Some(&found.responder)).then_some(number))
}

/// A person who is on it takes it from a program that only said that somebody is.
fn takes_over(holder: &Acknowledgement, by: &Actor, intent: AckIntent) -> bool {
    holder.by.person().is_none() && by.person().is_some() && intent != AckIntent::Cannot
}

fn has_it(draft: &mut Draft<'_>, intent: AckIntent, page: Option<u32>) {
    let lapses_at = later(draft.now.at, lapse_after(draft, intent));
    draft.push(EventKind::Acknowledged { intent, page, lapses_at });
    escalate::stop(draft, &StopReason::Acknowledged);
    if let (None, Some(person)) = (draft.incident.lead(), draft.by.person().cloned()) {
        draft.push(EventKind::RoleTaken { role: String::from(LEAD), person });
    }
    checklist::tick_about(draft, &["acknowledge", "claim"], "the incident was acknowledged");
}

pub(super) fn lapse_after(draft: &Draft<'_>, intent: AckIntent) -> SignedDuration {
    let minutes = match intent {
        // Journals from before the limit may hold any number.
        AckIntent::InMinutes(minutes) => minutes.clamp(1, IN_MINUTES_MAX),
        AckIntent::OnIt | AckIntent::Cannot => draft.incident.plan.policy.acknowledge_lapse_min.max(1),
    };
    SignedDuration::from_mins(i64::from(minutes))
}

fn cannot(draft: &mut Draft<'_>, page: Option<u32>) {
    draft.push(EventKind::Declined { page });
    if draft.incident.acknowledged.is_some() {
        let why = format!("{} cannot after all", draft.by);
        draft.push(EventKind::Unacknowledged { why });
        let round = next_round(&draft.incident);
        escalate::start_past_whoever_cannot(draft, round);
    } else {
        escalate::climb_if_level_is_lost(draft, "everybody woken so far cannot");
    }
}

pub(super) fn give_back(draft: &mut Draft<'_>, reason: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    if draft.incident.acknowledged.is_none() {
        return Err(Refusal::NotNow { what: "give back", why: String::from("nobody has it") });
    }
    lapse(draft, reason);
    Ok(())
}

/// Nobody has it any more: the escalation begins again.
pub(super) fn lapse(draft: &mut Draft<'_>, why: String) {
    draft.push(EventKind::Unacknowledged { why: why.clone() });
    let round = next_round(&draft.incident);
    escalate::start(draft, round, why);
}

pub(super) fn take_role(draft: &mut Draft<'_>, role: &str) -> Result<(), Refusal> {
    draft.must_be_open()?;
    let person = draft.by.person().cloned().ok_or(Refusal::PersonNeeded)?;
    if role.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("the name of the role") });
    }
    draft.push(EventKind::RoleTaken { role: role.trim().to_lowercase(), person });
    Ok(())
}
