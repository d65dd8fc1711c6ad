//! Filling a command's holes with a person's values, so that a value stays one plain word whatever it holds.
//!
//! Must never be here: the effect of the result; the runner asks for it again.

use super::holes::next_quote;
use crate::Command;
use std::collections::{BTreeMap, BTreeSet};

/// The command with every hole replaced by its value as one quoted word.
///
/// # Errors
/// The names still open: those without a value, those whose value is empty, too long or holds control characters,
/// and those that stand where no quoting is safe.
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
        let value = values.get(&hole.name).filter(|value| placed && is_safe(value));
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

/// The longest value, in bytes, that is taken for one word of a command.
const VALUE_BYTES_MAX: usize = 1024;

fn is_safe(value: &str) -> bool {
    !value.is_empty() && value.len() <= VALUE_BYTES_MAX && !value.chars().any(char::is_control)
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
    quote: Option<char>,
    escaped: bool,
    /// How far it is read.
    end: usize,
}

impl<'s> Quoting<'s> {
    fn new(source: &'s str) -> Self {
        // Here-documents, arithmetic and the older substitutions have rules of their own.
        let odd = ["<<", "`", "((", "$'", "$\"", "${"].iter().any(|sign| source.contains(sign));
        // A substitution inside double quotes begins quoting anew.
        let nested = source.contains("$(") && source.contains('"');
        Self { source, rereads: odd || nested, quote: None, escaped: false, end: 0 }
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

fn quoted(value: &str, quotes: Quotes) -> String {
    let inner = value.replace('\'', r"'\''");
    match quotes {
        Quotes::None => format!("'{inner}'"),
        Quotes::Single => format!("''{inner}''"),
        Quotes::Double => format!("\"'{inner}'\""),
    }
}
