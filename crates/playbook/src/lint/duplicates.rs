//! W027: the same command in several places, which will drift apart.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity};
use std::collections::BTreeMap;

/// One finding for the document: a card repeats commands on purpose, so this is only worth knowing.
pub(super) fn same_command_twice(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut places: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for placed in &document.commands {
        let source = placed.command.source.split_whitespace().collect::<Vec<_>>().join(" ");
        places.entry(source).or_default().push(placed.command.line);
    }
    let mut repeated: Vec<(Vec<u32>, String)> = places
        .into_iter()
        .filter(|(_, lines)| lines.len() > 1)
        .map(|(source, lines)| (lines, source))
        .collect();
    repeated.sort();
    let Some((lines, source)) = repeated.first() else { return Vec::new() };
    let shown = repeated.iter().take(COMMANDS_MAX);
    let mut listed: Vec<String> =
        shown.map(|(lines, source)| format!("`{source}` ({})", numbers(lines))).collect();
    if let Some(more) = repeated.len().checked_sub(COMMANDS_MAX).filter(|more| *more > 0) {
        listed.push(format!("{more} more"));
    }
    let finding = Finding {
        code: "W027",
        severity: DiagnosticSeverity::Info,
        message: format!("commands that stand in several places: {}", listed.join("; ")),
        hint: "change all of them when you change one",
    };
    vec![document.place(finding, lines[1], source)]
}

/// No more commands, and no more lines of each, are listed in one message.
const COMMANDS_MAX: usize = 50;
const LINES_MAX: usize = 50;

fn numbers(lines: &[u32]) -> String {
    let shown: Vec<String> = lines.iter().take(LINES_MAX).map(u32::to_string).collect();
    let more = lines.len() - shown.len();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("lines {}{rest}", shown.join(", "))
}
