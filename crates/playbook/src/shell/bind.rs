//! Filling a command's holes with a person's values, so that a value stays one plain word whatever it holds.
//!
//! Must never be here: the effect of the result; the runner asks for it again.

use super::quoting::{Quotes, Quoting};
use crate::Command;
use std::collections::{BTreeMap, BTreeSet};

/// The command with every hole replaced by its value as one quoted word. What the environment of the run gives is read from
/// there: a variable stays as it is written, a secret that is written otherwise becomes a variable. Its value never stands in
/// the text.
///
/// # Errors
/// The names still open: those without a value, those whose value is empty, too long, holds control characters or
/// could be taken for an option, secrets, and those that stand where no quoting is safe.
pub fn bind(
    command: &Command,
    values: &BTreeMap<String, String>,
    given: &BTreeSet<String>,
) -> Result<String, Vec<String>> {
    let source = command.source.as_str();
    let nests = nests(source);
    let mut quoting = Quoting::new(source);
    let mut bound = String::with_capacity(source.len());
    let mut open: Vec<String> = Vec::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut end = 0;
    for hole in command.holes.iter().filter(|hole| !(hole.is_variable() && hole.is_given(given))) {
        let start = hole.offset as usize;
        let placed = source.get(start..).is_some_and(|rest| rest.starts_with(&hole.token)) && start >= end;
        let fits = |value: &&String| {
            placed
                && !hole.is_secret()
                && is_safe(value)
                && !(value.starts_with('-') && begins_word(source, start))
                && (!nests || is_plain(value))
        };
        let word = if hole.is_given(given) {
            let variable = hole.variable().filter(|_| placed && !nests);
            variable.and_then(|variable| expanded(&variable, quoting.of(start, ANYTHING)?))
        } else {
            let value = values.get(&hole.name).filter(fits);
            value.and_then(|value| Some(quoted(value, quoting.of(start, value)?)))
        };
        match word {
            Some(word) => {
                bound.push_str(&source[end..start]);
                bound.push_str(&word);
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

/// Stands for a value that nobody here knows: it may hold whatever a shell would read as more than itself.
const ANYTHING: &str = "$ ";

fn is_safe(value: &str) -> bool {
    !value.is_empty() && value.len() <= VALUE_BYTES_MAX && !value.chars().any(char::is_control)
}

/// Whether nothing but a quote stands between a place and the blank before it: a value there could be an option.
fn begins_word(source: &str, at: usize) -> bool {
    let before = source[..at].trim_end_matches(['"', '\'']).chars().next_back();
    before.is_none_or(|character| character.is_whitespace() || ";|&(".contains(character))
}

/// Characters that no shell reads as more than themselves.
pub(super) fn is_plain(value: &str) -> bool {
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

fn quoted(value: &str, quotes: Quotes) -> String {
    let inner = value.replace('\'', r"'\''");
    match quotes {
        Quotes::None => format!("'{inner}'"),
        Quotes::Single => format!("''{inner}''"),
        Quotes::Double => format!("\"'{inner}'\""),
        Quotes::Document => value.to_owned(),
    }
}

/// A variable's value as one word; `None` where a shell would read it as more.
fn expanded(variable: &str, quotes: Quotes) -> Option<String> {
    match quotes {
        Quotes::None => Some(format!("\"${{{variable}}}\"")),
        Quotes::Single => Some(format!("'\"${{{variable}}}\"'")),
        Quotes::Double => Some(format!("${{{variable}}}")),
        Quotes::Document => None,
    }
}
