//! Printing: the one place that writes to standard output. A closed pipe ends the program quietly.

use crate::exit::{Failure, Kind};
use serde::Serialize;
use std::io::{ErrorKind, Write, stdout};

/// Prints a line.
pub(crate) fn line(text: impl AsRef<str>) -> Result<(), Failure> {
    write(text.as_ref())
}

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Kind::World, format!("cannot write JSON: {error}")))?;
    write(&text)
}

/// Prints words after which somebody types on the same line.
pub(crate) fn prompt(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    write!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new(Kind::World, format!("cannot write to standard output: {error}")))
}

fn write(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::new(Kind::SeenEnough, "")),
        Err(error) => Err(Failure::new(Kind::World, format!("cannot write to standard output: {error}"))),
    }
}

/// What somebody else wrote, such as a title or a note: its control characters could move the cursor or rename the
/// window, so only line ends and tabs stay.
pub(crate) fn foreign(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The same within a table, whose lines are not for others to end.
fn cell_of(text: &str) -> String {
    foreign(text).replace(['\n', '\t'], " ")
}

/// Rows with aligned columns; the last column is not padded.
pub(crate) fn table(rows: &[Vec<String>]) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| cell_of(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(number, (cell, width))| {
            if number + 1 == row.len() { cell.clone() } else { format!("{cell:<width$}") }
        });
        line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(foreign("a\u{1b}]0;owned\u{7}b\r\n\tc\u{9b}2J"), "a]0;ownedb\n\tc2J");
        assert_eq!(cell_of("one\r\n\u{1b}[2Jtwo"), "one [2Jtwo");
    }
}
