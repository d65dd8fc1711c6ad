//! W025: a change of production for which the document names no way back.

use super::document::{Document, Finding};
use crate::{Approval, Diagnostic, DiagnosticSeverity, Effect};

/// A command that is itself a way back. A single request of `curl` is left to its reader as well.
const WAYS_BACK: &[&str] = &["rollback", "roll back", "undo", "revert", "rollover", "restart"];

pub(super) fn change_without_inverse(document: &Document<'_>) -> Vec<Diagnostic> {
    let changes = document.commands.iter().filter(|placed| placed.step.is_some());
    changes
        .filter(|placed| placed.command.inverse.is_none() && changes_production(placed.command.effect))
        .filter(|placed| {
            !placed.command.source.starts_with("curl ")
                && !WAYS_BACK.iter().any(|word| placed.command.source.contains(word))
        })
        .map(|placed| {
            let first = placed.command.source.lines().next().unwrap_or_default();
            let finding = Finding {
                code: "W025",
                severity: DiagnosticSeverity::Warning,
                message: format!("`{}` changes production and nothing says how to undo it", first.trim()),
                hint: "name the command that undoes it, in the step or on the quick-reference card",
            };
            document.place(finding, placed.command.line, first)
        })
        .collect()
}

fn changes_production(effect: Effect) -> bool {
    match effect {
        Effect::ChangesProduction | Effect::Destroys => effect.approval() == Approval::Needed,
        Effect::ReadsHere
        | Effect::ReadsWorld
        | Effect::FollowsLog
        | Effect::Waits
        | Effect::ChangesHere
        | Effect::Unknown => false,
    }
}
