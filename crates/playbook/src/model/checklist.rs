//! The first-minutes checklist: phases with windows, items with conditions.

use super::Origin;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What to do first, phase by phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checklist {
    /// The checklist's own title, such as `FIRST 15 MINUTES CHECKLIST`.
    pub title: String,
    /// The phases in order.
    pub phases: Vec<Phase>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// One phase of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Phase {
    /// Its number in the document, from 1.
    pub number: u32,
    /// Its name as written, such as `ACKNOWLEDGE`.
    pub name: String,
    /// When it should happen, counted from the start of the incident.
    pub window: Option<Window>,
    /// Its items in order.
    pub items: Vec<ChecklistItem>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// A span of minutes from the start of the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Window {
    /// From this minute.
    pub from_min: u32,
    /// Until this minute.
    pub to_min: u32,
}

/// One thing to tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChecklistItem {
    /// The text as written, without its bullet.
    pub text: String,
    /// When it applies, if it says so.
    pub condition: Option<Condition>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// When an item or a step applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// The condition as written, such as `if P0/P1` or `cause is clear`.
    pub text: String,
    /// The severities it names; empty when it is about something else.
    pub severities: Vec<String>,
    /// For `if X → do Y` items: what to do.
    pub then: Option<String>,
}
