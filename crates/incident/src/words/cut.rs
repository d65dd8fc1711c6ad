//! Making text from outside small and harmless: cutting by characters, removing control characters.

use alloc::borrow::Cow;
use alloc::string::String;

/// Characters of a title; a longer one is cut, so that a stored event stays small.
pub const TITLE_CHARS_MAX: usize = 300;

/// Characters of a description; a longer one is cut.
pub const DESCRIPTION_CHARS_MAX: usize = 4_000;

/// One line: trimmed, at most `chars_max` characters, control characters as spaces, without [marks of direction](turns).
#[must_use]
pub fn line(text: &str, chars_max: usize) -> String {
    cleaned(text, chars_max, |_| false)
}

/// A block: as a line, but its own line ends and tabs stay.
#[must_use]
pub fn block(text: &str, chars_max: usize) -> String {
    cleaned(text, chars_max, |char| char == '\n' || char == '\t')
}

fn cleaned(text: &str, chars_max: usize, keep: fn(char) -> bool) -> String {
    let short = cut(text.trim(), chars_max);
    let harmful = |char: char| char.is_control() && !keep(char);
    if !short.contains(|char| harmful(char) || turns(char)) {
        return short.into_owned();
    }
    // A carriage return only ends lines together with a line feed, which stays or becomes the space.
    let kept = short.chars().filter(|char| *char != '\r' && !turns(*char));
    let clean: String = kept.map(|char| if harmful(char) { ' ' } else { char }).collect();
    clean.trim().into()
}

/// Whether a mark turns the direction of what follows it, which makes a line show other than it reads.
#[must_use]
pub fn turns(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most `chars_max` characters, the last one `…` where something is missing.
fn cut(text: &str, chars_max: usize) -> Cow<'_, str> {
    if text.len() <= chars_max || text.char_indices().nth(chars_max).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(chars_max - 1).map_or(text.len(), |(at, _)| at);
    let mut short = String::with_capacity(end + '…'.len_utf8());
    short.push_str(&text[..end]);
    short.push('…');
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::{block, line};

    #[test]
    fn cut_by_characters() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line("😀😀😀", 3), "😀😀😀");
        assert_eq!(line("😀😀😀😀", 3), "😀😀…");
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(line(" a\u{1b}[31mb\nc\u{0}\t", 99), "a [31mb c");
        assert_eq!(block("a\r\n\tb\u{7}c", 99), "a\n\tb c");
        assert_eq!(line("\u{0}\u{1}", 99), "");
    }

    #[test]
    fn marks_that_turn_a_line_round_are_dropped() {
        assert_eq!(line("db \u{202e}nwod\u{202c} is", 99), "db nwod is");
        assert_eq!(block("a\u{2066}\nb\u{2069}", 99), "a\nb");
    }
}
