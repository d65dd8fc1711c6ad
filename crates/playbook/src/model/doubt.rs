//! What the compiler is not sure about, put as a question; and what a person answered.

use super::Origin;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A rule that is less sure than this, of 100, is asked about.
pub const SURE_MIN: u8 = 70;

/// One question about a document, asked once: the answer is kept beside the document, never in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Doubt {
    /// Made from the very text that it is about: it survives edits elsewhere, and is another when that text changes.
    pub id: String,
    /// What it is about.
    pub about: DoubtKind,
    /// The question in plain words.
    pub question: String,
    /// The answers there are; empty where any words will do.
    pub offers: Vec<Offer>,
    /// What holds until somebody answers, as one of the offers; empty where nothing does.
    pub guess: String,
    /// Which document it is about.
    #[serde(default)]
    pub document: u32,
    /// The rule that is in doubt, how sure it is, and the text that it is about.
    pub origin: Origin,
    /// What was answered, if somebody did.
    pub answered: Option<Answered>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DoubtKind {
    /// Whether a section is a runbook.
    Runbook,
    /// Whether a list or a paragraph is what to do.
    Steps,
    /// Whether a command only looks.
    Command,
    /// What a blank stands for.
    Blank,
    /// Whether a sentence judges a step.
    Check,
    /// Whether something is what a rule took it for.
    Part,
}

/// One possible answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// The word to answer with.
    pub answer: String,
    /// What follows from it.
    pub means: String,
}

/// What somebody answered, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answered {
    /// One of the offers, or free words.
    pub answer: String,
    /// Who; empty when nobody is named.
    pub by: String,
    /// When, as written in the file of answers.
    pub at: String,
}

impl DoubtKind {
    /// Its name, as in JSON; ids are made from it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runbook => "runbook",
            Self::Steps => "steps",
            Self::Command => "command",
            Self::Blank => "blank",
            Self::Check => "check",
            Self::Part => "part",
        }
    }
}

impl Doubt {
    /// Whether nobody has answered it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.answered.is_none()
    }
}

impl Answered {
    /// Who and when, for a sentence.
    #[must_use]
    pub fn whose(&self) -> String {
        let day = self.at.get(..10).unwrap_or(&self.at);
        match (self.by.is_empty(), day.is_empty()) {
            (false, false) => alloc::format!("{}, {day}", self.by),
            (false, true) => self.by.clone(),
            (true, false) => alloc::format!("nobody named, {day}"),
            (true, true) => String::from("nobody named"),
        }
    }
}
