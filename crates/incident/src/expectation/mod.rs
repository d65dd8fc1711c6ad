//! What the playbook's expectations for a command say of what it printed: pure, from one output and one expectation.

mod amounts;

use crate::event::{Fact, RunReport};
use alloc::format;
use alloc::string::ToString;
use playbook::{Check, CheckKind, Step};

pub(crate) use amounts::{InRange, with_unit, without};

use amounts::in_range;

/// What an expectation says of what its command printed, where it can be judged alone.
pub(crate) fn judged(step: &Step, check: &Check, report: &RunReport) -> Option<Fact> {
    match &check.kind {
        CheckKind::HttpStatus { .. } => status(check, report),
        CheckKind::Range { .. } => Some(match range(step, check, report)?.beyond {
            true => Fact::NotAsExpected,
            false => Fact::AsExpected,
        }),
        CheckKind::Threshold { .. } | CheckKind::Watch { .. } | CheckKind::Words => None,
    }
}

/// Whether the status is the one that was expected.
pub(crate) fn status(check: &Check, report: &RunReport) -> Option<Fact> {
    let CheckKind::HttpStatus { status } = &check.kind else { return None };
    let seen = http_status(&report.output)?;
    Some(if seen == status.to_string() { Fact::AsExpected } else { Fact::NotAsExpected })
}

/// Whether what was measured lies between the limits that were stated.
pub(crate) fn range(step: &Step, check: &Check, report: &RunReport) -> Option<InRange> {
    let CheckKind::Range { metric, from, to, unit } = &check.kind else { return None };
    let about = format!("{metric} {} {}", step.title, check.text);
    in_range((*from, *to, unit), &about, &report.output)
}

/// The status in the last `HTTP/1.1 426 …` line of an output.
fn http_status(output: &str) -> Option<&str> {
    let mut lines = output.lines().filter(|line| line.starts_with("HTTP/"));
    lines.next_back()?.split_whitespace().nth(1)
}
