//! The commands of one document: each is looked into once, and the work has a limit.
//!
//! Must never be here: how a command is read or judged.

use super::look::{Glance, Look, glance};
use super::split::{self, Logical};
use super::{Analysis, Word, holes, secrets, tree};
use crate::Context;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

/// How much shell of one document is read with the grammar, in units of [`cost`]: thousands of commands that are not
/// plain, and about a second whatever they hold. Plain commands cost nothing here. What is beyond it counts as
/// unknown, and a diagnostic says from which line on.
const WORK_MAX: usize = 1_200_000;

/// Commands that were looked into, by their source.
pub(crate) struct Shell {
    known: Sources,
    work_left: usize,
    unread: Unread,
}

struct Known {
    source: String,
    analysis: Analysis,
    is_whole: bool,
}

/// What is known, by the digest of its source: a document of many commands spends more time on comparing them than on
/// anything else otherwise.
#[derive(Default)]
struct Sources {
    known: Vec<Known>,
    /// Digest, and a number for each source that has the same.
    places: BTreeMap<(u64, u32), usize>,
}

impl Sources {
    fn find(&self, source: &str) -> Option<usize> {
        let digest = digest(source);
        let mut same = (0..).map_while(|number| self.places.get(&(digest, number)).copied());
        same.find(|at| self.known.get(*at).is_some_and(|known| known.source == source))
    }

    fn get(&self, source: &str) -> Option<&Known> {
        self.known.get(self.find(source)?)
    }

    /// Keeps what was not known.
    fn insert(&mut self, known: Known) -> &Known {
        let digest = digest(&known.source);
        let number = (0..).find(|number| !self.places.contains_key(&(digest, *number))).unwrap_or(u32::MAX);
        let at = self.known.len();
        self.places.insert((digest, number), at);
        self.known.push(known);
        &self.known[at]
    }
}

fn digest(source: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(source.as_bytes());
    hasher.finish()
}

/// Whether a text is a whole command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Yes,
    No,
    /// The end of a here-document is to come.
    HereDocument,
}

/// Commands that were left out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unread {
    /// How many.
    pub count: u32,
    /// The line of the first.
    pub line: u32,
}

impl Default for Shell {
    fn default() -> Self {
        Self { known: Sources::default(), work_left: WORK_MAX, unread: Unread::default() }
    }
}

impl Shell {
    /// Cuts the text of a fence into commands.
    pub(crate) fn split(&mut self, text: &str, context: Option<Context>) -> Vec<Logical> {
        split::split(text, context, self)
    }

    /// What a command would do. Its holes are taken to be filled with a plain word each.
    pub(crate) fn analyse(&mut self, source: &str, line: u32) -> &Analysis {
        if let Some(at) = self.known.find(source) {
            return &self.known.known[at].analysis;
        }
        let found = holes::find(source);
        let filled = holes::fill_neutral(source, &found.holes);
        let look = match glance(&filled) {
            Glance::Enough(look) => look,
            Glance::Open | Glance::Unclear => self.study(&filled),
        };
        if !look.is_read {
            let first = if self.unread.count == 0 { line } else { self.unread.line };
            self.unread = Unread { count: self.unread.count + 1, line: first };
        }
        &self.remember(source, found, look).analysis
    }

    /// Whether a text by itself is a whole command.
    pub(crate) fn is_whole(&mut self, source: &str) -> bool {
        matches!(self.whole(source), Whole::Yes)
    }

    /// Whether a text that could end here reads as a whole command; so does one that nobody looks at.
    pub(super) fn whole(&mut self, source: &str) -> Whole {
        if let Some(known) = self.known.get(source) {
            return if known.is_whole { Whole::Yes } else { Whole::No };
        }
        let found = holes::find(source);
        let filled = holes::fill_neutral(source, &found.holes);
        if split::in_heredoc(&filled) {
            return Whole::HereDocument;
        }
        let look = match glance(&filled) {
            Glance::Enough(look) => look,
            Glance::Open => return Whole::No,
            Glance::Unclear => self.study(&filled),
        };
        if !look.is_read {
            return Whole::Yes;
        }
        if !look.is_whole {
            return Whole::No;
        }
        self.remember(source, found, look);
        Whole::Yes
    }

    /// The words of every call in a command that was analysed before; none for any other text.
    pub(crate) fn calls(&self, source: &str) -> &[Vec<Word>] {
        self.known.get(source).map(|known| known.analysis.calls.as_slice()).unwrap_or_default()
    }

    /// The commands that were left out because the document holds too much shell.
    pub(crate) fn unread(&self) -> Unread {
        self.unread
    }

    /// Whether a command may look for its end in one more line, which makes it so long.
    pub(super) fn may_go_on(&mut self, bytes: usize) -> bool {
        self.spend(1 + bytes / 16)
    }

    fn study(&mut self, filled: &str) -> Look {
        if self.spend(cost(filled.len())) {
            tree::study(filled)
        } else {
            Look::unread("the document holds more shell than is looked into")
        }
    }

    fn spend(&mut self, work: usize) -> bool {
        let left = self.work_left.checked_sub(work);
        // Once it is used up, it stays so: the diagnostic says `from here on`.
        self.work_left = left.unwrap_or_default();
        left.is_some()
    }

    fn remember(&mut self, source: &str, found: holes::Found, look: Look) -> &Known {
        let holes::Found { holes, sets } = found;
        let Look { verdict, calls, is_whole, .. } = look;
        let prints = secrets::printed_by(&calls);
        let analysis =
            Analysis { effect: verdict.effect, reason: verdict.reason, holes, sets, prints, calls };
        self.known.insert(Known { source: source.to_owned(), analysis, is_whole })
    }
}

/// What reading so many bytes with the grammar costs at worst: its recovery from errors is quadratic.
fn cost(bytes: usize) -> usize {
    100 + bytes + bytes * bytes / 64
}

#[cfg(test)]
mod tests {
    use crate::{Effect, compile};

    #[test]
    fn shell_beyond_the_limit_waits_and_is_told() {
        let one: String =
            (0..400).map(|n| format!("echo \"$(date +%{n})\" \"{}\"\n", "x".repeat(500))).collect();
        let text = format!("## Quick checks\n\n```sh\n{one}```\n");
        let playbook = compile(text.as_bytes());
        let commands = &playbook.quick_diagnostics;
        assert_eq!(commands.len(), 400);
        assert_eq!(commands[0].effect, Effect::ReadsHere);
        assert_eq!(commands[399].effect, Effect::Unknown);
        let first =
            commands.iter().find(|command| command.effect == Effect::Unknown).map(|command| command.line);
        let told: Vec<u32> =
            playbook.diagnostics.iter().filter(|d| d.code == "W003").map(|d| d.line).collect();
        assert_eq!(told, first.into_iter().collect::<Vec<_>>());
    }
}
