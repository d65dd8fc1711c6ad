//! Numbers that programs printed, beside the limits that the document states.

use crate::event::RunReport;
use crate::state::Run;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use playbook::{CheckKind, Comparison, Runbook, speaks_alike};

/// So many lines of one output are read, the newest.
const LINES_MAX: usize = 200;

/// A number, judged.
pub(super) struct Judged {
    /// Whether the document's limit is not kept.
    pub(super) beyond: bool,
    /// In words.
    pub(super) text: String,
    /// The line it stood in.
    pub(super) quote: Option<String>,
    /// The step that states the limit, when it is one step's.
    pub(super) step: Option<u32>,
    /// What was measured, in words, when no step states it.
    pub(super) about: String,
}

/// Every number of a run that some limit of the runbook is about.
pub(super) fn judged(runbook: &Runbook, run: &Run, report: &RunReport) -> Vec<Judged> {
    let mut found: Vec<Judged> = timed(runbook, run, report).into_iter().collect();
    for step in &runbook.steps {
        for check in &step.checks {
            let CheckKind::Threshold { metric, comparison: Comparison::Equal, value, unit, .. } = &check.kind
            else {
                continue;
            };
            let about = format!("{metric} {} {} {}", step.title, check.text, runbook.title);
            found.extend(
                set(&about, *value, unit, &report.output)
                    .map(|judged| Judged { step: Some(step.number), ..judged }),
            );
        }
    }
    found
}

/// A setting that should have one value: every line that tells it with its unit.
fn set(about: &str, value: f64, unit: &str, output: &str) -> Option<Judged> {
    if unit.is_empty() {
        return None;
    }
    // The unit itself is no word that a line and the document share.
    let spaced = format!(" {unit}");
    let alike = |line: &&str| speaks_alike(&line.replace(&spaced, " "), about);
    let lines = output.lines().rev().take(LINES_MAX).filter(alike);
    let mut told =
        lines.flat_map(|line| with_unit(line, unit).into_iter().map(move |number| (number, line))).peekable();
    told.peek()?;
    let mut last = None;
    for (number, line) in told {
        let same = (number - value).abs() <= value.abs() * 1e-9;
        if !same {
            let text = format!("{number} {unit} where the playbook says {value} {unit}");
            return Some(Judged {
                beyond: true,
                text,
                quote: Some(super::quote(line)),
                step: None,
                about: String::new(),
            });
        }
        last = Some(line);
    }
    let text = format!("{value} {unit}, as the playbook says");
    Some(Judged { beyond: false, text, quote: last.map(super::quote), step: None, about: String::new() })
}

/// Numbers that stand before a unit, such as `540000 ms` and `540000ms`.
fn with_unit(line: &str, unit: &str) -> Vec<f64> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(unit) {
        let (before, after) = (line.get(..at).unwrap_or(""), line.get(at + unit.len()..).unwrap_or(""));
        let ends = !after.starts_with(|c: char| c.is_alphanumeric());
        let before = before.trim_end_matches(' ');
        let start = before.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| {
            at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        if let (true, Some(Ok(number))) = (ends, before.get(start..).map(str::parse::<f64>)) {
            found.push(number);
        }
    }
    found
}

/// A request that was timed, beside the longest time that the runbook's symptoms allow.
fn timed(runbook: &Runbook, run: &Run, report: &RunReport) -> Option<Judged> {
    if !run.request.source.contains("time_total") {
        return None;
    }
    let limit = runbook.symptoms.iter().find_map(|symptom| match &symptom.check.as_ref()?.kind {
        CheckKind::Threshold { comparison: Comparison::Above, value, unit, .. } => match unit.as_str() {
            "s" => Some(*value),
            "ms" => Some(*value / 1000.0),
            _ => None,
        },
        CheckKind::Threshold { .. }
        | CheckKind::Range { .. }
        | CheckKind::HttpStatus { .. }
        | CheckKind::Watch { .. }
        | CheckKind::Words => None,
    })?;
    let line = report.output.lines().rfind(|line| !line.trim().is_empty())?;
    let numbers = line.split_whitespace().map(|word| word.trim_end_matches('s'));
    let seconds = numbers.filter(|word| word.contains('.')).find_map(|word| word.parse::<f64>().ok())?;
    let status: Option<u32> =
        line.split_whitespace().find(|word| word.len() == 3).and_then(|word| word.parse().ok());
    let about = run.request.title.to_string();
    // Status 0 is how curl says that nobody answered.
    let refused = status.filter(|status| *status == 0 || *status >= 500);
    let (beyond, text) = match refused {
        Some(0) => (true, format!("nobody answered within {seconds} s")),
        Some(status) => (true, format!("answered {status} after {seconds} s")),
        None if seconds > limit => (true, format!("took {seconds} s; the playbook's limit is {limit} s")),
        None => (false, format!("took {seconds} s, within the playbook's {limit} s")),
    };
    Some(Judged { beyond, text, quote: None, step: None, about })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_unit_alone() {
        assert_eq!(
            with_unit("alarm set for 540000 ms (was 60000ms, msg 7 msx)", "ms"),
            [540_000.0, 60_000.0]
        );
        assert_eq!(with_unit("ms 5", "ms"), Vec::<f64>::new());
        assert_eq!(with_unit("日本 5ms", "ms"), [5.0]);
    }

    #[test]
    fn a_setting_is_judged_by_lines_that_speak_of_it() {
        let about = "AUTO_PAUSE_TIMEOUT_MS Verify timeout configuration";
        let wrong = set(about, 540_000.0, "ms", "GET / took 12 ms\npause timeout 60000 ms\n").unwrap();
        assert!(wrong.beyond && wrong.text.contains("60000 ms where"), "{}", wrong.text);
        let right = set(about, 540_000.0, "ms", "GET / took 12 ms\npause timeout 540000 ms\n").unwrap();
        assert!(!right.beyond, "{}", right.text);
        assert!(set(about, 540_000.0, "ms", "GET / took 12 ms\n").is_none());
    }
}
