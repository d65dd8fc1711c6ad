//! The escalation: wakes one level after another until somebody answers.
//!
//! A level that nobody holds is passed over at once. When no level holds anybody, the catch-all is woken; when even
//! that is empty, the incident stands as UNPAGED.

use super::alert::next_round;
use super::wake::{Wake, repeat_min, wake};
use super::whom::{self, CATCH_ALL, Whom};
use super::{Draft, next_number, rest};
use crate::event::{EventKind, PagePurpose, Resting, RestsFor, StopReason};
use crate::later::later;
use crate::path::{EscalationPath, Level};
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::state::{Escalation, Incident, Page, PageState};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::SignedDuration;

/// How a severity is answered.
enum Path {
    /// By waking the levels of this one.
    Wake(EscalationPath),
    /// By filing this.
    File(String),
}

fn path(incident: &Incident) -> Path {
    let path = incident.path();
    match incident.plan.ticket(&incident.severity()) {
        _ if !path.levels.is_empty() => Path::Wake(path),
        Some(ticket) => Path::File(ticket.to_string()),
        None => Path::Wake(EscalationPath { levels: vec![Level::one(CATCH_ALL, 0)], ..path }),
    }
}

/// Whether the incident's severity wakes anybody.
pub(super) fn wakes_somebody(incident: &Incident) -> bool {
    matches!(path(incident), Path::Wake(_))
}

/// Begins a round of the escalation at its first level.
pub(super) fn start(draft: &mut Draft<'_>, round: u32, because: String) {
    match path(&draft.incident) {
        Path::Wake(path) => reach(draft, &path, &Reach { round, level: 0, because, without: None }),
        Path::File(text) => {
            let filed = draft.incident.action_items.iter().any(|item| item.title == text);
            if !filed {
                draft.push_own(EventKind::TicketFiled { text: text.clone() });
                let item = next_number(&draft.incident.action_items) - 1;
                draft.push_own(EventKind::ActionItemAdded { item, title: text, owner: None, due: None });
            }
            draft.push_own(EventKind::EscalationStopped { reason: StopReason::SeverityWakesNobody });
        }
    }
}

/// Begins a round after whoever had it has said that they cannot: they are passed over while there is anybody else.
pub(super) fn start_past_whoever_cannot(draft: &mut Draft<'_>, round: u32) {
    let because = format!("{} cannot after all", draft.by);
    let without = draft.by.person().cloned();
    match path(&draft.incident) {
        Path::Wake(path) => reach(draft, &path, &Reach { round, level: 0, because, without }),
        Path::File(_) => start(draft, round, because),
    }
}

/// Whether a try that reaches nobody is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// Its time has come: what came of it is told, and the next time.
    InAnyCase,
    /// Something has changed: told only when it helped.
    WhenReachable,
}

/// Nobody could be woken so far: tried again with the roster of now. Until somebody is paged it stands as UNPAGED.
pub(super) fn try_unpaged(draft: &mut Draft<'_>, retry: Retry) -> Result<(), Refusal> {
    draft.must_be_open()?;
    let Escalation::Unpaged { next_due, .. } = draft.incident.escalation else {
        return Err(Refusal::Stale);
    };
    // An older server set no time for the next try: it is set now.
    let told = retry == Retry::InAnyCase || next_due.is_none();
    let mut tried = Draft {
        incident: draft.incident.clone(),
        events: Vec::new(),
        intents: Vec::new(),
        by: draft.by.clone(),
        now: draft.now,
    };
    let round = next_round(&tried.incident);
    start(&mut tried, round, String::from("nobody could be woken before"));
    if matches!(tried.incident.escalation, Escalation::Unpaged { .. }) {
        // One line a try is enough: the levels that nobody holds were told before.
        let last = tried.events.pop().map(|event| event.kind);
        if let (true, Some(kind)) = (told, last) {
            draft.push_own(kind);
        }
    } else {
        draft.incident = tried.incident;
        draft.events.append(&mut tried.events);
        draft.intents.append(&mut tried.intents);
    }
    Ok(())
}

/// Nobody has answered in time: the next level, or the path again.
pub(super) fn climb(draft: &mut Draft<'_>, because: String) {
    let (Path::Wake(path), Escalation::Waiting { round, counted_from, level, .. }) =
        (path(&draft.incident), draft.incident.escalation.clone())
    else {
        return;
    };
    let rounds = round.saturating_sub(counted_from);
    let next = usize::try_from(level).unwrap_or(usize::MAX).saturating_add(1);
    if next < path.levels.len() {
        reach(draft, &path, &Reach { round, level: next, because, without: None });
    } else if rounds < path.repeats_max {
        let because = format!("round {} of the path began: nobody has answered", rounds + 2);
        reach(draft, &path, &Reach { round: round + 1, level: 0, because, without: None });
    } else if let Some(asleep) = rest::first_untold(draft) {
        draft.push_own(asleep.of_a_sleeper(round + 1, path.policy));
    } else {
        draft.push_own(EventKind::EscalationExhausted { round });
    }
}

/// Somebody for whom it rested until the morning has said that they cannot: until the next of those who sleep is told, or it is at
/// its end.
pub(super) fn rest_anew(draft: &mut Draft<'_>) {
    let Escalation::Resting { round, policy, until, rests_for: RestsFor::QuietHours, .. } =
        draft.incident.escalation.clone()
    else {
        return;
    };
    match rest::first_untold(draft) {
        Some(asleep) if asleep.until == until => {}
        Some(asleep) => draft.push_own(asleep.of_a_sleeper(round, policy)),
        None => draft.push_own(EventKind::EscalationExhausted { round: round.saturating_sub(1) }),
    }
}

/// What it rested for is over: on where it stopped, or from the beginning for whoever had slept.
pub(super) fn go_on(draft: &mut Draft<'_>) {
    let (Path::Wake(path), Escalation::Resting { round, level, rests_for, without, .. }) =
        (path(&draft.incident), draft.incident.escalation.clone())
    else {
        return;
    };
    let because = String::from(match rests_for {
        RestsFor::WorkingHours => "working hours have begun",
        RestsFor::QuietHours => "the path began again: somebody can be told who slept",
    });
    let level = usize::try_from(level).unwrap_or(usize::MAX);
    reach(draft, &path, &Reach { round, level, because, without });
}

/// Where to go on, and why.
pub(super) struct Reach {
    pub(super) round: u32,
    pub(super) level: usize,
    pub(super) because: String,
    pub(super) without: Option<PersonId>,
}

/// A level once more, for those of it who are new there.
pub(super) fn reach_again(draft: &mut Draft<'_>, path: &EscalationPath, from: &Reach, whom: Whom) {
    if !rests(draft, path, from) {
        let rule = rule(draft, path, from.level, &whom, &from.because);
        wake(draft, Wake { path, number: from.level, round: from.round, rule, whom });
    }
}

/// Whether it is the team's time off, and the severity waits for its end.
fn rests(draft: &mut Draft<'_>, path: &EscalationPath, from: &Reach) -> bool {
    let Some(off) = rest::off_hours(draft) else { return false };
    let (round, level, policy) = (from.round, small(from.level), path.policy.clone());
    let (until, why, rests_for) = (off.until, off.why, RestsFor::WorkingHours);
    let without = from.without.clone();
    let rests = Resting { round, level, policy, until, why, rests_for, without };
    draft.push_own(EventKind::EscalationRests(rests));
    true
}

fn reach(draft: &mut Draft<'_>, path: &EscalationPath, from: &Reach) {
    if rests(draft, path, from) {
        return;
    }
    let mut passed_over: Vec<String> = Vec::new();
    for (number, level) in path.levels.iter().enumerate().skip(from.level) {
        let name = level.name();
        match whom::at(draft, level, from.round, from.without.as_ref()) {
            Ok(whom) => {
                let because = match passed_over.as_slice() {
                    [] => from.because.clone(),
                    passed_over => format!("{}; passed over: {}", from.because, passed_over.join(", ")),
                };
                let rule = rule(draft, path, number, &whom, &because);
                return wake(draft, Wake { path, number, round: from.round, rule, whom });
            }
            Err(why) => {
                draft.push_own(EventKind::LevelUnreachable {
                    level: small(number),
                    target: name.clone(),
                    why,
                });
                passed_over.push(name);
            }
        }
    }
    let whom = whom::in_the_catch_all(draft, from.without.as_ref());
    if whom.ways.is_empty() {
        let why = String::from("no level of the path and nobody in the catch-all can be reached");
        let rest = SignedDuration::from_mins(i64::from(repeat_min(draft)));
        draft.push_own(EventKind::Unpaged { why, next_due: Some(later(draft.now.at, rest)) });
    } else {
        let rule = format!(
            "{}; no further level can be reached, so everybody in the catch-all is woken",
            from.because
        );
        wake(draft, Wake { path, number: path.levels.len(), round: from.round, rule, whom });
    }
}

/// The rule that leads to a level, in words, for whoever asks why.
pub(super) fn rule(
    draft: &Draft<'_>,
    path: &EscalationPath,
    number: usize,
    whom: &Whom,
    because: &str,
) -> String {
    let severity = draft.incident.severity();
    let level = path.levels.get(number);
    let after = level.map_or(0, |level| level.after_min);
    let turn = match level.filter(|level| level.round_robin) {
        Some(level) => format!(", chosen for this incident of {} who share it", level.targets.len()),
        None => String::new(),
    };
    let (of, by) = (path.said(), whom.by_schedule(draft.now));
    let count = path.levels.len();
    format!("{severity} level {} of {count}{of} (after {after} min){turn}{by}: {because}", number + 1)
}

/// Stops waking people and takes back every page that has not gone out.
pub(super) fn stop(draft: &mut Draft<'_>, reason: &StopReason) {
    take_back(draft, reason);
    if !matches!(draft.incident.escalation, Escalation::Stopped | Escalation::Idle) {
        draft.push_own(EventKind::EscalationStopped { reason: reason.clone() });
    }
}

/// Takes back every page that has not gone out and is not needed any more for this reason.
pub(super) fn take_back(draft: &mut Draft<'_>, reason: &StopReason) {
    let by = draft.by.person().cloned();
    let ends = |page: &&Page| match reason {
        StopReason::Resolved => true,
        StopReason::SeverityChanged | StopReason::SeverityWakesNobody => {
            page.purpose == PagePurpose::Escalation
        }
        // A helper is wanted, and people want to be told, whoever has it.
        StopReason::Acknowledged => !matches!(page.purpose, PagePurpose::Help | PagePurpose::Update),
        StopReason::Lapsed => matches!(page.purpose, PagePurpose::Reminder | PagePurpose::HandOver),
        StopReason::OfferedToAnother => {
            page.purpose == PagePurpose::HandOver && !draft.incident.still_wants(page)
        }
        StopReason::Told => page.purpose == PagePurpose::Update,
        StopReason::NotOnCall | StopReason::CanWait => false,
        StopReason::Declined => by.as_ref() == Some(&page.responder),
        // Another way of somebody who has answered need not ring for the same thing.
        StopReason::Answered => by.as_ref() == Some(&page.responder) && draft.incident.is_answered(page),
    };
    let waits = |page: &&Page| {
        matches!(page.state, PageState::Planned { .. } | PageState::Pending | PageState::Retrying { .. })
    };
    let waiting = draft.incident.pages.iter().filter(waits).filter(ends);
    for page in waiting.map(|page| page.number).collect::<Vec<_>>() {
        draft.push_own(EventKind::PageWithdrawn { page, reason: reason.clone() });
    }
}

/// When every page of the current level has failed or been answered with "cannot", waiting longer helps nobody: the next
/// level is woken at once. After the last one, with every page of the round lost, the catch-all is. The path begins
/// again at its time and no sooner: what fails in a moment must not use up every round in that moment.
pub(super) fn climb_if_level_is_lost(draft: &mut Draft<'_>, because: &str) {
    let (Path::Wake(path), Escalation::Waiting { round, first, level, .. }) =
        (path(&draft.incident), draft.incident.escalation.clone())
    else {
        return;
    };
    let pages = draft.incident.pages.iter().filter(|page| page.purpose == PagePurpose::Escalation);
    let of_round: Vec<&Page> = pages.clone().filter(|page| page.round == round).collect();
    let cannot = |page: &Page| page.answer == Some(crate::AckIntent::Cannot);
    let lost = |page: &Page| {
        let declined = of_round.iter().any(|other| other.responder == page.responder && cannot(other));
        declined || cannot(page) || matches!(page.state, PageState::Failed { .. })
    };
    let mut of_level: Vec<&Page> = of_round.iter().copied().filter(|page| page.level == level).collect();
    if of_level.is_empty() {
        // Those of an earlier round that wait for the end of quiet hours, or have waited, stand for its own.
        let earlier = pages.filter(|page| page.level == level && (first..round).contains(&page.round));
        of_level =
            earlier.filter(|page| page.waits.is_some() && page.state != PageState::Withdrawn).collect();
    }
    let level_lost = !of_level.is_empty() && of_level.into_iter().all(lost);
    let round_lost = of_round.iter().copied().all(lost);
    let here = usize::try_from(level).unwrap_or(usize::MAX);
    let next = here.saturating_add(1);
    let is_path = path.levels.get(here).is_some_and(|level| level.name() != CATCH_ALL);
    if level_lost && is_path && (next < path.levels.len() || round_lost) {
        reach(draft, &path, &Reach { round, level: next, because: String::from(because), without: None });
    }
}

pub(super) fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
