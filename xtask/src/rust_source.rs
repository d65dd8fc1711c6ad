//! Rust source as the rules see it: code with comments and literals blanked out, and the literals beside it.
//!
//! A scanner, not a parser: enough to tell code from text, so that a rule about `dbg!` does not trip over a string.
//! Must never be here: a rule.

/// A source text taken apart. `code` has the same lines as the source.
#[derive(Debug, Default)]
pub(crate) struct RustSource {
    pub(crate) code: String,
    pub(crate) strings: Vec<Literal>,
}

/// One string literal, without its quotes and with its escapes as written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Line on which it begins, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl RustSource {
    /// Takes a source text apart; never fails, an unfinished literal ends with the text.
    pub(crate) fn read(text: &str) -> RustSource {
        let mut scanner =
            Scanner { chars: text.chars().collect(), at: 0, line: 1, source: RustSource::default() };
        while scanner.at < scanner.chars.len() {
            scanner.advance();
        }
        scanner.source
    }

    /// First line (from 1) of the tests kept inside the file, `#[cfg(test)]` before an inline module; `None` without.
    pub(crate) fn tests_begin(&self) -> Option<usize> {
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        (0..lines.len())
            .find(|&at| lines[at] == "#[cfg(test)]" && opens_module(&lines[at + 1..]))
            .map(|at| at + 1)
    }

    /// Lines (from 1) of the code on which `path` stands as a whole word; `path` may hold `::` or end in `!`.
    pub(crate) fn lines_with(&self, path: &str) -> Vec<usize> {
        let lines = self.code.lines().enumerate();
        lines.filter(|(_, line)| has_word(line, path)).map(|(at, _)| at + 1).collect()
    }
}

fn opens_module(after: &[&str]) -> bool {
    after
        .iter()
        .find(|line| !line.is_empty() && !line.starts_with("#["))
        .is_some_and(|line| line.split_whitespace().any(|word| word == "mod") && line.ends_with('{'))
}

/// Whether `word` stands in `line` with no identifier character directly before or after it.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_identifier) && !after.is_some_and(is_identifier)
    })
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    source: RustSource,
}

impl Scanner {
    fn advance(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('/'), Some('/')) => self.line_comment(),
            (Some('/'), Some('*')) => self.block_comment(),
            (Some('"'), _) => self.string(),
            (Some('r'), Some('"' | '#')) if self.raw_hashes().is_some() => self.raw_string(),
            (Some('\''), _) => self.quote(),
            _ => self.keep(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Takes one character into the code.
    fn keep(&mut self) {
        self.take(|c| c);
    }

    /// Takes one character, leaving a blank in the code.
    fn blank(&mut self) {
        self.take(|_| ' ');
    }

    fn take(&mut self, shown: fn(char) -> char) {
        let Some(c) = self.peek(0) else { return };
        self.at += 1;
        if c == '\n' {
            self.line += 1;
            self.source.code.push('\n');
        } else {
            self.source.code.push(shown(c));
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        self.keep();
        let start = self.at;
        while self.peek(0).is_some_and(|c| c != '"') {
            if self.peek(0) == Some('\\') {
                self.blank();
            }
            self.blank();
        }
        self.literal(line, start);
        self.keep();
    }

    /// The number of `#` of a raw string that begins here; `None` when it is a raw identifier or a part of a name.
    fn raw_hashes(&self) -> Option<usize> {
        let prefix = self.at.checked_sub(1).and_then(|before| self.chars.get(before)).copied();
        let prefix_is_kind = matches!(prefix, Some('b' | 'c'))
            && !self.at.checked_sub(2).and_then(|at| self.chars.get(at)).copied().is_some_and(is_identifier);
        if prefix.is_some_and(is_identifier) && !prefix_is_kind {
            return None;
        }
        let hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        (self.peek(1 + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or_default();
        let line = self.line;
        for _ in 0..hashes + 2 {
            self.keep();
        }
        let start = self.at;
        while self.peek(0).is_some() && !self.closes_raw(hashes) {
            self.blank();
        }
        self.literal(line, start);
        for _ in 0..=hashes {
            self.keep();
        }
    }

    fn closes_raw(&self, hashes: usize) -> bool {
        self.peek(0) == Some('"') && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'))
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let is_char = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.keep();
        if !is_char {
            return;
        }
        if self.peek(0) == Some('\\') {
            self.blank();
        }
        self.blank();
        while self.peek(0).is_some_and(|c| c != '\'' && c != '\n') {
            self.blank();
        }
        self.keep();
    }

    fn literal(&mut self, line: usize, start: usize) {
        let text = self.chars[start..self.at].iter().collect();
        self.source.strings.push(Literal { line, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source =
            RustSource::read("let a = \"dbg!(1)\"; // dbg!(2)\n/* dbg! /* dbg! */ dbg! */ dbg!(3);\n");
        assert_eq!(source.lines_with("dbg!"), [2]);
        assert_eq!(source.code.lines().count(), 2);
        assert!(source.code.ends_with(" dbg!(3);\n"));
    }

    #[test]
    fn literals_keep_their_line_and_text() {
        let source = RustSource::read("f(\n\"a\\\"b\", r#\"c\"d\"#, b\"e\", br\"f\");");
        let texts: Vec<_> =
            source.strings.iter().map(|literal| (literal.line, literal.text.as_str())).collect();
        assert_eq!(texts, [(2, "a\\\"b"), (2, "c\"d"), (2, "e"), (2, "f")]);
    }

    #[test]
    fn lifetimes_characters_and_raw_names_do_not_open_a_literal() {
        let source = RustSource::read(
            "fn f<'a>(x: &'a str, r#type: char) { g('\"', '\\'', '\\u{7f}', for_each\"x\") }",
        );
        assert_eq!(source.strings, [Literal { line: 1, text: "x".into() }]);
        assert!(source.code.contains("fn f<'a>(x: &'a str, r#type: char)"));
    }

    #[test]
    fn only_whole_words_count() {
        assert!(has_word("use tokio::fs;", "tokio"));
        assert!(!has_word("use tokio_util::io;", "tokio"));
        assert!(has_word("std::fs::read", "std::fs"));
        assert!(!has_word("std::fsx", "std::fs"));
    }

    #[test]
    fn tests_begin_at_the_inline_module() {
        let source = RustSource::read("#[cfg(test)]\nmod later;\nfn a() {}\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(source.tests_begin(), Some(4));
        assert_eq!(RustSource::read("#[cfg(test)]\nmod later;\n").tests_begin(), None);
    }

    #[test]
    fn an_unfinished_literal_ends_with_the_text() {
        for text in ["\"abc", "r#\"abc\"", "/* abc", "'\\", "\"abc\\"] {
            assert!(RustSource::read(text).code.chars().count() >= 1, "{text}");
        }
    }
}
