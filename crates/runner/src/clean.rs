//! Turns bytes meant for a terminal into text meant for a page: no escapes, no control characters, valid UTF-8.

use std::iter::Peekable;
use std::str::Chars;

const ESC: char = '\u{1b}';
const BEL: char = '\u{7}';

/// The text without what only a terminal understands. A lone carriage return becomes a line's end; bytes that are not
/// UTF-8 become U+FFFD; marks that change the direction of writing are dropped, because they make a line lie.
pub(crate) fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ESC => skip_escape(&mut rest),
            '\u{9b}' => skip_csi(&mut rest),
            '\r' => {
                if rest.peek().is_some_and(|next| *next != '\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out
}

fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_csi(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(rest),
        Some(_) => {
            while rest.next_if(|c| (' '..='/').contains(c)).is_some() {}
            rest.next_if(|c| ('0'..='~').contains(c));
        }
        None => {}
    }
}

/// Parameters, intermediates, one final character. What does not belong there ends it and stays in the text.
fn skip_csi(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| (' '..='?').contains(c)).is_some() {}
    rest.next_if(|c| ('@'..='~').contains(c));
}

/// Titles, links and the like: up to their terminator. An unfinished one ends with its line, so that it hides no more.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next_if(|c| *c != '\n') {
        match c {
            BEL | '\u{9c}' => return,
            ESC => {
                rest.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_dropped() {
        for (bytes, text) in [
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;https://a.test\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Bplain\u{1b}7\u{1b}M", "plain"),
            ("\u{1b}]never finished\nnext", "\nnext"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}[31é", "é"),
            ("a\u{1b}", "a"),
            ("é\u{1b}[0Kü", "éü"),
        ] {
            assert_eq!(clean(bytes.as_bytes()), text, "{bytes:?}");
        }
    }

    #[test]
    fn lines_stay_and_progress_bars_become_lines() {
        assert_eq!(clean(b"a\r\nb\tc\n"), "a\nb\tc\n");
        assert_eq!(clean(b"10%\r20%\r100%\r\n"), "10%\n20%\n100%\n");
        assert_eq!(clean(b"end\r"), "end");
    }

    #[test]
    fn other_controls_and_wrong_bytes() {
        assert_eq!(clean(b"a\x00b\x07c\x7fd\x08e"), "abcde");
        assert_eq!(clean(b"caf\xe9 ok \xff"), "caf\u{fffd} ok \u{fffd}");
        assert_eq!(clean("rm \u{202e}txt.evil".as_bytes()), "rm txt.evil");
    }
}
