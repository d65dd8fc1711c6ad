//! Copies of a text in which an escaping is undone or base64 is joined again, and where each byte of them stands in it.
//!
//! A value may be escaped in part, in either case, or twice, so that no list of its forms is whole. A copy is never
//! longer than its text. Must never be here: what is searched for.

use std::ops::Range;

/// How often JSON stands within JSON: a log line whose message is an answer in JSON.
const JSON_DEPTH: usize = 2;
/// The entities that writers of HTML and XML put for the characters which these use themselves.
const ENTITIES: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
/// What stands between `&` and `;` at most: `#x10FFFF`.
const ENTITY_BYTES_MAX: usize = 8;

/// A copy.
pub(super) struct Undone {
    /// What it reads.
    pub text: String,
    /// Where each of its bytes begins in the text, and where the text ends.
    places: Vec<usize>,
}

/// What a part of a text stands for, and how many bytes long that part is. Nothing: it only stands between others.
type Reading = (usize, Option<char>);

impl Undone {
    /// The copies of a text in which JSON or HTML is undone; none where there is nothing to undo.
    pub(super) fn escapes(text: &str) -> Vec<Self> {
        let mut copies: Vec<Self> = Vec::new();
        for _ in 0..JSON_DEPTH {
            let next = match copies.last() {
                Some(before) => Self::of(&before.text, json).map(|copy| copy.within(before)),
                None => Self::of(text, json),
            };
            let Some(next) = next else { break };
            copies.push(next);
        }
        copies.extend(Self::of(text, html));
        copies
    }

    /// The copy without the ends of lines that stand inside base64.
    pub(super) fn joined(text: &str) -> Option<Self> {
        Self::of(text, line_end)
    }

    /// The copy in which whatever `read` knows reads as what it stands for. `read` is given the text and a place in it.
    fn of(text: &str, read: fn(&str, usize) -> Option<Reading>) -> Option<Self> {
        let mut copy = Self { text: String::new(), places: Vec::new() };
        let (mut from, mut any) = (0, false);
        while let Some(found) = text[from..].find(['\\', '&', '\n', '\r']) {
            let at = from + found;
            copy.take(text, from..at);
            // Each of these is one byte long.
            let Some((bytes, character)) = read(text, at) else {
                copy.take(text, at..at + 1);
                from = at + 1;
                continue;
            };
            if let Some(character) = character {
                copy.text.push(character);
                copy.places.resize(copy.text.len(), at);
            }
            (from, any) = (at + bytes, true);
        }
        copy.take(text, from..text.len());
        copy.places.push(text.len());
        any.then_some(copy)
    }

    fn take(&mut self, text: &str, part: Range<usize>) {
        self.text.push_str(&text[part.clone()]);
        self.places.extend(part);
    }

    /// The same copy with the places of the text of which `outer` is a copy.
    fn within(mut self, outer: &Self) -> Self {
        for place in &mut self.places {
            *place = outer.places[*place];
        }
        self
    }

    /// Where a part of the copy stands in the text.
    pub(super) fn range(&self, part: &Range<usize>) -> Range<usize> {
        self.places[part.start]..self.places[part.end]
    }
}

/// An escape of JSON, or of a language that writes its texts alike.
fn json(text: &str, at: usize) -> Option<Reading> {
    let rest = text[at..].strip_prefix('\\')?;
    let character = match rest.bytes().next()? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        plain @ (b'"' | b'\\' | b'/' | b'\'') => char::from(plain),
        b'u' => return unicode(rest),
        _ => return None,
    };
    Some((2, Some(character)))
}

/// `u0026`, or `ud83d\ude00` for what does not fit into one of them.
fn unicode(rest: &str) -> Option<Reading> {
    let unit = |from: usize| u32::from_str_radix(rest.get(from..from + 4)?, 16).ok();
    let first = unit(1)?;
    if let Some(character) = char::from_u32(first) {
        return Some((6, Some(character)));
    }
    let second = unit(7).filter(|_| rest.get(5..7) == Some("\\u"))?;
    let both = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()?;
    Some((12, Some(both)))
}

/// An entity: by its name or by its number, in tens or sixteens.
fn html(text: &str, at: usize) -> Option<Reading> {
    let rest = text[at..].strip_prefix('&')?;
    let end = rest.bytes().take(ENTITY_BYTES_MAX + 1).position(|byte| byte == b';')?;
    let entity = &rest[..end];
    let character = match entity.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => ENTITIES.iter().find(|(name, _)| *name == entity)?.1,
    };
    Some((end + 2, Some(character)))
}

/// The end of a line between two characters of base64, with the indentation of the next; also as JSON writes it.
fn line_end(text: &str, at: usize) -> Option<Reading> {
    let rest = &text[at..];
    let after = rest.trim_start_matches("\\r").trim_start_matches("\\n").trim_start_matches(['\r', '\n']);
    let next = after.trim_start_matches([' ', '\t']);
    let bytes = rest.len() - next.len();
    let is_end = after.len() < rest.len();
    let inside = is_base64(text[..at].bytes().next_back()) && is_base64(next.bytes().next());
    (is_end && inside).then_some((bytes, None))
}

fn is_base64(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undone_is_found_where_it_stands() {
        for (text, part, stands) in [
            (r"x a\u0026b y", "a&b", r"a\u0026b"),
            (r#"{"m":"{\"t\":\"a\\u0026b\"}"}"#, "a&b", r"a\\u0026b"),
            (r"é\ud83d\ude00é", "\u{1f600}", r"\ud83d\ude00"),
            ("x a&amp;b&#39;&#x3C; y", "a&b'<", "a&amp;b&#39;&#x3C;"),
            (r"a\/b\nc", "a/b\nc", r"a\/b\nc"),
        ] {
            let mut places = Undone::escapes(text).into_iter().filter_map(|copy| {
                let at = copy.text.find(part)?;
                Some(copy.range(&(at..at + part.len())))
            });
            assert_eq!(places.next_back().map(|place| &text[place]), Some(stands), "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in
            [r"C:\srv\x", "a & b", "&unknown;", "&;", r"\u12", r"\", "&#xFFFFFFF;", r"\ud83d x", "&é&é;"]
        {
            assert!(Undone::escapes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn only_line_ends_inside_base64_are_joined() {
        let joined = |text: &str| Undone::joined(text).map(|copy| copy.text);
        assert_eq!(joined("QUJD\r\n  REVG\n").as_deref(), Some("QUJDREVG\n"));
        assert_eq!(joined(r"QUJD\nREVG").as_deref(), Some("QUJDREVG"));
        assert_eq!(joined("one.\n\n- two\n(three)\n"), None);
    }
}
