//! The columns of a line: parts with two blanks or more between them.
//!
//! Must never be here: what the columns mean.

/// The columns of a line, from the left.
pub(super) fn columns(line: &str) -> Vec<&str> {
    line.trim().split("  ").map(str::trim).filter(|column| !column.is_empty()).collect()
}

/// How far a line is indented, in bytes.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
