//! Undoes "UTF-8 read as Windows-125x and saved as UTF-8 again", line by line.
//!
//! A line is touched only if all its characters exist in the code page and the bytes they stand for are valid,
//! shorter UTF-8. The undefined bytes of a code page (0x90 and six others in Windows-1254) are often dropped on the
//! way; where exactly one byte of a character is gone, it is refilled if the line leaves one sensible choice.
//! What was tried and is worse: repairing the file as a whole (one lost byte spoils everything), and guessing the
//! page from the language (a playbook is English with arrows and boxes in it).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1254};

/// A repaired text and how much was repaired.
pub(super) struct Mended {
    pub(super) text: String,
    pub(super) page: &'static str,
    pub(super) lines: u32,
    pub(super) refilled: u32,
    pub(super) first_line: u32,
}

/// The repaired text, or nothing when the text is sound.
pub(super) fn mend(text: &str) -> Option<Mended> {
    if text.is_ascii() {
        return None;
    }
    let western = mend_with(text, &Page::new(WINDOWS_1252, "Windows-1252"));
    let turkish = mend_with(text, &Page::new(WINDOWS_1254, "Windows-1254"));
    match (western, turkish) {
        (Some(a), Some(b)) if b.lines > a.lines => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

/// A code page, read backwards.
struct Page {
    name: &'static str,
    bytes: BTreeMap<char, u8>,
    undefined: Vec<u8>,
}

impl Page {
    fn new(encoding: &'static Encoding, name: &'static str) -> Self {
        let mut page = Self { name, bytes: BTreeMap::new(), undefined: Vec::new() };
        for byte in 0x80..=0xFFu8 {
            let one = [byte];
            let (decoded, _) = encoding.decode_without_bom_handling(&one);
            match decoded.chars().next() {
                Some(c) if !('\u{80}'..='\u{9F}').contains(&c) && c != '\u{FFFD}' => {
                    page.bytes.insert(c, byte);
                }
                _ => page.undefined.push(byte),
            }
        }
        page
    }

    fn byte(&self, c: char) -> Option<u8> {
        match u8::try_from(u32::from(c)) {
            Ok(byte) if byte < 0xA0 => Some(byte),
            _ => self.bytes.get(&c).copied(),
        }
    }

    fn encode(&self, line: &str) -> Option<Vec<u8>> {
        line.chars().map(|c| self.byte(c)).collect()
    }
}

fn mend_with(text: &str, page: &Page) -> Option<Mended> {
    let mut mended = Mended {
        text: String::with_capacity(text.len()),
        page: page.name,
        lines: 0,
        refilled: 0,
        first_line: 0,
    };
    let (mut whole, mut foreign) = (0u32, 0u32);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let decoded = if line.is_ascii() { None } else { page.encode(line).and_then(|b| decode(&b, page)) };
        foreign += u32::from(!line.is_ascii());
        let Some(decoded) = decoded else {
            mended.text.push_str(line);
            continue;
        };
        whole += u32::from(decoded.refilled == 0);
        mended.lines += 1;
        mended.refilled += decoded.refilled;
        if mended.first_line == 0 {
            mended.first_line = u32::try_from(index + 1).unwrap_or(u32::MAX);
        }
        mended.text.push_str(&decoded.text);
    }
    // A whole file was saved wrongly, so most of its foreign lines show it; one odd line is somebody's own text.
    (whole > 0 && mended.lines * 2 > foreign).then_some(mended)
}

struct Decoded {
    text: String,
    refilled: u32,
}

fn decode(bytes: &[u8], page: &Page) -> Option<Decoded> {
    let mut decoded = Decoded { text: String::with_capacity(bytes.len()), refilled: 0 };
    let mut rest = bytes;
    let mut sound = 0usize;
    while let Some(chunk) = rest.utf8_chunks().next() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        decoded.text.push_str(chunk.valid());
        let invalid = chunk.invalid();
        rest = rest.get(chunk.valid().len() + invalid.len()..)?;
        if !invalid.is_empty() {
            decoded.text.push(refill(&decoded.text, invalid, rest, page)?);
            decoded.refilled += 1;
        }
    }
    (sound > 0).then_some(decoded)
}

/// The character whose last byte was dropped, if the line leaves one choice.
fn refill(before: &str, broken: &[u8], after: &[u8], page: &Page) -> Option<char> {
    let candidates: Vec<char> = page
        .undefined
        .iter()
        .filter_map(|byte| {
            let mut whole = broken.to_vec();
            whole.push(*byte);
            let text = core::str::from_utf8(&whole).ok()?;
            let mut chars = text.chars();
            chars.next().filter(|_| chars.next().is_none())
        })
        .collect();
    let at_end = after.iter().all(u8::is_ascii_whitespace);
    sensible(before, at_end).into_iter().find(|c| candidates.contains(c))
}

/// What may stand here, most likely first.
fn sensible(before: &str, at_end: bool) -> Vec<char> {
    let quote_open = before.matches('\u{201C}').count() > before.matches('\u{201D}').count();
    let start = before.trim_start().chars().next();
    let mut choices = Vec::new();
    match (before.chars().next_back(), start) {
        (Some('─'), Some('┌')) if at_end => choices.push('┐'),
        (Some('═'), Some('╚')) if at_end => choices.push('╝'),
        (Some('═'), _) => choices.push('═'),
        (_, Some('╔' | '╚' | '╠')) => choices.push('═'),
        _ => {}
    }
    if quote_open {
        choices.push('\u{201D}');
    }
    choices.push('←');
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damage(text: &str, page: &'static Encoding) -> String {
        page.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn a_damaged_text_comes_back_and_names_its_page() {
        let sound = "🔴 down → P0\nplain\n│ • one │\n";
        let mended = mend(&damage(sound, WINDOWS_1254)).expect("damaged");
        assert_eq!(mended.text, sound);
        assert_eq!(
            (mended.page, mended.lines, mended.refilled, mended.first_line),
            ("Windows-1254", 2, 0, 1)
        );
    }

    #[test]
    fn a_dropped_byte_is_refilled_by_context() {
        let sound = "┌───┐\n│ a │\n└───┘\nsay “so” ← here\n";
        let damaged: String =
            damage(sound, WINDOWS_1254).chars().filter(|c| !('\u{80}'..='\u{9F}').contains(c)).collect();
        let mended = mend(&damaged).expect("damaged");
        assert_eq!(mended.text, sound);
        assert_eq!(mended.refilled, 3);
    }

    #[test]
    fn sound_texts_are_left_alone() {
        for text in [
            "İstanbul'da ağır iş: “çok güzel” → şişe ğ Ÿ",
            "He said “CAFÉ”\nand — CAFÉ”\n",
            "naïve café, Ärger, „Groß“, 50 € … ©",
            "┌──┐\n│🔴│\n└──┘",
            "Привет",
        ] {
            assert!(mend(text).is_none(), "{text}");
        }
    }
}
