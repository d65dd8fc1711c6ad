//! Character references of HTML: the numbered ones, and the names that people write in documents.

use alloc::borrow::Cow;
use alloc::string::String;

/// `&thetasym;` and the like are longer, and nobody writes them in a playbook.
const NAME_BYTES_MAX: usize = 8;

/// The text with its references replaced; what is none stays as it is.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece.bytes().take(NAME_BYTES_MAX + 1).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((character(piece.get(..end)?)?, piece.get(end + 1..)?)));
        match found {
            Some((c, rest)) => {
                plain.push(c);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(piece);
            }
        }
    }
    Cow::Owned(plain)
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        // Control characters have no business in a document.
        return code.ok().and_then(char::from_u32).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "le" => '≤',
        "ge" => '≥',
        "ne" => '≠',
        "times" => '×',
        "middot" => '·',
        "bull" => '•',
        "rarr" => '→',
        "larr" => '←',
        "rArr" => '⇒',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "micro" => 'µ',
        "check" => '✓',
        "copy" => '©',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_their_characters() {
        assert_eq!(decoded("a &lt;b&gt; &amp;&#62; &#x2192;"), "a <b> &> →");
        assert_eq!(decoded("A & B; &unknown; &#0; &"), "A & B; &unknown; &#0; &");
    }
}
