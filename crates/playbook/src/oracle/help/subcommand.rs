//! The lists of subcommands in a help text.
//!
//! Must never be here: options.

use super::columns::{columns, indent};
use super::lines::Section;
use std::collections::BTreeMap;

/// Headings of lists that hold no subcommands, whatever else they say.
const NEVER: &[&str] = &["option", "flag", "example", "usage", "topic"];
/// Headings of lists that hold none unless they say `commands`.
const SELDOM: &[&str] =
    &["argument", "positional", "environment", "learn", "note", "see ", "alias", "description", "parameter"];

/// One command has so many names at most.
const NAMES_MAX: usize = 3;

/// Reads every list of subcommands; `expects` says that the usage line asks for one.
pub(super) fn read(sections: &[Section], path: &[&str], expects: bool, into: &mut BTreeMap<String, String>) {
    let own = path.join(" ") + " ";
    for section in sections.iter().filter(|section| lists_commands(section, expects, &own)) {
        let mut column = None;
        for line in &section.lines {
            if column.is_some_and(|column| indent(line) != column) {
                continue;
            }
            if let Some(names) = entry(line, &own) {
                column = Some(indent(line));
                // npm lists all its commands in one paragraph; elsewhere several names are one command's.
                let is_paragraph = names.len() > NAMES_MAX;
                for name in &names {
                    let first = if is_paragraph { name } else { &names[0] };
                    into.entry(name.clone()).or_insert_with(|| first.clone());
                }
            }
        }
    }
}

/// Whether a word can be the name of a subcommand.
pub(super) fn is_plain(word: &str) -> bool {
    word.len() <= 60
        && word.starts_with(|first: char| first.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
}

fn lists_commands(section: &Section, expects: bool, own: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| section.heading.contains(word));
    let repeats = || section.lines.iter().any(|line| line.trim_start().starts_with(own));
    !section.heading.is_empty()
        && !says(NEVER)
        && (section.heading.contains("command") || (!says(SELDOM) && (expects || repeats())))
}

/// `name`, `name|alias [options] <file>`, `tool name [file]`, `name, alias` or `name:`, and what it does.
fn entry(line: &str, own: &str) -> Option<Vec<String>> {
    if indent(line) == 0 {
        return None;
    }
    let columns = columns(line);
    let first = columns.first()?;
    let first = first.strip_prefix(own).unwrap_or(first);
    let mut names = Vec::new();
    let mut words = first.split(' ');
    for word in words.by_ref() {
        let goes_on = word.ends_with(',');
        for name in word.trim_end_matches([',', ':', '*']).split('|') {
            names.push(is_plain(name).then(|| name.to_owned())?);
        }
        if !goes_on {
            break;
        }
    }
    let is_operand = |word: &str| {
        word.starts_with(['[', '<', '(', '{', '.', '-']) || word.chars().all(|c| !c.is_ascii_lowercase())
    };
    if !words.all(is_operand) {
        return None;
    }
    let about = columns.get(1..).unwrap_or_default().join(" ");
    names.extend(told_aliases(&about));
    Some(names)
}

/// clap and yargs: `[aliases: ls, list]`
fn told_aliases(about: &str) -> Vec<String> {
    let told = about.split_once("[aliases:").and_then(|(_, rest)| rest.split_once(']'));
    let words = told.map(|(words, _)| words.split(',')).into_iter().flatten();
    words.map(str::trim).filter(|word| is_plain(word)).map(str::to_owned).collect()
}
