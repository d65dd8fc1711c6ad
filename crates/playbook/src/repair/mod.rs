//! From bytes to text: byte order marks, line ends, invalid bytes, and text that was decoded wrongly once.
//!
//! Nothing here knows Markdown. A repair never adds or removes a line, so that line numbers stay true.

mod mojibake;

use crate::limits::span_of_line;
use crate::model::{Diagnostic, DiagnosticSeverity, Span};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The text that all spans refer to, and what had to be done to get it.
pub(crate) struct Repaired {
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Decodes and repairs; total for any bytes.
pub(crate) fn repair(bytes: &[u8]) -> Repaired {
    let mut diagnostics = Vec::new();
    let lined = line_ends(decode(bytes, &mut diagnostics));
    let text = match mojibake::mend(&lined) {
        Some(mended) => {
            diagnostics.push(mojibake_found(&mended));
            mended.text
        }
        None => lined.into_owned(),
    };
    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.span = span_of_line(&text, diagnostic.line));
    Repaired { text, diagnostics }
}

fn decode<'b>(bytes: &'b [u8], diagnostics: &mut Vec<Diagnostic>) -> Cow<'b, str> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        diagnostics.push(finding("W001", DiagnosticSeverity::Warning, 1).message(
            format!("text is {}, read as such", encoding.name()),
            "save the file as UTF-8; other tools expect it",
        ));
        return text;
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Most texts are sound, and to see that is much cheaper than to replace what is not.
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let line = line_at(bytes, error.valid_up_to());
            let lost = text.matches('\u{FFFD}').count();
            diagnostics.push(finding("E002", DiagnosticSeverity::Error, line).message(
                format!("bytes that are not UTF-8, replaced in {lost} places"),
                "save the file as UTF-8",
            ));
            Cow::Owned(text)
        }
    }
}

fn line_at(bytes: &[u8], valid: usize) -> u32 {
    let newlines = bytes.iter().take(valid).filter(|b| **b == b'\n').count();
    u32::try_from(newlines).unwrap_or(u32::MAX - 1) + 1
}

/// One line end for all systems; a lone carriage return is a space, unless the file knows no other line end.
fn line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\r') {
        return text;
    }
    let lone = if text.contains('\n') { " " } else { "\n" };
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', lone))
}

fn mojibake_found(mended: &mojibake::Mended) -> Diagnostic {
    let refilled = match mended.refilled {
        0 => String::new(),
        1 => ", 1 byte refilled".into(),
        n => format!(", {n} bytes refilled"),
    };
    finding("E001", DiagnosticSeverity::Error, mended.first_line).message(
        format!(
            "text was UTF-8 read as {} and saved again; repaired {} lines{refilled}",
            mended.page, mended.lines
        ),
        "save the repaired text as UTF-8 and look at how the file was copied",
    )
}

/// A diagnostic without its words.
struct Finding(Diagnostic);

fn finding(code: &str, severity: DiagnosticSeverity, line: u32) -> Finding {
    let span = Span { start: 0, end: 0, line };
    Finding(Diagnostic {
        code: code.into(),
        severity,
        document: 0,
        line,
        span,
        message: String::new(),
        hint: None,
        fixes: Vec::new(),
    })
}

impl Finding {
    fn message(mut self, message: String, hint: &str) -> Diagnostic {
        self.0.message = message;
        self.0.hint = Some(hint.into());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_and_carriage_returns_go_away_and_lines_stay() {
        let repaired = repair(b"\xEF\xBB\xBFone\r\ntwo\rhalf\r\nthree");
        assert_eq!(repaired.text, "one\ntwo half\nthree");
        assert!(repaired.diagnostics.is_empty());
        assert_eq!(repair(b"old\rmac").text, "old\nmac");
    }

    #[test]
    fn invalid_bytes_are_replaced_and_reported_where_they_stand() {
        let repaired = repair(b"one\ntwo \xFF\n");
        assert_eq!(repaired.text, "one\ntwo \u{FFFD}\n");
        assert_eq!(repaired.diagnostics[0].code, "E002");
        let span = repaired.diagnostics[0].span;
        assert_eq!((span.line, span.start, span.end), (2, 4, 11));
    }

    #[test]
    fn utf16_is_read() {
        let bytes: Vec<u8> =
            [0xFFu8, 0xFE].into_iter().chain("# Hé\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let repaired = repair(&bytes);
        assert_eq!(repaired.text, "# Hé\n");
        assert_eq!(repaired.diagnostics[0].code, "W001");
    }
}
