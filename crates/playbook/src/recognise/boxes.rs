//! Text boxes drawn with line characters: the frame goes, the rows stay.

use crate::scan::Fence;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A row within a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoxRow {
    pub(crate) line: u32,
    pub(crate) text: String,
}

/// The rows that hold words, without the frame.
pub(crate) fn rows(fence: &Fence) -> Vec<BoxRow> {
    fence
        .lines
        .iter()
        .map(|line| BoxRow { line: line.line, text: bare(&line.text).to_string() })
        .filter(|row| row.text.chars().any(char::is_alphanumeric))
        .collect()
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches(is_frame).trim()
}

fn is_frame(c: char) -> bool {
    ('\u{2500}'..='\u{257F}').contains(&c) || c == '|' || c == '+'
}

/// The row without its bullet, if it has one.
pub(crate) fn bullet(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['•', '-', '*', '·', '◦', '‣', '–'])?;
    rest.starts_with(' ').then(|| rest.trim())
}

/// The row without its tick box, if it has one.
pub(crate) fn tick_box(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(['□', '☐', '▢', '◻', '☑', '✓', '✔', '❏', '⬜', '✅'])
    {
        return Some(rest.trim());
    }
    ["[ ]", "[x]", "[X]", "[]"].iter().find_map(|mark| text.strip_prefix(mark)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_go_and_marks_are_told_apart() {
        assert_eq!(bare("│  □ 1. ACT (0-2 min)   │"), "□ 1. ACT (0-2 min)");
        assert_eq!(bare("├──────┤"), "");
        assert_eq!(tick_box("□ 1. ACT"), Some("1. ACT"));
        assert_eq!(tick_box("[ ] do"), Some("do"));
        assert_eq!(bullet("• do"), Some("do"));
        assert_eq!(bullet("-flag"), None);
    }
}
