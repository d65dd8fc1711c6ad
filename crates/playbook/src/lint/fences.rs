//! W026: one fence that reads and changes. W051: fences without a language.

use super::document::{Document, Fence, Finding};
use crate::{Approval, Diagnostic, DiagnosticSeverity, Fix};

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
    let bare: Vec<&Fence> = document.fences.iter().filter(|fence| fence.language.is_empty()).collect();
    let Some(first) = bare.first() else { return Vec::new() };
    let lines: Vec<String> = bare.iter().map(|fence| fence.first.to_string()).collect();
    let finding = Finding {
        code: "W051",
        severity: DiagnosticSeverity::Info,
        message: format!("{} without a language (lines {})", count(bare.len()), lines.join(", ")),
        hint: "write ```bash for commands and ```text for everything else",
    };
    let mut found = document.place(finding, first.first, "");
    found.fixes = bare.into_iter().filter_map(|fence| tag(document, fence)).collect();
    vec![found]
}

/// The language behind the marks that open a fence.
fn tag(document: &Document<'_>, fence: &Fence) -> Option<Fix> {
    let (end, text) = document.line(fence.first)?;
    let language = language(document, fence)?;
    let end = end - (text.len() - text.trim_end().len());
    text.trim_end().ends_with(['`', '~']).then(|| document.change(end, end, language))
}

/// Shell when it begins with a comment or a command. A drawing that lists commands is text: so is the card of the quick
/// reference.
fn language(document: &Document<'_>, fence: &Fence) -> Option<&'static str> {
    let commands = document.commands_between(fence.first, fence.last);
    let begins =
        document.lines_from(fence.first + 1).map(|(_, text)| text.trim()).find(|text| !text.is_empty());
    let Some((first, begins)) = commands.first().zip(begins) else { return Some("text") };
    let source = first.command.source.lines().next().unwrap_or_default().trim();
    if begins.starts_with("$ ") {
        Some("console")
    } else if begins.starts_with('#') || begins == source {
        Some("bash")
    } else {
        holds_card(document, fence).then_some("text")
    }
}

/// Whether the quick reference was read from it.
fn holds_card(document: &Document<'_>, fence: &Fence) -> bool {
    let groups = &document.playbook.quick_reference;
    let after = groups.partition_point(|group| group.line <= fence.first);
    groups.get(after).is_some_and(|group| group.line < fence.last)
}

fn count(fences: usize) -> String {
    if fences == 1 { "one fence".to_owned() } else { format!("{fences} fences") }
}
