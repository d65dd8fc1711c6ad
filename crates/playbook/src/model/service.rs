//! Service sheets and the quick-reference card.

use super::{Command, Origin};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What to know about one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its dashboard's address.
    pub dashboard: Option<String>,
    /// Tools named instead of a dashboard.
    pub tools: Vec<String>,
    /// Its key metrics or key checks.
    pub key_metrics: Vec<String>,
    /// How to read its logs.
    pub log_commands: Vec<Command>,
    /// What commonly goes wrong.
    pub common_issues: Vec<ServiceIssue>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// Something that commonly goes wrong with a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceIssue {
    /// As written.
    pub text: String,
    /// The limits it names, as numbers.
    pub limits: Vec<Limit>,
    /// Line in the file, from 1.
    pub line: u32,
}

/// A numeric limit, such as `50ms per request`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// The number, in `unit`.
    pub value: f64,
    /// The unit as written, such as `KB` or `ms`.
    pub unit: String,
    /// What it is counted per, such as `request`; empty when it does not say.
    pub per: String,
}

/// A group of the quick-reference card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuickGroup {
    /// Its name as written, such as `ROLLBACK`.
    pub name: String,
    /// Its entries.
    pub entries: Vec<QuickEntry>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// One line of the quick-reference card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuickEntry {
    /// What it is about, such as `Cloudflare`.
    pub name: String,
    /// The value as written.
    pub value: String,
    /// The command, when the value is one.
    pub command: Option<Command>,
    /// Line in the file, from 1.
    pub line: u32,
}
