//! Elements of HTML as blocks: tables, lists, labels and plain words, in the same tree as those of Markdown.
//!
//! An element lives on the same stack as quotes and lists, marked as one of markup: it ends at its closing tag, where
//! the Markdown round it ends, or at the next heading. What cannot be opened or closed is passed over.

use super::block::{Block, Item, List, Order};
use super::build::{Builder, DEPTH_MAX, Frame, Kind};
use super::grid::{Grid, GridCell, Place, cell_words};
use super::markup::{Element, Piece, Reader, Tag, inline};
use alloc::vec::Vec;
use core::ops::Range;

/// The marks of markup that are open. They end with their paragraph at the latest.
#[derive(Default)]
pub(super) struct Marks {
    bold: u32,
    code: u32,
    link: bool,
}

impl Marks {
    pub(super) fn is_bold(&self) -> bool {
        self.bold > 0
    }

    pub(super) fn is_code(&self) -> bool {
        self.code > 0
    }
}

impl Builder<'_> {
    /// A line of an HTML block.
    pub(super) fn html(&mut self, text: &str, range: &Range<usize>) {
        let mut reader = core::mem::take(&mut self.markup);
        reader.feed(text, &mut |piece, at| {
            let at = range.start + at;
            self.piece(piece, &(at..at));
        });
        self.markup = reader;
    }

    /// The block is over: what it left open within a line is not.
    pub(super) fn end_html(&mut self) {
        self.markup = Reader::default();
        self.end_marks();
        self.top().flush();
    }

    /// A tag within a paragraph, a cell or a heading of Markdown.
    pub(super) fn inline_html(&mut self, html: &str, range: &Range<usize>) {
        let Some(piece) = inline(html) else { return };
        let (Piece::Open(Tag { element, .. }) | Piece::Close(element)) = piece else {
            return self.words(html, false, range);
        };
        match element {
            Element::Bold | Element::Code | Element::Link | Element::Break | Element::Style => {
                self.piece(piece, range);
            }
            Element::Unknown | Element::Skipped => self.words(html, false, range),
            Element::Item | Element::Block | Element::Bullets | Element::Ordered if self.in_table() => {
                self.words("\n", false, range);
            }
            _ if self.in_markup() => self.piece(piece, range),
            _ => self.words(html, false, range),
        }
    }

    /// Marks do not reach beyond a paragraph.
    pub(super) fn end_marks(&mut self) {
        if self.marks.link {
            self.link = None;
        }
        self.marks = Marks::default();
    }

    fn piece(&mut self, piece: Piece<'_>, range: &Range<usize>) {
        match piece {
            Piece::Text(text) => self.markup_words(&text, range),
            Piece::Open(tag) => self.open_element(tag, range),
            Piece::Close(element) => self.close_element(element),
        }
    }

    /// Words between tags: blanks count once, and a line goes on in the next.
    fn markup_words(&mut self, text: &str, range: &Range<usize>) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.soft_break(range);
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let (begun, spaced) = self.begun();
            let lead = if begun && !spaced && line.starts_with(char::is_whitespace) { " " } else { "" };
            if words.is_empty() {
                if begun && !spaced && !line.is_empty() {
                    self.words(" ", false, range);
                }
                continue;
            }
            let tail = if line.ends_with(char::is_whitespace) { " " } else { "" };
            self.words(&[lead, &words.join(" "), tail].concat(), false, range);
        }
    }

    fn soft_break(&mut self, range: &Range<usize>) {
        let ended = self
            .top()
            .inline
            .as_ref()
            .and_then(|inline| inline.runs.last())
            .is_none_or(|run| run.text == "\n");
        if !ended {
            self.words("\n", false, range);
        }
    }

    /// Whether there are words on the line, and whether they end with a blank.
    fn begun(&mut self) -> (bool, bool) {
        let last = self.top().inline.as_ref().and_then(|inline| inline.runs.last());
        let last = last.filter(|run| run.text != "\n");
        (last.is_some(), last.is_some_and(|run| run.text.ends_with(' ')))
    }

    fn open_element(&mut self, tag: Tag, range: &Range<usize>) {
        let line = self.lines.line_after(range.start);
        match tag.element {
            Element::Table => self.push_element(Kind::Table(Grid::default()), line),
            Element::TableHead | Element::TableBody => self.in_head(tag.element == Element::TableHead),
            Element::Row => self.open_row(line),
            Element::HeadCell | Element::Cell => self.open_cell(&tag, line),
            Element::Bullets => self.push_element(Kind::List(Order::Bullets), line),
            Element::Ordered => self.push_element(Kind::List(Order::Ordered), line),
            Element::Item => {
                if self.close_down_to(is_list) {
                    self.push_element(Kind::Item, line);
                } else {
                    self.top().flush();
                }
            }
            Element::Block => self.top().flush(),
            Element::Label => {
                self.top().flush();
                self.marks.bold += 1;
            }
            Element::Bold => self.marks.bold += 1,
            Element::Code => self.marks.code += 1,
            Element::Link => {
                self.link = tag.link;
                self.marks.link = true;
            }
            Element::Break => self.soft_break(range),
            Element::Style | Element::Skipped | Element::Unknown => {}
        }
    }

    fn close_element(&mut self, element: Element) {
        match element {
            Element::Table => self.close_including(|kind| matches!(kind, Kind::Table(_))),
            Element::TableHead | Element::TableBody => self.in_head(false),
            Element::Row => self.close_including(|kind| matches!(kind, Kind::Row(_))),
            Element::HeadCell | Element::Cell => {
                self.close_including(|kind| matches!(kind, Kind::Cell { .. }));
            }
            Element::Bullets | Element::Ordered => self.close_including(is_list),
            Element::Item => self.close_including(|kind| matches!(kind, Kind::Item)),
            Element::Block => self.top().flush(),
            Element::Label => {
                self.top().flush();
                self.marks.bold = self.marks.bold.saturating_sub(1);
            }
            Element::Bold => self.marks.bold = self.marks.bold.saturating_sub(1),
            Element::Code => self.marks.code = self.marks.code.saturating_sub(1),
            Element::Link => {
                self.link = None;
                self.marks.link = false;
            }
            Element::Break | Element::Style | Element::Skipped | Element::Unknown => {}
        }
    }

    fn open_row(&mut self, line: u32) {
        if self.close_down_to(|kind| matches!(kind, Kind::Table(_))) {
            self.push_element(Kind::Row(Vec::new()), line);
        }
    }

    fn open_cell(&mut self, tag: &Tag, line: u32) {
        let is_row = |kind: &Kind| matches!(kind, Kind::Row(_));
        if !self.close_down_to(is_row) {
            self.open_row(line);
        }
        if self.stack.last().is_some_and(|frame| is_row(&frame.kind)) {
            let place = if tag.element == Element::HeadCell { Place::Head } else { Place::Body };
            self.push_element(Kind::Cell { place, across: tag.across, down: tag.down }, line);
        }
    }

    fn in_head(&mut self, is: bool) {
        if self.close_down_to(|kind| matches!(kind, Kind::Table(_)))
            && let Kind::Table(grid) = &mut self.top().kind
        {
            grid.in_head = is;
        }
    }

    fn push_element(&mut self, kind: Kind, line: u32) {
        self.top().flush();
        if self.beyond == 0 && self.stack.len() < DEPTH_MAX {
            self.stack.push(Frame { markup: true, ..Frame::new(kind, line) });
        }
    }

    /// Whether the innermost container is one of markup.
    pub(super) fn in_markup(&self) -> bool {
        self.stack.last().is_some_and(|frame| frame.markup)
    }

    /// The innermost element of a kind, within the Markdown and the cell that hold it.
    fn nearest(&self, is: impl Fn(&Kind) -> bool) -> Option<usize> {
        let seeks_list = is(&Kind::List(Order::Bullets)) || is(&Kind::Item);
        for (index, frame) in self.stack.iter().enumerate().rev() {
            if !frame.markup {
                return None;
            }
            if is(&frame.kind) {
                return Some(index);
            }
            let shut = match frame.kind {
                Kind::Cell { .. } | Kind::Row(_) => seeks_list,
                Kind::Table(_) => true,
                Kind::Root | Kind::Quote | Kind::List(_) | Kind::Item => false,
            };
            if shut {
                return None;
            }
        }
        None
    }

    /// Closes what stands within the innermost element of a kind; tells whether there is one.
    fn close_down_to(&mut self, is: impl Fn(&Kind) -> bool) -> bool {
        let Some(index) = self.nearest(is) else { return false };
        while self.stack.len() > index + 1 {
            self.close_one();
        }
        self.top().flush();
        true
    }

    fn close_including(&mut self, is: impl Fn(&Kind) -> bool) {
        if self.close_down_to(is) {
            self.close_one();
        }
    }

    /// Closes every element of markup that is open within the innermost Markdown.
    pub(super) fn close_markup(&mut self) {
        while self.in_markup() {
            self.close_one();
        }
    }

    /// Closes the innermost container.
    pub(super) fn close_one(&mut self) {
        if self.stack.len() < 2 {
            return;
        }
        let Some(mut frame) = self.stack.pop() else { return };
        frame.flush();
        let Frame { kind, line, task, blocks, items, .. } = frame;
        let parent = self.top();
        match kind {
            Kind::Root => parent.blocks.extend(blocks),
            Kind::Quote => parent.blocks.push(Block::Quote(blocks)),
            Kind::List(order) => {
                // Words of a list that stand in none of its items.
                parent.blocks.extend(blocks);
                parent.blocks.push(Block::List(List { order, items }));
            }
            Kind::Item => parent.items.push(Item { task, blocks, line }),
            Kind::Table(grid) => {
                parent.blocks.extend(blocks);
                parent.blocks.extend(grid.table().map(Block::Table));
            }
            Kind::Row(cells) => {
                parent.blocks.extend(blocks);
                if let Kind::Table(grid) = &mut parent.kind {
                    grid.push(cells, line);
                }
            }
            Kind::Cell { place, across, down } => {
                if let Kind::Row(cells) = &mut parent.kind {
                    cells.push(GridCell { words: cell_words(blocks, line), place, across, down });
                }
            }
        }
    }
}

fn is_list(kind: &Kind) -> bool {
    matches!(kind, Kind::List(_))
}

#[cfg(test)]
mod tests {
    use super::super::{Block, scan};
    use super::*;
    use alloc::string::{String, ToString};

    fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
        let doc = scan(text);
        let blocks = doc.sections.iter().flat_map(|section| &section.blocks);
        blocks
            .filter_map(|block| match block {
                Block::Table(table) => {
                    let header = table.header.iter().map(|cell| cell.text()).collect();
                    let rows =
                        table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text()).collect());
                    Some(core::iter::once(header).chain(rows).collect())
                }
                _ => None,
            })
            .collect()
    }

    fn rows(list: &[&[&str]]) -> Vec<Vec<String>> {
        list.iter().map(|row| row.iter().map(|cell| (*cell).to_string()).collect()).collect()
    }

    #[test]
    fn a_table_of_html_is_a_table() {
        let text = "<table>\n<thead>\n<tr><th>Severity</th><th>What</th></tr>\n</thead>\n<tbody>\n<tr>\n  <td><b>P0</b></td>\n\
                    \x20 <td>All &amp; everything\n  is <code>down</code></td>\n</tr>\n<tr><td>P1<td>Half<br>of it</tr>\n</tbody>\n</table>\n";
        let wanted =
            rows(&[&["Severity", "What"], &["P0", "All & everything is `down`"], &["P1", "Half of it"]]);
        assert_eq!(tables(text), [wanted]);
    }

    #[test]
    fn markdown_within_cells_is_read() {
        let text =
            "<table>\n<tr>\n<td>\n\n**P0**\n\n</td>\n<td>\n\n- a\n- b\n\n</td>\n</tr>\n</table>\n\nafter\n";
        assert_eq!(tables(text), [rows(&[&["", ""], &["P0", "a b"]])]);
    }

    #[test]
    fn cells_reach_over_others() {
        let text = "<table>\n<tr><td>a</td><td>b</td><td>c</td></tr>\n<tr><td colspan=2>d</td><td>e</td></tr>\n\
                    <tr><td rowspan=2>f</td><td>g</td><td>h</td></tr>\n<tr><td>i</td><td>j</td></tr>\n</table>\n";
        assert_eq!(
            tables(text),
            [rows(&[&["", "", ""], &["a", "b", "c"], &["d", "", "e"], &["f", "g", "h"], &["f", "i", "j"]])]
        );
    }

    #[test]
    fn lists_and_labels_of_html_are_read() {
        let text = "<details>\n<summary>Steps</summary>\n<ol>\n<li>Look <b>hard</b></li>\n<li>Act\n<ul><li>now</ul></ol>\n</details>\n";
        let doc = scan(text);
        let blocks = &doc.sections[0].blocks;
        let Some(Block::Paragraph(label)) = blocks.first() else { panic!("a label") };
        assert_eq!(label.label().map(|label| label.name), Some("Steps".to_string()));
        let Some(Block::List(list)) = blocks.get(1) else { panic!("a list") };
        assert!(list.order == Order::Ordered);
        assert_eq!(list.items.iter().map(Item::text).collect::<Vec<_>>(), ["Look hard", "Act"]);
        assert!(matches!(list.items[1].body(), [Block::List(inner)] if inner.items[0].text() == "now"));
    }

    #[test]
    fn what_is_never_closed_ends_at_the_next_heading() {
        let text = "- a\n  <table><tr><td>x\n- b\n\n<ul><li>y\n\n# Next\n\n1. z\n";
        let doc = scan(text);
        assert_eq!(doc.sections.len(), 2);
        let Some(Block::List(list)) = doc.sections[0].blocks.first() else { panic!("a list") };
        assert_eq!(list.items.len(), 2);
        assert!(
            matches!(doc.sections[1].blocks.first(), Some(Block::List(list)) if list.items[0].text() == "z")
        );
    }

    #[test]
    fn scripts_comments_and_marks_are_no_words() {
        let text = "<div>\n<script>alert(1)</script>\nseen <!-- not\nthis --> too\n</div>\n\n## A <a name=\"b\"></a>title<!-- x -->\n\n\
                    Ask <name> <b>now</b>\n";
        let doc = scan(text);
        let words = |block: Option<&Block>| match block {
            Some(Block::Paragraph(inline)) => inline.text(),
            _ => String::new(),
        };
        assert_eq!(words(doc.sections[0].blocks.first()), "seen too");
        assert_eq!(doc.sections[1].title, "A title");
        assert_eq!(words(doc.sections[1].blocks.first()), "Ask <name> now");
    }
}
