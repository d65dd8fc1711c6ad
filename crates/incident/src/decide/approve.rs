//! The word of a named person for exactly one command as it was shown to them; of two people where the team wants that.
//!
//! Whoever comes too late hears who was first and how it stands; whoever looked too long ago hears what has changed.

use super::run::find_run;
use super::{Draft, before, timer};
use crate::event::EventKind;
use crate::later::later;
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::sight::Sight;
use crate::state::{FirstWord, Run, RunState, Status};
use crate::words::{clock, duration, lost};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};

pub(super) fn approve(
    draft: &mut Draft<'_>,
    number: u32,
    sight: &Sight,
    sponsor: Option<PersonId>,
) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    let run = waiting(draft, number)?;
    as_shown(draft, run, sight)?;
    if draft.incident.plan.policy.needs_two(run.request.effect) {
        return with_two(draft, number, sponsor);
    }
    before::go(draft, number);
    Ok(())
}

pub(super) fn reject(draft: &mut Draft<'_>, number: u32, reason: String) -> Result<(), Refusal> {
    draft.must_be_person()?;
    waiting(draft, number)?;
    draft.push(EventKind::RunRejected { run: number, reason });
    Ok(())
}

/// The first word is kept and runs nothing; the second, of another person, lets it run. People are told apart by who they
/// are, whatever browser or token they come with; two accounts that may be in one hand count as one person.
fn with_two(draft: &mut Draft<'_>, number: u32, sponsor: Option<PersonId>) -> Result<(), Refusal> {
    let not_now = |why: String| Err(Refusal::NotNow { what: "approval", why });
    let policy = &draft.incident.plan.policy;
    let Some(me) = draft.by.person().cloned() else { return Err(Refusal::PersonNeeded) };
    if draft.now.roster.person(&me).is_none() {
        return not_now(format!("this needs the word of two people of the roster, and {me} is not in it"));
    }
    let Some(first) = find_run(draft, number)?.first_word.clone() else {
        let until = later(draft.now.at, SignedDuration::from_mins(i64::from(policy.approval_valid_min)));
        draft.push(EventKind::RunFirstApproved { run: number, until, sponsor });
        return Ok(());
    };
    if first.by.person() == Some(&me) {
        let until = clock(first.until);
        return not_now(format!(
            "{me} gave the first word for run {number}; the second must be another person's, until {until}"
        ));
    }
    let theirs = first.sponsor.as_ref().or(first.by.person());
    if theirs == Some(sponsor.as_ref().unwrap_or(&me)) {
        return not_now(one_hand(&first, &me, sponsor.as_ref()));
    }
    if first.until < draft.now.at {
        let why = format!("the first word, of {}, ended at {}", first.by, clock(first.until));
        return Err(Refusal::NotAsShown { why });
    }
    if !policy.may_confirm(&me, draft.now) {
        let roles = policy.second_word_roles.join(", ");
        return not_now(format!("the second word is for whoever holds {roles}, and {me} does not"));
    }
    before::go(draft, number);
    Ok(())
}

/// Why the words of two accounts are not those of two people, and what makes them so.
fn one_hand(first: &FirstWord, me: &PersonId, mine: Option<&PersonId>) -> String {
    let made = |person: String, sponsor: &PersonId| {
        format!("{sponsor} saw the link by which {person} set a password")
    };
    let first_made = first.sponsor.as_ref().map(|sponsor| made(first.by.to_string(), sponsor));
    let mine_made = mine.map(|sponsor| made(me.to_string(), sponsor));
    let why: Vec<String> = first_made.into_iter().chain(mine_made).collect();
    format!(
        "{}, so both words could be one person's; the second must come from an account that is nobody else's. Whoever runs \
         the server makes one so with `evenkeel person invite`",
        why.join(" and ")
    )
}

/// The first word is too old for a second one.
pub(super) fn first_lapses(draft: &mut Draft<'_>, number: u32, due: Timestamp) -> Result<(), Refusal> {
    let run = find_run(draft, number).map_err(|_| Refusal::Stale)?;
    if run.state != RunState::Proposed || draft.incident.status != Status::Open {
        return Err(Refusal::Stale);
    }
    timer::still(run.first_word.as_ref().map(|first| first.until), due)?;
    draft.push_own(EventKind::RunFirstLapsed { run: number });
    Ok(())
}

/// Whether what waits is what was shown, and was shown a short time ago.
fn as_shown(draft: &Draft<'_>, run: &Run, sight: &Sight) -> Result<(), Refusal> {
    let changed = |why: String| Err(Refusal::NotAsShown { why });
    if sight.incident != draft.incident.id || sight.run != run.number {
        let (asked, seen) = (run.number, sight.run);
        return changed(format!(
            "this word was given for run {seen} of {}, and not for run {asked} of {}",
            sight.incident, draft.incident.id
        ));
    }
    if sight.source != run.request.source || sight.effect != run.request.effect {
        return Err(Refusal::NotThatCommand { waiting: run.request.source.clone() });
    }
    if sight.place != run.request.place {
        return changed(format!("it was shown for {}, and would run on {}", sight.place, run.request.place));
    }
    if sight.offer != run.offer {
        return changed(match &run.first_word {
            Some(first) => format!(
                "since it was shown, {} gave the first word at {}, and the next one lets it run",
                first.by,
                clock(first.at)
            ),
            None => format!("run {} was shown before an earlier word for it ended", run.number),
        });
    }
    let valid = SignedDuration::from_mins(i64::from(draft.incident.plan.policy.approval_shown_min));
    let age = draft.now.at.duration_since(sight.at);
    if age > valid {
        let (age, valid) = (duration(age), duration(valid));
        return changed(format!("it was shown {age} ago, and a word counts for {valid}"));
    }
    Ok(())
}

fn waiting<'a>(draft: &'a Draft<'_>, number: u32) -> Result<&'a Run, Refusal> {
    let run = find_run(draft, number)?;
    match run.state {
        RunState::Proposed => Ok(run),
        RunState::Rejected { .. } | RunState::Lost => {
            Err(Refusal::NotNow { what: "approval", why: standing(run) })
        }
        RunState::Ready | RunState::Running { .. } | RunState::Ended(_) => {
            Err(Refusal::Taken { what: "approval", by: standing(run) })
        }
    }
}

/// Who has a run in hand and how it stands, for whoever comes second.
pub(super) fn standing(run: &Run) -> String {
    let number = run.number;
    let who = match (&run.approved_by, run.approved_at) {
        (Some(by), Some(at)) => format!("{by} gave the word for run {number} at {}", clock(at)),
        (_, _) => format!("{} asked for run {number} at {}", run.asked_by, clock(run.asked_at)),
    };
    let how = match &run.state {
        RunState::Proposed => "it waits for a word".to_string(),
        RunState::Ready => "it is about to run".to_string(),
        RunState::Running { since } => format!("it runs since {}", clock(*since)),
        RunState::Ended(_) => match run.ended_at {
            Some(at) => format!("it ended at {}", clock(at)),
            None => "it has ended".to_string(),
        },
        RunState::Lost => lost(&run.request.place, run.stopped_by.as_ref()),
        RunState::Rejected { by, reason } if reason.trim().is_empty() => format!("{by} refused it"),
        RunState::Rejected { by, reason } => format!("{by} refused it: {reason}"),
    };
    format!("{who}; {how}")
}
