//! What a shell command would do, proven from its syntax tree or not at all.
//!
//! Lives here: splitting a fence into commands, finding and filling holes, and the effect of a command. A command
//! is called safe only when every node of its tree and every word of its tools is known to be; whatever is left
//! over is [`Effect::Unknown`]. Must never be here: running anything, or knowledge about Markdown.

mod argv;
mod balance;
mod bind;
mod callee;
mod dry;
mod elsewhere;
mod holes;
mod look;
mod manifest;
mod needs;
mod opener;
mod plain;
mod prompt;
mod quoting;
mod reader;
mod secrets;
mod special;
mod split;
mod state;
mod tables;
mod tree;
mod word;
mod wrappers;

#[cfg(test)]
mod tests;

pub(crate) use argv::Args;
pub use bind::{bind, value_fault};
pub use callee::{tools_of, variables_of};
pub use dry::{DryRun, dry_run};
pub(crate) use elsewhere::judge as judge_elsewhere;
pub(crate) use holes::NEUTRAL;
pub(crate) use look::judge_call;
pub(crate) use manifest::{Options, find_verb, is_tool};
pub use needs::{asks_a_service, asks_about_others};
pub(crate) use opener::opens_console as opens;
pub use opener::ssh_host;
pub(crate) use reader::{Shell, Unread};
pub use state::shows_state_before;
pub(crate) use word::{Shape, Word};
pub(crate) use wrappers::{Behind, behind};

use crate::{Effect, Hole};

/// What is known about a command before anybody runs it.
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    /// What it can do, once its holes are filled.
    pub effect: Effect,
    /// Why, in words for the responder.
    pub reason: String,
    /// The blanks to fill, in order.
    pub holes: Vec<Hole>,
    /// The variables that it sets, which a later command may use.
    pub sets: Vec<String>,
    /// Why a person should start it although it may only look: it prints secrets.
    pub prints: Option<String>,
    /// The words of every call in it, its holes filled with a plain word.
    pub calls: Vec<Vec<Word>>,
}

/// The effect of one part of a command, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub effect: Effect,
    pub reason: String,
}

impl Verdict {
    pub(crate) fn new(effect: Effect, reason: impl Into<String>) -> Self {
        Self { effect, reason: reason.into() }
    }

    pub(crate) fn unknown(reason: impl Into<String>) -> Self {
        Self::new(Effect::Unknown, reason)
    }

    /// The worse of two; the first when they are equal.
    pub(crate) fn worst(self, other: Self) -> Self {
        if other.effect > self.effect { other } else { self }
    }
}

/// The effect of a command exactly as it stands, and why: nothing in it is taken for a hole.
#[must_use]
pub fn effect_of(source: &str) -> (Effect, String) {
    let verdict = look::look(source).verdict;
    (verdict.effect, verdict.reason)
}

/// The effect of a command that is plain enough to be read without the grammar; `None` of any other.
pub(crate) fn effect_of_plain(source: &str) -> Option<Effect> {
    match look::glance(source) {
        look::Glance::Enough(look) => Some(look.verdict.effect),
        look::Glance::Open | look::Glance::Unclear => None,
    }
}

/// Whether a command that is read without the grammar reads the same with it.
#[cfg(feature = "fuzz")]
#[must_use]
pub fn plain_reading_agrees(source: &str) -> bool {
    match look::glance(source) {
        look::Glance::Enough(look) => source.len() > look::SOURCE_BYTES_MAX || look == tree::study(source),
        look::Glance::Open => !tree::study(source).is_whole,
        look::Glance::Unclear => true,
    }
}
