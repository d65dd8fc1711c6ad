//! W041: percentages between two rows of the severity matrix that no row names.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity};

/// The per cent that an example covers, and its row's line.
#[derive(Clone, Copy)]
struct Cover {
    from: f64,
    to: f64,
    line: u32,
}

pub(super) fn gap(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut covers = covers(document);
    covers.sort_by(|left, right| left.from.total_cmp(&right.from));
    let mut found = Vec::new();
    let mut reached: Option<Cover> = None;
    for cover in covers {
        if let Some(below) = reached.filter(|below| below.to < cover.from) {
            let finding = Finding {
                code: "W041",
                severity: DiagnosticSeverity::Warning,
                message: format!("error rates from {} to {} % have no severity", below.to, cover.from),
                hint: "let the rows of the matrix meet",
            };
            found.push(document.place(finding, below.line, &format!("{}%", below.to)));
        }
        let further = reached.is_none_or(|below| cover.to > below.to);
        reached = if further { Some(cover) } else { reached };
    }
    found
}

/// The lowest rate that has a severity, if the matrix speaks of rates.
pub(super) fn lowest(document: &Document<'_>) -> Option<f64> {
    covers(document).iter().map(|cover| cover.from).min_by(f64::total_cmp)
}

fn covers(document: &Document<'_>) -> Vec<Cover> {
    let rows = document.playbook.severities.iter();
    rows.flat_map(|row| row.examples.iter().map(move |example| (row.line, example)))
        .filter_map(|(line, example)| read(example).map(|(from, to)| Cover { from, to, line }))
        .collect()
}

/// `> 50%`, `under 10 %` and `10–50%` as the part of 0 to 100 that they cover.
fn read(example: &str) -> Option<(f64, f64)> {
    let (before, _) = example.split_once('%')?;
    let before = before.trim_end().to_lowercase();
    let digit = |character: char| character.is_ascii_digit() || character == '.';
    let last = before.len() - before.trim_end_matches(digit).len();
    let (rest, number) = before.split_at(before.len() - last);
    let number: f64 = number.parse().ok()?;
    let rest = rest.trim_end();
    let joined = ["-", "–", "to", "and"].iter().find_map(|joint| rest.strip_suffix(joint));
    if let Some(lower) = joined.map(|rest| rest.trim_end().trim_end_matches('%').trim_end()) {
        let length = lower.len() - lower.trim_end_matches(digit).len();
        return lower[lower.len() - length..].parse().ok().map(|from| (from, number));
    }
    let ends = |words: &[&str]| words.iter().any(|word| rest.ends_with(word));
    if ends(&[">", "≥", ">=", "over", "above", "more than", "at least", "exceeds"]) {
        Some((number, 100.0))
    } else if ends(&["<", "≤", "<=", "under", "below", "less than", "up to", "at most"]) {
        Some((0.0, number))
    } else {
        None
    }
}
