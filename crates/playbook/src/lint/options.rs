//! E020: an option that the tool does not have. E021: a call without what the tool needs.

use super::document::{Document, Finding};
use crate::shell::{Args, Options, Word, find_verb};
use crate::{Diagnostic, DiagnosticSeverity};

/// What to write instead of an option that does not exist.
const INSTEAD: &[(&str, &str, &str)] = &[
    (
        "wrangler tail",
        "--filter",
        "use --status ok|error|canceled, --search TEXT, --method, --header or --ip; for status codes and paths use \
         --format json with jq",
    ),
    ("convex logs", "--function", "follow the log with --jsonl and pick the function with jq"),
];

/// Tools whose verb needs an operand, and what happens without it.
const NEEDS: &[(&str, &str)] = &[
    ("modal deploy", "name the app: modal deploy FILE.py"),
    ("modal app stop", "name the app"),
    ("modal app logs", "name the app"),
    ("kubectl logs", "name a pod or a deployment, or select with -l"),
    ("kubectl delete", "name what to delete"),
    ("kubectl scale", "name what to scale"),
    ("systemctl restart", "name the unit"),
    ("helm rollback", "name the release"),
];

pub(super) fn unknown_option(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for placed in &document.commands {
        for call in placed.calls {
            let Some((label, unknown)) = unknown_options(call) else { continue };
            for option in unknown {
                let hint = INSTEAD.iter().find(|(of, wrong, _)| *of == label && *wrong == option);
                let finding = Finding {
                    code: "E020",
                    severity: DiagnosticSeverity::Error,
                    message: format!("`{label}` has no option `{option}`"),
                    hint: hint
                        .map_or("ask the tool's --help for the options that it has", |(_, _, hint)| hint),
                };
                found.push(document.place(finding, placed.command.line, &option));
            }
        }
    }
    found
}

/// The options of a call which its tool is known not to have.
fn unknown_options(call: &[Word]) -> Option<(String, Vec<String>)> {
    let (name, words) = tool_words(call)?;
    let (tool, verb, rest) = find_verb(name, words)?;
    if verb.options != Options::All {
        return None;
    }
    let args = Args::read(rest, &[verb.spec, tool.globals]);
    // An option with another behind it lacks its value; that says nothing about which options there are.
    let is_option = |text: &String| text.starts_with('-') && !text.contains(' ');
    let unknown: Vec<String> = args.unknown.into_iter().filter(is_option).collect();
    (!unknown.is_empty()).then(|| (format!("{name} {}", verb.path), unknown))
}

pub(super) fn missing_argument(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for placed in &document.commands {
        for call in placed.calls {
            let Some((label, hint)) = needed(call) else { continue };
            let finding = Finding {
                code: "E021",
                severity: DiagnosticSeverity::Error,
                message: format!("`{label}` stops with a usage error: it does not say what to work on"),
                hint,
            };
            found.push(document.place(finding, placed.command.line, label));
        }
    }
    found
}

fn needed(call: &[Word]) -> Option<(&'static str, &'static str)> {
    let (name, words) = tool_words(call)?;
    let (tool, verb, rest) = find_verb(name, words)?;
    let is_meant = |of: &str| {
        let path = of.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
        path.is_some_and(|path| path == verb.path)
    };
    let (label, hint) = NEEDS.iter().find(|(of, _)| is_meant(of))?;
    let args = Args::read(rest, &[verb.spec, tool.globals]);
    let selected =
        rest.iter().any(|word| ["-l", "-f", "-k", "--all", "-m", "--help"].contains(&word.text.as_str()));
    (args.operands.is_empty() && args.unknown.is_empty() && !selected).then_some((*label, *hint))
}

/// The tool that a call means, and its words; `npx` and the like are looked through.
pub(super) fn tool_words(call: &[Word]) -> Option<(&str, &[Word])> {
    let (first, rest) = call.split_first()?;
    match first.exact()? {
        "npx" | "bunx" => {
            let (tool, rest) = rest.split_first()?;
            Some((tool.exact()?, rest))
        }
        name => Some((name, rest)),
    }
}
