//! W033: one title over two commands that were the same once.

use super::document::{Document, Finding, Placed};
use super::options::tool_words;
use crate::shell::find_verb;
use crate::{Diagnostic, DiagnosticSeverity};
use std::collections::BTreeMap;

/// Titles of fewer letters say too little to be the same thing.
const TITLE_MIN: usize = 8;

pub(super) fn drifted(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(String, String), &Placed<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for placed in &document.commands {
        let Some(key) = title(placed).zip(work(placed)) else { continue };
        let Some(known) = first.get(&key) else {
            first.insert(key, placed);
            continue;
        };
        let (before, now) = (&known.command, &placed.command);
        if squeezed(&before.source) == squeezed(&now.source) {
            continue;
        }
        let finding = Finding {
            code: "W033",
            severity: DiagnosticSeverity::Warning,
            message: format!(
                "“{}” is `{}` on line {} and something else here",
                now.title.as_deref().unwrap_or_default(),
                before.source.lines().next().unwrap_or_default().trim(),
                before.line
            ),
            hint: "make them equal, or let their titles say what differs",
        };
        found.push(document.place(finding, now.line, now.source.lines().next().unwrap_or_default()));
    }
    found
}

pub(super) fn title(placed: &Placed<'_>) -> Option<String> {
    let title = placed.command.title.as_deref()?.trim().to_lowercase();
    (title.len() >= TITLE_MIN).then_some(title)
}

/// The tool, its verb and what it works on, without options: two commands with the same work differ in options only.
fn work(placed: &Placed<'_>) -> Option<String> {
    let call = placed.calls.first()?;
    let (name, words) = tool_words(call)?;
    let (path, rest) = find_verb(name, words).map_or(("", words), |(_, verb, rest)| (verb.path, rest));
    // What is fetched is the work of a request; of other tools the verb is.
    let target = rest.iter().find(|word| word.text.contains("://")).map_or("", |word| word.text.as_str());
    (!path.is_empty() || !target.is_empty()).then(|| format!("{name} {path} {target}"))
}

pub(super) fn squeezed(source: &str) -> Vec<&str> {
    source.split_whitespace().filter(|word| *word != "\\").collect()
}
