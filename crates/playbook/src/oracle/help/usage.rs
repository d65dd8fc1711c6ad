//! The usage line: `tool verb [OPTIONS] FILE...`.
//!
//! Must never be here: the lists below it.

use super::lines::Section;
use super::option;
use crate::oracle::grammar::{Opt, Takes};

/// What the usage line tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// The line without its `usage:`; empty when there is none.
    pub text: String,
    /// Whether a subcommand is expected.
    pub takes_command: bool,
    /// Whether other operands are taken.
    pub takes_operands: bool,
    /// The operands that must be given; empty when that is not certain.
    pub needs: Vec<String>,
    /// Whether words after the operands are handed on to something else.
    pub hands_on: bool,
    /// Subcommands that it lists itself, as argparse does: `{add,list} ...`.
    pub commands: Vec<String>,
    /// Options that it lists.
    pub options: Vec<Opt>,
}

/// Finds the usage line and reads it; `path` is the tool with its subcommands.
pub(super) fn read(sections: &[Section], path: &[&str]) -> Usage {
    let forms = forms(sections, path);
    let mut usage = Usage::default();
    for form in &forms {
        one(form, path, &mut usage);
    }
    if forms.len() != 1 {
        usage.needs.clear();
    }
    usage.text = forms.join("\n");
    usage
}

/// The ways in which the tool says that it can be called.
fn forms(sections: &[Section], path: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for section in sections {
        let mut open = false;
        let mut is_usage = section.heading == "usage";
        for line in &section.lines {
            let trimmed = line.trim();
            let head = trimmed.get(..6).unwrap_or_default();
            if head.eq_ignore_ascii_case("usage:") {
                found.push(trimmed[6..].trim().to_owned());
                open = true;
            } else if trimmed.is_empty() {
                // What stands below a blank line is prose again.
                is_usage &= found.is_empty();
                open = false;
            } else if is_usage {
                found.push(trimmed.to_owned());
            } else if let Some(other) = trimmed.strip_prefix("or:").filter(|_| open) {
                found.push(other.trim().to_owned());
            } else if open && line.starts_with("   ") {
                // argparse breaks a long line and indents the rest.
                if let Some(last) = found.last_mut() {
                    last.push(' ');
                    last.push_str(trimmed);
                }
            } else {
                open = false;
            }
        }
    }
    found.retain(|form| !form.is_empty());
    if found.is_empty() {
        let first = sections.iter().flat_map(|section| &section.lines).find(|line| !line.trim().is_empty());
        let named =
            first.map(|line| line.trim()).filter(|line| line.split(' ').next() == path.first().copied());
        found.extend(named.map(str::to_owned));
    }
    found
}

fn one(form: &str, path: &[&str], usage: &mut Usage) {
    let tokens = parts(form);
    let own = own_words(&tokens, path);
    let mut certain = true;
    let mut after_option = false;
    let mut rest = tokens.get(own..).unwrap_or_default().iter().peekable();
    while let Some(token) = rest.next() {
        usage.hands_on |= *token == "--"
            || (usage.takes_operands
                && (is_command(&bare_word(token)) || HANDED_ON.contains(&bare_word(token).as_str())));
        let follows = rest.peek().copied().copied().unwrap_or_default();
        let was_after_option = core::mem::replace(&mut after_option, false);
        let bare = bare_word(token);
        if let Some(inner) = token.strip_prefix('[').filter(|inner| option::is_name(inner)) {
            usage.options.extend(listed(inner.trim_end_matches(['.', ']'])));
        } else if token.starts_with('-') {
            usage.options.extend(listed(token));
            certain = false;
            after_option = true;
        } else if token.starts_with('{') && follows == "..." {
            let names = token.trim_matches(['{', '}']).split(',');
            usage.commands.extend(names.map(str::to_owned));
            usage.takes_command = true;
        } else if is_command(&bare) {
            usage.takes_command = true;
        } else if is_filler(&bare) || was_after_option {
        } else if token.starts_with('[') {
            usage.takes_operands = true;
        } else if token.starts_with('<') || is_shouted(token) {
            usage.takes_operands = true;
            usage.needs.push(token.trim_matches(['<', '>', '.']).to_owned());
        } else {
            certain = false;
            usage.takes_operands |= !token.starts_with(['(', '|']);
        }
    }
    if !certain || usage.takes_command {
        usage.needs.clear();
    }
}

/// Operands that stand for the words of another command.
const HANDED_ON: &[&str] = &["arg", "args", "arguments"];

/// `[ARG...]` is `arg`.
fn bare_word(token: &str) -> String {
    token.trim_matches(|c: char| "[]<>().".contains(c)).to_lowercase()
}

/// How many words of the usage line are the tool's own name and its path.
fn own_words(tokens: &[&str], path: &[&str]) -> usize {
    let last = path.last().copied().unwrap_or_default();
    let at = tokens.iter().position(|token| *token == last).map(|at| at + 1);
    at.unwrap_or_else(|| path.len().min(tokens.len()))
}

/// What the brackets of a usage line list: `-h`, `--foo FOO`, or `-46AaCf`, which is many.
fn listed(inner: &str) -> Vec<Opt> {
    let Some(found) = option::specification(inner) else { return Vec::new() };
    let cluster = found.names.first().filter(|name| !name.starts_with("--") && name.len() > 2).cloned();
    let letters = cluster.iter().flat_map(|name| name.chars().skip(1)).map(|letter| Opt {
        names: vec![format!("-{letter}")],
        takes: Takes::Perhaps,
        about: String::new(),
    });
    let letters: Vec<Opt> = letters.collect();
    core::iter::once(found).chain(letters).collect()
}

fn is_command(bare: &str) -> bool {
    ["command", "subcommand", "cmd", "commands", "sub-command"].contains(&bare)
}

/// Words that stand for options and the like.
fn is_filler(bare: &str) -> bool {
    ["", "options", "option", "flags", "args", "arguments", "global options", "options..."].contains(&bare)
}

fn is_shouted(token: &str) -> bool {
    let body = token.trim_end_matches('.');
    body.starts_with(|first: char| first.is_ascii_uppercase())
        && body.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

/// The words of a usage line, brackets kept whole.
fn parts(form: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, character) in form.char_indices() {
        match character {
            '[' | '<' | '{' | '(' => depth += 1,
            ']' | '>' | '}' | ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                found.push(&form[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&form[start..]);
    found.retain(|part| !part.is_empty());
    found
}
