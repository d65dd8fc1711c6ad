//! W022: a command that looks at the developer's own deployment unless it is told otherwise.

use super::document::{Document, Finding};
use super::options::tool_words;
use crate::shell::{Word, find_verb};
use crate::{Diagnostic, DiagnosticSeverity};

/// Tools that read a development deployment by default, and the options that choose another.
const SELECTORS: &[(&str, &[&str], &[&str])] = &[(
    "convex",
    &["logs", "data", "dashboard", "env list", "env get"],
    &["--prod", "--deployment-name", "--deployment", "--preview-name", "--url"],
)];

pub(super) fn not_production(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for placed in &document.commands {
        for call in placed.calls {
            let Some(label) = undirected(call) else { continue };
            let finding = Finding {
                code: "W022",
                severity: DiagnosticSeverity::Warning,
                message: format!("`{label}` without --prod looks at the development deployment"),
                hint: "add --prod",
            };
            let mut told = document.place(finding, placed.command.line, &label);
            // Several on one line are left to a person: all of them would be placed on the first.
            if placed.calls.len() == 1 || placed.command.source.matches(&label).count() == 1 {
                told.fixes = document.addition(&told, &label, " --prod");
            }
            found.push(told);
        }
    }
    found
}

fn undirected(call: &[Word]) -> Option<String> {
    let (name, words) = tool_words(call)?;
    let (_, verbs, options) = SELECTORS.iter().find(|(tool, _, _)| *tool == name)?;
    let (_, verb, rest) = find_verb(name, words)?;
    let chosen = rest.iter().any(|word| options.contains(&word.text.split('=').next().unwrap_or_default()));
    (verbs.contains(&verb.path) && !chosen).then(|| format!("{name} {}", verb.path))
}
