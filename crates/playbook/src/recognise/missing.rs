//! Says which parts of a playbook a document lacks. Whoever is on call should not find out by needing one.

use crate::model::{Diagnostic, DiagnosticSeverity, Playbook, Span};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// One warning for each part that no recogniser found.
pub(crate) fn find(playbook: &Playbook) -> Vec<Diagnostic> {
    let parts = [
        ("W011", "severities", playbook.severities.is_empty(), "a table with a row for each of P0, P1, …"),
        (
            "W012",
            "escalation",
            playbook.escalation.is_empty() && playbook.escalation_otherwise.is_empty(),
            "a line for each severity: `P0: role → (5 min) → role`",
        ),
        ("W013", "runbooks", playbook.runbooks.is_empty(), "sections with symptoms and numbered steps"),
        (
            "W014",
            "templates",
            playbook.templates.is_empty(),
            "fences with [blanks] under a heading about templates",
        ),
        (
            "W015",
            "postmortem",
            playbook.postmortem.is_none(),
            "a section that says when a postmortem is owed",
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, _, missing, _)| *missing)
        .map(|(code, part, _, hint)| Diagnostic {
            code: String::from(code),
            severity: DiagnosticSeverity::Warning,
            document: 0,
            line: 1,
            span: Span { start: 0, end: 0, line: 1 },
            message: format!("section missing: {part}"),
            hint: Some(format!("add {hint}")),
            fixes: Vec::new(),
        })
        .collect()
}
