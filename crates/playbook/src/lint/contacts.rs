//! W044: a role that is woken and cannot be reached.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, QuickEntry};

pub(super) fn missing(document: &Document<'_>) -> Vec<Diagnostic> {
    let groups = document.playbook.quick_reference.iter();
    let mut contacts: Vec<&QuickEntry> = groups
        .filter(|group| group.name.to_lowercase().contains("contact"))
        .flat_map(|group| &group.entries)
        .collect();
    let mut hops: Vec<_> = document.playbook.escalation.values().flatten().collect();
    hops.sort_by_key(|hop| hop.line);
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for hop in hops {
        if seen.contains(&hop.target.as_str()) {
            continue;
        }
        seen.push(&hop.target);
        // A contact speaks for one role: the first that it fits.
        if let Some(at) = contacts.iter().position(|entry| fits(entry, &hop.target)) {
            contacts.remove(at);
            continue;
        }
        let finding = Finding {
            code: "W044",
            severity: DiagnosticSeverity::Warning,
            message: format!("the document wakes `{}` and names no contact for it", hop.target),
            hint: "add it to the contacts of the quick-reference card, or bind the role to a person in the settings",
        };
        found.push(document.place(finding, hop.line, &hop.target));
    }
    found
}

fn fits(entry: &QuickEntry, role: &str) -> bool {
    let name = squash(&entry.name);
    let role = squash(role);
    (!name.is_empty() && role.contains(&name)) || squash(&entry.value).contains(&role) || name.contains(&role)
}

fn squash(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
