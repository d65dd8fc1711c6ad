//! Parser events to blocks. Iterative: the stack is ours, and it has a limit.

use super::anchor::Anchors;
use super::block::{Block, Fence, FenceLine, Item, Order, Row, Table};
use super::elements::Marks;
use super::grid::{Grid, GridCell, Place};
use super::inline::{Inline, Run};
use super::lines::Lines;
use super::markup::Reader;
use super::{Section, options};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// Deeper quotes and lists are flattened into this level: nobody writes them, and trees are walked by recursion.
pub(super) const DEPTH_MAX: usize = 48;

/// Where the lines of a text begin, and its sections.
pub(super) fn sections(text: &str) -> (Lines, Vec<Section>) {
    let mut builder = Builder::new(text);
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        builder.event(event, range);
    }
    builder.finish()
}

/// What a frame of the stack becomes when it closes.
pub(super) enum Kind {
    Root,
    Quote,
    List(Order),
    Item,
    /// A table of HTML, and in it a row, and in that a cell.
    Table(Grid),
    Row(Vec<GridCell>),
    Cell {
        place: Place,
        across: u32,
        down: u32,
    },
}

pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Whether a tag opened it, and not Markdown.
    pub(super) markup: bool,
    pub(super) line: u32,
    pub(super) task: bool,
    pub(super) blocks: Vec<Block>,
    pub(super) items: Vec<Item>,
    pub(super) inline: Option<Inline>,
}

pub(super) struct Builder<'t> {
    text: &'t str,
    pub(super) lines: Lines,
    anchors: Anchors,
    sections: Vec<Section>,
    /// The last section of each level; the enclosing one is the latest of the smaller levels.
    last: [Option<usize>; 7],
    pub(super) stack: Vec<Frame>,
    /// Containers opened beyond the limit and not yet closed.
    pub(super) beyond: usize,
    fence: Option<Fence>,
    table: Option<Table>,
    cells: Vec<Inline>,
    bold: u32,
    pub(super) link: Option<String>,
    pub(super) markup: Reader,
    pub(super) marks: Marks,
    metadata: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        let preamble = Section { line: 1, ..Section::default() };
        Self {
            text,
            lines: Lines::new(text),
            anchors: Anchors::default(),
            sections: alloc::vec![preamble],
            last: [None; 7],
            stack: alloc::vec![Frame::new(Kind::Root, 1)],
            beyond: 0,
            fence: None,
            table: None,
            cells: Vec::new(),
            bold: 0,
            link: None,
            markup: Reader::default(),
            marks: Marks::default(),
            metadata: false,
        }
    }

    fn finish(mut self) -> (Lines, Vec<Section>) {
        while self.stack.len() > 1 {
            self.close_one();
        }
        self.end_section(self.text.len());
        (self.lines, self.sections)
    }

    pub(super) fn top(&mut self) -> &mut Frame {
        if self.stack.is_empty() {
            self.stack.push(Frame::new(Kind::Root, 1));
        }
        self.stack.last_mut().expect("a root frame was pushed when the stack was empty")
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) => match self.fence {
                Some(_) => self.fence_text(&text, range.start),
                None => self.words(&text, false, &range),
            },
            Event::Code(text) => self.words(&text, true, &range),
            Event::InlineHtml(html) => self.inline_html(&html, &range),
            Event::Html(html) => self.html(&html, &range),
            Event::SoftBreak | Event::HardBreak => self.words("\n", false, &range),
            Event::Rule => {
                self.top().flush();
                self.top().blocks.push(Block::Rule);
            }
            Event::TaskListMarker(_) => self.top().task = true,
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        let line = self.lines.line_after(range.start);
        match tag {
            Tag::Paragraph => self.begin_inline(line),
            Tag::Heading { level, .. } => self.start_heading(level, range),
            Tag::BlockQuote(_) => self.open(Kind::Quote, line),
            Tag::List(Some(_)) => self.open(Kind::List(Order::Ordered), line),
            Tag::List(None) => self.open(Kind::List(Order::Bullets), line),
            Tag::Item if self.beyond > 0 => self.top().flush(),
            Tag::Item => self.push(Kind::Item, line),
            Tag::CodeBlock(kind) => {
                self.top().flush();
                let mut fence = Fence::new(language(&kind), line);
                if let CodeBlockKind::Fenced(info) = &kind {
                    fence.info = info.to_string();
                }
                self.fence = Some(fence);
            }
            Tag::Table(_) => {
                self.top().flush();
                self.table = Some(Table { header: Vec::new(), rows: Vec::new() });
            }
            Tag::TableCell => self.begin_inline(line),
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::HtmlBlock => self.top().flush(),
            Tag::MetadataBlock(_) => self.metadata = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Paragraph => {
                self.end_marks();
                self.top().flush();
            }
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) if self.beyond > 0 => {
                self.top().flush();
                self.beyond -= 1;
            }
            TagEnd::Item if self.beyond > 0 => self.top().flush(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(),
            TagEnd::CodeBlock => {
                if let Some(fence) = self.fence.take() {
                    self.top().blocks.push(Block::Fence(fence));
                }
            }
            TagEnd::TableCell => {
                self.end_marks();
                let cell = self.top().inline.take().unwrap_or_default();
                self.cells.push(cell);
            }
            TagEnd::TableHead => {
                let header = core::mem::take(&mut self.cells);
                if let Some(table) = &mut self.table {
                    table.header = header;
                }
            }
            TagEnd::TableRow => {
                let row = Row { cells: core::mem::take(&mut self.cells), line: self.lines.line(range.start) };
                if let Some(table) = &mut self.table {
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.top().blocks.push(Block::Table(table));
                }
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link => self.link = None,
            TagEnd::MetadataBlock(_) => self.metadata = false,
            _ => {}
        }
    }

    fn open(&mut self, kind: Kind, line: u32) {
        if self.beyond > 0 || self.stack.len() >= DEPTH_MAX {
            self.top().flush();
            self.beyond += 1;
        } else {
            self.push(kind, line);
        }
    }

    fn push(&mut self, kind: Kind, line: u32) {
        self.top().flush();
        self.stack.push(Frame::new(kind, line));
    }

    /// Closes the innermost container of Markdown, and what markup has left open in it.
    fn close(&mut self) {
        self.close_markup();
        self.close_one();
    }

    /// Whether a cell of a Markdown table is under way.
    pub(super) fn in_table(&self) -> bool {
        self.table.is_some()
    }

    fn begin_inline(&mut self, line: u32) {
        let top = self.top();
        top.flush();
        top.inline = Some(Inline { runs: Vec::new(), line });
    }

    pub(super) fn words(&mut self, text: &str, code: bool, range: &Range<usize>) {
        if self.metadata {
            return;
        }
        let line = self.lines.line_after(range.start);
        let bold = self.bold > 0 || self.marks.is_bold();
        let code = code || (self.marks.is_code() && text != "\n");
        let Some(top) = self.stack.last_mut() else { return };
        let inline = top.inline.get_or_insert_with(|| Inline { runs: Vec::new(), line });
        match inline.runs.last_mut() {
            Some(last) if !code && text != "\n" && last.goes_on(bold, self.link.as_deref()) => {
                last.text.push_str(text);
            }
            _ => {
                let link = self.link.clone();
                inline.runs.push(Run { text: text.to_string(), bold, code, link, line });
            }
        }
    }

    fn fence_text(&mut self, text: &str, offset: usize) {
        let first = self.lines.line_after(offset);
        let Some(fence) = &mut self.fence else { return };
        let mut start = offset;
        for (line, piece) in (first..).zip(text.split_inclusive('\n')) {
            let content = piece.strip_suffix('\n').unwrap_or(piece);
            match fence.lines.last_mut() {
                Some(last) if last.line == line => last.text.push_str(content),
                _ => fence.lines.push(FenceLine { line, start, text: content.to_string() }),
            }
            start += piece.len();
        }
    }

    fn start_heading(&mut self, level: HeadingLevel, range: &Range<usize>) {
        let line = self.lines.line_after(range.start);
        self.close_markup();
        if self.stack.len() > 1 {
            // Within a list or a quote it is a bold line, not a section.
            self.bold += 1;
            self.begin_inline(line);
            return;
        }
        self.end_section(range.start);
        let level = level as u8;
        let parent = self.last.iter().take(usize::from(level)).filter_map(|last| *last).max();
        if let Some(last) = self.last.get_mut(usize::from(level)) {
            *last = Some(self.sections.len());
        }
        self.sections.push(Section {
            level,
            line,
            range: range.start..range.end,
            parent,
            ..Section::default()
        });
        self.begin_inline(line);
    }

    fn end_heading(&mut self) {
        self.end_marks();
        if self.stack.len() > 1 {
            self.bold = self.bold.saturating_sub(1);
            self.top().flush();
            return;
        }
        let title = self.top().inline.take().unwrap_or_default().plain();
        let anchor = self.anchors.next(&title);
        if let Some(section) = self.sections.last_mut() {
            section.title = title;
            section.anchor = anchor;
        }
    }

    fn end_section(&mut self, at: usize) {
        self.top().flush();
        let blocks = core::mem::take(&mut self.top().blocks);
        if let Some(section) = self.sections.last_mut() {
            section.range.end = at;
            section.blocks = blocks;
        }
    }
}

impl Frame {
    pub(super) fn new(kind: Kind, line: u32) -> Self {
        Self { kind, markup: false, line, task: false, blocks: Vec::new(), items: Vec::new(), inline: None }
    }

    pub(super) fn flush(&mut self) {
        if let Some(inline) = self.inline.take().filter(|inline| !inline.runs.is_empty()) {
            self.blocks.push(Block::Paragraph(inline));
        }
    }
}

impl Run {
    /// Whether plain words of this style belong to it.
    fn goes_on(&self, bold: bool, link: Option<&str>) -> bool {
        self.text != "\n" && !self.code && self.bold == bold && self.link.as_deref() == link
    }
}

/// First word of the info string, lower case, without the braces that some tools put round it.
fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Indented => String::new(),
        CodeBlockKind::Fenced(info) => {
            let bare = info.trim().trim_start_matches(['{', '.']);
            let end = bare.find([' ', '\t', ',', '{', '}']).unwrap_or(bare.len());
            let word = bare.get(..end).unwrap_or_default();
            // Where the braces hold nothing but keys and values, there is no language.
            let is_key = info.trim_start().starts_with('{') && word.contains(['=', ':', '"']);
            if is_key { String::new() } else { word.to_lowercase() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan;
    use super::*;

    #[test]
    fn fences_in_lists_keep_their_lines() {
        let text = "# T\n\n1. **Do**\n\n   ```bash\n   # why\n   run it\n   ```\n\n2. next\n   - a\n   ```sh\n   x\n   ```\n";
        let doc = scan(text);
        let Some(Block::List(list)) = doc.sections[1].blocks.first() else { panic!("a list") };
        let fences: Vec<_> = list
            .items
            .iter()
            .flat_map(|item| &item.blocks)
            .filter_map(|block| match block {
                Block::Fence(fence) => Some((fence.line, fence.language.as_str(), fence.text())),
                _ => None,
            })
            .collect();
        assert_eq!(fences, [(5, "bash", "# why\nrun it\n".to_string()), (12, "sh", "x\n".to_string())]);
    }

    #[test]
    fn setext_headings_and_parents() {
        let doc = scan("Title\n=====\n\nPart\n----\n\n### Deep\n\n## Next\n");
        let shape: Vec<_> = doc.sections.iter().map(|s| (s.title.as_str(), s.level, s.parent)).collect();
        assert_eq!(
            shape,
            [
                ("", 0, None),
                ("Title", 1, None),
                ("Part", 2, Some(1)),
                ("Deep", 3, Some(2)),
                ("Next", 2, Some(1))
            ]
        );
    }

    #[test]
    fn deep_nesting_is_flattened() {
        let quotes = "> ".repeat(10_000) + "deep\n";
        let doc = scan(&quotes);
        assert_eq!(doc.sections.len(), 1);
        let mut depth = 0;
        let mut blocks = &doc.sections[0].blocks;
        while let Some(Block::Quote(inner)) = blocks.first() {
            depth += 1;
            blocks = inner;
        }
        assert_eq!(depth, DEPTH_MAX - 1);
    }
}
