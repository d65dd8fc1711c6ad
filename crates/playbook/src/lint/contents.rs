//! W050: contents that miss a section. W053: an entry of the contents that leads nowhere.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Section};
use std::collections::BTreeSet;

pub(super) fn incomplete(document: &Document<'_>) -> Vec<Diagnostic> {
    let contents = &document.playbook.contents;
    let anchors: BTreeSet<&str> = contents.iter().map(|entry| entry.anchor.as_str()).collect();
    let listed = |section: &&Section| anchors.contains(section.anchor.as_str());
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
    if document.playbook.contents.is_empty() {
        return Vec::new();
    }
    let anchors: BTreeSet<&str> = sections.iter().map(|section| section.anchor.as_str()).collect();
    let contents = document.playbook.contents.iter();
    let lost = contents.filter(|entry| !anchors.is_empty() && !anchors.contains(entry.anchor.as_str()));
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
