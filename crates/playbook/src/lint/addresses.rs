//! W029: an address that belongs to one developer's session, not to production.

use super::document::{Document, Finding, needles};
use crate::{Diagnostic, DiagnosticSeverity};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Hosts that are handed out to a developer for as long as a program runs on the developer's machine.
const PERSONAL: &[&str] =
    &["-dev.modal.run", ".ngrok.io", ".ngrok.app", ".ngrok-free.app", ".trycloudflare.com"];

static HOSTS: LazyLock<AhoCorasick> = LazyLock::new(|| needles(PERSONAL));

pub(super) fn personal(document: &Document<'_>) -> Vec<Diagnostic> {
    document
        .lines_with(&HOSTS)
        .filter_map(|(line, text)| {
            let host = PERSONAL.iter().find(|host| text.contains(**host))?;
            let address =
                text.split([' ', '`', '"', '\'', '<', '>', '(', ')']).find(|word| word.contains(host))?;
            let finding = Finding {
                code: "W029",
                severity: DiagnosticSeverity::Warning,
                message: format!(
                    "`{address}` is a developer's own address: it says nothing about production"
                ),
                hint: "name the deployed address",
            };
            Some(document.place(finding, line, address))
        })
        .collect()
}
