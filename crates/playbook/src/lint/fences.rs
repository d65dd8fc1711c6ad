//! W026: one fence that reads and changes. W051: fences without a language.

use super::document::{Document, Fence, Finding};
use crate::{Approval, Diagnostic, DiagnosticSeverity};

pub(super) fn read_and_change(document: &Document<'_>) -> Vec<Diagnostic> {
    document.fences.iter().filter_map(|fence| mixed(document, fence)).collect()
}

fn mixed(document: &Document<'_>, fence: &Fence) -> Option<Diagnostic> {
    let inside = document.commands_between(fence.first, fence.last);
    let of = |approval: Approval| inside.iter().find(|placed| placed.command.effect.approval() == approval);
    let (reads, changes) = of(Approval::NotNeeded).zip(of(Approval::Needed))?;
    // A card lists reading and changing commands side by side on purpose.
    if document.lists_within(fence) {
        return None;
    }
    let finding = Finding {
        code: "W026",
        severity: DiagnosticSeverity::Warning,
        message: format!(
            "one fence reads (line {}) and changes something (line {}): whoever copies it does both",
            reads.command.line, changes.command.line
        ),
        hint: "put the change into a fence and a step of its own",
    };
    Some(document.place(
        finding,
        changes.command.line,
        changes.command.source.lines().next().unwrap_or_default(),
    ))
}

pub(super) fn untagged(document: &Document<'_>) -> Vec<Diagnostic> {
    let bare: Vec<u32> =
        document.fences.iter().filter(|fence| fence.language.is_empty()).map(|fence| fence.first).collect();
    let Some(first) = bare.first() else { return Vec::new() };
    let lines: Vec<String> = bare.iter().map(u32::to_string).collect();
    let finding = Finding {
        code: "W051",
        severity: DiagnosticSeverity::Info,
        message: format!("{} without a language (lines {})", count(bare.len()), lines.join(", ")),
        hint: "write ```bash for commands and ```text for everything else",
    };
    vec![document.place(finding, *first, "")]
}

fn count(fences: usize) -> String {
    if fences == 1 { "one fence".to_owned() } else { format!("{fences} fences") }
}
