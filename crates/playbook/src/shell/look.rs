//! One look at a command: without the grammar where that is enough, with it where it is not.
//!
//! Must never be here: how either reads.

use super::plain::{self, Plain, Simple};
use super::word::Word;
use super::{Verdict, manifest, tree};

/// A command longer than this is not looked into: the grammar may take a third of a second for so many bytes that
/// are wrong.
pub(super) const SOURCE_BYTES_MAX: usize = 8 * 1024;

/// What one look at a command tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// What it would do, as a shell would run it.
    pub verdict: Verdict,
    /// The words of every command in it, the tool's name first.
    pub calls: Vec<Vec<Word>>,
    /// Whether it reads as whole shell text.
    pub is_whole: bool,
    /// Whether it was looked at.
    pub is_read: bool,
}

impl Look {
    /// Nothing was looked at, for this reason.
    pub(super) fn unread(reason: &str) -> Self {
        Self { verdict: Verdict::unknown(reason), calls: Vec::new(), is_whole: false, is_read: false }
    }
}

/// What can be told without the grammar.
pub(super) enum Glance {
    /// Everything.
    Enough(Look),
    /// A quote is not closed.
    Open,
    /// The grammar must be asked.
    Unclear,
}

/// Looks at a command as it stands.
pub(super) fn look(source: &str) -> Look {
    match glance(source) {
        Glance::Enough(look) => look,
        Glance::Open | Glance::Unclear => tree::study(source),
    }
}

/// Looks at a command without the grammar.
pub(super) fn glance(source: &str) -> Glance {
    if source.len() > SOURCE_BYTES_MAX {
        return Glance::Enough(Look { is_read: true, ..Look::unread("it is too long to look into") });
    }
    match plain::read(source) {
        Plain::Whole(commands) if hidden(source).is_none() => Glance::Enough(judge_plain(commands)),
        Plain::Whole(_) | Plain::Unclear => Glance::Unclear,
        Plain::Open => Glance::Open,
    }
}

fn judge_plain(commands: Vec<Simple>) -> Look {
    let mut calls = Vec::with_capacity(commands.len());
    let mut worst: Option<Verdict> = None;
    for Simple { words, redirections } in commands {
        let own = words.split_first().map(|(name, words)| judge_call(name.exact(), words));
        for verdict in own.into_iter().chain(redirections) {
            worst = Some(match worst {
                Some(before) => before.worst(verdict),
                None => verdict,
            });
        }
        calls.push(words);
    }
    let verdict = worst.unwrap_or_else(|| Verdict::unknown("there is no command"));
    Look { verdict, calls, is_whole: true, is_read: true }
}

/// What one call would do.
pub(crate) fn judge_call(name: Option<&str>, words: &[Word]) -> Verdict {
    match name.filter(|name| is_plain_name(name)) {
        Some(name) => manifest::judge(name, words),
        None => Verdict::unknown("the tool that it calls is not named plainly"),
    }
}

/// Plain letters without a path.
pub(super) fn is_plain_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().all(plain) && text != "." && text != ".."
}

/// The first character that makes text look other than it is, if there is one.
pub(super) fn hidden(source: &str) -> Option<char> {
    if source.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return None;
    }
    source.chars().find(|character| is_hidden(*character))
}

/// Control characters and those that make text look other than it is.
fn is_hidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{a0}' | '\u{3000}' | '\u{e0000}'..='\u{e007f}')
}
