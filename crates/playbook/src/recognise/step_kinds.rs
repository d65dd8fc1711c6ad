//! What a step is for: told by its own words and commands first, then by the label above it.

use super::words::{LANGUAGES, Topic, announces};
use super::{checks, inline_commands};
use crate::model::{Command, Effect, Step, StepKind};

/// What a part of a sheet is for, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Look,
    Fix,
    Verify,
    /// A procedure: its steps tell.
    Any,
}

/// The kind of a step in such a part: what it says itself counts for more than the label above it.
pub(super) fn suited(purpose: Purpose, step: &Step) -> StepKind {
    let plain = step.kind == StepKind::Look;
    match purpose {
        Purpose::Fix if plain && !looks(&step.title.to_lowercase()) => StepKind::Fix,
        Purpose::Verify if plain => StepKind::Verify,
        Purpose::Fix | Purpose::Verify | Purpose::Look | Purpose::Any => step.kind,
    }
}

/// Whether a title, in lower case, begins with a word for looking.
fn looks(lower: &str) -> bool {
    let first = lower.split(' ').next().unwrap_or_default();
    matches!(first, "check" | "identify" | "look" | "inspect" | "review" | "investigate" | "find" | "see")
}

/// What a step says that it is for.
pub(super) fn kind(step: &Step) -> StepKind {
    let lower = step.title.to_lowercase();
    if announces(&lower, Topic::Causes) || !step.causes.is_empty() {
        return StepKind::Causes;
    }
    let asks = ["monitor", "make sure"].iter().any(|word| lower.starts_with(word))
        || checks::of_verification(&lower, step.line).is_some();
    let over = || LANGUAGES.iter().flat_map(|language| language.over).any(|word| lower.contains(word));
    if asks && over() {
        return StepKind::Verify;
    }
    if looks(&lower) {
        return StepKind::Look;
    }
    let changes = |effect: Effect| match effect {
        Effect::ChangesHere | Effect::ChangesProduction | Effect::Destroys => true,
        Effect::ReadsHere | Effect::ReadsWorld | Effect::FollowsLog | Effect::Waits | Effect::Unknown => {
            false
        }
    };
    let mends = ["resol", "mitigat", "fix", "restart", "roll", "redeploy", "scale", "revert", "remediat"];
    let done = |c: &&Command| !inline_commands::is_mentioned(c);
    if step.commands.iter().filter(done).any(|c| changes(c.effect))
        || mends.iter().any(|word| lower.starts_with(word))
    {
        return StepKind::Fix;
    }
    StepKind::Look
}
