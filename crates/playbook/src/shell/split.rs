//! Cutting the text of a fence into commands: one logical line each.
//!
//! Must never be here: what a command does.

use super::balance::Balance;
use super::look::SOURCE_BYTES_MAX;
use super::reader::{Shell, Whole};

/// More lines than this are never taken for one command.
const LINES_MAX: usize = 60;

/// One command of a fence.
pub(crate) struct Logical {
    /// The line of its first line in the text, from 0.
    pub line: usize,
    /// The command as written, continuation lines and all, without a prompt.
    pub source: String,
    /// The comments directly above it, with their lines, without `#`.
    pub comments: Vec<(usize, String)>,
}

/// Cuts a text into commands. Output shown below a `$ ` prompt is dropped.
pub(super) fn split(text: &str, shell: &mut Shell) -> Vec<Logical> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
    let prompted = lines.iter().any(|line| line.trim_start().starts_with("$ "));
    let mut commands = Vec::new();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let trimmed = line.trim();
        let command = trimmed.strip_prefix("$ ");
        if trimmed.is_empty() || (prompted && command.is_none() && !trimmed.starts_with('#')) {
            comments.clear();
            at += 1;
        } else if let Some(comment) = trimmed.strip_prefix('#') {
            comments.push((at, comment.trim_start_matches('#').trim().to_owned()));
            at += 1;
        } else {
            let (source, taken) = whole(command.unwrap_or(trimmed), &lines[at + 1..], shell);
            commands.push(Logical { line: at, source, comments: core::mem::take(&mut comments) });
            at += taken;
        }
    }
    commands
}

/// Takes as many lines as the command needs to be whole; only the first when it never is.
fn whole(first: &str, rest: &[&str], shell: &mut Shell) -> (String, usize) {
    let mut source = first.to_owned();
    let mut balance = Balance::default();
    balance.line(first);
    let mut last = first;
    let mut in_document = false;
    for taken in 1..=LINES_MAX {
        if source.len() > SOURCE_BYTES_MAX {
            break;
        }
        // Asking is dear: beyond the first line only where everything that was opened is closed. A quote in a
        // here-document opens nothing; there, only a single word can be the end.
        let may_end = match in_document {
            true => is_mark(last),
            false => taken == 1 || !balance.is_open(),
        };
        if may_end && is_closed(&source) {
            match shell.whole(&source) {
                Whole::Yes => return (source.trim_end().to_owned(), taken),
                Whole::No if !balance.is_open() => break,
                Whole::No => {}
                Whole::HereDocument => in_document = true,
            }
        }
        let Some(next) = rest.get(taken - 1).filter(|_| shell.may_go_on(source.len())) else { break };
        source.push('\n');
        source.push_str(next);
        balance.line(next);
        last = next;
    }
    continued(first, rest)
}

/// A command that never reads as whole still keeps the lines which it says go on.
fn continued(first: &str, rest: &[&str]) -> (String, usize) {
    let mut source = first.to_owned();
    let mut taken = 1;
    while goes_on(&source) {
        let Some(next) = rest.get(taken - 1) else { break };
        source.push('\n');
        source.push_str(next);
        taken += 1;
    }
    (source, taken)
}

/// Whether a line can be the end of a here-document.
fn is_mark(line: &str) -> bool {
    let word = line.trim();
    !word.is_empty() && word.chars().all(|character| character.is_alphanumeric() || character == '_')
}

/// Whether nothing at the end of the text says that it goes on.
fn is_closed(source: &str) -> bool {
    let open = ["|", "&&", "||"].iter().any(|sign| source.trim_end().ends_with(sign));
    !open && !goes_on(source)
}

fn goes_on(source: &str) -> bool {
    (source.len() - source.trim_end_matches('\\').len()) & 1 == 1
}

pub(super) fn in_heredoc(source: &str) -> bool {
    let Some((_, after)) = source.split_once("<<").filter(|(_, after)| !after.starts_with('<')) else {
        return false;
    };
    let word: String = after
        .trim_start_matches('-')
        .trim_start()
        .chars()
        .skip_while(|character| matches!(character, '\'' | '"' | '\\'))
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    !word.is_empty() && !source.lines().skip(1).any(|line| line.trim() == word)
}
