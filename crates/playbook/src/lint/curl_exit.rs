//! W028: a probe that succeeds whatever the server answers.

use super::document::{Document, Finding, Placed};
use crate::shell::Word;
use crate::{CheckKind, Diagnostic, DiagnosticSeverity};

pub(super) fn success_on_failure(document: &Document<'_>) -> Vec<Diagnostic> {
    document
        .commands
        .iter()
        .filter(|placed| placed.calls.iter().any(|call| is_blind(call)) && !is_judged(placed))
        .map(|placed| {
            let finding = Finding {
                code: "W028",
                severity: DiagnosticSeverity::Warning,
                message: "`curl` exits with 0 when the server answers 5xx, so this probe never fails"
                    .to_owned(),
                hint: "add --fail and --max-time, or print %{http_code} and say which status to expect",
            };
            let mut found = document.place(finding, placed.command.line, "curl");
            if placed.command.source.matches("curl").count() == 1 {
                let is_bounded =
                    placed.calls.iter().flatten().any(|word| word.text.starts_with("--max-time"));
                let added = if is_bounded { " --fail" } else { " --fail --max-time 10" };
                found.fixes = document.addition(&found, "curl", added);
            }
            found
        })
        .collect()
}

/// A probe: `curl -I`, or one whose answer is thrown away.
fn is_blind(call: &[Word]) -> bool {
    let Some((first, words)) = call.split_first().filter(|(first, _)| first.exact() == Some("curl")) else {
        return false;
    };
    let has = |short: char, long: &str| {
        words.iter().any(|word| {
            let cluster =
                word.text.starts_with('-') && !word.text.starts_with("--") && !word.text.contains('=');
            word.text.starts_with(long) || (cluster && word.text.contains(short))
        })
    };
    let thrown_away = words.iter().any(|word| word.text == "/dev/null");
    let shown =
        words.iter().any(|word| word.text.contains("%{http_code}") || word.text.contains("%{response_code}"));
    first.exact().is_some() && (has('I', "--head") || thrown_away) && !has('f', "--fail") && !shown
}

/// Whether the step says which status is right.
fn is_judged(placed: &Placed<'_>) -> bool {
    placed.step.is_some_and(|(_, step)| {
        step.checks.iter().any(|check| matches!(check.kind, CheckKind::HttpStatus { .. }))
    })
}
