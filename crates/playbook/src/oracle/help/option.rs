//! One line of a help text that lists an option: `-o, --output <FILE>  Where to write`.
//!
//! Must never be here: which lines are looked at.

use super::columns::columns;
use crate::oracle::grammar::{Opt, Takes};

/// Reads the line of an option; `None` for any other line. In a box the value has a column of its own.
pub(super) fn read(line: &str, is_boxed: bool) -> Option<Opt> {
    let trimmed = line.trim().trim_start_matches("* ").trim_start();
    if !is_name(trimmed) {
        return None;
    }
    let mut rest = columns(trimmed).into_iter().peekable();
    let mut spec = rest.next()?.to_owned();
    while let Some(more) = rest.next_if(|column| is_name(column) || (is_boxed && is_value_column(column))) {
        spec.push(' ');
        spec.push_str(more);
    }
    let mut option = specification(&spec)?;
    option.about = rest.collect::<Vec<_>>().join(" ");
    Some(option)
}

/// Reads `-o, --output <FILE>` alone.
pub(super) fn specification(spec: &str) -> Option<Opt> {
    let mut names = Vec::new();
    let mut takes = Takes::Nothing;
    let mut hints = 0;
    for token in tokens(spec) {
        if is_name(token) {
            let (found, follows) = name(token);
            takes = stronger(takes, follows);
            names.extend(found);
        } else if !token.starts_with(['(', '.']) {
            hints += 1;
            takes = stronger(takes, value(token));
        }
    }
    // A description that stands only one blank away from the name.
    if hints > 3 {
        takes = Takes::Perhaps;
    }
    (!names.is_empty()).then(|| Opt { names, takes, about: String::new() })
}

/// Whether a text begins with an option's name.
pub(super) fn is_name(text: &str) -> bool {
    let bare = text.strip_prefix("--").or_else(|| text.strip_prefix('-'));
    bare.is_some_and(|bare| {
        bare.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '?')
            || bare.starts_with("[no-]")
    })
}

/// `--output=FILE`, `--color[=WHEN]`, `--[no-]color` and kubectl's `--all=false:`.
fn name(token: &str) -> (Vec<String>, Takes) {
    if let Some(rest) = token.strip_prefix("--[no-]") {
        let (names, takes) = name(&format!("--{rest}"));
        return (names, takes);
    }
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '?' | '@' | '#');
    let end = token.find(|c: char| !of_name(c)).unwrap_or(token.len());
    let (name, after) = token.split_at(end);
    let takes = match after.trim_end_matches(':') {
        "" | "=false" | "=true" => Takes::Nothing,
        sign if !sign.starts_with(['=', '[', '<', '{']) => Takes::Perhaps,
        optional if optional.starts_with('[') => Takes::Perhaps,
        _value => Takes::Value,
    };
    (vec![name.trim_end_matches(['.', ';']).to_owned()], takes)
}

fn value(token: &str) -> Takes {
    let optional = token.starts_with('[') && !token.contains('|');
    if optional || token.contains("[=") { Takes::Perhaps } else { Takes::Value }
}

fn stronger(one: Takes, other: Takes) -> Takes {
    match (one, other) {
        (Takes::Value, _) | (_, Takes::Value) => Takes::Value,
        (Takes::Perhaps, _) | (_, Takes::Perhaps) => Takes::Perhaps,
        (Takes::Nothing, Takes::Nothing) => Takes::Nothing,
    }
}

/// `TEXT`, `[a|b]` or `<file>` in a column of a drawn box.
fn is_value_column(column: &str) -> bool {
    let shouted = |text: &str| {
        text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | ' ' | '.' | '[' | ']' | '|'))
    };
    column.starts_with(['[', '<']) && !column.contains(' ') || shouted(column)
}

/// What stands between blanks, commas, bars and slashes, brackets kept whole.
fn tokens(spec: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, character) in spec.char_indices() {
        match character {
            '[' | '<' | '{' | '(' => depth += 1,
            ']' | '>' | '}' | ')' => depth = depth.saturating_sub(1),
            ' ' | ',' | '|' | '/' if depth == 0 => {
                found.push(&spec[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&spec[start..]);
    found.retain(|token| !token.is_empty());
    found
}
