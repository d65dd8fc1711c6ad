//! The one way in: bytes to a playbook with its diagnostics.

use crate::answers::Answers;
use crate::doubts::Questions;
use crate::model::Playbook;
use crate::shell::Shell;
use crate::{documents, limits, lint, recognise, repair};
use alloc::string::String;
use sha2::{Digest, Sha256};

/// Compiles a document. Any bytes give a playbook; what was wrong with them is among its diagnostics, by line.
#[must_use]
pub fn compile(bytes: &[u8]) -> Playbook {
    compile_with(bytes, &Answers::NONE)
}

/// Compiles a document with what people answered to the questions about it. An answer that fits no question is among
/// the diagnostics.
#[must_use]
pub fn compile_with(bytes: &[u8], answers: &Answers) -> Playbook {
    let mut playbook = read(bytes, answers, None);
    let document = &playbook.documents[0];
    playbook.digest = match &document.answers {
        None => document.digest.clone(),
        Some(answers) => digest(alloc::format!("{} {answers}", document.digest).as_bytes()),
    };
    finish(&mut playbook);
    playbook
}

/// The text that the spans of [`compile`] refer to: decoded, repaired, with line feeds as line ends.
#[must_use]
pub fn repaired(bytes: &[u8]) -> String {
    repair::repair(bytes).text
}

/// One document by itself, with what there is to say about its own words, and beside those of the documents before it;
/// always with exactly one entry in `documents`. What it lacks is not told: another document may have it.
pub(crate) fn read(bytes: &[u8], answers: &Answers, across: Option<&mut lint::Across>) -> Playbook {
    let repaired = repair::repair(bytes);
    let mut shell = Shell::default();
    let mut questions = Questions::new(&repaired.text, answers);
    let mut playbook = recognise::recognise(&repaired.text, &mut shell, &mut questions);
    // Nobody mends what nobody should follow.
    let told = documents::stand_down(&mut playbook, &repaired.text);
    let findings = told
        .clone()
        .map_or_else(|| lint::run(&playbook, &repaired.text, &shell, across), |told| alloc::vec![told]);
    // Nobody is asked about what no longer counts.
    if told.is_none() {
        questions.unexplained(&playbook, &findings);
        let (asked, told) = questions.finish();
        playbook.questions = asked;
        playbook.diagnostics.extend(told);
    }
    let left_out = limits::shell(shell.unread(), &repaired.text);
    playbook.diagnostics.extend(repaired.diagnostics.into_iter().chain(findings).chain(left_out));
    if let Some(document) = playbook.documents.first_mut() {
        document.digest = digest(bytes);
        document.answers = answers.digest();
    }
    playbook
}

/// What can be told only of the whole: the parts that no document has; and the order of everything told.
pub(crate) fn finish(playbook: &mut Playbook) {
    let missing = recognise::missing_parts(playbook);
    playbook.diagnostics.extend(missing);
    playbook.diagnostics.sort_by(|a, b| {
        (a.document, a.line, &a.code, &a.message).cmp(&(b.document, b.line, &b.code, &b.message))
    });
}

/// SHA-256 in lower-case hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}
