//! One run of a command: how it stands, how it ended, what it printed, what the playbook's checks say.

use super::word::Word;
use crate::view::{Tag, effect_tag};
use incident::words::{duration, lost};
use incident::{Actor, Ending, Fact, Incident, Place, Purpose, Run, RunReport, RunState};
use jiff::SignedDuration;
use playbook::{Approval, Command};

/// How much of an output the page itself holds, in bytes; the rest is one link away.
const SHOWN_BYTES_MAX: usize = 3_000;

/// How many lines are open at once; more are behind one click.
const OPEN_LINES_MAX: usize = 12;

/// One run.
pub(crate) struct RunView {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) effect: Tag,
    pub(crate) reason: String,
    /// Whether it only looks, so that there is nothing to undo.
    pub(crate) looks: bool,
    pub(crate) state: Tag,
    pub(crate) class: &'static str,
    pub(crate) by: String,
    pub(crate) took: Option<String>,
    pub(crate) output: Option<Output>,
    /// What the system could not hold of it.
    pub(crate) not_held: Vec<String>,
    pub(crate) checks: Vec<Tag>,
    pub(crate) waits: bool,
    /// What is asked of whoever looks, while it waits and can be given a word.
    pub(crate) word: Option<Word>,
    /// Whether it can be stopped.
    pub(crate) stoppable: bool,
    /// Whether nobody knows how much of a change was made.
    pub(crate) in_doubt: bool,
    pub(crate) undo: Option<Undo>,
    /// Other runs that belong to it: what it tries, what was looked at before it.
    pub(crate) beside: Vec<Beside>,
}

/// The way back that the playbook names.
pub(crate) struct Undo {
    pub(crate) source: String,
    /// Where the runbook has it as a command that can be proposed: the step, empty for the quick diagnostics, and which.
    pub(crate) at: Option<(String, u32)>,
}

/// A run that belongs to another one.
pub(crate) struct Beside {
    pub(crate) number: u32,
    pub(crate) words: &'static str,
}

/// What it printed.
pub(crate) struct Output {
    pub(crate) first: String,
    /// All that the page holds, when it is more than [`Output::first`].
    pub(crate) more: Option<String>,
    pub(crate) lines: usize,
    /// Whether there is more than the page holds.
    pub(crate) cut: bool,
    pub(crate) masked: u32,
}

impl RunView {
    pub(crate) fn new(incident: &Incident, run: &Run) -> Self {
        let (state, class) = state(run);
        let report = match &run.state {
            RunState::Ended(report) => Some(report),
            RunState::Proposed
            | RunState::Rejected { .. }
            | RunState::Ready
            | RunState::Running { .. }
            | RunState::Lost => None,
        };
        let mut by = match &run.request.place {
            Place::Server => format!("asked by {}", run.asked_by),
            Place::Agent(name) => format!("on the agent {name}, asked by {}", run.asked_by),
        };
        if let (Some(first), Some(_)) = (&run.first_word, &run.approved_by) {
            by.push_str(&format!(", first word by {}", first.by));
        }
        if let Some(approved_by) = &run.approved_by {
            by.push_str(&format!(", approved by {approved_by}"));
        }
        Self {
            number: run.number,
            title: run.request.title.clone(),
            source: run.request.source.clone(),
            effect: effect_tag(run.request.effect),
            reason: run.request.effect_reason.clone(),
            looks: run.request.effect.approval() == Approval::NotNeeded,
            state,
            class,
            by,
            took: report.map(|report| took(report.duration_ms)),
            output: report.map(Output::new),
            not_held: report.map(|report| report.not_held.clone()).unwrap_or_default(),
            checks: run.checks.iter().map(|(text, fact)| check(text, *fact)).collect(),
            waits: run.state == RunState::Proposed,
            word: None,
            stoppable: run.stopped_by.is_none()
                && matches!(run.state, RunState::Ready | RunState::Running { .. }),
            in_doubt: run.is_in_doubt(),
            undo: undo(incident, run),
            beside: beside(incident, run),
        }
    }
}

/// The playbook's way back from a change, with where it can be proposed.
fn undo(incident: &Incident, run: &Run) -> Option<Undo> {
    let source = incident.command_of(run)?.inverse.clone()?;
    let steps = incident.runbook().map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
    let in_steps = steps.iter().flat_map(|step| {
        (0_u32..).zip(&step.commands).map(move |(index, command)| (step.number.to_string(), index, command))
    });
    let ready = |(_, _, command): &(String, u32, &Command)| {
        command.source == source && command.holes.is_empty() && command.context.is_none()
    };
    let at = in_steps.into_iter().find(ready).map(|(step, index, _)| (step, index));
    Some(Undo { source, at: at.filter(|_| matches!(run.state, RunState::Ended(_) | RunState::Lost)) })
}

fn beside(incident: &Incident, run: &Run) -> Vec<Beside> {
    let own = match run.request.purpose {
        Purpose::Step => None,
        Purpose::DryRun { of } => Some(Beside { number: of, words: "tries, without doing it," }),
        Purpose::Before { run } => Some(Beside { number: run, words: "keeps how things were before" }),
    };
    let others = incident.runs.iter().filter_map(|other| {
        let words = match other.request.purpose {
            Purpose::DryRun { of } if of == run.number => "tried in",
            Purpose::Before { run: change } if change == run.number => "how things were before it:",
            Purpose::Step | Purpose::DryRun { .. } | Purpose::Before { .. } => return None,
        };
        Some(Beside { number: other.number, words })
    });
    own.into_iter().chain(others).collect()
}

fn took(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    if ms < 10_000 { format!("{ms} ms") } else { duration(SignedDuration::from_millis(ms)) }
}

fn check(text: &str, fact: Fact) -> Tag {
    match fact {
        Fact::AsExpected => Tag::good(format!("as expected: {text}")),
        Fact::NotAsExpected => Tag::bad(format!("not as expected: {text}")),
    }
}

fn state(run: &Run) -> (Tag, &'static str) {
    match &run.state {
        RunState::Proposed => (Tag::warn("waits for a word"), "warn"),
        RunState::Rejected { by, .. } if run.stopped_by.is_some() => {
            (Tag::plain(format!("stopped by {by} before it began")), "")
        }
        RunState::Rejected { by: Actor::System, reason } => (Tag::warn(format!("did not run: {reason}")), ""),
        RunState::Rejected { by, reason } if reason.trim().is_empty() => {
            (Tag::plain(format!("refused by {by}")), "")
        }
        RunState::Rejected { by, reason } => (Tag::plain(format!("refused by {by}: {reason}")), ""),
        RunState::Ready if run.waits_for_looks => (Tag::info("looks first at how things are"), ""),
        RunState::Ready => (Tag::info("about to run"), ""),
        RunState::Running { .. } => match &run.stopped_by {
            Some(by) => (Tag::warn(format!("is being stopped, {by}")), "warn"),
            None => (Tag::info("runs"), ""),
        },
        RunState::Lost => (Tag::bad(lost(&run.request.place, run.stopped_by.as_ref())), "bad"),
        RunState::Ended(report) => ended(report, run.stopped_by.as_ref()),
    }
}

fn ended(report: &RunReport, stopped_by: Option<&Actor>) -> (Tag, &'static str) {
    match &report.ending {
        Ending::Exited { code: 0 } => (Tag::good("exit 0"), "good"),
        Ending::Exited { code } => (Tag::bad(format!("exit {code}")), "bad"),
        Ending::Killed { signal } => (Tag::bad(format!("ended by signal {signal}")), "bad"),
        Ending::TimedOut => (Tag::bad("took too long and was ended"), "bad"),
        Ending::Followed => (Tag::good("followed to its limit"), "good"),
        Ending::TooMuchOutput => (Tag::warn("wrote too much and was ended"), "warn"),
        Ending::Stopped => {
            let by = stopped_by.map_or_else(String::new, |by| format!(" by {by}"));
            (Tag::warn(format!("stopped{by}")), "warn")
        }
        Ending::NotStarted { error } => (Tag::bad(format!("could not be started: {error}")), "bad"),
    }
}

impl Output {
    fn new(report: &RunReport) -> Self {
        let text = report.output.trim_end();
        let shown = head(text, SHOWN_BYTES_MAX);
        let lines = text.lines().count();
        let first: Vec<&str> = shown.lines().take(OPEN_LINES_MAX).collect();
        let first = first.join("\n");
        Self {
            more: (first.len() < shown.len()).then(|| shown.to_owned()),
            first,
            lines,
            cut: shown.len() < text.len() || report.output_bytes > report.output.len() as u64,
            masked: report.masked,
        }
    }
}

/// The first bytes of a text, cut between characters.
fn head(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_cut_between_characters() {
        assert_eq!(head("aé", 2), "a");
        assert_eq!(head("aé", 3), "aé");
        assert_eq!(head("", 3), "");
    }
}
