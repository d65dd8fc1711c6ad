//! Markdown to sections of blocks, every one with its line.
//!
//! Nothing here knows what a playbook is. Nesting is cut at a fixed depth, so that no document can exhaust the stack
//! when the tree is walked or dropped.

mod anchor;
mod block;
mod build;
mod elements;
mod entities;
mod grid;
mod inline;
mod lines;
mod markup;

pub(crate) use anchor::{Anchors, slug};
pub(crate) use block::{Block, Fence, FenceCommands, FenceLine, Item, List, Order, Row, Table};
pub(crate) use inline::{Inline, Line};
pub(crate) use lines::Lines;
pub(crate) use markup::is_words;

use crate::model::Span;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A heading and the blocks under it, up to the next heading. The first section of a document has no heading.
#[derive(Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) anchor: String,
    /// 0 for what stands before the first heading.
    pub(crate) level: u8,
    pub(crate) line: u32,
    pub(crate) range: Range<usize>,
    pub(crate) parent: Option<usize>,
    pub(crate) blocks: Vec<Block>,
}

/// A scanned document.
pub(crate) struct Document<'t> {
    pub(crate) text: &'t str,
    /// Where its lines begin.
    pub(crate) lines: Lines,
    pub(crate) sections: Vec<Section>,
}

/// Scans a text; total.
pub(crate) fn scan(text: &str) -> Document<'_> {
    let (lines, sections) = build::sections(text);
    Document { text, lines, sections }
}

/// The parser's settings, the same for scanning and for showing.
pub(crate) fn options() -> pulldown_cmark::Options {
    use pulldown_cmark::Options;
    Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

impl Document<'_> {
    /// The section and everything below its heading's level.
    pub(crate) fn subtree(&self, index: usize) -> Range<usize> {
        let Some(section) = self.sections.get(index) else { return index..index };
        let below = self.sections.iter().skip(index + 1).take_while(|s| s.level > section.level).count();
        index..index + 1 + below
    }

    /// Sections whose parent it is.
    pub(crate) fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        self.subtree(index).filter(move |i| self.sections.get(*i).is_some_and(|s| s.parent == Some(index)))
    }

    /// Its own index and those of the headings above it, from the inside out.
    pub(crate) fn path(&self, index: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(index), |at| self.sections.get(*at).and_then(|section| section.parent))
    }

    /// Every section with its index.
    pub(crate) fn each(&self) -> impl DoubleEndedIterator<Item = (usize, &Section)> {
        self.sections.iter().enumerate()
    }
}

/// A span from byte offsets.
pub(crate) fn span(range: &Range<usize>, line: u32) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(range.start), end: offset(range.end), line }
}
