//! Copies of a playbook that a tool has damaged on the way say the same as the playbook.

use playbook::{Playbook, compile, repaired};
use std::fs;
use std::path::Path;

/// The documents as somebody wrote them, without any damage that they have already.
fn documents() -> Vec<String> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        "tests/suite/tabbi.md",
        "../../playbooks/tabbi.md",
        "../../../shared/seeds/000_114f38fe85231b49.txt",
    ];
    let found = files.iter().filter_map(|file| fs::read(base.join(file)).ok());
    let found: Vec<_> = found.map(|bytes| repaired(&bytes)).collect();
    assert!(found.len() >= 2, "the suite's document and the shipped one are always there");
    found
}

/// What it says, without the name of its bytes and what was said about their damage.
fn model(bytes: &[u8]) -> Playbook {
    let mut playbook = compile(bytes);
    playbook.digest.clear();
    playbook.documents.iter_mut().for_each(|document| document.digest.clear());
    playbook.diagnostics.clear();
    playbook
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    for text in documents() {
        let whole = model(text.as_bytes());
        assert!(!whole.runbooks.is_empty());
        assert!(whole == model(text.replace('\n', "\r\n").as_bytes()), "with carriage returns");
        assert!(whole == model(format!("\u{FEFF}{text}").as_bytes()), "with a byte order mark");
        let both = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        assert!(whole == model(both.as_bytes()), "with both");
    }
}

#[test]
fn a_wrong_decoding_changes_nothing() {
    for text in documents() {
        let damaged = decoded_wrongly(&text);
        assert_ne!(damaged, text);
        let codes: Vec<_> = compile(damaged.as_bytes()).diagnostics.into_iter().map(|d| d.code).collect();
        assert!(codes.iter().any(|code| code == "E001"), "the repair is told: {codes:?}");
        assert!(model(text.as_bytes()) == model(damaged.as_bytes()));
    }
}

/// The text's bytes read as Windows-1252 and written again.
fn decoded_wrongly(text: &str) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    let decoded = |byte: u8| match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    };
    text.bytes().map(decoded).collect()
}
