//! Cutting the text of a fence into commands: one logical line each.
//!
//! Must never be here: what a command does.

use super::balance::Balance;
use super::look::SOURCE_BYTES_MAX;
use super::reader::{Shell, Whole};
use super::{opener, prompt};
use crate::{Context, ContextKind};

/// More lines than this are never taken for one command.
const LINES_MAX: usize = 60;

/// A console in a console in a console; more are not kept.
const OPENED_MAX: usize = 8;

/// One command of a fence.
pub(crate) struct Logical {
    /// The line of its first line in the text, from 0.
    pub line: usize,
    /// The command as written, continuation lines and all, without a prompt.
    pub source: String,
    /// The comments directly above it, with their lines, without `#`.
    pub comments: Vec<(usize, String)>,
    /// Who reads it, when it is not a fresh shell on this machine.
    pub context: Option<Context>,
}

/// Cuts a text into commands, the first of which stands in a context if one is given. Output shown below a prompt is
/// dropped.
pub(super) fn split(text: &str, context: Option<Context>, shell: &mut Shell) -> Vec<Logical> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
    let prompted = lines.iter().any(|line| prompt::read(line.trim_start()).is_some());
    let mut cutter = Cutter {
        lines,
        prompted,
        opened: context.into_iter().collect(),
        comments: Vec::new(),
        commands: Vec::new(),
    };
    let mut at = 0;
    while at < cutter.lines.len() {
        at += cutter.step(at, shell);
    }
    cutter.commands
}

struct Cutter<'t> {
    lines: Vec<&'t str>,
    /// Whether the text shows prompts, so that lines without one are output.
    prompted: bool,
    /// What the commands so far have opened and not closed.
    opened: Vec<Context>,
    comments: Vec<(usize, String)>,
    commands: Vec<Logical>,
}

impl Cutter<'_> {
    /// Reads what begins at a line; tells how many lines that were.
    fn step(&mut self, at: usize, shell: &mut Shell) -> usize {
        let line = self.lines[at].trim();
        let prompted = prompt::read(line);
        let is_sql = self.opened.last().is_some_and(|context| context.kind == ContextKind::Sql);
        let comment = line.strip_prefix('#').or_else(|| line.strip_prefix("--").filter(|_| is_sql));
        if line.is_empty() || (self.prompted && prompted.is_none() && comment.is_none()) {
            self.comments.clear();
            return 1;
        }
        if let Some(comment) = comment {
            self.comments.push((at, comment.trim_start_matches('#').trim().to_owned()));
            return 1;
        }
        let (own, first) = prompted.map_or((None, line), |prompted| (prompted.context, prompted.text));
        let context = own.or_else(|| self.opened.last().cloned());
        let rest = &self.lines[at + 1..];
        let (source, taken) = match context.as_ref().map(|context| context.kind) {
            None | Some(ContextKind::Shell | ContextKind::Folder) => {
                let (source, taken) = whole(first, rest, self.prompted, shell);
                self.open(&source);
                (source, taken)
            }
            Some(ContextKind::Sql) => statement(first, rest),
            Some(ContextKind::Redis) => (first.to_owned(), 1),
            Some(ContextKind::Console) if self.prompted => (first.to_owned(), 1),
            Some(ContextKind::Console) => paragraph(first, rest),
        };
        let comments = core::mem::take(&mut self.comments);
        self.commands.push(Logical { line: at, source, comments, context });
        if opener::closes(first) {
            self.opened.pop();
        }
        taken
    }

    fn open(&mut self, source: &str) {
        if let Some(kind) = opener::opens(source)
            && self.opened.len() < OPENED_MAX
        {
            self.opened.push(Context { kind, opener: source.to_owned() });
        }
    }
}

/// A statement of SQL: the lines up to a semicolon, one line where it is a command of the console or leaves it.
fn statement(first: &str, rest: &[&str]) -> (String, usize) {
    let ends = |line: &str| line.trim_end().ends_with([';', '\\']) || line.trim_end().ends_with("\\G");
    let mut source = first.to_owned();
    let mut taken = 1;
    if first.starts_with('\\') || opener::closes(first) {
        return (source, taken);
    }
    while !ends(&source) && taken < LINES_MAX {
        let Some(next) = rest.get(taken - 1).filter(|next| !next.trim().is_empty()) else { break };
        source.push('\n');
        source.push_str(next);
        taken += 1;
    }
    (source, taken)
}

/// What a console of a language is given: the lines up to a blank one, or one that leaves it.
fn paragraph(first: &str, rest: &[&str]) -> (String, usize) {
    let goes_on = |line: &&&str| !line.trim().is_empty() && !opener::closes(line) && !opener::closes(first);
    let more: Vec<&str> = rest.iter().take(LINES_MAX).take_while(goes_on).copied().collect();
    let mut source = first.to_owned();
    for line in &more {
        source.push('\n');
        source.push_str(line);
    }
    (source, 1 + more.len())
}

/// Takes as many lines as the command needs to be whole; only the first when it never is.
fn whole(first: &str, rest: &[&str], prompted: bool, shell: &mut Shell) -> (String, usize) {
    let mut source = first.to_owned();
    // Most commands are whole on their first line, and then nobody asks what is open.
    let mut balance = None;
    let begun = || {
        let mut balance = Balance::default();
        balance.line(first);
        balance
    };
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
            false => taken == 1 || !balance.get_or_insert_with(begun).is_open(),
        };
        if may_end && is_closed(&source) {
            match shell.whole(&source) {
                Whole::Yes => return (source.trim_end().to_owned(), taken),
                Whole::No if !balance.get_or_insert_with(begun).is_open() => break,
                Whole::No => {}
                Whole::HereDocument => in_document = true,
            }
        }
        let Some(next) = rest.get(taken - 1).filter(|_| shell.may_go_on(source.len())) else { break };
        let next = continuation(next, prompted);
        source.push('\n');
        source.push_str(next);
        balance.get_or_insert_with(begun).line(next);
        last = next;
    }
    continued(first, rest, prompted)
}

/// A line that goes on with a command, without the `> ` that a shell shows before it.
fn continuation(line: &str, prompted: bool) -> &str {
    if prompted { line.strip_prefix("> ").unwrap_or(line) } else { line }
}

/// A command that never reads as whole still keeps the lines which it says go on.
fn continued(first: &str, rest: &[&str], prompted: bool) -> (String, usize) {
    let mut source = first.to_owned();
    let mut taken = 1;
    while goes_on(&source) {
        let Some(next) = rest.get(taken - 1) else { break };
        source.push('\n');
        source.push_str(continuation(next, prompted));
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
    if !source.contains('<') {
        return false;
    }
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
