//! Severities, the decision tree and the escalation path.

use super::Origin;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A row of the severity matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeverityRow {
    /// Its name, such as `P1`.
    pub name: String,
    /// Its impact, such as `Major degradation`.
    pub impact: String,
    /// Its examples, one each.
    pub examples: Vec<String>,
    /// How fast to respond.
    pub response: Response,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// How fast a severity wants an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Response {
    /// As written, such as `< 1 hour`.
    pub text: String,
    /// As minutes: 0 for at once; `None` when it names no length of time.
    pub minutes: Option<u32>,
    /// Whole business days, for `next business day` and the like.
    pub business_days: Option<u32>,
}

/// Yes/no questions that lead to a severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionTree {
    /// The questions in document order; the first is the root.
    pub questions: Vec<Question>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// One question of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// The question as written.
    pub text: String,
    /// Where yes leads.
    pub yes: Outcome,
    /// Where no leads.
    pub no: Outcome,
    /// Which answer the document lists first; screens keep its order.
    pub first: Answer,
    /// Line in the file, from 1.
    pub line: u32,
}

/// An answer to a question of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Where an answer leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// To a severity, by name.
    Severity(String),
    /// To another question, by its index in [`DecisionTree::questions`].
    Question(u32),
    /// The document does not say.
    Unknown,
}

/// From when a delay of an escalation path counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DelayBasis {
    /// The document leaves it open: a setting decides.
    #[default]
    Unsaid,
    /// From the page before it.
    Previous,
    /// From the start of the escalation.
    Start,
}

/// How somebody can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// The role or the team, such as `Incident commander`.
    pub role: String,
    /// Who holds it; empty when the document does not say.
    pub name: String,
    /// Telephone, address, handle or channel as written, with commas between them.
    pub reach: String,
    /// What the role is for; empty when the document does not say.
    pub duty: String,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// One target of an escalation path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EscalationHop {
    /// The role or person, such as `On-call Primary`.
    pub target: String,
    /// The delay written in front of it, in minutes; 0 for the first.
    pub delay_min: u32,
    /// From when the delay counts, if the document says so.
    #[serde(default)]
    pub counted: DelayBasis,
    /// Line in the file, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}
