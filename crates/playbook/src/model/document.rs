//! One file of the playbook: what it is about, whether it still counts, and when it was last looked over.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A document of the playbook, in the order in which they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// Its path below the playbook's root, with `/`; empty for a document that was compiled by itself.
    pub path: String,
    /// SHA-256 of its bytes as they stand, lower-case hex.
    pub digest: String,
    /// SHA-256 of the answers beside it that were read, lower-case hex; absent when there are none.
    #[serde(default)]
    pub answers: Option<String>,
    /// Its first level-1 heading, the title of its front matter, or empty.
    pub title: String,
    /// Whether its runbooks are offered.
    pub standing: Standing,
    /// Why they are not, in the document's own words; absent while it is current.
    pub standing_reason: Option<String>,
    /// The line of those words, from 1; 0 while it is current.
    pub standing_line: u32,
    /// Alerts that its front matter names.
    pub alerts: Vec<String>,
    /// Where its front matter says it is published.
    pub runbook_url: Option<String>,
    /// When somebody last looked it over, `YYYY-MM-DD`.
    pub reviewed_on: Option<String>,
    /// How long such a look holds, as written, such as `6 months`.
    pub review_in: Option<String>,
    /// Relative links in it, for who knows which files there are.
    pub links: Vec<Link>,
}

/// Whether a document counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It counts.
    #[default]
    Current,
    /// Nobody has written it yet.
    Stub,
    /// It is elsewhere now.
    Moved,
    /// It is kept, and nobody should follow it.
    Deprecated,
}

/// A link of a document to a place in it or to another file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Where it leads, as written.
    pub target: String,
    /// Line in the file, from 1.
    pub line: u32,
}
