//! Text that fits where it goes: one line, a limit, no control characters.

/// The text on one line: every run of white space and control characters becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most `max` characters, the last of them an ellipsis if any were dropped.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(max.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Only letters, digits, `-` and `_`; anything else becomes `_`.
pub(crate) fn plain_id(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line(" a\r\nBcc: x\t\u{0}b\u{2028}c "), "a Bcc: x b c");
        assert_eq!(one_line("\n\n"), "");
    }

    #[test]
    fn limits_count_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
    }

    #[test]
    fn ids_are_plain() {
        assert_eq!(plain_id("inc_01J.page.3\r\n"), "inc_01J_page_3__");
    }
}
