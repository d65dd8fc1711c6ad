//! Message templates: text with blanks and choices.

use super::{Origin, Span};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Which moment of an incident a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// The first word.
    Initial,
    /// While work goes on.
    Progress,
    /// The last word.
    Resolution,
    /// For the public status page.
    StatusPage,
    /// The document does not say.
    Other,
}

/// One message template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Template {
    /// Its heading.
    pub name: String,
    /// Which moment it is for.
    pub kind: TemplateKind,
    /// The severities its heading names; empty for any.
    pub severities: Vec<String>,
    /// The text to fill, without the example.
    pub body: String,
    /// The part that only shows how it may look, and is never sent.
    pub example: Option<String>,
    /// The blanks, each occurrence, in order.
    pub placeholders: Vec<Placeholder>,
    /// Choices written without brackets, such as `P0/P1`, in order.
    pub choices: Vec<Choice>,
    /// Line in the file of the heading, from 1.
    pub line: u32,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

/// One blank of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Placeholder {
    /// The words in the brackets.
    pub name: String,
    /// The text that it replaces, brackets and all, such as `[Time UTC]`.
    pub token: String,
    /// The values to choose from, when it lists them (`[A|B|C]`).
    pub choices: Vec<String>,
    /// What stands in the body just before it on its line or as its label (such as `Impact:`), to tell what it asks for.
    pub label: String,
    /// Byte offset of the token in [`Template::body`].
    pub offset: u32,
    /// Where it stands in the repaired text.
    pub span: Span,
}

/// A choice written without brackets, such as `Identified / Mitigating`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Choice {
    /// The text that it replaces.
    pub token: String,
    /// The values to choose from.
    pub values: Vec<String>,
    /// The label of its line, such as `Status`.
    pub label: String,
    /// Byte offset of the token in [`Template::body`].
    pub offset: u32,
}
