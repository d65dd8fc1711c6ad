//! What went well, each line only if the record shows it. People go by what they did, never by name.

use super::record::{Record, count};
use crate::diagnosis::diagnose;
use crate::event::{Ending, EventKind, RunReport};
use crate::state::RunState;
use crate::{StepOutcome, words::one_line};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::Approval;

/// The items, each with a link to its event.
pub(super) fn items(record: &Record<'_>) -> Vec<String> {
    let found = [
        answered_at_once(record),
        looks_ran(record),
        cause_was_first(record),
        updates_came(record),
        change_was_undone(record),
        no_change_was_needed(record),
    ];
    found.into_iter().flatten().map(|(words, at)| record.item(&words, at)).collect()
}

type Known = Option<(String, usize)>;

/// The first level took it, and nobody further up was woken.
fn answered_at_once(record: &Record<'_>) -> Known {
    let taken = record.first(|kind| matches!(kind, EventKind::Acknowledged(_)))?;
    let by = record.events.get(taken)?.by.person()?;
    let mut reached = record.before(taken).iter().filter_map(|event| match &event.kind {
        EventKind::LevelReached(reached) => Some((reached.round, reached.level)),
        _ => None,
    });
    let first = reached.next()? == (0, 0) && reached.next().is_none();
    let words =
        format!("Level 1 had it after {}, and no further level was woken", record.since_opened(taken));
    (first && record.is_woken_at(taken, by, 0)).then_some((words, taken))
}

/// What was looked up before anybody asked.
fn looks_ran(record: &Record<'_>) -> Known {
    let mut ended = record.events.iter().enumerate().filter_map(|(at, event)| match &event.kind {
        EventKind::RunEnded { run, report, .. } if ran_alone(record, *run, report) => Some(at),
        _ => None,
    });
    let first = ended.next()?;
    let looks = count(1 + ended.count(), "look", "looks");
    Some((format!("{looks} ran by themselves, the first answer after {}", record.since_opened(first)), first))
}

fn ran_alone(record: &Record<'_>, number: u32, report: &RunReport) -> bool {
    let answers = match &report.ending {
        Ending::Exited { code } => !is_no_command(*code),
        Ending::Followed => true,
        Ending::Killed { .. }
        | Ending::TimedOut
        | Ending::TooMuchOutput
        | Ending::Stopped
        | Ending::NotStarted { .. } => false,
    };
    record.incident.run(number).is_some_and(|run| {
        let looks = run.request.effect.approval() == Approval::NotNeeded && run.request.purpose.is_step();
        answers && looks && run.asked_by.person().is_none()
    })
}

/// What a shell says of a command that is not there, or that nobody may run.
pub(super) const fn is_no_command(code: i32) -> bool {
    matches!(code, 126 | 127)
}

/// The cause that was ranked first was the one that a person found.
fn cause_was_first(record: &Record<'_>) -> Known {
    let (at, step) = record.events.iter().enumerate().find_map(|(at, event)| match &event.kind {
        EventKind::StepMarked { step, outcome: StepOutcome::FoundIt } => Some((at, *step)),
        _ => None,
    })?;
    // As it stood before that word, which would outweigh everything else.
    let ranked = diagnose(&record.state_before(at), record.when(at));
    let first = ranked.causes.into_iter().next().filter(|cause| cause.score > 0)?;
    let is_it = first.step == step || first.branch == Some(step);
    is_it.then(|| (format!("The cause that was ranked first was the one: {}", one_line(&first.name)), at))
}

/// Every update that was promised came in its time.
fn updates_came(record: &Record<'_>) -> Known {
    let mut promised: Option<Timestamp> = None;
    let mut kept = BTreeSet::new();
    for (at, event) in record.events.iter().enumerate() {
        match &event.kind {
            EventKind::UpdateMissed { .. } => return None,
            EventKind::UpdateDue { due } => promised = Some(*due),
            EventKind::UpdatePosted { next_due, .. } => {
                if promised.is_some_and(|due| event.at <= due) {
                    kept.insert(at);
                }
                promised = *next_due;
            }
            _ => {}
        }
    }
    let last = kept.last().copied()?;
    let words = match kept.len() {
        1 => "The promised status update came in time".to_string(),
        many => format!("All {many} promised status updates came in time"),
    };
    Some((words, last))
}

/// The first change was taken back by the command that the playbook names for that.
fn change_was_undone(record: &Record<'_>) -> Known {
    let (first_at, first) = record.events.iter().enumerate().find_map(|(at, event)| match &event.kind {
        EventKind::RunApproved { run } => Some((at, record.incident.run(*run)?)),
        _ => None,
    })?;
    let undo = record.incident.command_of(first)?.inverse.as_deref()?;
    let at = record.events.iter().enumerate().skip(first_at).find_map(|(at, event)| match &event.kind {
        EventKind::RunEnded { run, report, .. } if report.ending == (Ending::Exited { code: 0 }) => {
            let run = record.incident.run(*run)?;
            (run.number != first.number && run.request.source == undo).then_some(at)
        }
        _ => None,
    })?;
    Some(("The first change could be undone by the command that the playbook names for it".to_string(), at))
}

/// It was over before anything was changed from here.
fn no_change_was_needed(record: &Record<'_>) -> Known {
    record.incident.resolved_at?;
    let recovered = super::figures::recovery_began(record.events)?;
    let changed = |run: &crate::Run| match &run.state {
        RunState::Proposed | RunState::Rejected { .. } => false,
        RunState::Ready | RunState::Running { .. } | RunState::Ended(_) | RunState::Lost => run.is_change(),
    };
    let none = !record.incident.runs.iter().any(changed);
    none.then(|| ("It recovered without a change from here".to_string(), recovered))
}
