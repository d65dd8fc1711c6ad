//! What went badly, in the order of the record. People go by what they did, never by name, and what people or programs typed
//! stays behind the link: it may name somebody.

use super::marks::{code, ending};
use super::record::{Record, count};
use super::well::is_no_command;
use crate::StepOutcome;
use crate::event::{Ending, Event, EventKind, RunReport};
use crate::later::later;
use crate::state::PageState;
use crate::words::{clock, duration, one_line};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use playbook::Phase;

/// So many of one kind stand each for itself; a page provider that is down must not fill the document.
const OF_A_KIND_MAX: usize = 5;
/// So many items of the checklist are named in one line.
const NAMED_MAX: usize = 5;

/// The items, each with a link to its event.
pub(super) fn items(record: &Record<'_>) -> Vec<String> {
    let late = late_ticks(record);
    let mut seen: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut lines = Vec::new();
    for (at, event) in record.events.iter().enumerate() {
        let told = went_badly(record, at, event)
            .or_else(|| late.get(&at).map(|words| ("items of the checklist that were late", words.clone())));
        let Some((kind, words)) = told else { continue };
        let (many, first_hidden) = seen.entry(kind).or_insert((0, at));
        *many += 1;
        if *many <= OF_A_KIND_MAX {
            lines.push(record.item(&words, at));
        } else if *many == OF_A_KIND_MAX + 1 {
            *first_hidden = at;
        }
    }
    let more = seen.into_iter().filter(|(_, (many, _))| *many > OF_A_KIND_MAX);
    lines.extend(more.map(|(kind, (many, at))| {
        record.item(&format!("{} more {kind}, the first of them here", many - OF_A_KIND_MAX), at)
    }));
    lines.extend(never_ticked(record));
    lines
}

type Told = Option<(&'static str, String)>;

fn went_badly(record: &Record<'_>, at: usize, event: &Event) -> Told {
    let told = match &event.kind {
        EventKind::LevelUnreachable { level, .. } => {
            ("levels that could not be woken", format!("Nobody at level {} could be woken", level + 1))
        }
        EventKind::Unpaged { .. } => {
            ("times that nobody could be woken", "Nobody at all could be woken".to_string())
        }
        EventKind::EscalationExhausted { .. } => {
            ("times that nobody answered", "The whole path was woken, and nobody answered".to_string())
        }
        EventKind::PageFailed(failure) => return page_failed(record, at, failure.page),
        EventKind::Declined { page: Some(_) } => {
            ("answers that it could not be taken", "Whoever was woken could not take it".to_string())
        }
        // Giving it back is a word; only silence went badly.
        EventKind::Unacknowledged { .. } if event.by.person().is_none() => (
            "times that no word came",
            "No word came from whoever had it, so that nobody had it any more".to_string(),
        ),
        EventKind::UpdateMissed { due, .. } if !is_told_of(record, at, *due) => (
            "status updates that were late",
            format!("The status update promised for {} did not come in time", clock(*due)),
        ),
        EventKind::RunEnded { run, report, .. } => return run_ended(record, *run, report),
        EventKind::RunLost { run } => {
            ("commands that were lost", format!("{} was lost: nobody knows how it went", named(record, *run)))
        }
        EventKind::StepMarked { step, outcome: StepOutcome::Failed } => {
            let title = record.step_title(at, *step).map_or_else(|| step.to_string(), one_line);
            ("steps that did not work", format!("The step \"{title}\" was tried and did not work"))
        }
        EventKind::RecoveryBroken { .. } => {
            ("recoveries that did not hold", "It seemed to recover, and that did not hold".to_string())
        }
        EventKind::Reopened { .. } => {
            ("times that it began again", "It was resolved, and then it was not over".to_string())
        }
        _ => return None,
    };
    Some(told)
}

/// Whether the same late update was told before: it is late once, however long it is.
fn is_told_of(record: &Record<'_>, at: usize, due: Timestamp) -> bool {
    let same = |kind: &EventKind| matches!(kind, EventKind::UpdateMissed { due: known, .. } if *known == due);
    record.before(at).iter().any(|event| same(&event.kind))
}

/// One line for each page, at its first failure.
fn page_failed(record: &Record<'_>, at: usize, number: u32) -> Told {
    let is_of =
        |event: &&Event| matches!(&event.kind, EventKind::PageFailed(failure) if failure.page == number);
    if record.before(at).iter().any(|event| is_of(&event)) {
        return None;
    }
    let tries = count(record.events.iter().filter(is_of).count(), "attempt", "attempts");
    let page = record.incident.page(number)?;
    let end = match &page.state {
        PageState::Failed { .. } => ", and it was given up",
        PageState::Delivered { .. } => ", and then its provider took it",
        PageState::Planned { .. }
        | PageState::Pending
        | PageState::Retrying { .. }
        | PageState::Withdrawn => "",
    };
    let channel = page.channel.name();
    Some(("pages that did not arrive at once", format!("A page by {channel} failed at {tries}{end}")))
}

/// A change that ended otherwise than well, or a look that could not be taken. A look that ends with another code than 0 has
/// answered all the same: that is how `curl -f` and `grep` say what they saw. A dry run is for failing.
fn run_ended(record: &Record<'_>, number: u32, report: &RunReport) -> Told {
    let run = record.incident.run(number)?;
    let changes = run.is_change();
    let is_bad = match &report.ending {
        Ending::Exited { code: 0 } | Ending::Followed | Ending::Stopped => false,
        Ending::Exited { code } => changes || is_no_command(*code),
        Ending::Killed { .. } | Ending::TimedOut | Ending::TooMuchOutput | Ending::NotStarted { .. } => true,
    };
    let how = match &report.ending {
        Ending::NotStarted { .. } => "could not be started".to_string(),
        other => ending(other),
    };
    is_bad.then(|| ("commands that did not end well", format!("{} {how}", named(record, number))))
}

fn named(record: &Record<'_>, run: u32) -> String {
    record.incident.run(run).map_or_else(|| format!("Run {run}"), |run| code(&run.request.source))
}

/// When the window of a phase ends; only what has one is promised for a time.
fn ends_at(record: &Record<'_>, phase: &Phase) -> Option<Timestamp> {
    let minutes = i64::from(phase.window?.to_min);
    Some(later(record.incident.opened_at, SignedDuration::from_mins(minutes)))
}

/// What was ticked after its window, by the place of the event. What has a condition may not have applied until then.
fn late_ticks(record: &Record<'_>) -> BTreeMap<usize, String> {
    let mut late = BTreeMap::new();
    for (phase_at, item_at, text, due) in promised(record) {
        let Some(tick) = record.incident.ticks.get(&(small(phase_at), small(item_at))) else { continue };
        let is_it = |kind: &EventKind| matches!(kind, EventKind::Ticked { phase, item, .. } if (*phase, *item) == (small(phase_at), small(item_at)));
        let (Some(at), true) = (record.last(is_it), tick.at > due) else { continue };
        let by = duration(tick.at.duration_since(due));
        late.insert(at, format!("\"{}\" of the checklist was ticked {by} late", one_line(text)));
    }
    late
}

/// What still had no tick at the end, in one line.
fn never_ticked(record: &Record<'_>) -> Option<String> {
    let resolved = record.incident.resolved_at?;
    let end = record.last(|kind| matches!(kind, EventKind::Resolved { .. }))?;
    let open = promised(record).filter(|(phase, item, _, due)| {
        *due <= resolved && !record.incident.ticks.contains_key(&(small(*phase), small(*item)))
    });
    let open: Vec<String> = open.map(|(_, _, text, _)| format!("\"{}\"", one_line(text))).collect();
    if open.is_empty() {
        return None;
    }
    let named = open.get(..NAMED_MAX).unwrap_or(&open).join(", ");
    let more = open.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let items = count(open.len(), "item", "items");
    Some(record.item(&format!("{items} of the checklist had no tick at the end: {named}{more}"), end))
}

/// Every item that is promised for a time and has no condition: phase, item, its text, and until when.
fn promised<'a>(record: &'a Record<'_>) -> impl Iterator<Item = (usize, usize, &'a str, Timestamp)> {
    let phases = record.incident.plan.playbook.checklist.iter().flat_map(|checklist| &checklist.phases);
    phases.enumerate().flat_map(move |(phase_at, phase)| {
        let due = ends_at(record, phase);
        phase.items.iter().enumerate().filter_map(move |(item_at, item)| {
            item.condition.is_none().then_some((phase_at, item_at, item.text.as_str(), due?))
        })
    })
}

fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
