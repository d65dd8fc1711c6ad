//! Runbooks: symptoms to match, steps to take, checks that judge them.

use super::{Command, Condition, Origin};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One runbook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Runbook {
    /// The anchor of its heading, with the document's name before it where there are several; unique.
    pub id: String,
    /// Which document it stands in.
    #[serde(default)]
    pub document: u32,
    /// Its title without a leading `Issue:`.
    pub title: String,
    /// The alerts that it is for, by name.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// What the alert means, in the document's words; empty when it does not say.
    #[serde(default)]
    pub meaning: String,
    /// Whom it hurts and how, in the document's words; empty when it does not say.
    #[serde(default)]
    pub impact: String,
    /// How the failure shows itself.
    pub symptoms: Vec<Symptom>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

impl Runbook {
    /// Whether settings that say this name mean it: its id, or its title in any case.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        name == self.id || name.eq_ignore_ascii_case(&self.title)
    }
}

/// One symptom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Symptom {
    /// As written.
    pub text: String,
    /// Texts that people see, in quotes in the document: strong keys for matching.
    pub quoted: Vec<String>,
    /// A measurable condition, such as `P95 latency > 2s`.
    pub check: Option<Check>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Look at something.
    Look,
    /// Lists possible causes.
    Causes,
    /// Do something about it.
    Fix,
    /// Make sure that it is over.
    Verify,
}

/// One step of a runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// Its number in the runbook, from 1.
    pub number: u32,
    /// Its lead, without a trailing colon.
    pub title: String,
    /// What it is for.
    pub kind: StepKind,
    /// When it applies, for steps that begin with `If`.
    pub condition: Option<Condition>,
    /// What a person does by hand, line by line.
    pub instructions: Vec<String>,
    /// Commands in order.
    pub commands: Vec<Command>,
    /// Expectations that judge the step.
    pub checks: Vec<Check>,
    /// Named causes, such as `a) GitHub token expired`.
    pub causes: Vec<Cause>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// A possible cause and how to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    /// Its label, such as `a`.
    pub label: String,
    /// Its name.
    pub name: String,
    /// How to tell, and what it means.
    pub hints: Vec<String>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// A typed expectation found in prose or in a comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// As written, such as `Should get 426`.
    pub text: String,
    /// What is compared.
    pub kind: CheckKind,
    /// Index into the step's commands of the command it judges, when it stands with one.
    pub command: Option<u32>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// How to compare a measurement with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// More than.
    Above,
    /// Less than.
    Below,
    /// Exactly.
    Equal,
}

/// What a check compares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum CheckKind {
    /// The HTTP status that a command should print.
    HttpStatus {
        /// The status.
        status: u16,
    },
    /// A number with a unit against a limit.
    Threshold {
        /// The metric's words, such as `P95 latency`; may be empty.
        metric: String,
        /// How to compare.
        comparison: Comparison,
        /// The limit in `unit`.
        value: f64,
        /// `%`, `ms`, `s`, `min`, `bytes`, or empty.
        unit: String,
        /// For how long it must hold, in minutes, when the text says so (`over 5 minutes`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window_min: Option<u32>,
    },
    /// A number with a unit between two limits, both included.
    Range {
        /// The metric's words; may be empty.
        metric: String,
        /// The lower limit in `unit`.
        from: f64,
        /// The upper limit in `unit`.
        to: f64,
        /// As for a threshold.
        unit: String,
    },
    /// Watch something for a time, in minutes.
    Watch {
        /// How long.
        minutes: u32,
    },
    /// Words that a person judges.
    Words,
}

/// A runbook that fits what was seen, and why it is thought to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunbookMatch {
    /// The runbook's id.
    pub runbook: String,
    /// How well it fits, 0 to 100.
    pub score: u32,
    /// Why, in words.
    pub reasons: Vec<String>,
}
