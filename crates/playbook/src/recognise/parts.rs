//! A section cut at its labels: `**Symptoms**:` paragraphs, `- **Logs**: …` items and sub-headings alike.

use super::words::{Announced, topic};
use crate::scan::{Block, Document, Inline, Line, List};
use alloc::string::String;
use alloc::vec::Vec;

/// What stands under one label; the first part of a section has an empty label.
#[derive(Default)]
pub(crate) struct Part<'d> {
    pub(crate) label: String,
    /// What the label announces.
    pub(crate) about: Announced,
    pub(crate) line: u32,
    /// Words on the label's line and in paragraphs below it, line by line.
    words: Vec<Words<'d>>,
    pub(crate) blocks: Vec<&'d Block>,
}

/// A line of words. Most are never asked for, so that what stands in the document is put together only then.
enum Words<'d> {
    Rest(u32, String),
    Line(Line<'d>),
}

/// The parts of a section without its sub-headings.
pub(crate) fn own_parts<'d>(doc: &'d Document<'_>, index: usize) -> Vec<Part<'d>> {
    let mut cutter = Cutter { parts: alloc::vec![Part::default()] };
    if let Some(section) = doc.sections.get(index) {
        cutter.blocks(&section.blocks);
    }
    cutter.parts
}

/// The parts of a section, sub-headings included.
pub(crate) fn parts<'d>(doc: &'d Document<'_>, index: usize) -> Vec<Part<'d>> {
    let mut cutter = Cutter { parts: own_parts(doc, index) };
    for child in doc.subtree(index).skip(1) {
        let Some(section) = doc.sections.get(child) else { continue };
        if section.parent == Some(index) {
            cutter.begin(section.title.clone(), section.line);
        }
        cutter.blocks(&section.blocks);
    }
    cutter.parts
}

struct Cutter<'d> {
    parts: Vec<Part<'d>>,
}

impl<'d> Cutter<'d> {
    fn begin(&mut self, label: String, line: u32) {
        let about = Announced::of(&label);
        self.parts.push(Part { label, about, line, ..Part::default() });
    }

    fn blocks(&mut self, blocks: &'d [Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(inline) if self.labels(inline) => {}
                Block::List(list) if is_labelled(list) => self.labelled_list(list),
                _ => self.push(block),
            }
        }
    }

    fn push(&mut self, block: &'d Block) {
        if let Some(part) = self.parts.last_mut() {
            if let Block::Paragraph(inline) = block {
                part.words.extend(inline.by_line().map(Words::Line));
            }
            part.blocks.push(block);
        }
    }

    /// Cuts at a paragraph that holds labels; tells whether it did.
    fn labels(&mut self, inline: &'d Inline) -> bool {
        if inline.by_line().next().and_then(|line| line.label()).is_none() {
            return false;
        }
        for line in inline.by_line() {
            match line.label() {
                Some(label) => {
                    self.begin(label.name, line.line);
                    self.rest(line.line, label.rest);
                }
                None if line.is_blank() => {}
                None => self.word(Words::Line(line)),
            }
        }
        true
    }

    fn rest(&mut self, line: u32, words: String) {
        if !words.is_empty() {
            self.word(Words::Rest(line, words));
        }
    }

    fn word(&mut self, words: Words<'d>) {
        if let Some(part) = self.parts.last_mut() {
            part.words.push(words);
        }
    }

    fn labelled_list(&mut self, list: &'d List) {
        for item in &list.items {
            let Some(label) = item.lead().and_then(Inline::label) else { continue };
            self.begin(label.name, item.line);
            self.rest(item.line, label.rest);
            for block in item.body() {
                self.push(block);
            }
        }
    }
}

/// A list all of whose items are labels that the synonym table knows.
fn is_labelled(list: &List) -> bool {
    let known = |inline: &Inline| inline.label().is_some_and(|label| topic(&label.name).is_some());
    !list.items.is_empty() && list.items.iter().all(|item| item.lead().is_some_and(known))
}

impl<'d> Part<'d> {
    /// Lists that stand under the label.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &'d List> {
        self.blocks.iter().filter_map(|block| match block {
            Block::List(list) => Some(list),
            _ => None,
        })
    }

    /// Whether there are words on the label's line or in paragraphs below it.
    pub(crate) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Those words, line by line.
    pub(crate) fn words(&self) -> Vec<(u32, String)> {
        let said = |words: &Words<'_>| match words {
            Words::Rest(line, text) => (*line, text.clone()),
            Words::Line(line) => (line.line, line.text()),
        };
        self.words.iter().map(said).collect()
    }

    /// Whether anything stands under the label that counts as an entry.
    pub(crate) fn has_entries(&self) -> bool {
        self.has_words() || self.lists().any(|list| !list.items.is_empty())
    }

    /// Items of all lists under the label, or its own words where there is no list.
    pub(crate) fn entries(&self) -> Vec<(u32, String)> {
        let items: Vec<_> =
            self.lists().flat_map(|list| &list.items).map(|item| (item.line, item.text())).collect();
        if items.is_empty() { self.words() } else { items }
    }
}
