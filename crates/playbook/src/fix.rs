//! The document with the fixes of its findings applied, as bytes: what a patch is made from.
//!
//! Lines that no fix touches keep their bytes, whatever they are. Must never be here: what a fix is, or files.

use crate::compile::{compile, repaired};
use crate::model::{Fix, Span};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a document gets no patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfixable {
    /// It is no UTF-8 and no damaged UTF-8: nothing can be changed line by line.
    Encoding,
    /// Its lines end with carriage returns alone.
    LineEnds,
}

/// The bytes of a document with every safe repair made. The same bytes when there is nothing to repair.
///
/// # Errors
/// When its bytes cannot be changed line by line.
pub fn fixed(bytes: &[u8]) -> Result<Vec<u8>, Unfixable> {
    if encoding_rs::Encoding::for_bom(bytes).is_some_and(|(encoding, _)| encoding != encoding_rs::UTF_8) {
        return Err(Unfixable::Encoding);
    }
    if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
        return Err(Unfixable::LineEnds);
    }
    let text = repaired(bytes);
    let fixes: Vec<Fix> = compile(bytes).diagnostics.into_iter().flat_map(|found| found.fixes).collect();
    let (mark, body) = bytes.strip_prefix(MARK).map_or((&[][..], bytes), |body| (MARK, body));
    let mut out = mark.to_vec();
    let mut changes = Changes::new(fixes);
    let mut start = 0;
    // A repair never adds or removes a line, so the lines of both stand side by side.
    for (old, new) in body.split_inclusive(|byte| *byte == b'\n').zip(text.split_inclusive('\n')) {
        line(&mut out, old, new, &changes.of_line(start, start + new.len()));
        start += new.len();
    }
    // Additions behind the last line end.
    if start < text.len() || body.is_empty() || body.ends_with(b"\n") {
        let rest = changes.of_line(start, text.len() + 1);
        line(&mut out, b"", "", &rest);
    }
    Ok(out)
}

/// One line, as it was or as it is to be.
fn line(out: &mut Vec<u8>, old: &[u8], new: &str, changes: &[Change]) {
    let content = old.strip_suffix(b"\n").unwrap_or(old);
    let bare = content.strip_suffix(b"\r").filter(|_| old.len() > content.len());
    let ends_in_return = bare.is_some();
    let readable = core::str::from_utf8(bare.unwrap_or(content));
    let wanted = apply(new.strip_suffix('\n').unwrap_or(new), changes);
    let is_same = readable.is_ok_and(|text| text.replace('\r', " ") == wanted);
    // What cannot be read cannot be written back either: its bytes stay for a person to look at.
    if is_same || readable.is_err() {
        out.extend_from_slice(old);
        return;
    }
    let line_end: &[u8] = if ends_in_return { b"\r\n" } else { b"\n" };
    for (index, part) in wanted.split('\n').enumerate() {
        if index > 0 {
            out.extend_from_slice(line_end);
        }
        out.extend_from_slice(part.as_bytes());
    }
    if old.len() > content.len() {
        out.extend_from_slice(line_end);
    }
}

/// A change within a line, by offsets from its beginning.
struct Change {
    start: usize,
    end: usize,
    replacement: String,
}

fn apply(text: &str, changes: &[Change]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for change in changes {
        let (Some(before), Some(_)) = (text.get(at..change.start), text.get(change.start..change.end)) else {
            continue;
        };
        out.push_str(before);
        out.push_str(&change.replacement);
        at = change.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Fixes in the order of their places; of two that meet, the first stands.
struct Changes {
    fixes: core::iter::Peekable<alloc::vec::IntoIter<Fix>>,
}

impl Changes {
    fn new(mut fixes: Vec<Fix>) -> Self {
        let place = |span: Span| (span.start, span.end);
        fixes.sort_by_key(|fix| place(fix.span));
        fixes.dedup_by(|next, first| next == first || next.span.start < first.span.end);
        Self { fixes: fixes.into_iter().peekable() }
    }

    /// Those that begin between two offsets and end there, too.
    fn of_line(&mut self, start: usize, end: usize) -> Vec<Change> {
        let mut found = Vec::new();
        while let Some(fix) = self.fixes.next_if(|fix| (fix.span.start as usize) < end) {
            let (from, to) = (fix.span.start as usize, fix.span.end as usize);
            if from >= start && to <= end {
                let replacement = fix.replacement.to_owned();
                found.push(Change { start: from - start, end: to - start, replacement });
            }
        }
        found
    }
}
