//! Reading a tool's arguments by the options it is known to have.
//!
//! Must never be here: which tool has which options, see `tables`.

use super::word::{Shape, Word};

/// The options that are known, as names separated by spaces.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spec {
    /// Options without a value, such as `-i --head`.
    pub switches: &'static str,
    /// Options with a value, such as `-m --max-time`.
    pub values: &'static str,
    /// Options whose value may be left out, so that it is never the next word: `-I` and `-Iseconds`.
    pub glued: &'static str,
}

impl Spec {
    /// Options without a value, and options with one.
    pub(crate) const fn of(switches: &'static str, values: &'static str) -> Self {
        Self { switches, values, glued: "" }
    }

    /// These options take a value only where it is joined to them.
    pub(crate) const fn glued(self, glued: &'static str) -> Self {
        Self { glued, ..self }
    }

    pub(crate) fn is_switch(&self, name: &str) -> bool {
        lists(self.switches, name)
    }

    pub(crate) fn takes_value(&self, name: &str) -> bool {
        lists(self.values, name)
    }

    fn is_glued(&self, name: &str) -> bool {
        lists(self.glued, name)
    }
}

/// Whether a name stands in a list of names with blanks between them. Every option of every command is looked up in
/// several such lists, so that it is sought in the whole list at once instead of name by name.
fn lists(names: &str, name: &str) -> bool {
    let (names, name) = (names.as_bytes(), name.as_bytes());
    if name.is_empty() || name.len() > names.len() || name.contains(&b' ') {
        return false;
    }
    if names.len() <= LIST_BYTES_SHORT {
        return lists_shortly(names, name);
    }
    let mut from = 0;
    while let Some(found) = names.get(from..).and_then(|rest| memchr::memmem::find(rest, name)) {
        let (start, end) = (from + found, from + found + name.len());
        let begins = start == 0 || names.get(start - 1) == Some(&b' ');
        if begins && names.get(end).is_none_or(|next| *next == b' ') {
            return true;
        }
        from = start + 1;
    }
    false
}

/// In a list up to this length it is quicker to go from name to name.
const LIST_BYTES_SHORT: usize = 160;

fn lists_shortly(mut names: &[u8], name: &[u8]) -> bool {
    loop {
        let ends = names.get(name.len()).is_none_or(|next| *next == b' ');
        if ends && names.starts_with(name) {
            return true;
        }
        match memchr::memchr(b' ', names) {
            Some(at) => names = &names[at + 1..],
            None => return false,
        }
    }
}

/// A tool's arguments, told apart.
#[derive(Debug, Default)]
pub(crate) struct Args {
    /// Options in order, with their values.
    pub options: Vec<(String, Option<Word>)>,
    /// What is not an option.
    pub operands: Vec<Word>,
    /// The first option that no spec names, or a word that may turn into one.
    pub unknown: Vec<String>,
}

impl Args {
    /// Reads `words` by several specs at once.
    pub(crate) fn read(words: &[Word], specs: &[Spec]) -> Self {
        let mut args = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word.exact() == Some("--") {
                args.operands.extend(rest.cloned());
                break;
            }
            args.take(word, &mut rest, specs);
        }
        args
    }

    /// Whether an option of that name was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| given == name)
    }

    /// The values given for any of these options.
    pub(crate) fn values<'a>(&'a self, names: &'a str) -> impl Iterator<Item = &'a Word> {
        self.options
            .iter()
            .filter(move |(given, _)| lists(names, given))
            .filter_map(|(_, value)| value.as_ref())
    }

    fn take<'a>(&mut self, word: &Word, rest: &mut impl Iterator<Item = &'a Word>, specs: &[Spec]) {
        let text = word.text.as_str();
        if text == "-" || !text.starts_with('-') {
            // A word of which nothing is known may turn out to be an option.
            if word.shape == Shape::Open || (word.shape == Shape::Prefix && text.is_empty()) {
                self.unknown.push("a variable".to_owned());
            }
            self.operands.push(word.clone());
        } else if let Some((name, value)) = text.split_once('=').filter(|(name, _)| name.starts_with("--")) {
            let value = Word { text: value.to_owned(), shape: word.shape };
            self.option(name, Some(value), specs);
        } else if word.shape != Shape::Exact && !joins(specs, text.get(..2).unwrap_or_default()) {
            self.unknown.push(format!("{text}…"));
        } else if switch(specs, text) || glued(specs, text) || (is_count(text) && switch(specs, COUNT)) {
            self.options.push((text.to_owned(), None));
        } else if takes(specs, text) {
            let value = self.next_word(text, rest);
            self.options.push((text.to_owned(), value));
        } else if text.starts_with("--") {
            self.unknown.push(text.to_owned());
        } else {
            self.cluster(word, rest, specs);
        }
    }

    /// The value that stands behind its option. One that looks like an option may be one: where the value can be left
    /// out, the tool would take it so.
    fn next_word<'a>(&mut self, name: &str, rest: &mut impl Iterator<Item = &'a Word>) -> Option<Word> {
        let Some(value) = rest.next() else {
            self.unknown.push(name.to_owned());
            return None;
        };
        let text = value.text.as_str();
        let is_option = text.strip_prefix('-').is_some_and(|behind| {
            !behind.is_empty() && !behind.starts_with(|first: char| first.is_ascii_digit())
        });
        if is_option {
            self.unknown.push(format!("{name} {text}"));
        }
        // What may be several words is one value, and further words.
        if value.shape == Shape::Glob {
            self.operands.push(value.clone());
        }
        Some(value.clone())
    }

    fn option(&mut self, name: &str, value: Option<Word>, specs: &[Spec]) {
        if joins(specs, name) || switch(specs, name) {
            self.options.push((name.to_owned(), value));
        } else {
            self.unknown.push(name.to_owned());
        }
    }

    /// `-sSf`, `-n5` and `-sXPOST`.
    fn cluster<'a>(&mut self, word: &Word, rest: &mut impl Iterator<Item = &'a Word>, specs: &[Spec]) {
        for (at, character) in word.text.char_indices().skip(1) {
            let name = format!("-{character}");
            if joins(specs, &name) {
                let joined = &word.text[at + character.len_utf8()..];
                let value = if !joined.is_empty() || word.shape != Shape::Exact {
                    Some(Word { text: joined.to_owned(), shape: word.shape })
                } else if glued(specs, &name) {
                    None
                } else {
                    self.next_word(&name, rest)
                };
                self.options.push((name, value));
                return;
            }
            if !switch(specs, &name) {
                self.unknown.push(word.text.clone());
                return;
            }
            self.options.push((name, None));
        }
    }
}

/// In a spec's switches: the tool takes a bare number, such as `-20`.
const COUNT: &str = "-NUM";

fn is_count(text: &str) -> bool {
    text.len() > 1 && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

fn switch(specs: &[Spec], name: &str) -> bool {
    specs.iter().any(|spec| spec.is_switch(name))
}

fn takes(specs: &[Spec], name: &str) -> bool {
    specs.iter().any(|spec| spec.takes_value(name))
}

fn glued(specs: &[Spec], name: &str) -> bool {
    specs.iter().any(|spec| spec.is_glued(name))
}

/// Whether a value may be joined to an option of that name.
fn joins(specs: &[Spec], name: &str) -> bool {
    takes(specs, name) || glued(specs, name)
}
