//! The one way in: bytes to a playbook with its diagnostics.

use crate::model::Playbook;
use crate::shell::Shell;
use crate::{limits, lint, recognise, repair};
use alloc::string::String;
use sha2::{Digest, Sha256};

/// Compiles a document. Any bytes give a playbook; what was wrong with them is among its diagnostics, by line.
#[must_use]
pub fn compile(bytes: &[u8]) -> Playbook {
    let repaired = repair::repair(bytes);
    let mut shell = Shell::default();
    let mut playbook = recognise::recognise(&repaired.text, &mut shell);
    playbook.digest = digest(bytes);
    let findings = lint::run(&playbook, &repaired.text, &shell);
    let left_out = limits::shell(shell.unread(), &repaired.text);
    playbook.diagnostics.extend(repaired.diagnostics.into_iter().chain(findings).chain(left_out));
    playbook.diagnostics.sort_by(|a, b| (a.line, &a.code, &a.message).cmp(&(b.line, &b.code, &b.message)));
    playbook
}

/// The text that the spans of [`compile`] refer to: decoded, repaired, with line feeds as line ends.
#[must_use]
pub fn repaired(bytes: &[u8]) -> String {
    repair::repair(bytes).text
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}
