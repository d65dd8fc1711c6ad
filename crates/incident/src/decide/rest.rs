//! What can wait: for the end of a responder's quiet hours, and for the team's working hours. What is of high urgency never does.

use super::Draft;
use super::wake::repeat_min;
use crate::event::{EventKind, PagePurpose, Resting, RestsFor};
use crate::later::{earlier, later};
use crate::people::{Contact, PersonId};
use crate::severity::Urgency;
use crate::state::{Page, PageState};
use alloc::format;
use alloc::string::String;
use jiff::{SignedDuration, Timestamp};

/// Until when something waits.
pub(super) struct Rest {
    pub(super) until: Timestamp,
    /// For what, in words.
    pub(super) why: String,
}

impl Rest {
    /// The escalation begins again then, for whoever sleeps until then.
    pub(super) fn of_a_sleeper(self, round: u32, policy: Option<String>) -> EventKind {
        let Self { until, why } = self;
        let rests_for = RestsFor::QuietHours;
        EventKind::EscalationRests(Resting { round, level: 0, policy, until, why, rests_for, without: None })
    }
}

/// The quiet hours that somebody is in at an instant; `None`: they are told. Hours without an end would keep it from them for
/// ever, so they count for nothing.
fn quiet(draft: &Draft<'_>, person: &PersonId, at: Timestamp) -> Option<Rest> {
    if draft.incident.urgency() == Urgency::High {
        return None;
    }
    let hours = draft.now.roster.quiet_hours(person).filter(|hours| hours.cover(at))?;
    let until = hours.end(at)?;
    Some(Rest { until, why: format!("quiet hours until {}", hours.say(until, draft.now.at)) })
}

/// Until when somebody is not told, if they are not told now.
pub(super) fn quiet_until(draft: &Draft<'_>, person: &PersonId) -> Option<Timestamp> {
    quiet(draft, person, draft.now.at).map(|rest| rest.until)
}

/// When a page goes out over a way of somebody's, and for what it waits. The delay of a later way counts from when its person is
/// told. What a person asks for does not wait: it is their word that it cannot.
pub(super) fn goes_out(
    draft: &Draft<'_>,
    person: &PersonId,
    contact: &Contact,
    purpose: PagePurpose,
) -> (Option<Timestamp>, Option<String>) {
    let after = SignedDuration::from_mins(i64::from(contact.after_min));
    let now = draft.now.at;
    let quiet = |at| if purpose.is_asked_for() { None } else { quiet(draft, person, at) };
    let off = if purpose == PagePurpose::Escalation { off_hours(draft) } else { None };
    let at_first = off.or_else(|| quiet(now));
    let wished = later(at_first.as_ref().map_or(now, |rest| rest.until), after);
    let by_then = quiet(wished);
    let at = by_then.as_ref().map_or(wished, |rest| rest.until);
    ((at > now).then_some(at), by_then.or(at_first).map(|rest| rest.why))
}

/// Whether a page of an earlier round over the same way is enough: one that waits for the end of the same quiet hours, or that has
/// waited and goes out about now, whichever timer fires first.
pub(super) fn waits_already(draft: &Draft<'_>, person: &PersonId, contact: &Contact) -> bool {
    let same = |page: &&Page| {
        page.purpose == PagePurpose::Escalation
            && page.waits.is_some()
            && page.responder == *person
            && page.is_over(contact)
    };
    let mut waited = draft.incident.pages.iter().filter(same).peekable();
    // Most have nothing that waited, and no hours to be looked up.
    if waited.peek().is_none() {
        return false;
    }
    let asleep = quiet_until(draft, person).is_some();
    let goes = goes_out(draft, person, contact, PagePurpose::Escalation).0.unwrap_or(draft.now.at);
    let a_moment_ago = earlier(draft.now.at, SignedDuration::from_mins(i64::from(repeat_min(draft))));
    let since = draft.incident.escalation.began().map_or(0, |(first, _)| first);
    waited.any(|page| match page.state {
        PageState::Planned { at } => asleep || at <= goes,
        // What was told before somebody had it, or before it became another, does not count.
        PageState::Pending | PageState::Retrying { .. } | PageState::Delivered { .. } => {
            page.round >= since && page.due_at > a_moment_ago
        }
        PageState::Failed { .. } | PageState::Withdrawn => false,
    })
}

/// Until the first of those is told who wait for the end of their quiet hours, and of whom the escalation has told nobody anything
/// yet: it is not at its end before. Who was told once does not put it off another night.
pub(super) fn first_untold(draft: &Draft<'_>) -> Option<Rest> {
    let (first, _) = draft.incident.escalation.began()?;
    let pages = draft.incident.pages.iter().filter(|page| page.purpose == PagePurpose::Escalation);
    let is_told = |person: &PersonId| {
        pages
            .clone()
            .filter(|page| page.round >= first && page.responder == *person)
            .any(|page| !matches!(page.state, PageState::Planned { .. } | PageState::Withdrawn))
    };
    let waiting = pages.clone().filter_map(|page| match (&page.state, &page.waits) {
        (PageState::Planned { at }, Some(waits)) => Some((*at, page, waits)),
        _ => None,
    });
    let (until, page, waits) = waiting
        .filter(|(_, page, _)| !is_told(&page.responder))
        .min_by_key(|(at, page, _)| (*at, page.number))?;
    let why = format!(
        "nobody who can be told has answered; the path begins again when {} is told: {waits}",
        page.responder
    );
    Some(Rest { until, why })
}

/// The end of the team's time off, for a severity that waits for that.
pub(super) fn off_hours(draft: &Draft<'_>) -> Option<Rest> {
    let severity = draft.incident.severity();
    let hours = draft
        .now
        .roster
        .working_hours()
        .filter(|_| draft.incident.plan.waits_for_working_hours(&severity))?;
    // Hours that never begin would keep it for ever, so they count for nothing.
    let until = hours.begin(draft.now.at).filter(|until| *until > draft.now.at)?;
    let why = format!("{severity} waits for working hours, from {}", hours.say(until, draft.now.at));
    Some(Rest { until, why })
}
