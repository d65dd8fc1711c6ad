//! W052: a search through a log of which only the end is fetched.

use super::document::{Document, Finding};
use super::options::tool_words;
use crate::shell::{Word, find_verb};
use crate::{Diagnostic, DiagnosticSeverity};

/// Verbs that fetch only the end of a log, the options that say how much, and how much it is without them.
const WINDOWS: &[(&str, &[&str], &str)] = &[(
    "modal app logs",
    &["-f", "--follow", "--tail", "--since", "--all", "--search"],
    "since modal 1.4 it prints the last 100 entries and ends; before, it never ended",
)];

pub(super) fn only_the_end(document: &Document<'_>) -> Vec<Diagnostic> {
    let searches =
        document.commands.iter().filter(|placed| placed.calls.iter().skip(1).any(|call| is_search(call)));
    searches
        .filter_map(|placed| {
            let (label, window) = placed.calls.first().and_then(|call| narrow(call))?;
            let finding = Finding {
                code: "W052",
                severity: DiagnosticSeverity::Warning,
                message: format!("this searches whatever `{label}` happens to print: {window}"),
                hint: "say how far back to look, with --since or --tail",
            };
            Some(document.place(finding, placed.command.line, label))
        })
        .collect()
}

fn is_search(call: &[Word]) -> bool {
    call.first().and_then(Word::exact).is_some_and(|name| matches!(name, "grep" | "egrep" | "rg" | "jq"))
}

fn narrow(call: &[Word]) -> Option<(&'static str, &'static str)> {
    let (name, words) = tool_words(call)?;
    let (_, verb, rest) = find_verb(name, words)?;
    let label = format!("{name} {}", verb.path);
    let (label, options, window) = WINDOWS.iter().find(|(of, _, _)| *of == label)?;
    let said = rest.iter().any(|word| options.contains(&word.text.split('=').next().unwrap_or_default()));
    (!said).then_some((*label, *window))
}
