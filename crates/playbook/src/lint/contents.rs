//! W050: contents that miss a section. W053: an entry of the contents that leads nowhere.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Section};

pub(super) fn incomplete(document: &Document<'_>) -> Vec<Diagnostic> {
    let contents = &document.playbook.contents;
    let listed = |section: &&Section| contents.iter().any(|entry| entry.anchor == section.anchor);
    let Some(level) = document.playbook.sections.iter().find(listed).map(|section| section.level) else {
        return Vec::new();
    };
    let first = contents.first().map_or(0, |entry| entry.line);
    let missed = document
        .playbook
        .sections
        .iter()
        .filter(|section| section.level == level && section.span.line > first);
    missed
        .filter(|section| !listed(section))
        .map(|section| {
            let finding = Finding {
                code: "W050",
                severity: DiagnosticSeverity::Info,
                message: format!("the contents do not list “{}”", section.heading),
                hint: "add it: people look there first",
            };
            document.place(finding, section.span.line, &section.heading)
        })
        .collect()
}

pub(super) fn leads_nowhere(document: &Document<'_>) -> Vec<Diagnostic> {
    let sections = &document.playbook.sections;
    let lost = document.playbook.contents.iter().filter(|entry| {
        !sections.is_empty() && sections.iter().all(|section| section.anchor != entry.anchor)
    });
    lost.map(|entry| {
        let finding = Finding {
            code: "W053",
            severity: DiagnosticSeverity::Warning,
            message: format!(
                "the contents link “{}” to #{}, which no heading has",
                entry.title, entry.anchor
            ),
            hint: "correct the anchor",
        };
        document.place(finding, entry.line, &entry.anchor)
    })
    .collect()
}
