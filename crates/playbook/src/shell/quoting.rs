//! In which quotes a place of a command stands, so that a value there can be written as one plain word.
//!
//! Follows quotes, substitutions in `$( )` and one here-document, and nothing more: where the text holds anything else
//! with rules of its own, no place is safe. Must never be here: what is written there.

use super::bind::is_plain;
use super::holes::next_quote;

/// Which quotes a position stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
    /// The text of a here-document: nothing is a quote there.
    Document,
}

/// Substitutions deeper than this are not followed.
const DEPTH_MAX: usize = 20;

/// A command, or a part of it with its own quotes.
#[derive(Clone, Copy, Default)]
struct Frame {
    quote: Option<char>,
}

/// The quotes that a source is in, read once from left to right.
pub(super) struct Quoting<'s> {
    source: &'s str,
    /// Whether something in it has rules of its own.
    odd: bool,
    /// The text of its here-document.
    document: Option<Document<'s>>,
    /// The innermost last; there is always one.
    frames: Vec<Frame>,
    escaped: bool,
    /// Whether a comment is being read.
    comment: bool,
    /// Whether a word may begin here.
    apart: bool,
    /// Whether the character before was a `$` that counts.
    dollar: bool,
    /// How far it is read.
    end: usize,
}

impl<'s> Quoting<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        // Arithmetic, the older substitutions and `case` have rules of their own.
        let signs = ["`", "((", "$'", "$\"", "<<<", "esac"];
        let document = document(source);
        let odd = signs.iter().any(|sign| source.contains(sign))
            || rewrites(source)
            || (document.is_none() && source.contains("<<"));
        Self {
            source,
            odd,
            document,
            frames: vec![Frame::default()],
            escaped: false,
            comment: false,
            apart: true,
            dollar: false,
            end: 0,
        }
    }

    /// The quotes at an offset, which must grow, for a value; `None` where no quoting of it is safe.
    pub(super) fn of(&mut self, at: usize, value: &str) -> Option<Quotes> {
        let quotes = self.at(at)?;
        let ends = |document: &Document<'_>| document.mark == value;
        let safe = match quotes {
            // A shell would expand what is not plain, and the mark alone on its line ends the text.
            Quotes::Document => is_plain(value) && !self.document.as_ref().is_some_and(ends),
            // What a substitution prints is cut at blanks once more.
            Quotes::None | Quotes::Single | Quotes::Double => self.frames.len() == 1 || is_plain(value),
        };
        safe.then_some(quotes)
    }

    fn at(&mut self, at: usize) -> Option<Quotes> {
        if self.odd || self.source.get(..at)?.ends_with('\\') {
            return None;
        }
        if let Some(document) = &self.document {
            if document.text.contains(&at) {
                return Some(Quotes::Document);
            }
            // What follows a here-document is not read on from here.
            if at >= document.text.start {
                return None;
            }
        }
        let before = self.source.get(self.end..at)?;
        before.chars().try_for_each(|character| self.step(character))?;
        self.end = at;
        if self.comment {
            return None;
        }
        match self.frames.last()?.quote {
            None => Some(Quotes::None),
            Some('\'') => Some(Quotes::Single),
            Some(_) => Some(Quotes::Double),
        }
    }

    /// Reads one character; `None` when brackets do not fit.
    fn step(&mut self, character: char) -> Option<()> {
        if self.comment {
            self.comment = character != '\n';
            return Some(());
        }
        let frame = self.frames.last_mut()?;
        let bare = frame.quote.is_none() && !self.escaped;
        if bare && character == '#' && self.apart {
            self.comment = true;
            return Some(());
        }
        // `$(` begins anew within double quotes, too.
        let opens = character == '(' && (bare || (frame.quote == Some('"') && self.dollar));
        let closes = character == ')' && bare;
        self.dollar = character == '$' && !self.escaped && frame.quote != Some('\'');
        self.apart = bare && (character.is_whitespace() || ";|&(".contains(character));
        frame.quote = next_quote(frame.quote, character, self.escaped);
        self.escaped = character == '\\' && !self.escaped && frame.quote != Some('\'');
        if opens {
            self.frames.push(Frame::default());
        } else if closes {
            self.frames.pop();
        }
        (!self.frames.is_empty() && self.frames.len() <= DEPTH_MAX).then_some(())
    }
}

/// The here-document of a command.
struct Document<'s> {
    text: core::ops::Range<usize>,
    /// The line that ends it.
    mark: &'s str,
}

/// The only here-document of a text, up to the line that ends it.
fn document(source: &str) -> Option<Document<'_>> {
    let (at, _) = source.match_indices("<<").next().filter(|_| source.matches("<<").count() == 1)?;
    let rest = source.get(at + 2..)?;
    let name = rest.trim_start_matches(['-', ' ', '\'', '"', '\\']);
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let mark = name.get(..length).filter(|mark| !mark.is_empty())?;
    let start = at + source.get(at..)?.find('\n')? + 1;
    let mut end = start;
    for line in source.get(start..)?.split_inclusive('\n') {
        if line.trim() == mark {
            break;
        }
        end += line.len();
    }
    Some(Document { text: start..end, mark })
}

/// Whether a variable is used in another way than `${NAME}`.
fn rewrites(source: &str) -> bool {
    source.split("${").skip(1).any(|rest| {
        let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        name == 0 || rest.as_bytes().get(name) != Some(&b'}')
    })
}
