//! What was measured, as tables for people and as JSON for programs.

use std::fs;

use serde_json::{Map, Value, json};

use super::noise::Noise;
use super::numbers::Spread;
use crate::args::Pace;
use crate::failure::Failure;
use crate::machine;

/// All benches of one run.
pub(super) struct Report {
    text: String,
    json: Map<String, Value>,
}

/// A table in the making.
pub(super) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Report {
    pub(super) fn begin(pace: Pace) -> Report {
        let pace = match pace {
            Pace::Full => "full",
            Pace::Quick => "quick: a look, not a measurement",
        };
        let mut json = Map::new();
        json.insert("pace".into(), pace.into());
        json.insert("cores".into(), std::thread::available_parallelism().map_or(0, usize::from).into());
        Report { text: format!("pace: {pace}\n"), json }
    }

    /// One bench's table, and the same as JSON under its name.
    pub(super) fn add(&mut self, name: &str, table: &Table, json: Value) {
        self.text.push('\n');
        self.text.push_str(&table.shown());
        self.json.insert(name.to_owned(), json);
    }

    pub(super) fn print(&self) {
        println!("{}", self.text);
    }

    pub(super) fn write(&self, file: &str) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&self.json)
            .map_err(|error| Failure::Answer(format!("{file}: {error}")))?;
        fs::write(machine::root().join(file), text + "\n").map_err(Failure::io(file))
    }
}

impl Table {
    pub(super) fn new(title: &str, columns: &[&str]) -> Table {
        let head = columns.iter().map(|column| (*column).to_owned()).collect();
        Table { title: title.to_owned(), rows: vec![head], notes: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Says how many samples can be judged by.
    pub(super) fn noise(&mut self, noise: &[Noise]) {
        let calm = noise.iter().filter(|noise| noise.is_calm()).count();
        let foreign = Spread::of(noise.iter().map(|noise| noise.foreign));
        let probe = Spread::of(noise.iter().map(|noise| noise.probe_ms));
        let verdict = if calm == noise.len() { "calm" } else { "UNRELIABLE" };
        self.note(format!(
            "machine: {verdict}, {calm} of {} samples calm; foreign cores {}, fdatasync p50 {} ms",
            noise.len(),
            foreign.shown(2),
            probe.shown(3)
        ));
    }

    fn shown(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).filter_map(width).collect();
        let mut text = format!("{}\n", self.title);
        for row in &self.rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            text.push_str("  ");
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        for note in &self.notes {
            text.push_str(&format!("  * {note}\n"));
        }
        text
    }
}

/// Noise of many samples as JSON.
pub(super) fn noise_json(noise: &[Noise]) -> Value {
    json!(noise.iter().map(Noise::json).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new("t", &["a", "b"]);
        table.row(vec!["long".into(), "x".into()]);
        table.note("n");
        assert_eq!(table.shown(), "t\n  a     b\n  long  x\n  * n\n");
    }

    #[test]
    fn a_noisy_sample_is_said_to_be_one() {
        let mut table = Table::new("t", &["a"]);
        let calm = Noise { foreign: 0.1, probe_ms: 0.2, load: 0.0 };
        table.noise(&[calm, Noise { foreign: 1.5, ..calm }]);
        assert!(table.shown().contains("UNRELIABLE, 1 of 2"), "{}", table.shown());
    }
}
