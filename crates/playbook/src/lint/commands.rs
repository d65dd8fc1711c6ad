//! W023: a step that says restart and ends something for good. W024: a blank to fill before a command can run.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Effect};

const RESTARTS: &[&str] = &["restart", "reload", "bounce", "recycle", "redeploy"];

pub(super) fn restart_that_ends(document: &Document<'_>) -> Vec<Diagnostic> {
    let ends = document.commands.iter().filter(|placed| placed.command.effect == Effect::Destroys);
    ends.filter_map(|placed| {
        let command = placed.command;
        let title = command.title.as_deref().or(placed.step.map(|(_, step)| step.title.as_str()))?;
        let lower = title.to_lowercase();
        let said = RESTARTS.iter().find(|word| lower.contains(**word))?;
        let finding = Finding {
            code: "W023",
            severity: DiagnosticSeverity::Warning,
            message: format!("“{title}” promises to {said}, but {}", command.effect_reason),
            hint: "use the tool's own way to restart, or say in the title what is lost",
        };
        Some(document.place(finding, command.line, command.source.lines().next().unwrap_or_default()))
    })
    .collect()
}

pub(super) fn open_hole(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for placed in &document.commands {
        for hole in &placed.command.holes {
            let finding = Finding {
                code: "W024",
                severity: DiagnosticSeverity::Info,
                message: format!("`{}` must be filled before the command can run", hole.token),
                hint: "say next to the command where the value is found",
            };
            found.push(document.place(finding, placed.command.line, &hole.token));
        }
    }
    found
}
