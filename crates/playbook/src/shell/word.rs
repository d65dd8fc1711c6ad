//! A word of a command as the shell would pass it on, as far as that is certain.
//!
//! Must never be here: what a word means to a tool.

use tree_sitter::Node;

/// How much of a word is known before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The whole word, exactly.
    Exact,
    /// One word that begins with the known text.
    Prefix,
    /// One word or more, each beginning with the known text, which is not empty.
    Glob,
    /// Nothing: it may become any number of words.
    Open,
}

/// A word and how much of it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word, or the part of it that is known from its beginning.
    pub text: String,
    /// How much that is.
    pub shape: Shape,
}

impl Word {
    /// The whole word, when it is known.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self.shape {
            Shape::Exact => Some(&self.text),
            Shape::Prefix | Shape::Glob | Shape::Open => None,
        }
    }

    fn new(text: String, shape: Shape) -> Self {
        let shape = match shape {
            Shape::Glob if text.is_empty() || text.starts_with('-') => Shape::Open,
            Shape::Exact | Shape::Prefix | Shape::Glob | Shape::Open => shape,
        };
        Self { text, shape }
    }
}

/// Reads one argument node.
pub(crate) fn read(node: Node<'_>, source: &str) -> Word {
    let text = &source[node.byte_range()];
    match node.kind() {
        "word" | "number" | "brace_expression" => bare(text),
        "raw_string" => Word::new(text.trim_matches('\'').to_owned(), Shape::Exact),
        "string" => quoted(text),
        "process_substitution" => Word::new("/dev/fd/".to_owned(), Shape::Prefix),
        "concatenation" => joined(node, source),
        _other_kind_of_the_grammar => Word::new(String::new(), Shape::Open),
    }
}

fn joined(node: Node<'_>, source: &str) -> Word {
    let mut word = Word::new(String::new(), Shape::Exact);
    let mut end = node.start_byte();
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        if child.start_byte() != end {
            return Word::new(String::new(), Shape::Open);
        }
        end = child.end_byte();
        let part = if child.is_named() { read(child, source) } else { bare(&source[child.byte_range()]) };
        word = join(word, &part);
    }
    // A brace expansion may be cut into several nodes; judge it by the whole text.
    let whole = &source[node.byte_range()];
    if word.shape == Shape::Exact && bare_braces(whole) {
        return Word::new(word.text.split('{').next().unwrap_or_default().to_owned(), Shape::Glob);
    }
    word
}

/// A word of two parts without a blank between them.
pub(super) fn join(mut before: Word, part: &Word) -> Word {
    match (before.shape, part.shape) {
        (_, Shape::Open) | (Shape::Open, _) => return Word::new(String::new(), Shape::Open),
        (Shape::Exact, next) => {
            before.text.push_str(&part.text);
            before.shape = next;
        }
        (_, Shape::Glob) => before.shape = Shape::Glob,
        (Shape::Prefix | Shape::Glob, Shape::Exact | Shape::Prefix) => {}
    }
    Word::new(before.text, before.shape)
}

fn bare_braces(text: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    for character in text.chars() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some('\''), _) if character != '\'' => {}
            (_, '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '{') => return true,
            _ => {}
        }
    }
    false
}

/// Text outside quotes: escapes are taken off, and what the shell would expand ends what is known.
pub(super) fn bare(text: &str) -> Word {
    let special = |byte: u8| b"\\$`'\"*?[{~".contains(&byte);
    if !text.bytes().any(special) {
        return Word::new(text.to_owned(), Shape::Exact);
    }
    let mut known = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('\n') | None => {}
                Some(next) => known.push(next),
            },
            '$' | '`' | '\'' | '"' => return Word::new(String::new(), Shape::Open),
            // Empty braces expand to nothing but themselves: `xargs -I {}`.
            '{' if characters.as_str().starts_with('}') => {
                characters.next();
                known.push_str("{}");
            }
            '*' | '?' | '[' | '{' => return Word::new(known, Shape::Glob),
            '~' if known.is_empty() => return Word::new("~".to_owned(), Shape::Prefix),
            plain => known.push(plain),
        }
    }
    Word::new(known, Shape::Exact)
}

/// Text in double quotes: one word, known up to its first expansion.
pub(super) fn quoted(text: &str) -> Word {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Word::new(String::new(), Shape::Open);
    };
    if !inner.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'`')) {
        return Word::new(inner.to_owned(), Shape::Exact);
    }
    let mut known = String::new();
    let mut rest = inner.char_indices();
    while let Some((at, character)) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some((_, '\n')) | None => {}
                Some((_, next @ ('"' | '\\' | '$' | '`'))) => known.push(next),
                Some((_, next)) => known.extend(['\\', next]),
            },
            '$' | '`' if many_words(&inner[at..]) => return Word::new(String::new(), Shape::Open),
            '$' | '`' => return Word::new(known, Shape::Prefix),
            plain => known.push(plain),
        }
    }
    Word::new(known, Shape::Exact)
}

/// Whether the rest of a quoted text may become more than one word, as `"$@"` and `"${a[@]}"` do.
fn many_words(rest: &str) -> bool {
    rest.match_indices('$').any(|(at, _)| {
        let after = &rest[at + 1..];
        match after.strip_prefix('{') {
            Some(inside) => inside.split('}').next().is_none_or(|name| !is_name(name)),
            None => after.starts_with(['@', '*', '[']),
        }
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
