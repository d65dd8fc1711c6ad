//! Somebody has it, cannot, or gives it back.

use super::alert::next_round;
use super::{Draft, checklist, escalate, hand_over, help, rest, tell, timer, update};
use crate::command::AckIntent;
use crate::event::{Acknowledging, EventKind, PagePurpose, StopReason, Taking};
use crate::later::{earlier, later};
use crate::people::{Actor, PersonId};
use crate::refusal::Refusal;
use crate::state::{Acknowledgement, LEAD};
use alloc::format;
use alloc::string::{String, ToString};
use jiff::{SignedDuration, Timestamp};

/// The longest "in so many minutes" that is believed.
const IN_MINUTES_MAX: u32 = 120;

/// The longest name of a role, in bytes.
const ROLE_BYTES_MAX: usize = 100;

/// The longest time without a reminder: one night.
const SNOOZE_MINUTES_MAX: u32 = 12 * 60;

pub(super) fn acknowledge(
    draft: &mut Draft<'_>,
    intent: AckIntent,
    page: Option<u32>,
) -> Result<(), Refusal> {
    draft.must_be_open()?;
    believable(intent)?;
    let page = own_page(draft, page)?;
    if let Some(number) = help::asked_for_less(draft, page, intent) {
        let answered = draft.incident.page(number).map(|page| (page.purpose, page.answer));
        if answered.is_some_and(|(_, answer)| answer == Some(intent)) {
            return Ok(());
        }
        draft.push(EventKind::PageAnswered { page: number, intent });
        escalate::take_back(draft, &StopReason::Answered);
        if let (AckIntent::Cannot, Some((PagePurpose::Update, _))) = (intent, answered) {
            update::declined(draft);
        }
        return Ok(());
    }
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

/// A person who is on it takes it from a program that only said that somebody is, and from whoever hands it to them.
fn takes_over(holder: &Acknowledgement, by: &Actor, intent: AckIntent) -> bool {
    let is_handed = holder.handing_to.is_some() && holder.handing_to.as_ref() == by.person();
    let is_free = holder.by.person().is_none() || is_handed;
    is_free && by.person().is_some() && intent != AckIntent::Cannot
}

/// Whoever asks has it from now on, whoever had it before.
pub(super) fn has_it(draft: &mut Draft<'_>, intent: AckIntent, page: Option<u32>) {
    let held = draft.incident.acknowledged.as_ref().map(|holder| holder.by.clone());
    let from = held.filter(|holder| *holder != draft.by);
    let lapses_at = later(draft.now.at, lapse_after(draft, intent));
    let remind_at = remind_at(draft, intent, lapses_at);
    // The lead goes along with it, unless somebody else holds that.
    let lead = draft.incident.lead();
    let follows = lead.is_none() || lead == from.as_ref().and_then(Actor::person);
    draft.push(EventKind::Acknowledged(Acknowledging { intent, page, lapses_at, remind_at, from }));
    escalate::stop(draft, &StopReason::Acknowledged);
    escalate::take_back(draft, &StopReason::Answered);
    if let (true, Some(person)) = (follows, draft.by.person().cloned()) {
        takes(draft, String::from(LEAD), person, String::new());
    }
    checklist::tick_about(draft, &["acknowledge", "claim"], "the incident was acknowledged");
}

/// When whoever has it is asked whether they still do. Who said "in ten minutes" has said when to ask.
fn remind_at(draft: &Draft<'_>, intent: AckIntent, lapses_at: Timestamp) -> Option<Timestamp> {
    let minutes = draft.incident.plan.policy.acknowledge_reminder_min;
    let before = earlier(lapses_at, SignedDuration::from_mins(i64::from(minutes)));
    (intent == AckIntent::OnIt && minutes > 0 && before > draft.now.at).then_some(before)
}

/// Whoever has it needs no reminder for a while: an incident that only waits for the morning.
pub(super) fn snooze(draft: &mut Draft<'_>, minutes: u32) -> Result<(), Refusal> {
    draft.must_be_open()?;
    hand_over::must_have_it(draft, "snooze")?;
    if !(1..=SNOOZE_MINUTES_MAX).contains(&minutes) {
        let why = format!("{minutes} min is not between 1 and {SNOOZE_MINUTES_MAX}");
        return Err(Refusal::NotNow { what: "snooze", why });
    }
    let lapses_at = later(draft.now.at, SignedDuration::from_mins(i64::from(minutes)));
    let remind_at = remind_at(draft, AckIntent::OnIt, lapses_at);
    draft.push(EventKind::AcknowledgementExtended { lapses_at, remind_at });
    Ok(())
}

/// What somebody has became worse: they are told at once, and have it no longer than whoever takes it now would.
pub(super) fn became_worse(draft: &mut Draft<'_>, why: &str) {
    let Some(holder) = draft.incident.acknowledged.clone() else { return };
    let lapses_at = holder.lapses_at.min(later(draft.now.at, lapse_after(draft, holder.intent)));
    let remind_at = remind_at(draft, holder.intent, lapses_at);
    if (lapses_at, remind_at) != (holder.lapses_at, holder.remind_at) {
        draft.push_own(EventKind::AcknowledgementExtended { lapses_at, remind_at });
    }
    let person = holder.by.person().and_then(|id| draft.now.roster.person(id)).cloned();
    if let Some(person) = person.filter(|_| holder.by != draft.by) {
        let rule = format!("{} has it, and {why}", person.id);
        help::wake(draft, &person, PagePurpose::Reminder, &rule);
    }
}

/// The time of whoever has it is over: with news they have it for longer, without they are asked first.
pub(super) fn falls_due(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    let holder = draft.incident.acknowledged.clone().ok_or(Refusal::Stale)?;
    timer::still(Some(holder.asked_at()), due)?;
    let silence = lapse_after(draft, holder.intent);
    let lapses_at = later(holder.news_at, silence);
    if holder.news_at > holder.at && lapses_at > holder.lapses_at.max(draft.now.at) {
        let remind_at = remind_at(draft, holder.intent, lapses_at);
        draft.push_own(EventKind::AcknowledgementExtended { lapses_at, remind_at });
        return Ok(());
    }
    let quiet = draft.now.at.duration_since(holder.news_at).as_mins();
    if holder.remind_at.is_some() && remind(draft, &holder, quiet) {
        return Ok(());
    }
    lapse(draft, format!("no word from {} for {quiet} min", holder.by));
    Ok(())
}

/// Asks whoever has it whether they still do; `false` when they cannot be reached.
fn remind(draft: &mut Draft<'_>, holder: &Acknowledgement, quiet_min: i64) -> bool {
    let person = holder.by.person().and_then(|id| draft.now.roster.person(id)).cloned();
    let Some(person) = person.filter(|person| !person.contacts.is_empty()) else { return false };
    // Nobody loses it for want of an answer to what they were not asked yet.
    if let Some(until) = rest::quiet_until(draft, &person.id) {
        let minutes = draft.incident.plan.policy.acknowledge_reminder_min;
        let lapses_at = later(until, SignedDuration::from_mins(i64::from(minutes)));
        draft.push_own(EventKind::AcknowledgementExtended { lapses_at, remind_at: Some(until) });
        return true;
    }
    draft.push_own(EventKind::AcknowledgementReminded { lapses_at: holder.lapses_at });
    let rule = format!("{} has it and gave no news for {quiet_min} min", person.id);
    help::wake(draft, &person, PagePurpose::Reminder, &rule);
    true
}

pub(super) fn lapse_after(draft: &Draft<'_>, intent: AckIntent) -> SignedDuration {
    let minutes = match intent {
        // Journals from before the limit may hold any number.
        AckIntent::InMinutes(minutes) => minutes.clamp(1, IN_MINUTES_MAX),
        AckIntent::OnIt | AckIntent::Cannot => {
            return draft.incident.plan.policy.acknowledge_lapse(&draft.incident.severity());
        }
    };
    SignedDuration::from_mins(i64::from(minutes))
}

fn cannot(draft: &mut Draft<'_>, page: Option<u32>) {
    draft.push(EventKind::Declined { page });
    escalate::take_back(draft, &StopReason::Declined);
    if draft.incident.acknowledged.is_some() {
        let why = format!("{} cannot after all", draft.by);
        draft.push(EventKind::Unacknowledged { why });
        escalate::take_back(draft, &StopReason::Lapsed);
        let round = next_round(&draft.incident);
        escalate::start_past_whoever_cannot(draft, round);
    } else {
        escalate::climb_if_level_is_lost(draft, "everybody woken so far cannot");
        escalate::rest_anew(draft);
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
    escalate::take_back(draft, &StopReason::Lapsed);
    let round = next_round(&draft.incident);
    escalate::start(draft, round, why);
}

pub(super) fn take_role(draft: &mut Draft<'_>, role: &str, words: &str) -> Result<(), Refusal> {
    draft.must_be_open()?;
    let person = draft.by.person().cloned().ok_or(Refusal::PersonNeeded)?;
    let role = role.trim().to_lowercase();
    if role.is_empty() || role.len() > ROLE_BYTES_MAX {
        let what = format!("the name of the role, of at most {ROLE_BYTES_MAX} bytes");
        return Err(Refusal::Missing { what });
    }
    tell::short_enough(words)?;
    takes(draft, role, person, String::from(words.trim()));
    Ok(())
}

fn takes(draft: &mut Draft<'_>, role: String, person: PersonId, words: String) {
    let from = draft.incident.roles.get(&role).filter(|holder| **holder != person).cloned();
    draft.push(EventKind::RoleTaken(Taking { role, person, from, words }));
}
