//! A table of HTML under way: rows of cells that may reach over others.

use super::block::{Block, Row, Table};
use super::inline::{Inline, Run};
use alloc::string::ToString;
use alloc::vec::Vec;

/// Nobody's table is wider.
const COLUMNS_MAX: usize = 64;

/// A cell, and how far it reaches.
pub(super) struct GridCell {
    pub(super) words: Inline,
    pub(super) place: Place,
    pub(super) across: u32,
    pub(super) down: u32,
}

/// Whether a cell is one of the table's head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Head,
    Body,
}

/// The rows so far.
#[derive(Default)]
pub(super) struct Grid {
    header: Option<Vec<Inline>>,
    rows: Vec<Row>,
    /// For each column, how many rows its last cell still reaches over.
    reaching: Vec<(u32, Inline)>,
    /// Whether a `<thead>` is open.
    pub(super) in_head: bool,
}

impl Grid {
    pub(super) fn push(&mut self, cells: Vec<GridCell>, line: u32) {
        if cells.is_empty() {
            return;
        }
        let is_bold = |cell: &GridCell| {
            let mut runs = cell.words.runs.iter().filter(|run| run.text != "\n").peekable();
            runs.peek().is_some() && runs.all(|run| run.bold)
        };
        let heads = self.in_head
            || cells.iter().all(|cell| cell.place == Place::Head)
            || (cells.len() > 1 && cells.iter().all(is_bold));
        let first = self.header.is_none() && self.rows.is_empty();
        let mut placed = Vec::new();
        for cell in cells {
            self.reached(&mut placed);
            for column in 0..cell.across {
                if placed.len() >= COLUMNS_MAX {
                    break;
                }
                let words = if column == 0 { cell.words.clone() } else { Inline::default() };
                if cell.down > 1 {
                    self.reach(placed.len(), cell.down - 1, &words);
                }
                placed.push(words);
            }
        }
        self.reached(&mut placed);
        if first && heads {
            self.header = Some(placed);
        } else {
            self.rows.push(Row { cells: placed, line });
        }
    }

    /// Repeats the cells above that reach into this row, as long as the next column has one.
    fn reached(&mut self, placed: &mut Vec<Inline>) {
        while let Some((left, words)) = self.reaching.get_mut(placed.len()).filter(|(left, _)| *left > 0) {
            *left -= 1;
            placed.push(words.clone());
        }
    }

    fn reach(&mut self, column: usize, rows: u32, words: &Inline) {
        while self.reaching.len() <= column {
            self.reaching.push((0, Inline::default()));
        }
        if let Some(slot) = self.reaching.get_mut(column) {
            *slot = (rows, words.clone());
        }
    }

    /// The table; nothing when it holds no rows.
    pub(super) fn table(self) -> Option<Table> {
        let width = self.rows.iter().map(|row| row.cells.len()).max()?;
        let mut header = self.header.unwrap_or_default();
        header.resize_with(width.max(header.len()), Inline::default);
        Some(Table { header, rows: self.rows })
    }
}

/// All words of some blocks as one cell, each block on a line of its own.
pub(super) fn cell_words(blocks: Vec<Block>, line: u32) -> Inline {
    let mut cell = Inline { runs: Vec::new(), line };
    blocks.into_iter().for_each(|block| add(block, &mut cell));
    cell
}

fn add(block: Block, cell: &mut Inline) {
    match block {
        Block::Paragraph(inline) => add_line(inline.runs, cell),
        Block::List(list) => {
            list.items.into_iter().flat_map(|item| item.blocks).for_each(|inner| add(inner, cell));
        }
        Block::Quote(blocks) => blocks.into_iter().for_each(|inner| add(inner, cell)),
        Block::Table(table) => {
            table.rows.into_iter().flat_map(|row| row.cells).for_each(|inner| add_line(inner.runs, cell));
        }
        Block::Fence(fence) => {
            for line in fence.lines {
                let run = Run { text: line.text, code: true, line: line.line, ..Run::default() };
                add_line(alloc::vec![run], cell);
            }
        }
        Block::Rule => {}
    }
}

fn add_line(runs: Vec<Run>, cell: &mut Inline) {
    if let (Some(first), false) = (runs.first(), cell.runs.is_empty()) {
        cell.runs.push(Run { text: "\n".to_string(), line: first.line, ..Run::default() });
    }
    cell.runs.extend(runs);
}
