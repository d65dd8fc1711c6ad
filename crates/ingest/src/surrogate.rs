//! Half of an escaped emoji, as clients send it that cut their text by UTF-16 units. The parser refuses it; losing the
//! alert for it would be worse than showing `�`. Only escapes inside the text are touched here.

use alloc::borrow::Cow;
use alloc::string::String;

/// The text with every escaped half surrogate pair replaced by the escape of U+FFFD; borrowed where there is none.
pub(crate) fn mended(text: &str) -> Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        let here = at + found;
        let unit = escaped_unit(text, here);
        let next = unit.and_then(|_| escaped_unit(text, here + 6));
        at = match (unit, next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => here + 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str(&text[kept..here]);
                out.push_str("\\ufffd");
                kept = here + 6;
                kept
            }
            (Some(_), _) => here + 6,
            // Another escape: its second byte may be a backslash, and may begin a longer character.
            (None, _) => here + 1 + text[here + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// The UTF-16 unit of a `\uXXXX` that begins at this byte.
fn escaped_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    // `from_str_radix` alone would take a sign.
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex { u16::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn halves_are_replaced_and_pairs_kept() {
        let cases = [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""a\ud83d\ude00b""#, r#""a\ud83d\ude00b""#),
            (r#""\ude00\uD83D\uDE00\ud83d x""#, r#""\ufffd\uD83D\uDE00\ufffd x""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\ud83d\\""#, r#""\ufffd\\""#),
            (r#""\ud8é""#, r#""\ud8é""#),
            (r"\ud", r"\ud"),
        ];
        for (sent, read) in cases {
            assert_eq!(mended(sent), read);
        }
    }
}
