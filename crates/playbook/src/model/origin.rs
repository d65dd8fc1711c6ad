//! Why the compiler thinks that something is what it says it is.

use super::Span;
use alloc::borrow::Cow;
use serde::{Deserialize, Serialize};

/// The rule that took a node from the document, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Origin {
    /// The rule's stable id, such as `ordered-list-procedure`; each stands in `docs/recognisers.md`.
    pub rule: Cow<'static, str>,
    /// How sure the rule is, 0 to 100.
    pub confidence: u8,
    /// What it was taken from, in the repaired text: its line, or its whole section.
    pub span: Span,
    /// Which document that stands in, by its place in `documents`.
    #[serde(default)]
    pub document: u32,
}
