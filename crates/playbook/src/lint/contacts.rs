//! W044: a role that is woken and cannot be reached.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, limits};
use std::collections::BTreeSet;

/// So many roles are compared with so many contacts, each by so many letters: more than any document has, and every
/// role meets every contact.
const ROLES_MAX: usize = 100;
const CONTACTS_MAX: usize = 400;
const LETTERS_MAX: usize = 400;

pub(super) fn missing(document: &Document<'_>) -> Vec<Diagnostic> {
    let groups = document.playbook.quick_reference.iter();
    let entries =
        groups.filter(|group| group.name.to_lowercase().contains("contact")).flat_map(|group| &group.entries);
    let known = document.playbook.contacts.iter();
    let all = entries
        .map(|entry| (&entry.name, &entry.value))
        .chain(known.map(|contact| (&contact.role, &contact.reach)));
    let mut contacts: Vec<Contact> =
        all.clone().take(CONTACTS_MAX).map(|(name, value)| Contact::of(name, value)).collect();
    let mut hops: Vec<_> = document.playbook.hops().collect();
    hops.sort_by_key(|hop| hop.line);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    hops.retain(|hop| seen.insert(&hop.target));
    let mut found = Vec::new();
    if let Some(more) = hops.get(ROLES_MAX).or(hops.first().filter(|_| all.count() > CONTACTS_MAX)) {
        let message = format!("only {ROLES_MAX} roles are compared with {CONTACTS_MAX} contacts");
        found.push(limits::left_out(message, more.line, document.text));
    }
    for hop in hops.into_iter().take(ROLES_MAX) {
        let role = squash(&hop.target);
        // A contact speaks for one role: the first that it fits.
        if let Some(at) = contacts.iter().position(|contact| contact.fits(&role)) {
            contacts.remove(at);
            continue;
        }
        let finding = Finding {
            code: "W044",
            severity: DiagnosticSeverity::Warning,
            message: format!("the document wakes `{}` and names no contact for it", hop.target),
            hint: "add it to a table of roles and contacts or to the quick-reference card, or bind the role to a person in the settings",
        };
        found.push(document.place(finding, hop.line, &hop.target));
    }
    found
}

/// A contact in letters that can be compared.
struct Contact {
    name: String,
    value: String,
}

impl Contact {
    fn of(name: &str, value: &str) -> Self {
        Self { name: squash(name), value: squash(value) }
    }

    fn fits(&self, role: &str) -> bool {
        (!self.name.is_empty() && role.contains(&self.name))
            || self.value.contains(role)
            || self.name.contains(role)
    }
}

fn squash(text: &str) -> String {
    let letters = text.chars().filter(|character| character.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(LETTERS_MAX).collect()
}
