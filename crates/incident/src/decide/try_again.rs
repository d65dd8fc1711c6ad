//! Other settings were read: who could not be reached may be by now, and hours for which something waits may be others.

use super::escalate::Retry;
use super::{Draft, escalate, page, rest};
use crate::event::RestsFor;
use crate::refusal::Refusal;
use crate::state::{Escalation, Page};
use alloc::vec::Vec;

pub(super) fn try_again(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.must_be_open()?;
    if matches!(draft.incident.escalation, Escalation::Unpaged { .. }) {
        return escalate::try_unpaged(draft, Retry::WhenReachable);
    }
    tell_who_is_awake(draft);
    judge_rest(draft);
    if draft.events.is_empty() { Err(Refusal::Stale) } else { Ok(()) }
}

/// A page that waited for hours in which its responder is no more goes out now. What would wait for others is left at its time.
fn tell_who_is_awake(draft: &mut Draft<'_>) {
    let goes_out = |page: &&Page| {
        let waits = !page.purpose.is_asked_for() && page.is_kept();
        let person = draft.now.roster.person(&page.responder).filter(|_| waits);
        let contact = person.and_then(|person| person.contacts.iter().find(|way| page.is_over(way)));
        contact
            .is_some_and(|contact| rest::goes_out(draft, &page.responder, contact, page.purpose).0.is_none())
    };
    let numbers: Vec<u32> = draft.incident.pages.iter().filter(goes_out).map(|page| page.number).collect();
    for number in numbers {
        // One that is not wanted any more is refused, and stays as it is.
        let _ = page::retry(draft, number);
    }
}

/// What rests goes on when it need not any more, or rests until another time.
fn judge_rest(draft: &mut Draft<'_>) {
    let Escalation::Resting { round, policy, until, rests_for, .. } = draft.incident.escalation.clone()
    else {
        return;
    };
    match rests_for {
        RestsFor::WorkingHours => {
            if rest::off_hours(draft).map(|off| off.until) != Some(until) {
                escalate::go_on(draft);
            }
        }
        // Somebody was told just now who had slept: the path begins again for them.
        RestsFor::QuietHours if !draft.events.is_empty() => escalate::go_on(draft),
        RestsFor::QuietHours => {
            if let Some(asleep) = rest::first_untold(draft).filter(|asleep| asleep.until != until) {
                draft.push_own(asleep.of_a_sleeper(round, policy));
            }
        }
    }
}
