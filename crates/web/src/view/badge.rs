//! Severity as shape, letters and colour, and small tags that say one thing.

use askama::Template;
use askama::filters::HtmlSafe;
use playbook::{Approval, Effect};

/// A severity: shape and colour by its rank, letters by its name.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/sev.html")]
pub(crate) struct Sev {
    shape: u8,
    name: String,
}

/// A tag: an icon, a tone, a few words.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/tag.html")]
pub(crate) struct Tag {
    tone: &'static str,
    icon: &'static str,
    text: String,
}

impl HtmlSafe for Sev {}
impl HtmlSafe for Tag {}

impl Sev {
    pub(crate) fn new(rank: u8, name: &str) -> Self {
        Self { shape: rank.min(3), name: name.to_owned() }
    }

    pub(crate) fn of(severity: &incident::Severity) -> Self {
        Self::new(severity.rank, &severity.name)
    }
}

impl Tag {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { tone: "", icon: "", text: text.into() }
    }

    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self { tone: "info", icon: "", text: text.into() }
    }

    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { tone: "good", icon: "ok", text: text.into() }
    }

    pub(crate) fn warn(text: impl Into<String>) -> Self {
        Self { tone: "warn", icon: "", text: text.into() }
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { tone: "bad", icon: "no", text: text.into() }
    }

    pub(crate) fn loud(text: impl Into<String>) -> Self {
        Self { tone: "bad", icon: "alarm", text: text.into() }
    }
}

/// What a command can do, in a few words.
pub(crate) const fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::ReadsHere => "reads here",
        Effect::ReadsWorld => "reads",
        Effect::FollowsLog => "follows a log",
        Effect::Waits => "waits",
        Effect::ChangesHere => "changes this machine",
        Effect::ChangesProduction => "changes production",
        Effect::Destroys => "destroys",
        Effect::Unknown => "effect unknown",
    }
}

/// What a command can do, and whether it waits for a person's word.
pub(crate) fn effect_tag(effect: Effect) -> Tag {
    let text = effect_words(effect);
    match effect.approval() {
        Approval::NotNeeded => Tag { tone: "info", icon: "eye", text: text.to_owned() },
        Approval::Needed => Tag { tone: "warn", icon: "hand", text: text.to_owned() },
    }
}
