//! What a document holds beyond a limit: it is counted and told, never passed over in silence.
//!
//! Must never be here: the limits themselves. Each stands beside the work that it bounds.

use crate::model::{Diagnostic, DiagnosticSeverity, Span};
use crate::shell::Unread;
use alloc::format;
use alloc::string::String;

/// Commands that nobody looked into.
pub(crate) fn shell(unread: Unread, text: &str) -> Option<Diagnostic> {
    let message = format!("{} commands from here on are not looked into and count as unknown", unread.count);
    (unread.count > 0).then(|| left_out(message, unread.line, text))
}

/// Something that was left out, from this line on.
pub(crate) fn left_out(message: String, line: u32, text: &str) -> Diagnostic {
    Diagnostic {
        code: "W003".into(),
        severity: DiagnosticSeverity::Warning,
        document: 0,
        line,
        span: span_of_line(text, line),
        message,
        hint: Some("cut the document into several".into()),
        fixes: alloc::vec::Vec::new(),
    }
}

/// The words of a line, for a caret to stand under.
pub(crate) fn span_of_line(text: &str, line: u32) -> Span {
    let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let found = text.split('\n').nth(index).unwrap_or_default();
    let start = text.split_inclusive('\n').take(index).map(str::len).sum::<usize>().min(text.len());
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(start + found.len()), line }
}
