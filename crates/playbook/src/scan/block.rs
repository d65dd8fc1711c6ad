//! The small block tree that recognisers read. Data only.

use super::inline::Inline;
use crate::model::{Check, Command};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;

/// A block of the document.
pub(crate) enum Block {
    Paragraph(Inline),
    List(List),
    Fence(Fence),
    Table(Table),
    Quote(Vec<Block>),
    Rule,
}

/// An ordered or a bullet list.
pub(crate) struct List {
    pub(crate) order: Order,
    pub(crate) items: Vec<Item>,
}

/// Whether a list counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ordered,
    Bullets,
}

/// One item; the text of a tight item is a paragraph here, too.
pub(crate) struct Item {
    pub(crate) task: bool,
    pub(crate) blocks: Vec<Block>,
    pub(crate) line: u32,
}

/// A code block; `line` is where it begins, fence line included.
pub(crate) struct Fence {
    pub(crate) language: String,
    /// All that stands behind its marks, the language and what other tools have there.
    pub(crate) info: String,
    pub(crate) lines: Vec<FenceLine>,
    pub(crate) line: u32,
    /// Its commands, once they are read.
    pub(crate) commands: OnceCell<FenceCommands>,
}

/// The commands of a fence and the checks that its comments state.
#[derive(Default)]
pub(crate) struct FenceCommands {
    pub(crate) commands: Vec<Command>,
    pub(crate) checks: Vec<Check>,
}

/// One line of a code block, without its line end.
pub(crate) struct FenceLine {
    pub(crate) line: u32,
    /// Where it begins in the text.
    pub(crate) start: usize,
    pub(crate) text: String,
}

/// A table; cells keep their inline structure.
pub(crate) struct Table {
    pub(crate) header: Vec<Inline>,
    pub(crate) rows: Vec<Row>,
}

/// A table row.
pub(crate) struct Row {
    pub(crate) cells: Vec<Inline>,
    pub(crate) line: u32,
}

impl Fence {
    pub(super) fn new(language: String, line: u32) -> Self {
        Self { language, info: String::new(), lines: Vec::new(), line, commands: OnceCell::new() }
    }

    /// Whether its language leaves open what it holds: a drawing, a message, or commands.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.language.as_str(), "" | "text" | "txt" | "plain" | "plaintext" | "ascii")
    }

    /// The content, each line ended.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }
}

impl Item {
    /// The paragraph that the item begins with.
    pub(crate) fn lead(&self) -> Option<&Inline> {
        match self.blocks.first() {
            Some(Block::Paragraph(inline)) => Some(inline),
            _ => None,
        }
    }

    /// The lead as one line of text; empty when there is none.
    pub(crate) fn text(&self) -> String {
        self.lead().map(Inline::text).unwrap_or_default()
    }

    /// What stands below the lead.
    pub(crate) fn body(&self) -> &[Block] {
        match self.blocks.split_first() {
            Some((Block::Paragraph(_), rest)) => rest,
            _ => &self.blocks,
        }
    }
}
