//! Where a finding stands: the line that people are shown, and the columns that programs are told.
//!
//! The lines of a document are found once for all its findings, and what is shown of one is bounded: the renderer takes
//! more than linear time over its source, and neither a book of 2 MB nor a line of 100 KB may be the source of each finding.

use crate::wiring::ReadPlaybook;
use playbook::Diagnostic;
use std::ops::Range;

/// Of a longer line only this much is shown, in bytes.
const SHOWN_MAX: usize = 400;

/// How much of a longer line stands before the place, in bytes.
const BEFORE_MAX: usize = 80;

/// The documents of a playbook, by their lines.
pub(super) struct Places<'a>(Vec<Lines<'a>>);

/// One document.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

/// Where one finding stands.
pub(super) struct Place<'a> {
    /// The line's number, from 1.
    pub(super) number: usize,
    /// The line without its end.
    line: &'a str,
    /// What the finding is about, within the line: a caret under half a document helps nobody.
    within: Range<usize>,
}

/// What of a line is shown.
pub(super) struct Excerpt<'a> {
    pub(super) text: &'a str,
    /// The place within the text.
    pub(super) within: Range<usize>,
    /// The column at which the text begins, from 1.
    pub(super) column: usize,
}

impl<'a> Places<'a> {
    pub(super) fn of(read: &'a ReadPlaybook) -> Self {
        let numbers = 0..u32::try_from(read.playbook.documents.len()).unwrap_or(u32::MAX);
        Self(numbers.map(|document| Lines::of(read.text(document))).collect())
    }

    /// Where a finding of that playbook stands.
    pub(super) fn place(&self, found: &Diagnostic) -> Place<'a> {
        let document = usize::try_from(found.document).ok().and_then(|number| self.0.get(number));
        document.map_or_else(|| Lines::of("").place(found), |lines| lines.place(found))
    }
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// A finding without a span is about its whole line.
    fn place(&self, found: &Diagnostic) -> Place<'a> {
        let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(self.text.len());
        let span = at(found.span.start)..at(found.span.end);
        let number = if span.is_empty() {
            usize::try_from(found.line).unwrap_or(1).clamp(1, self.starts.len())
        } else {
            self.starts.partition_point(|start| *start <= span.start)
        };
        let start = number.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let within = if span.is_empty() {
            0..line.trim_end().len()
        } else {
            (span.start - start).min(line.len())..(span.end - start).min(line.len())
        };
        Place { number, line, within }
    }
}

impl<'a> Place<'a> {
    /// Its first and its last column, in characters from 1.
    pub(super) fn columns(&self) -> (usize, usize) {
        let column = |at: usize| self.line.get(..at).map_or(0, |part| part.chars().count()) + 1;
        (column(self.within.start), column(self.within.end))
    }

    /// The line, or what stands around the place in a long one.
    pub(super) fn excerpt(&self) -> Excerpt<'a> {
        if self.line.len() <= SHOWN_MAX {
            return Excerpt { text: self.line, within: self.within.clone(), column: 1 };
        }
        let from = self.line.floor_char_boundary(self.within.start.saturating_sub(BEFORE_MAX));
        let to = self.line.floor_char_boundary(from + SHOWN_MAX);
        let within = self.within.start - from..self.within.end.min(to).max(self.within.start) - from;
        let column = self.line.get(..from).map_or(0, |before| before.chars().count()) + 1;
        Excerpt { text: self.line.get(from..to).unwrap_or(""), within, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playbook::{DiagnosticSeverity, Span};

    fn found(span: Range<usize>, line: u32) -> Diagnostic {
        let [start, end] = [span.start, span.end].map(|offset| u32::try_from(offset).unwrap());
        Diagnostic {
            code: "W000".into(),
            severity: DiagnosticSeverity::Warning,
            span: Span { start, end, line },
            line,
            message: String::new(),
            hint: None,
            fixes: Vec::new(),
            document: 0,
        }
    }

    #[test]
    fn a_place_is_cut_to_its_first_line() {
        let lines = Lines::of("één\r\ntwo three\r\nfour");
        let place = lines.place(&found(11..25, 2));
        assert_eq!((place.number, place.line, place.within.clone()), (2, "two three", 4..9));
        assert_eq!(place.columns(), (5, 10));
        let first = lines.place(&found(2..5, 1));
        assert_eq!((first.number, first.columns()), (1, (2, 4)));
    }

    #[test]
    fn without_a_span_it_is_the_whole_line() {
        let lines = Lines::of("one\ntwo  \nthree");
        assert_eq!(lines.place(&found(0..0, 2)).within, 0..3);
        assert_eq!(lines.place(&found(0..0, 0)).number, 1);
        assert_eq!(lines.place(&found(9_000..9_001, 77)).number, 3, "a place behind the end is the end");
        assert_eq!(Lines::of("").place(&found(0..0, 1)).within, 0..0);
    }

    #[test]
    fn of_a_long_line_what_stands_around_the_place_is_shown() {
        let text = format!("{}HERE{}", "ü".repeat(50_000), "x".repeat(50_000));
        let place = Lines::of(&text).place(&found(100_000..100_004, 1));
        let excerpt = place.excerpt();
        assert_eq!(&excerpt.text[excerpt.within.clone()], "HERE");
        assert!(excerpt.text.len() <= SHOWN_MAX);
        assert_eq!(excerpt.column, 50_001 - BEFORE_MAX / 2);
        let all = Lines::of(&text).place(&found(0..text.len(), 1));
        assert_eq!(all.excerpt().within, 0..SHOWN_MAX);
    }
}
