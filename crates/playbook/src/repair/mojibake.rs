//! Undoes "UTF-8 read as Windows-125x and saved as UTF-8 again", line by line.
//!
//! A line is touched only if all its characters exist in the code page and the bytes they stand for are valid,
//! shorter UTF-8. The undefined bytes of a code page (0x90 and six others in Windows-1254) are often dropped on the
//! way; where exactly one byte of a character is gone, it is refilled if the line leaves one sensible choice.
//! What was tried and is worse: repairing the file as a whole (one lost byte spoils everything), and guessing the
//! page from the language (a playbook is English with arrows and boxes in it).

use alloc::string::String;
use alloc::vec::Vec;
use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1254};
use std::sync::LazyLock;

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
    let foreign = foreign_lines(text);
    let western = repairs(&foreign, &PAGES[0]);
    let turkish = repairs(&foreign, &PAGES[1]);
    let better = match (western, turkish) {
        (Some(a), Some(b)) if b.lines.len() > a.lines.len() => b,
        (Some(a), _) => a,
        (None, b) => b?,
    };
    Some(better.applied(text))
}

/// A line that is not plain ASCII.
struct Foreign<'t> {
    text: &'t str,
    start: usize,
    /// Its number, from 0.
    index: usize,
}

fn foreign_lines(text: &str) -> Vec<Foreign<'_>> {
    let mut lines = Vec::new();
    if text.is_ascii() {
        return lines;
    }
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).chain([text.len()]);
    for (index, end) in ends.enumerate() {
        let line = &text[start..end];
        if !line.is_ascii() {
            lines.push(Foreign { text: line, start, index });
        }
        start = end;
    }
    lines
}

/// The pages that texts are wrongly read in.
static PAGES: LazyLock<[Page; 2]> =
    LazyLock::new(|| [Page::new(WINDOWS_1252, "Windows-1252"), Page::new(WINDOWS_1254, "Windows-1254")]);

/// A code page, read backwards.
struct Page {
    name: &'static str,
    /// In the order of the characters.
    bytes: Vec<(char, u8)>,
    undefined: Vec<u8>,
}

impl Page {
    fn new(encoding: &'static Encoding, name: &'static str) -> Self {
        let mut page = Self { name, bytes: Vec::new(), undefined: Vec::new() };
        for byte in 0x80..=0xFFu8 {
            let one = [byte];
            let (decoded, _) = encoding.decode_without_bom_handling(&one);
            match decoded.chars().next() {
                Some(c) if !('\u{80}'..='\u{9F}').contains(&c) && c != '\u{FFFD}' => {
                    page.bytes.push((c, byte));
                }
                _ => page.undefined.push(byte),
            }
        }
        page.bytes.sort_unstable();
        page
    }

    fn byte(&self, c: char) -> Option<u8> {
        match u8::try_from(u32::from(c)) {
            Ok(byte) if byte < 0xA0 => Some(byte),
            _ => self.bytes.binary_search_by_key(&c, |(known, _)| *known).ok().map(|at| self.bytes[at].1),
        }
    }

    fn encode(&self, line: &str) -> Option<Vec<u8>> {
        // Most lines that are sound fail at their first foreign character.
        let first = line.chars().find(|c| !c.is_ascii())?;
        self.byte(first)?;
        line.chars().map(|c| self.byte(c)).collect()
    }
}

/// What a page makes of the lines that it can decode.
struct Repairs<'t> {
    page: &'static str,
    lines: Vec<(&'t Foreign<'t>, Decoded)>,
}

fn repairs<'t>(foreign: &'t [Foreign<'t>], page: &'static Page) -> Option<Repairs<'t>> {
    let decoded = |line: &'t Foreign<'t>| Some((line, decode(&page.encode(line.text)?, page)?));
    let lines: Vec<_> = foreign.iter().filter_map(decoded).collect();
    // A whole file was saved wrongly, so most of its foreign lines show it; one odd line is somebody's own text.
    let whole = lines.iter().any(|(_, decoded)| decoded.refilled == 0);
    (whole && lines.len() * 2 > foreign.len()).then_some(Repairs { page: page.name, lines })
}

impl Repairs<'_> {
    fn applied(&self, text: &str) -> Mended {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let mut mended = String::with_capacity(text.len());
        let mut end = 0;
        for (line, decoded) in &self.lines {
            mended.push_str(&text[end..line.start]);
            mended.push_str(&decoded.text);
            end = line.start + line.text.len();
        }
        mended.push_str(&text[end..]);
        Mended {
            text: mended,
            page: self.page,
            lines: number(self.lines.len()),
            refilled: self.lines.iter().map(|(_, decoded)| decoded.refilled).sum(),
            first_line: self.lines.first().map_or(0, |(line, _)| number(line.index + 1)),
        }
    }
}

struct Decoded {
    text: String,
    refilled: u32,
}

fn decode(bytes: &[u8], page: &Page) -> Option<Decoded> {
    let mut before = Before { text: String::with_capacity(bytes.len()), start: None, quotes: 0 };
    let mut refilled = 0;
    let mut rest = bytes;
    let mut sound = false;
    while let Some(chunk) = rest.utf8_chunks().next() {
        sound |= !chunk.valid().is_ascii();
        before.push(chunk.valid());
        let invalid = chunk.invalid();
        rest = rest.get(chunk.valid().len() + invalid.len()..)?;
        if !invalid.is_empty() {
            let missing = refill(&before, invalid, rest, page)?;
            before.push(missing.encode_utf8(&mut [0; 4]));
            refilled += 1;
        }
    }
    sound.then_some(Decoded { text: before.text, refilled })
}

/// The part of a line that is decoded, with what is asked about it again and again.
struct Before {
    text: String,
    /// The first character that is not a blank.
    start: Option<char>,
    /// Opened curly quotes less closed ones.
    quotes: i64,
}

impl Before {
    fn push(&mut self, text: &str) {
        self.start = self.start.or_else(|| text.trim_start().chars().next());
        if !text.is_ascii() {
            self.quotes +=
                text.chars().map(|c| i64::from(c == '\u{201C}') - i64::from(c == '\u{201D}')).sum::<i64>();
        }
        self.text.push_str(text);
    }
}

/// The character whose last byte was dropped, if the line leaves one choice.
fn refill(before: &Before, broken: &[u8], after: &[u8], page: &Page) -> Option<char> {
    let is_candidate = |c: &char| {
        let mut bytes = [0; 4];
        match c.encode_utf8(&mut bytes).as_bytes().split_last() {
            Some((last, head)) => head == broken && page.undefined.contains(last),
            None => false,
        }
    };
    sensible(before, after).find(is_candidate)
}

/// What may stand here, most likely first.
fn sensible(before: &Before, after: &[u8]) -> impl Iterator<Item = char> {
    let at_end = || after.iter().all(u8::is_ascii_whitespace);
    let drawn = match (before.text.chars().next_back(), before.start) {
        (Some('─'), Some('┌')) if at_end() => Some('┐'),
        (Some('═'), Some('╚')) if at_end() => Some('╝'),
        (Some('═'), _) => Some('═'),
        (_, Some('╔' | '╚' | '╠')) => Some('═'),
        _ => None,
    };
    let quote = (before.quotes > 0).then_some('\u{201D}');
    drawn.into_iter().chain(quote).chain(['←'])
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
