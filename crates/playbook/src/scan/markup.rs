//! HTML within Markdown, piece by piece: which tags there are, and what text stands between them.
//!
//! Total and linear: a tag, a comment or a skipped element may go on in the next piece, and nothing is read twice.
//! Nothing is executed, and no attribute is kept but where a link leads and how far a cell reaches.

use super::entities::decoded;
use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;

/// A tag that is longer is cut: nobody's `colspan` stands behind so much.
const TAG_BYTES_MAX: usize = 2048;
/// A cell reaches no further, so that a small document cannot ask for a large table.
const REACH_MAX: u32 = 20;

/// What an element is to a reader of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Table,
    TableHead,
    TableBody,
    Row,
    HeadCell,
    Cell,
    Bullets,
    Ordered,
    Item,
    /// A block of its own, such as `<p>`.
    Block,
    /// A block whose words are a label, such as `<summary>`.
    Label,
    Bold,
    Code,
    Link,
    Break,
    /// Marks that change how words look, and not what they say.
    Style,
    /// What is not text: scripts, styles, drawings.
    Skipped,
    /// Everything else.
    Unknown,
}

/// A piece of markup, with the byte at which it begins.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'t> {
    Text(Cow<'t, str>),
    Open(Tag),
    Close(Element),
}

/// An opening tag.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tag {
    pub(super) element: Element,
    /// Columns that a cell reaches over.
    pub(super) across: u32,
    /// Rows that a cell reaches over.
    pub(super) down: u32,
    pub(super) link: Option<String>,
}

/// Where the reader stands between two pieces.
#[derive(Default)]
enum Inside {
    #[default]
    Text,
    Comment,
    /// A tag, so far, and the quote mark that is open in it.
    Tag(String, Option<u8>),
    /// An element of which nothing is read, by its name.
    Skipped(String),
}

/// Reads the markup of one block.
#[derive(Default)]
pub(super) struct Reader {
    inside: Inside,
}

impl Reader {
    /// Hands on every piece of a text, with the byte of the text where it begins.
    pub(super) fn feed(&mut self, text: &str, each: &mut dyn FnMut(Piece<'_>, usize)) {
        let mut at = 0;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            at += match core::mem::take(&mut self.inside) {
                Inside::Text => self.text(rest, at, each),
                Inside::Comment => self.comment(rest),
                Inside::Tag(so_far, quote) => self.tag((so_far, quote), rest, at, each),
                Inside::Skipped(name) => self.skipped(name, rest),
            };
        }
    }

    fn text(&mut self, rest: &str, at: usize, each: &mut dyn FnMut(Piece<'_>, usize)) -> usize {
        let begins = |(index, _): &(usize, &str)| {
            let next = rest.as_bytes().get(index + 1);
            next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'))
        };
        let open = rest.match_indices('<').find(begins).map_or(rest.len(), |(index, _)| index);
        let (words, tag) = rest.split_at_checked(open).unwrap_or((rest, ""));
        if !words.is_empty() {
            each(Piece::Text(decoded(words)), at);
        }
        if tag.starts_with("<!--") {
            self.inside = Inside::Comment;
            return open + "<!--".len();
        }
        if !tag.is_empty() {
            self.inside = Inside::Tag(String::new(), None);
            return open + 1;
        }
        open
    }

    fn comment(&mut self, rest: &str) -> usize {
        let Some(end) = rest.find("-->") else {
            self.inside = Inside::Comment;
            return rest.len();
        };
        end + "-->".len()
    }

    fn tag(
        &mut self,
        (mut so_far, mut quote): (String, Option<u8>),
        rest: &str,
        at: usize,
        each: &mut dyn FnMut(Piece<'_>, usize),
    ) -> usize {
        let mut end = None;
        for (index, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(mark), byte) if mark == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'>') => {
                    end = Some(index);
                    break;
                }
                (Some(_) | None, _) => {}
            }
        }
        let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let room = TAG_BYTES_MAX.saturating_sub(so_far.len());
        so_far.extend(piece.char_indices().take_while(|(index, _)| *index < room).map(|(_, c)| c));
        let Some(end) = end else {
            self.inside = Inside::Tag(so_far, quote);
            return rest.len();
        };
        if let Some(name) = so_far.strip_prefix('/') {
            each(Piece::Close(element(name)), at);
        } else if !so_far.starts_with(['!', '?']) {
            let tag = Tag::read(&so_far);
            if tag.element == Element::Skipped && !so_far.ends_with('/') {
                self.inside = Inside::Skipped(name(&so_far).to_ascii_lowercase());
            }
            each(Piece::Open(tag), at);
        }
        end + 1
    }

    /// Skips to the closing tag, which is then read as any other.
    fn skipped(&mut self, name: String, rest: &str) -> usize {
        let closes = |(index, _): &(usize, &str)| {
            let after = rest.get(index + 2..index + 2 + name.len());
            after.is_some_and(|found| found.eq_ignore_ascii_case(&name))
        };
        let Some((end, _)) = rest.match_indices("</").find(closes) else {
            self.inside = Inside::Skipped(name);
            return rest.len();
        };
        end
    }
}

/// What one piece of inline HTML is to a reader: words, unless it is a mark that everybody knows.
pub(crate) fn is_words(html: &str) -> bool {
    match inline(html) {
        None => false,
        Some(Piece::Open(Tag { element, .. }) | Piece::Close(element)) => match element {
            Element::Bold | Element::Code | Element::Link | Element::Break | Element::Style => false,
            Element::Table
            | Element::TableHead
            | Element::TableBody
            | Element::Row
            | Element::HeadCell
            | Element::Cell
            | Element::Bullets
            | Element::Ordered
            | Element::Item
            | Element::Block
            | Element::Label
            | Element::Skipped
            | Element::Unknown => true,
        },
        Some(Piece::Text(_)) => true,
    }
}

/// The tag that an inline piece is; nothing for a comment.
pub(super) fn inline(html: &str) -> Option<Piece<'static>> {
    let mut found = None;
    Reader::default().feed(html, &mut |piece, _| {
        found = Some(match piece {
            Piece::Text(text) => Piece::Text(Cow::Owned(text.into_owned())),
            Piece::Open(tag) => Piece::Open(tag),
            Piece::Close(element) => Piece::Close(element),
        });
    });
    found
}

impl Tag {
    fn read(text: &str) -> Self {
        let mut tag = Self { element: element(text), across: 1, down: 1, link: None };
        let reach = |value: &str| value.trim().parse().unwrap_or(1).clamp(1, REACH_MAX);
        match tag.element {
            Element::Cell | Element::HeadCell => {
                tag.across = attribute(text, "colspan").map_or(1, reach);
                tag.down = attribute(text, "rowspan").map_or(1, reach);
            }
            // An anchor that leads nowhere only marks its place; without anything it is somebody's blank.
            Element::Link => match attribute(text, "href") {
                Some(address) => tag.link = Some(decoded(address).into_owned()),
                None if text.trim().len() > 1 => tag.element = Element::Style,
                None => tag.element = Element::Unknown,
            },
            _ => {}
        }
        tag
    }
}

/// The value of an attribute, without its quotes.
fn attribute<'t>(tag: &'t str, wanted: &str) -> Option<&'t str> {
    let lower = tag.to_ascii_lowercase();
    let (at, _) = lower.match_indices(wanted).find(|(at, _)| {
        let before = lower.get(..*at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_whitespace()));
        before && lower.get(at + wanted.len()..).is_some_and(|rest| rest.trim_start().starts_with('='))
    })?;
    let value = tag.get(at + wanted.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.strip_prefix('"').or_else(|| value.strip_prefix('\'')) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => value.split(|c: char| c.is_ascii_whitespace() || c == '/').next(),
    }
}

fn name(tag: &str) -> &str {
    tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

fn element(tag: &str) -> Element {
    let name = name(tag);
    // The longest name that is known has eight letters.
    if name.len() > 10 {
        return Element::Unknown;
    }
    match name.to_owned().to_ascii_lowercase().as_str() {
        "table" => Element::Table,
        "thead" => Element::TableHead,
        "tbody" | "tfoot" => Element::TableBody,
        "tr" => Element::Row,
        "th" => Element::HeadCell,
        "td" => Element::Cell,
        "ul" => Element::Bullets,
        "ol" => Element::Ordered,
        "li" => Element::Item,
        "p" | "div" | "details" | "section" | "article" | "aside" | "center" | "blockquote" | "dl" | "dd"
        | "caption" | "figure" | "hr" | "pre" | "header" | "footer" | "main" | "nav" => Element::Block,
        "summary" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "figcaption" => Element::Label,
        "b" | "strong" => Element::Bold,
        "code" | "kbd" | "samp" | "tt" => Element::Code,
        "a" => Element::Link,
        "br" => Element::Break,
        "i" | "em" | "u" | "s" | "del" | "ins" | "sub" | "sup" | "small" | "big" | "mark" | "span"
        | "font" | "img" | "wbr" => Element::Style,
        "script" | "style" | "svg" | "iframe" | "template" | "head" | "noscript" | "textarea" => {
            Element::Skipped
        }
        _ => Element::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn pieces(texts: &[&str]) -> Vec<String> {
        let mut reader = Reader::default();
        let mut found = Vec::new();
        for text in texts {
            reader.feed(text, &mut |piece, _| {
                found.push(match piece {
                    Piece::Text(text) => text.to_string(),
                    Piece::Open(tag) => format!("<{:?} {} {}>", tag.element, tag.across, tag.down),
                    Piece::Close(element) => format!("</{element:?}>"),
                });
            });
        }
        found
    }

    #[test]
    fn tags_and_text_come_apart() {
        assert_eq!(
            pieces(&["<td colspan=2 ROWSPAN='3'>a &lt; b", " </TD>"]),
            ["<Cell 2 3>", "a < b", " ", "</Cell>"]
        );
        assert_eq!(pieces(&["1 < 2 <3"]), ["1 < 2 <3"]);
        assert_eq!(pieces(&["<td colspan=900>"]), ["<Cell 20 1>"]);
    }

    #[test]
    fn what_is_cut_goes_on_in_the_next_piece() {
        assert_eq!(pieces(&["<td\n", "title=\"a > b\"\n", "colspan=\"2\">x"]), ["<Cell 2 1>", "x"]);
        assert_eq!(pieces(&["a<!-- b\n", "<td> -->c"]), ["a", "c"]);
        assert_eq!(pieces(&["<script>if (a </b) {\n", "</script>d"]), ["<Skipped 1 1>", "</Skipped>", "d"]);
    }

    #[test]
    fn blanks_of_people_are_words() {
        for words in ["<namespace>", "<pod-name>", "<a>", "<time>", "<table>"] {
            assert!(is_words(words), "{words}");
        }
        for mark in ["<b>", "</strong>", "<br/>", "<!-- omit in toc -->", "<a name=\"x\">", "<img src=x>"] {
            assert!(!is_words(mark), "{mark}");
        }
    }

    #[test]
    fn links_keep_their_address() {
        let Some(Piece::Open(tag)) = inline("<a class=\"x\" href=\"https://a.test/?b=1&amp;c=2\">") else {
            panic!("a tag")
        };
        assert_eq!(tag.link.as_deref(), Some("https://a.test/?b=1&c=2"));
    }
}
