//! W034: a blank whose name the runbook says nothing else about.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Hole, Runbook};
use std::collections::{BTreeMap, BTreeSet};

/// What an alert carries as a label: whoever was paged has the value.
const IN_THE_ALERT: &[&str] = &[
    "namespace",
    "ns",
    "pod",
    "pods",
    "node",
    "instance",
    "job",
    "cluster",
    "container",
    "service",
    "device",
    "deployment",
    "host",
    "hostname",
    "region",
    "alertname",
];

/// Words that say nothing about what a blank is.
const EMPTY: &[&str] =
    &["name", "id", "the", "your", "my", "this", "of", "new", "old", "value", "here", "insert"];

pub(super) fn holes(document: &Document<'_>) -> Vec<Diagnostic> {
    let ranges = document.runbook_lines();
    document
        .playbook
        .runbooks
        .iter()
        .flat_map(|runbook| of_runbook(document, runbook, ranges.get(&runbook.line).copied()))
        .collect()
}

/// A blank of a runbook: its lines, and its first place.
struct Blank<'a> {
    hole: &'a Hole,
    lines: BTreeSet<u32>,
}

fn of_runbook(document: &Document<'_>, runbook: &Runbook, range: Option<(u32, u32)>) -> Vec<Diagnostic> {
    let blanks = blanks(runbook);
    let Some((first, last)) = range.filter(|_| !blanks.is_empty()) else { return Vec::new() };
    let known = words_by_line(document, first, last);
    let mut found = Vec::new();
    for (words, blank) in blanks {
        let told = |word: &String| {
            known.get(word).is_some_and(|lines| lines.difference(&blank.lines).next().is_some())
        };
        if words.iter().any(|word| IN_THE_ALERT.contains(&word.as_str()) || told(word)) {
            continue;
        }
        let finding = Finding {
            code: "W034",
            severity: DiagnosticSeverity::Warning,
            message: format!("nothing in the runbook says where `{}` comes from", blank.hole.token),
            hint: "say beside the command which screen, command or alert label shows the value",
        };
        let line = blank.lines.first().copied().unwrap_or(runbook.line);
        found.push(document.place(finding, line, &blank.hole.token));
    }
    found
}

/// The blanks of a runbook by the words of their names.
fn blanks(runbook: &Runbook) -> BTreeMap<Vec<String>, Blank<'_>> {
    let mut found: BTreeMap<Vec<String>, Blank<'_>> = BTreeMap::new();
    for command in runbook.steps.iter().flat_map(|step| &step.commands) {
        for hole in command.holes.iter().filter(|hole| hole.meaning.is_none()) {
            let before = command.source.get(..hole.offset as usize).unwrap_or_default();
            let down = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
            let blank =
                found.entry(telling(&hole.name)).or_insert_with(|| Blank { hole, lines: BTreeSet::new() });
            blank.lines.insert(command.line.saturating_add(down));
        }
    }
    found
}

/// The words of a name that say what it is; all of them when none does.
fn telling(name: &str) -> Vec<String> {
    let all = words(name);
    let some: Vec<String> = all.iter().filter(|word| !EMPTY.contains(&word.as_str())).cloned().collect();
    if some.is_empty() { all } else { some }
}

/// Words in lower case, without a plural's `s`.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let lower = part.to_lowercase();
        let stem = lower.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(&lower);
        found.push(stem.to_owned());
    }
    found
}

fn words_by_line(document: &Document<'_>, first: u32, last: u32) -> BTreeMap<String, BTreeSet<u32>> {
    let mut known: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let lines = document.lines_from(first).take_while(|(line, _)| *line < last);
    for (line, text) in lines {
        for word in words(text) {
            let lines = known.entry(word).or_default();
            // Two lines and one more tell as much as all of them: a blank rarely stands on three.
            if lines.len() < 64 {
                lines.insert(line);
            }
        }
    }
    known
}
