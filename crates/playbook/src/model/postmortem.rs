//! Postmortem rules: when one is owed, by when, in which shape and in which spirit.

use super::Origin;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Everything the document says about postmortems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Postmortem {
    /// When one is owed.
    pub policy: Vec<PostmortemPolicy>,
    /// By when, counted from the day of resolution.
    pub timeline: Vec<TimelineStage>,
    /// The template as Markdown, exactly as written; empty when there is none.
    pub template: String,
    /// The template's headings.
    pub sections: Vec<PostmortemSection>,
    /// The guidelines for writing one.
    pub guidelines: Vec<Guideline>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// How strongly a postmortem is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Obligation {
    /// Always.
    Required,
    /// Usually.
    Recommended,
    /// When somebody wants to.
    Optional,
}

/// One rule of when a postmortem is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostmortemPolicy {
    /// How strongly.
    pub obligation: Obligation,
    /// For which severities.
    pub severities: Vec<String>,
    /// As written.
    pub text: String,
    /// Line in the file, from 1.
    pub line: u32,
}

/// A stage of the postmortem's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimelineStage {
    /// First day, counted from the day of resolution.
    pub from_day: u32,
    /// Last day: the deadline.
    pub to_day: u32,
    /// What is to be done.
    pub action: String,
    /// Line in the file, from 1.
    pub line: u32,
}

/// A heading of the postmortem template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostmortemSection {
    /// The heading.
    pub title: String,
    /// Its level, 1 to 6.
    pub level: u8,
    /// Line in the file, from 1.
    pub line: u32,
}

/// A guideline for the spirit of a postmortem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Guideline {
    /// Its title.
    pub title: String,
    /// What stands under it.
    pub details: Vec<String>,
    /// Line in the file, from 1.
    pub line: u32,
}
