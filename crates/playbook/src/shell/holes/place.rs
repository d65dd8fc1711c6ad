//! Where in a command a scan stands: the tool, the words before, and the variables that are set so far.
//!
//! Only as much of the shell as holes need; what it does not follow, it takes for a hole, which costs a question.
//! Must never be here: what is a hole.

use std::collections::BTreeSet;

/// Words after which a new command begins.
const LEADS: &[&str] = &["do", "then", "else", "elif", "if", "while", "until", "!", "{", "time"];
/// Tools that run the command behind them.
const WRAPPERS: &[&str] = &["sudo", "env", "nohup", "watch", "timeout", "xargs", "nice", "command", "exec"];
/// Tools whose arguments set variables.
const DECLARES: &[&str] = &["export", "declare", "typeset", "local", "readonly"];

/// Brackets deeper than this are not told apart.
const DEPTH_MAX: usize = 60;
/// So much of a word is looked at.
const WORD_BYTES_MAX: usize = 200;

/// The place of a scan that goes from left to right.
#[derive(Default)]
pub(super) struct Place<'s> {
    /// The simple commands that are open, the innermost last.
    outer: Vec<(Simple<'s>, Option<usize>)>,
    now: Simple<'s>,
    start: Option<usize>,
    /// Whether the quoted text that the scan is in holds a blank.
    pub blank_in_quotes: bool,
    /// Names that are set by what was read.
    pub set: BTreeSet<&'s str>,
}

/// A simple command as far as it was read.
#[derive(Default)]
struct Simple<'s> {
    tool: Option<&'s str>,
    before: [&'s str; 2],
    count: usize,
    pending: Vec<&'s str>,
}

impl<'s> Place<'s> {
    /// Reads one character that stands at `at`, outside quotes or not.
    pub(super) fn step(&mut self, source: &'s str, at: usize, character: char, quoted: bool) {
        match character {
            ' ' | '\t' if !quoted => self.end_word(source, at),
            '\n' | ';' | '|' | '&' if !quoted => self.end_command(source, at),
            '(' if !quoted && self.outer.len() < DEPTH_MAX => {
                self.outer.push((core::mem::take(&mut self.now), self.start.take()));
            }
            ')' if !quoted => {
                self.end_command(source, at);
                let (now, start) = self.outer.pop().unwrap_or_default();
                (self.now, self.start) = (now, start.or(Some(at)));
            }
            _ => {
                self.start.get_or_insert(at);
            }
        }
    }

    /// The tool that is called, without the wrappers before it.
    pub(super) fn tool(&self) -> Option<&'s str> {
        self.now.tool
    }

    /// The two words before, the nearest last.
    pub(super) fn before(&self) -> [&'s str; 2] {
        self.now.before
    }

    /// The beginning of the word that is being read, up to `at`.
    pub(super) fn word(&self, source: &'s str, at: usize) -> &'s str {
        let start = self.start.unwrap_or(at);
        source.get(start..at.min(start + WORD_BYTES_MAX)).unwrap_or_default()
    }

    /// Ends what is open at the end of the text.
    pub(super) fn end(&mut self, source: &'s str) {
        self.end_command(source, source.len());
    }

    fn end_command(&mut self, source: &'s str, at: usize) {
        self.end_word(source, at);
        let ended = core::mem::take(&mut self.now);
        if ended.tool.is_none() {
            self.set.extend(ended.pending);
        }
    }

    fn end_word(&mut self, source: &'s str, at: usize) {
        let Some(word) = self.start.take().and_then(|start| source.get(start..at)) else { return };
        let name = assigned(word);
        match (self.now.tool, name) {
            (None, Some(name)) => self.now.pending.push(name),
            (None, None) if LEADS.contains(&word) => return,
            (None, None) if WRAPPERS.contains(&word) || word.starts_with('-') => {}
            (None, None) => self.now.tool = Some(word),
            (Some(tool), Some(name)) if DECLARES.contains(&tool) => {
                self.set.insert(name);
            }
            (Some(tool), _) => self.argument(tool, word),
        }
        self.now.before = [self.now.before[1], word];
    }

    fn argument(&mut self, tool: &str, word: &'s str) {
        let first = self.now.count == 0;
        let reads = matches!(tool, "read" | "mapfile" | "readarray")
            || (first && matches!(tool, "for" | "select"))
            || (!first && tool == "getopts")
            || (tool == "printf" && self.now.before[1] == "-v");
        if reads && is_name(word) {
            self.set.insert(word);
        }
        self.now.count += 1;
    }
}

/// The name that a word such as `NAME=value` sets.
fn assigned(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    is_name(name).then_some(name)
}

/// Whether a text is the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
