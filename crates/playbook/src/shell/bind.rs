//! Filling a command's holes with a person's values, so that a value stays one plain word whatever it holds.
//!
//! Must never be here: the effect of the result; the runner asks for it again.

use super::holes::next_quote;
use crate::Command;
use std::collections::{BTreeMap, BTreeSet};

/// The command with every hole replaced by its value as one quoted word.
///
/// # Errors
/// The names still open: those without a value, those whose value is empty, too long, holds control characters or
/// could be taken for an option, and those that stand where no quoting is safe.
pub fn bind(command: &Command, values: &BTreeMap<String, String>) -> Result<String, Vec<String>> {
    let source = command.source.as_str();
    let mut quoting = Quoting::new(source);
    let mut bound = String::with_capacity(source.len());
    let mut open: Vec<String> = Vec::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut end = 0;
    for hole in &command.holes {
        let start = hole.offset as usize;
        let placed = source.get(start..).is_some_and(|rest| rest.starts_with(&hole.token)) && start >= end;
        let fits = |value: &&String| {
            placed
                && is_safe(value)
                && !(value.starts_with('-') && begins_word(source, start))
                && (!quoting.nests || is_plain(value))
        };
        let value = values.get(&hole.name).filter(fits);
        match value.and_then(|value| Some((value, quoting.at(start)?))) {
            Some((value, quotes)) => {
                bound.push_str(&source[end..start]);
                bound.push_str(&quoted(value, quotes));
                end = start + hole.token.len();
            }
            None if !named.insert(&hole.name) => {}
            None => open.push(hole.name.clone()),
        }
    }
    if !open.is_empty() {
        return Err(open);
    }
    bound.push_str(source.get(end..).unwrap_or_default());
    Ok(bound)
}

/// Why a value is not taken, in words that follow "the value of X"; `None` where it can stand as a word of its own.
#[must_use]
pub fn value_fault(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("is empty")
    } else if value.len() > VALUE_BYTES_MAX {
        Some("is longer than 1,024 bytes")
    } else if value.chars().any(char::is_control) {
        Some("holds a line break or another control character")
    } else if value.starts_with('-') {
        Some("begins with -, so that a tool could take it for an option")
    } else {
        None
    }
}

/// The longest value, in bytes, that is taken for one word of a command.
const VALUE_BYTES_MAX: usize = 1024;

fn is_safe(value: &str) -> bool {
    !value.is_empty() && value.len() <= VALUE_BYTES_MAX && !value.chars().any(char::is_control)
}

/// Whether nothing but a quote stands between a place and the blank before it: a value there could be an option.
fn begins_word(source: &str, at: usize) -> bool {
    let before = source[..at].trim_end_matches(['"', '\'']).chars().next_back();
    before.is_none_or(|character| character.is_whitespace() || ";|&(".contains(character))
}

/// Characters that no shell reads as more than themselves.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte))
}

/// Whether a tool is called that gives its words to another shell, which would read a value once more.
fn nests(source: &str) -> bool {
    let tools = [
        "ssh", "bash", "sh", "zsh", "dash", "ksh", "eval", "watch", "su", "xargs", "parallel", "rsh", "pdsh",
        "mosh",
    ];
    let breaks = |character: char| character.is_whitespace() || ";|&()\"'/".contains(character);
    source.split(breaks).any(|word| tools.contains(&word))
}

/// Which quotes a position stands in.
#[derive(Clone, Copy)]
enum Quotes {
    None,
    Single,
    Double,
}

/// The quotes that a source is in, read once from left to right.
struct Quoting<'s> {
    source: &'s str,
    /// Whether the shell, or a shell inside it, would read a value again wherever it stands.
    rereads: bool,
    /// Whether a shell inside it reads its words again.
    nests: bool,
    quote: Option<char>,
    escaped: bool,
    /// How far it is read.
    end: usize,
}

impl<'s> Quoting<'s> {
    fn new(source: &'s str) -> Self {
        // Here-documents, arithmetic and the older substitutions have rules of their own.
        let odd = ["<<", "`", "((", "$'", "$\""].iter().any(|sign| source.contains(sign)) || rewrites(source);
        // A substitution inside double quotes begins quoting anew.
        let nested = source.contains("$(") && source.contains('"');
        Self { source, rereads: odd || nested, nests: nests(source), quote: None, escaped: false, end: 0 }
    }

    /// The quotes at an offset, which must grow; `None` where no quoting is safe.
    fn at(&mut self, at: usize) -> Option<Quotes> {
        let before = self.source.get(self.end..at)?;
        if self.rereads || self.source.get(..at)?.ends_with('\\') {
            return None;
        }
        for character in before.chars() {
            let next = next_quote(self.quote, character, self.escaped);
            self.escaped = character == '\\' && !self.escaped && self.quote != Some('\'');
            self.quote = next;
        }
        self.end = at;
        match self.quote {
            None => Some(Quotes::None),
            Some('\'') => Some(Quotes::Single),
            Some(_) => Some(Quotes::Double),
        }
    }
}

/// Whether a variable is used in another way than `${NAME}`.
fn rewrites(source: &str) -> bool {
    source.split("${").skip(1).any(|rest| {
        let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        name == 0 || rest.as_bytes().get(name) != Some(&b'}')
    })
}

fn quoted(value: &str, quotes: Quotes) -> String {
    let inner = value.replace('\'', r"'\''");
    match quotes {
        Quotes::None => format!("'{inner}'"),
        Quotes::Single => format!("''{inner}''"),
        Quotes::Double => format!("\"'{inner}'\""),
    }
}
