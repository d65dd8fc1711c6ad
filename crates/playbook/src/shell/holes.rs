//! Blanks in a command, such as `<pod>`, `{{name}}` or `YOUR_TOKEN`, found in its text before any shell reads it.
//!
//! A shell would take `<pod>` for a redirection: that is why this comes before parsing. Must never be here: filling
//! a blank with a person's value, see `bind`.

mod marked;
mod place;
mod upper;
mod variable;

use crate::Hole;
use core::cell::LazyCell;
use place::Place;

/// What stands for a filled hole while a command is analysed: a plain word that no tool knows.
pub(crate) const NEUTRAL: &str = "evenkeelhole";

/// A longer token is not taken for a hole.
const HOLE_CHARACTERS_MAX: usize = 80;

/// What the text of a command says before any shell reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Its holes, in order.
    pub holes: Vec<Hole>,
    /// The variables that it sets.
    pub sets: Vec<String>,
}

/// Finds the holes of a command, in order, and the variables that it sets.
pub(crate) fn find(source: &str) -> Found {
    let mut holes = Vec::new();
    let mut quote = None;
    let mut place = Place::default();
    let mut at = 0;
    // `mktemp /tmp/x.XXXX` fills its letters itself.
    let fills = LazyCell::new(|| source.contains("mktemp"));
    let literal = LazyCell::new(|| variable::literal(source));
    let mut escaped = false;
    while let Some(character) = source[at..].chars().next() {
        // Most of a command is letters that begin nothing: all of a row do no more than the first.
        let plain = plain_len(&source.as_bytes()[at..]);
        if plain > 0 && !escaped {
            place.step(source, at, '_', true);
            at += plain;
            continue;
        }
        let hole = match character {
            _ if escaped => None,
            '$' if quote == Some('\'') || literal.as_ref().is_some_and(|range| range.contains(&at)) => None,
            '$' => variable::at(near(&source[at..])).filter(|(name, _)| !place.set.contains(name.as_str())),
            'A'..='Z' => hole_at(source, at, quote).or_else(|| upper::at(source, at, quote, &place)),
            '[' => hole_at(source, at, quote).or_else(|| marked::short(source, at, quote, &place)),
            '<' | '{' => hole_at(source, at, quote),
            '_' | '%' => marked::between(source, at, &place),
            _ => None,
        };
        let end = match hole.filter(|(name, _)| !(is_filler(name) && *fills)) {
            Some((name, length)) => {
                let token = source[at..at + length].to_owned();
                let offset = u32::try_from(at).unwrap_or(u32::MAX);
                holes.push(Hole { name, token, offset, meaning: None });
                place.step(source, at, '_', true);
                escaped = false;
                at + length
            }
            None => {
                let before = quote;
                quote = next_quote(quote, character, escaped);
                if let (None, Some(opened)) = (before, quote) {
                    let inside = source[at + 1..].split(opened).next().unwrap_or_default();
                    place.blank_in_quotes = inside.contains([' ', '\n']);
                }
                place.step(source, at, character, escaped || quote.is_some());
                escaped = character == '\\' && !escaped && quote != Some('\'');
                at + character.len_utf8()
            }
        };
        at = end;
    }
    place.end(source);
    Found { holes, sets: place.set.into_iter().map(str::to_owned).collect() }
}

/// How many bytes begin no hole, quote nothing and part no words.
fn plain_len(bytes: &[u8]) -> usize {
    let begins_mark = |at: usize| match bytes.get(at..at + 3) {
        Some([b'_', b'_', third]) => third.is_ascii_uppercase(),
        Some([b'%', second, _]) => second.is_ascii_uppercase(),
        _ => false,
    };
    (0..bytes.len()).find(|at| !is_plain(bytes[*at]) || begins_mark(*at)).unwrap_or(bytes.len())
}

/// Whether a byte begins no hole, quotes nothing and parts no words.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_./:=,@%+".contains(&byte)
}

/// The source with every hole filled by a plain word.
pub(crate) fn fill_neutral(source: &str, holes: &[Hole]) -> String {
    let mut filled = String::with_capacity(source.len());
    let mut end = 0;
    for hole in holes {
        let start = hole.offset as usize;
        filled.push_str(&source[end..start]);
        filled.push_str(NEUTRAL);
        end = start + hole.token.len();
    }
    filled.push_str(&source[end..]);
    filled
}

/// The kind of quotes that the text is in after `character`.
pub(crate) fn next_quote(quote: Option<char>, character: char, escaped: bool) -> Option<char> {
    match (quote, character) {
        (Some('\''), '\'') => None,
        (Some('\''), _) => quote,
        _ if escaped => quote,
        (Some('"'), '"') => None,
        (None, '\'' | '"') => Some(character),
        _ => quote,
    }
}

fn hole_at(source: &str, at: usize, quote: Option<char>) -> Option<(String, usize)> {
    let rest = near(&source[at..]);
    let before = source[..at].chars().next_back();
    match rest.chars().next()? {
        '<' => angle(rest, before, quote),
        '{' if rest.starts_with("{{") => double_brace(rest),
        '{' => brace(rest, before, quote),
        '[' => bracket(rest, before, quote),
        'Y' | 'X' | 'R' | 'C' => filler(rest, before),
        _ => None,
    }
}

/// The part of a text in which a hole that begins here must end.
fn near(rest: &str) -> &str {
    let end = rest.char_indices().nth(HOLE_CHARACTERS_MAX).map_or(rest.len(), |(end, _)| end);
    &rest[..end]
}

fn angle(rest: &str, before: Option<char>, quote: Option<char>) -> Option<(String, usize)> {
    let inside = rest[1..].split(['>', '\n']).next()?;
    let closed = rest.get(1 + inside.len()..).is_some_and(|after| after.starts_with('>'));
    let plain = |character: char| character.is_alphanumeric() || " _-./:|".contains(character);
    let html =
        ["title", "html", "body", "head", "div", "span", "script", "meta", "pre", "code", "a", "p", "br"];
    if !closed
        || before == Some('<')
        || !inside.starts_with(char::is_alphabetic)
        || inside.ends_with(' ')
        || !inside.chars().all(plain)
        || (quote.is_some() && html.contains(&inside))
    {
        return None;
    }
    Some((inside.to_owned(), inside.len() + 2))
}

fn double_brace(rest: &str) -> Option<(String, usize)> {
    let end = rest.find("}}")?;
    let name = rest[2..end].trim();
    let first = name.split_whitespace().next()?;
    let go = [
        "range", "if", "end", "else", "with", "json", "len", "println", "printf", "index", "define",
        "template",
    ];
    let plain = |character: char| character.is_alphanumeric() || " _-.".contains(character);
    if !name.starts_with(char::is_alphabetic)
        || go.contains(&first)
        || name.contains(" .")
        || !name.chars().all(plain)
    {
        return None;
    }
    Some((name.to_owned(), end + 2))
}

fn brace(rest: &str, before: Option<char>, quote: Option<char>) -> Option<(String, usize)> {
    let end = rest.find('}')?;
    let name = &rest[1..end];
    let plain = |character: char| character.is_alphanumeric() || "_- ".contains(character);
    let taken = matches!(before, Some('$' | '%' | '@' | '#' | '\\' | '{')) || quote == Some('\'');
    if taken || !name.starts_with(char::is_alphabetic) || name.ends_with(' ') || !name.chars().all(plain) {
        return None;
    }
    Some((name.to_owned(), end + 1))
}

fn bracket(rest: &str, before: Option<char>, quote: Option<char>) -> Option<(String, usize)> {
    let end = rest.find(']')?;
    let name = &rest[1..end];
    let after = rest[end + 1..].chars().next();
    let apart = before.is_none_or(|character| character.is_whitespace() || "\"'=/:@#-.".contains(character));
    let closed = after.is_none_or(|character| !"*+?{([]".contains(character));
    let plain = |character: char| character.is_alphanumeric() || "_- ".contains(character);
    if !apart || !closed || !name.chars().all(plain) || !reads_as_words(name, quote) {
        return None;
    }
    Some((name.to_owned(), end + 1))
}

/// `[pod name]`, `[VERSION]` and `[Version]` read as words; `[abc]`, `[a-z]` and `[ -f x ]` do not.
fn reads_as_words(name: &str, quote: Option<char>) -> bool {
    if name.len() < 3 || !name.starts_with(char::is_alphabetic) || name.ends_with([' ', '-', '_']) {
        return false;
    }
    let parts: Vec<&str> = name.split([' ', '_', '-']).collect();
    let several =
        parts.len() > 1 && parts.iter().all(|part| part.len() > 1 || part.chars().all(char::is_numeric));
    let shouted = name.chars().all(|character| character.is_uppercase() || character == '_');
    let lower = quote.is_none() && name.len() >= 4 && parts.len() == 1;
    several || shouted || lower || name.starts_with(char::is_uppercase)
}

/// `YOUR_X`, `REPLACE_ME` and `XXX`, wherever they stand.
fn filler(rest: &str, before: Option<char>) -> Option<(String, usize)> {
    if before.is_some_and(|character| character.is_alphanumeric() || "_${".contains(character)) {
        return None;
    }
    let word =
        |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_';
    let name: &str = rest.split(|character| !word(character)).next()?;
    let next = rest[name.len()..].chars().next();
    let ends = next.is_none_or(|character| !character.is_alphanumeric());
    let yours = (name.starts_with("YOUR_") && name.len() > 5)
        || name.starts_with("REPLACE_")
        || matches!(name, "REPLACEME" | "CHANGEME" | "CHANGE_ME");
    (ends && (is_filler(name) || yours)).then(|| (name.to_owned(), name.len()))
}

/// `XXX` and longer.
fn is_filler(name: &str) -> bool {
    name.len() >= 3 && name.bytes().all(|byte| byte == b'X')
}
