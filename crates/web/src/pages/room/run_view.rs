//! One run of a command: how it stands, how it ended, what it printed, what the playbook's checks say.

use crate::view::{Tag, effect_tag};
use incident::words::duration;
use incident::{Actor, Ending, Fact, Run, RunReport, RunState};
use jiff::SignedDuration;

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
    pub(crate) state: Tag,
    pub(crate) class: &'static str,
    pub(crate) by: String,
    pub(crate) took: Option<String>,
    pub(crate) output: Option<Output>,
    pub(crate) checks: Vec<Tag>,
    pub(crate) waits: bool,
    pub(crate) undo: Option<String>,
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
    pub(crate) fn new(run: &Run, undo: Option<String>) -> Self {
        let (state, class) = state(run);
        let report = match &run.state {
            RunState::Ended(report) => Some(report),
            RunState::Proposed
            | RunState::Rejected { .. }
            | RunState::Ready
            | RunState::Running { .. }
            | RunState::Lost => None,
        };
        let by = run.approved_by.as_ref().map_or_else(
            || format!("asked by {}", run.asked_by),
            |by| format!("asked by {}, approved by {by}", run.asked_by),
        );
        Self {
            number: run.number,
            title: run.request.title.clone(),
            source: run.request.source.clone(),
            effect: effect_tag(run.request.effect),
            reason: run.request.effect_reason.clone(),
            state,
            class,
            by,
            took: report.map(|report| took(report.duration_ms)),
            output: report.map(Output::new),
            checks: run.checks.iter().map(|(text, fact)| check(text, *fact)).collect(),
            waits: run.state == RunState::Proposed,
            undo,
        }
    }
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
        RunState::Rejected { by: Actor::System, reason } => (Tag::warn(format!("did not run: {reason}")), ""),
        RunState::Rejected { by, reason } if reason.trim().is_empty() => {
            (Tag::plain(format!("refused by {by}")), "")
        }
        RunState::Rejected { by, reason } => (Tag::plain(format!("refused by {by}: {reason}")), ""),
        RunState::Ready => (Tag::info("about to run"), ""),
        RunState::Running { .. } => (Tag::info("runs"), ""),
        RunState::Lost => (Tag::bad("the server stopped while it ran; nobody knows how it went"), "bad"),
        RunState::Ended(report) => ended(report),
    }
}

fn ended(report: &RunReport) -> (Tag, &'static str) {
    match &report.ending {
        Ending::Exited { code: 0 } => (Tag::good("exit 0"), "good"),
        Ending::Exited { code } => (Tag::bad(format!("exit {code}")), "bad"),
        Ending::Killed { signal } => (Tag::bad(format!("ended by signal {signal}")), "bad"),
        Ending::TimedOut => (Tag::bad("took too long and was ended"), "bad"),
        Ending::Followed => (Tag::good("followed to its limit"), "good"),
        Ending::TooMuchOutput => (Tag::warn("wrote too much and was ended"), "warn"),
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
