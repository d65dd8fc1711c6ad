//! W042: a runbook that ends without making sure that it is over.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Runbook, StepKind};

pub(super) fn missing(document: &Document<'_>) -> Vec<Diagnostic> {
    let unverified = document.playbook.runbooks.iter().filter(|runbook| !is_verified(runbook));
    unverified
        .map(|runbook| {
            let finding = Finding {
                code: "W042",
                severity: DiagnosticSeverity::Warning,
                message: format!("the runbook “{}” ends without a verification", runbook.title),
                hint: "end it with a step “Verify recovery”: what to watch, which value is good, for how long",
            };
            document.place(finding, runbook.line, &runbook.title)
        })
        .collect()
}

fn is_verified(runbook: &Runbook) -> bool {
    runbook.steps.last().is_some_and(|step| match step.kind {
        StepKind::Verify => true,
        StepKind::Look | StepKind::Causes | StepKind::Fix => false,
    })
}
