//! Markdown to safe HTML for showing a playbook as a page.
//!
//! Raw HTML in the document is shown as text, links lead only to http, https, mailto and anchors, and every line on
//! which a block or a line of code begins has `id="L<line>"`, so that a diagnostic can point at it. Nothing here knows what a playbook is.

use crate::scan::{Lines, is_words, options, slug};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::ops::Range;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// Containers nested deeper than this are not opened; their text is still shown.
const DEPTH_MAX: usize = 48;

/// Renders a text. The first block that begins on a line and each line of code have `id="L<line>"`, headings also an anchor `s-<github anchor>`, to which `#…` links lead.
#[must_use]
pub fn to_html(text: &str) -> String {
    let mut page = Page {
        lines: Lines::new(text),
        anchors: crate::scan::Anchors::default(),
        html: String::with_capacity(text.len() * 2),
        open: Vec::new(),
        hidden: 0,
        last_id: 0,
        heading: None,
        in_head: Cell::Body,
        in_code: false,
    };
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        page.event(event, &range);
    }
    page.html
}

/// Which cells a table row has.
#[derive(Clone, Copy)]
enum Cell {
    Head,
    Body,
}

/// A heading under way: where its content began in the HTML, and its words.
struct Heading {
    at: usize,
    words: String,
}

struct Page {
    lines: Lines,
    anchors: crate::scan::Anchors,
    html: String,
    /// For each open tag, whether it was written.
    open: Vec<Written>,
    /// Nesting of what is not shown.
    hidden: u32,
    last_id: u32,
    heading: Option<Heading>,
    in_head: Cell,
    in_code: bool,
}

/// Whether a start tag was written, and so needs its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Yes,
    No,
}

impl Page {
    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => self.hidden += 1,
            Event::End(TagEnd::MetadataBlock(_)) => self.hidden = self.hidden.saturating_sub(1),
            _ if self.hidden > 0 => {}
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code_lines(&text, range),
            Event::Text(text) => self.words(&text),
            // Shown as it stands; an anchor is made of words only.
            Event::InlineHtml(text) if !is_words(&text) => escape(&text, &mut self.html),
            Event::Html(text) | Event::InlineHtml(text) => self.words(&text),
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.words(&text);
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.words("\n"),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => {
                self.tag("hr", range);
                self.html.push_str(">\n");
            }
            Event::TaskListMarker(done) => {
                self.html.push_str(if done { "☑ " } else { "☐ " });
            }
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.words(&text);
            }
        }
    }

    fn words(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.words.push_str(text);
        }
        escape(text, &mut self.html);
    }

    /// Lines of a code block, each with its id, so that a command can be pointed at.
    fn code_lines(&mut self, text: &str, range: &Range<usize>) {
        let first = self.lines.line_after(range.start);
        for (line, piece) in (first..).zip(text.split_inclusive('\n')) {
            let content = piece.strip_suffix('\n').unwrap_or(piece);
            if line > self.last_id {
                self.last_id = line;
                self.html.push_str("<span");
                self.push_id(line);
                self.html.push('>');
                escape(content, &mut self.html);
                self.html.push_str("</span>");
            } else {
                escape(content, &mut self.html);
            }
            if content.len() < piece.len() {
                self.html.push('\n');
            }
        }
    }

    /// A tag up to its attributes; only the first block of a line gets an id.
    fn tag(&mut self, name: &str, range: &Range<usize>) {
        self.html.push('<');
        self.html.push_str(name);
        let line = self.lines.line_after(range.start);
        if line > self.last_id {
            self.last_id = line;
            self.push_id(line);
        }
    }

    fn push_id(&mut self, line: u32) {
        let written = write!(self.html, " id=\"L{line}\"");
        debug_assert!(written.is_ok(), "a string takes everything");
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        if self.open.len() >= DEPTH_MAX {
            self.open.push(Written::No);
            return;
        }
        let mut written = Written::Yes;
        match tag {
            Tag::Paragraph => self.block("p", range),
            Tag::Heading { level, .. } => {
                self.block(heading_name(*level), range);
                self.heading = Some(Heading { at: self.html.len(), words: String::new() });
            }
            Tag::BlockQuote(_) => self.block("blockquote", range),
            Tag::HtmlBlock => self.block("p", range),
            Tag::CodeBlock(kind) => {
                self.tag("pre", range);
                self.in_code = true;
                // Wider than a phone, so that it scrolls: by keyboard too.
                self.html.push_str(" tabindex=\"0\"><code");
                self.html.push_str(&language_class(kind));
                self.html.push('>');
            }
            Tag::List(Some(first)) if *first != 1 => {
                self.tag("ol", range);
                self.html.push_str(&format!(" start=\"{first}\">\n"));
            }
            Tag::List(Some(_)) => self.html.push_str("<ol>\n"),
            Tag::List(None) => self.html.push_str("<ul>\n"),
            Tag::Item => self.block("li", range),
            Tag::Table(_) => {
                self.tag("table", range);
                self.html.push_str(" tabindex=\"0\">");
            }
            Tag::TableHead => {
                self.in_head = Cell::Head;
                self.html.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.in_head = Cell::Body;
                self.block("tr", range);
            }
            Tag::TableCell => self.html.push_str(match self.in_head {
                Cell::Head => "<th>",
                Cell::Body => "<td>",
            }),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => written = self.link(dest_url),
            _ => written = Written::No,
        }
        self.open.push(written);
    }

    fn block(&mut self, name: &str, range: &Range<usize>) {
        self.tag(name, range);
        self.html.push('>');
    }

    fn link(&mut self, address: &str) -> Written {
        let Some(safe) = safe_address(address) else { return Written::No };
        self.html.push_str("<a href=\"");
        escape(&safe, &mut self.html);
        self.html.push_str("\" rel=\"noopener noreferrer nofollow\">");
        Written::Yes
    }

    fn end(&mut self, tag: TagEnd) {
        if tag == TagEnd::CodeBlock {
            self.in_code = false;
        }
        if self.open.pop() != Some(Written::Yes) {
            return;
        }
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.html.push_str("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(heading_name(level)),
            TagEnd::BlockQuote(_) => self.html.push_str("</blockquote>\n"),
            TagEnd::CodeBlock => self.html.push_str("</code></pre>\n"),
            TagEnd::List(true) => self.html.push_str("</ol>\n"),
            TagEnd::List(false) => self.html.push_str("</ul>\n"),
            TagEnd::Item => self.html.push_str("</li>\n"),
            TagEnd::Table => self.html.push_str("</tbody></table>\n"),
            TagEnd::TableHead => self.html.push_str("</tr></thead>\n<tbody>"),
            TagEnd::TableRow => self.html.push_str("</tr>\n"),
            TagEnd::TableCell => self.html.push_str(match self.in_head {
                Cell::Head => "</th>",
                Cell::Body => "</td>",
            }),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link | TagEnd::Image => self.html.push_str("</a>"),
            _ => {}
        }
    }

    fn end_heading(&mut self, name: &str) {
        if let Some(heading) = self.heading.take() {
            let words = heading.words.replace('\n', " ");
            let anchor = self.anchors.next(words.trim());
            self.html.insert_str(heading.at, &format!("<a id=\"s-{anchor}\"></a>"));
        }
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push_str(">\n");
    }
}

/// The address if its scheme is allowed; anchors are led to the ids that headings have here.
fn safe_address(address: &str) -> Option<String> {
    let address = address.trim();
    if let Some(anchor) = address.strip_prefix('#') {
        let line =
            anchor.strip_prefix('L').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        return Some(if line { address.into() } else { format!("#s-{}", slug(anchor)) });
    }
    let lower = address.to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)).then(|| address.into())
}

fn heading_name(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 => "h4",
        HeadingLevel::H5 => "h5",
        HeadingLevel::H6 => "h6",
    }
}

fn language_class(kind: &CodeBlockKind<'_>) -> String {
    let CodeBlockKind::Fenced(info) = kind else { return String::new() };
    let name: String = info
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#'))
        .collect::<String>()
        .to_lowercase();
    if name.is_empty() { String::new() } else { format!(" class=\"language-{name}\"") }
}

fn escape(text: &str, html: &mut String) {
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'', '\0']) {
        let Some((at, last)) = piece.char_indices().next_back() else { continue };
        let shown = match last {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\0' => "\u{FFFD}",
            _ => &piece[at..],
        };
        html.push_str(&piece[..at]);
        html.push_str(shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_carry_their_lines_and_headings_their_anchors() {
        let html = to_html("# A & B\n\nwords\n\n- one\n- two\n\n```bash\nls <x>\n```\n\n[up](#a--b)\n");
        assert!(html.contains("<h1 id=\"L1\"><a id=\"s-a--b\"></a>A &amp; B</h1>"), "{html}");
        assert!(html.contains("<p id=\"L3\">words</p>"));
        assert!(html.contains("<li id=\"L5\">one</li>") && html.contains("<li id=\"L6\">two</li>"), "{html}");
        assert!(html.contains(
            "<pre id=\"L8\" tabindex=\"0\"><code class=\"language-bash\"><span id=\"L9\">ls &lt;x&gt;</span>\n</code></pre>"
        ));
        assert!(html.contains("<a href=\"#s-a--b\""));
    }

    #[test]
    fn nothing_foreign_gets_through() {
        let html = to_html(
            "<script>alert(1)</script>\n\na <img src=x onerror=y> b [x](javascript:alert(1)) ![i](data:text/html,x)\n\n\
             [y](https://ok.test/\"onclick=\"z)\n\n<https://auto.test>\n",
        );
        assert!(
            !html.contains("<script") && !html.contains("<img") && !html.contains("javascript:"),
            "{html}"
        );
        assert!(html.contains("&lt;script&gt;") && html.contains("&lt;img src=x onerror=y&gt;"));
        assert!(!html.contains("data:") && html.contains("href=\"https://auto.test\""), "{html}");
        assert!(!html.contains("\"onclick"), "{html}");
    }

    #[test]
    fn tags_are_balanced_however_deep() {
        let html = to_html(&("> ".repeat(500) + "- deep\n\n| a | b |\n|-|-|\n| c | d |\n"));
        for name in ["blockquote", "ul", "li", "p", "table", "tbody", "tr", "td", "th"] {
            let opens =
                html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count();
            assert_eq!(opens, html.matches(&format!("</{name}>")).count(), "{name}");
        }
    }
}
