//! W046: one fact with two values. Only what has exactly the same name is compared.

use super::document::{Document, Finding};
use crate::{CheckKind, Comparison, Diagnostic, DiagnosticSeverity, Runbook};
use std::collections::BTreeMap;

pub(super) fn two_values(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = constants(document);
    found.extend(phones(document));
    found.extend(document.playbook.runbooks.iter().flat_map(|runbook| overlap(document, runbook)));
    found
}

fn told(document: &Document<'_>, name: &str, now: (&str, u32), before: (&str, u32)) -> Diagnostic {
    let finding = Finding {
        code: "W046",
        severity: DiagnosticSeverity::Warning,
        message: format!("{name} is {} here and {} on line {}", now.0, before.0, before.1),
        hint: "find out which is true, and write it in one place",
    };
    document.place(finding, now.1, now.0)
}

/// `AUTO_PAUSE_MS = 540000` in prose. Fences are left out: a command may set what it likes.
fn constants(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut known: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
    let mut found = Vec::new();
    for (line, name, value) in said_constants(document) {
        let (first, at) = known.entry(name).or_insert((value, line));
        if *first != value {
            found.push(told(document, &format!("`{name}`"), (value, line), (first, *at)));
        }
    }
    found
}

/// Every constant with its line and its value.
pub(super) fn said_constants<'a>(document: &Document<'a>) -> impl Iterator<Item = (u32, &'a str, &'a str)> {
    let prose = document.lines_holding(b'_').filter(|(line, _)| document.fence_at(*line).is_none());
    prose.flat_map(|(line, text)| assigned(text).into_iter().map(move |(name, value)| (line, name, value)))
}

/// Names in capitals with what they are said to be.
fn assigned(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let start = rest[..at]
            .rfind(|c| !is_part(c))
            .map_or(0, |before| before + rest[before..].chars().next().map_or(1, char::len_utf8));
        let tail = &rest[at..];
        let end = at + tail.find(|c| !is_part(c)).unwrap_or(tail.len());
        let name = &rest[start..end];
        rest = &rest[end..];
        let begins = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() > 5;
        if let Some(value) = value(rest).filter(|_| begins) {
            found.push((name, value));
        }
    }
    found
}

/// The number after `=`, `:` or `is`, with its unit.
fn value(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['`', '*']).trim_start();
    let rest = ["=", ":", "is "].iter().find_map(|sign| rest.strip_prefix(sign))?;
    let rest = rest.trim_start().trim_start_matches(['`', '*']);
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(rest.len());
    let (number, after) = rest.split_at(digits);
    // A product or a sum is not read: it may come to the same.
    let is_whole = !after.trim_start().starts_with(['*', '×', '+', '/']) && !after.starts_with('_');
    let number = number.trim_end_matches(['.', ',']);
    (is_whole && !number.is_empty()).then_some(number)
}

/// `Payments hotline: +1 555 0100`: one label, two numbers to call.
fn phones(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut known: BTreeMap<String, (String, &str, u32)> = BTreeMap::new();
    let mut found = Vec::new();
    for (line, label, number) in said_phones(document) {
        let digits = digits(number);
        let (first, shown, at) =
            known.entry(label.to_lowercase()).or_insert_with(|| (digits.clone(), number, line));
        if *first != digits {
            found.push(told(document, label, (number, line), (shown, *at)));
        }
    }
    found
}

/// Every labelled number to call, with its line.
pub(super) fn said_phones<'a>(document: &Document<'a>) -> impl Iterator<Item = (u32, &'a str, &'a str)> {
    let lines = document.lines_holding(b'+');
    lines.filter_map(|(line, text)| phone(text).map(|(label, number)| (line, label, number)))
}

/// A number to call without what makes it easier to read.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn phone(text: &str) -> Option<(&str, &str)> {
    let plus = text.find('+')?;
    let (before, number) = text.split_at(plus);
    let end = number.find(|c: char| !(c.is_ascii_digit() || " -+()./".contains(c))).unwrap_or(number.len());
    let number = number[..end].trim_end_matches([' ', '.', '-', '(', '/']);
    let is_long = number.bytes().filter(u8::is_ascii_digit).count() >= 7;
    let label = before.trim_end_matches([' ', ':', '|', '*', '`', '(', '[']).trim_start();
    let label = label.trim_start_matches(['-', '*', '|', '•', '│', ' ']).trim_end();
    let is_label = label.chars().filter(|c| c.is_alphabetic()).count() >= 3 && label.len() <= 60;
    (is_long && is_label && !label.contains("://")).then_some((label, number))
}

/// A runbook whose end is reached while its symptom still shows: `P95 > 2 s` to begin with, `P95 < 5 s` to end with.
fn overlap(document: &Document<'_>, runbook: &Runbook) -> Vec<Diagnostic> {
    let symptoms = runbook.symptoms.iter().filter_map(|symptom| symptom.check.as_ref());
    let mut worst: BTreeMap<(String, &str), (f64, &str, u32)> = BTreeMap::new();
    for check in symptoms {
        if let Some((key, Comparison::Above, value)) = limit(&check.kind) {
            worst.entry(key).or_insert((value, &check.text, check.line));
        }
    }
    let goals = runbook.steps.iter().flat_map(|step| &step.checks);
    let mut found = Vec::new();
    for check in goals {
        let Some((key, Comparison::Below, goal)) = limit(&check.kind) else { continue };
        if let Some((symptom, text, line)) = worst.get(&key).filter(|(symptom, ..)| goal > *symptom) {
            let finding = Finding {
                code: "W046",
                severity: DiagnosticSeverity::Warning,
                message: format!(
                    "{} is good below {goal} {} here, and a symptom above {symptom} on line {line} (“{text}”)",
                    key.0, key.1
                ),
                hint: "let the runbook end where its symptom does",
            };
            found.push(document.place(finding, check.line, &check.text));
        }
    }
    found
}

fn limit(kind: &CheckKind) -> Option<((String, &str), Comparison, f64)> {
    match kind {
        CheckKind::Threshold { metric, comparison, value, unit, .. } if !metric.trim().is_empty() => {
            Some(((metric.trim().to_lowercase(), unit), *comparison, *value))
        }
        CheckKind::Threshold { .. }
        | CheckKind::Range { .. }
        | CheckKind::HttpStatus { .. }
        | CheckKind::Watch { .. }
        | CheckKind::Words => None,
    }
}
