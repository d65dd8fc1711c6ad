//! Numbers that programs printed, beside the limits that the document states.

use super::runs::Look;
use crate::event::RunReport;
use crate::expectation::{self, with_unit, without};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;
use playbook::{Check, CheckKind, Comparison, Runbook, speaks_alike};

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

/// Every number of a look that some limit of the runbook is about.
pub(super) fn judged(runbook: &Runbook, look: &Look<'_>, report: &RunReport) -> Vec<Judged> {
    let mut found: Vec<Judged> = timed(runbook, look, report).into_iter().collect();
    for step in &runbook.steps {
        for check in &step.checks {
            let own = stands_with(look, step.number, check);
            let judged = match &check.kind {
                CheckKind::Range { .. } if own => {
                    expectation::range(step, check, report).map(|found| Judged {
                        beyond: found.beyond,
                        text: found.text,
                        quote: Some(super::quote(&found.line)),
                        step: None,
                        about: String::new(),
                    })
                }
                // A limit is that of the step's own look: other numbers with its unit are other things.
                CheckKind::Threshold { metric, comparison, value, unit, .. }
                    if own || *comparison == Comparison::Equal =>
                {
                    let about = format!("{metric} {} {} {}", step.title, check.text, runbook.title);
                    Wanted { comparison: *comparison, value: *value, unit }.beside(&about, &report.output)
                }
                CheckKind::Range { .. }
                | CheckKind::Threshold { .. }
                | CheckKind::HttpStatus { .. }
                | CheckKind::Watch { .. }
                | CheckKind::Words => None,
            };
            found.extend(judged.map(|judged| Judged { step: Some(step.number), ..judged }));
        }
    }
    found
}

/// Whether an expectation of a step is about a look: about its very command, or about any of the step's.
fn stands_with(look: &Look<'_>, step: u32, check: &Check) -> bool {
    let about = |at: u32| check.command.is_none_or(|command| command == at);
    look.places.iter().any(|place| place.step.number == step && about(place.at))
}

/// What the document wants of a number with a unit.
struct Wanted<'a> {
    comparison: Comparison,
    value: f64,
    unit: &'a str,
}

impl Wanted<'_> {
    fn is_met_by(&self, number: f64) -> bool {
        match self.comparison {
            Comparison::Equal => (number - self.value).abs() <= self.value.abs() * 1e-9,
            Comparison::Above => number > self.value,
            Comparison::Below => number < self.value,
        }
    }

    fn told(&self) -> String {
        let Self { value, unit, .. } = self;
        match self.comparison {
            Comparison::Equal => format!("{value} {unit}"),
            Comparison::Above => format!("more than {value} {unit}"),
            Comparison::Below => format!("less than {value} {unit}"),
        }
    }

    /// Every line that tells of it with its unit: the first number that is not what is wanted, or that all are.
    fn beside(&self, about: &str, output: &str) -> Option<Judged> {
        let unit = self.unit;
        if unit.is_empty() {
            return None;
        }
        let alike = |line: &&str| speaks_alike(&without(line, unit), about);
        let lines = output.lines().rev().take(LINES_MAX).filter(alike);
        let mut told = lines
            .flat_map(|line| with_unit(line, unit).into_iter().map(move |number| (number, line)))
            .peekable();
        told.peek()?;
        let judged = |beyond, text, line: &str| Judged {
            beyond,
            text,
            quote: Some(super::quote(line)),
            step: None,
            about: String::new(),
        };
        let mut last = None;
        for (number, line) in told {
            if !self.is_met_by(number) {
                let text = format!("{number} {unit} where the playbook says {}", self.told());
                return Some(judged(true, text, line));
            }
            last = Some(line);
        }
        last.map(|line| judged(false, format!("{}, as the playbook says", self.told()), line))
    }
}

/// A request that was timed, beside the longest time that the runbook's symptoms allow.
fn timed(runbook: &Runbook, look: &Look<'_>, report: &RunReport) -> Option<Judged> {
    let run = look.run;
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
    // Of several requests the worst tells: a service that stands still now and then answers others at once.
    let (status, seconds) = report.output.lines().rev().take(LINES_MAX).filter_map(timing).max_by(worse)?;
    let about = run.request.title.to_string();
    let (beyond, text) = match status.filter(|status| is_refusal(*status)) {
        // Status 0 is how curl says that nobody answered.
        Some(0) => (true, format!("nobody answered within {seconds} s")),
        Some(status) => (true, format!("answered {status} after {seconds} s")),
        None if seconds > limit => (true, format!("took {seconds} s; the playbook's limit is {limit} s")),
        None => (false, format!("took {seconds} s, within the playbook's {limit} s")),
    };
    Some(Judged { beyond, text, quote: None, step: None, about })
}

/// A line such as `200 0.034s`: the status, if there is one, and the seconds.
fn timing(line: &str) -> Option<(Option<u32>, f64)> {
    let numbers = line.split_whitespace().map(|word| word.trim_end_matches('s'));
    let seconds = numbers.filter(|word| word.contains('.')).find_map(|word| word.parse::<f64>().ok())?;
    let status = line.split_whitespace().find(|word| word.len() == 3).and_then(|word| word.parse().ok());
    Some((status, seconds))
}

fn is_refusal(status: u32) -> bool {
    status == 0 || status >= 500
}

/// Which of two answers is the worse one: what was refused, then what was slower.
fn worse(one: &(Option<u32>, f64), other: &(Option<u32>, f64)) -> Ordering {
    let refused = |timing: &(Option<u32>, f64)| timing.0.is_some_and(is_refusal);
    refused(one).cmp(&refused(other)).then(one.1.total_cmp(&other.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_judged_by_lines_that_speak_of_it() {
        let about = "AUTO_PAUSE_TIMEOUT_MS Verify timeout configuration";
        let wanted = Wanted { comparison: Comparison::Equal, value: 540_000.0, unit: "ms" };
        let wrong = wanted.beside(about, "GET / took 12 ms\npause timeout 60000 ms\n").unwrap();
        assert!(wrong.beyond && wrong.text.contains("60000 ms where"), "{}", wrong.text);
        let right = wanted.beside(about, "GET / took 12 ms\npause timeout 540000 ms\n").unwrap();
        assert!(!right.beyond, "{}", right.text);
        assert!(wanted.beside(about, "GET / took 12 ms\n").is_none());
    }

    #[test]
    fn a_limit_is_judged_by_the_first_number_beyond_it() {
        let wanted = Wanted { comparison: Comparison::Below, value: 500.0, unit: "ms" };
        let about = "Downloads take first requests are slow";
        let slow = wanted.beside(about, "sb-1 downloaded its agent in 4012 ms\n").unwrap();
        assert!(
            slow.beyond && slow.text == "4012 ms where the playbook says less than 500 ms",
            "{}",
            slow.text
        );
        assert!(!wanted.beside(about, "sb-1 downloaded its agent in 12 ms\n").unwrap().beyond);
        assert!(wanted.beside(about, "sb-1 cloned in 4012 ms\n").is_none(), "a line about something else");
    }
}
