//! W043: a checklist that escalates later than the escalation path does.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity};

pub(super) fn escalates_late(document: &Document<'_>) -> Vec<Diagnostic> {
    let Some(checklist) = &document.playbook.checklist else { return Vec::new() };
    let items = checklist.phases.iter().filter_map(|phase| phase.window.map(|window| (window, &phase.items)));
    let escalates = items.flat_map(|(window, items)| items.iter().map(move |item| (window, item)));
    let first_climb = document
        .playbook
        .escalation
        .iter()
        .filter_map(|(severity, path)| path.get(1).map(|hop| (hop.delay_min, severity, &hop.target)))
        .min();
    let Some((delay, severity, target)) = first_climb else { return Vec::new() };
    escalates
        .filter(|(window, item)| window.from_min > delay && item.text.to_lowercase().contains("escalat"))
        .map(|(window, item)| {
            let finding = Finding {
                code: "W043",
                severity: DiagnosticSeverity::Warning,
                message: format!(
                    "the checklist escalates at {}–{} min, but {severity} wakes {target} after {delay} min",
                    window.from_min, window.to_min
                ),
                hint: "say that pages climb by themselves, or move the item to an earlier phase",
            };
            document.place(finding, item.line, &item.text)
        })
        .collect()
}
