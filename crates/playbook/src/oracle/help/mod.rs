//! From the text that `tool --help` prints to a [`Grammar`].
//!
//! Lives here: what yargs, commander, click, rich, argparse, cobra, clap and GNU tools have in common, and where they
//! differ. On doubt an option or a subcommand is taken to exist: a finding must be true. Must never be here: the calls
//! of a document.

mod columns;
mod lines;
mod option;
mod subcommand;
mod usage;

#[cfg(test)]
mod tests;

use super::grammar::{Gaps, Grammar, Opt, Takes};
use columns::indent;
use lines::Section;

/// So much of a description is kept.
const ABOUT_BYTES_MAX: usize = 240;

/// Reads the help of a command; `path` is the tool's name with its subcommands. `None` when the text is not about it.
pub(super) fn read(text: &str, path: &[&str]) -> Option<Grammar> {
    let sections = lines::sections(text);
    let usage = usage::read(&sections, path);
    let last = path.last().copied().unwrap_or_default();
    let speaks_of_it = usage.text.split(|c: char| !is_word(c)).any(|word| word == last);
    if path.len() > 1 && !speaks_of_it {
        return None;
    }
    let has_usage = !usage.text.is_empty();
    let mut grammar = Grammar {
        options: options(&sections, is_yargs(text)),
        needs: usage.needs,
        takes_operands: usage.takes_operands,
        hands_on: usage.hands_on,
        aliases: aliases(&sections),
        ..Grammar::default()
    };
    subcommand::read(&sections, path, usage.takes_command, &mut grammar.subcommands);
    for name in usage.commands.into_iter().filter(|name| subcommand::is_plain(name)) {
        grammar.subcommands.entry(name.clone()).or_insert(name);
    }
    add_unlisted(&mut grammar.options, usage.options);
    grammar.mentioned = mentioned(text);
    grammar.gaps = gaps(text, &grammar);
    (has_usage || !grammar.options.is_empty() || !grammar.subcommands.is_empty()).then_some(grammar)
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | ':' | '.')
}

fn options(sections: &[Section], is_yargs: bool) -> Vec<Opt> {
    let mut found: Vec<Opt> = Vec::new();
    let quiet = |section: &&Section| !section.heading.contains("example") && section.heading != "usage";
    for section in sections.iter().filter(quiet) {
        let mut at = None;
        for line in &section.lines {
            if let Some(option) = option::read(line, section.is_boxed) {
                at = Some(indent(line));
                found.push(option);
            } else if let (Some(column), Some(last)) = (at, found.last_mut())
                && indent(line) > column
                && last.about.len() < ABOUT_BYTES_MAX
            {
                last.about.push(' ');
                last.about.push_str(line.trim());
            }
        }
    }
    if is_yargs {
        for option in &mut found {
            option.takes = typed(&option.about);
        }
    }
    found
}

/// yargs says at the end of a description what an option is.
fn is_yargs(text: &str) -> bool {
    text.contains("[boolean]") || text.contains("[string]")
}

fn typed(about: &str) -> Takes {
    let says = |tags: &[&str]| tags.iter().any(|tag| about.contains(tag));
    if says(&["[boolean]", "[count]"]) {
        Takes::Nothing
    } else if says(&["[string]", "[number]", "[array]", "[choices:"]) {
        Takes::Value
    } else {
        Takes::Perhaps
    }
}

/// Options of the usage line that the list does not have.
fn add_unlisted(options: &mut Vec<Opt>, more: Vec<Opt>) {
    for option in more {
        if !options.iter().any(|known| known.names.iter().any(|name| option.names.contains(name))) {
            options.push(option);
        }
    }
}

/// `Aliases:` names the command itself in other words.
fn aliases(sections: &[Section]) -> Vec<String> {
    let lines =
        sections.iter().filter(|section| section.heading == "aliases").flat_map(|section| &section.lines);
    lines
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.split_whitespace().last())
        .filter(|name| subcommand::is_plain(name))
        .map(str::to_owned)
        .collect()
}

/// Every `--name` and `-n` anywhere in the text.
fn mentioned(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let is_option = |word: &&str| {
        let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-').filter(|rest| rest.len() == 1));
        bare.is_some_and(|bare| bare.starts_with(|first: char| first.is_ascii_alphanumeric()))
    };
    let mut found: Vec<String> = words.filter(is_option).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

fn gaps(text: &str, grammar: &Grammar) -> Gaps {
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let extended = ["plugin", "plugins", "extension", "extensions"];
    Gaps {
        subcommands: says(&["these are common", "help -a", "see all commands", "most commonly used"])
            || lower.lines().any(|line| line.trim().starts_with("...")),
        options: says(&[
            "not the full help",
            "some of the options",
            "man page",
            "--help-all",
            "--help all",
            "full help",
        ]),
        globals: says(&["for a list of global", "options that apply to all"]),
        aliases: says(&["for more information"])
            && says(&["about a command", "on a command", "about a given command"]),
        plugins: extended.iter().any(|name| grammar.subcommands.contains_key(*name)),
    }
}
