//! The compiled playbook: plain data, no behaviour beyond look-ups.
//!
//! Every node carries the line it was read from. What no recogniser claims is kept as [`Section`] prose.
//! Nothing here parses, and nothing here knows what an incident is.

mod checklist;
mod command;
mod document;
mod doubt;
mod origin;
mod postmortem;
mod runbook;
mod service;
mod severity;
mod template;

pub use checklist::{Checklist, ChecklistItem, Condition, Phase, Window};
pub use command::{Approval, Command, Context, ContextKind, Effect, Hole, name_says_secret};
pub use document::{Document, Link, Standing};
pub use doubt::{Answered, Doubt, DoubtKind, Offer, SURE_MIN};
pub use origin::Origin;
pub use postmortem::{Guideline, Obligation, Postmortem, PostmortemPolicy, PostmortemSection, TimelineStage};
pub use runbook::{Cause, Check, CheckKind, Comparison, Runbook, RunbookMatch, Step, StepKind, Symptom};
pub use service::{Limit, QuickEntry, QuickGroup, Service, ServiceIssue};
pub use severity::{
    Answer, Contact, DecisionTree, DelayBasis, EscalationHop, Outcome, Question, Response, SeverityRow,
};
pub use template::{Choice, Placeholder, Template, TemplateKind};

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A byte range of the repaired text, and the line (1-based) of the file where it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span {
    /// First byte, in the repaired text.
    pub start: u32,
    /// One past the last byte, in the repaired text.
    pub end: u32,
    /// Line in the file, counted from 1. A repair never changes line numbers.
    pub line: u32,
}

/// A team's playbook, as understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Playbook {
    /// SHA-256 of the file's bytes as they stand, lower-case hex; of several documents, or with answers beside them,
    /// over all of it.
    pub digest: String,
    /// The documents it was read from. Every `document` below is an index into them.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// First level-1 heading, or empty.
    pub title: String,
    /// The tagline under the title, if there is one.
    pub summary: Option<String>,
    /// The table of contents.
    pub contents: Vec<Content>,
    /// The first-minutes checklist, if the document has one.
    pub checklist: Option<Checklist>,
    /// Commands offered for a first look, outside any runbook.
    pub quick_diagnostics: Vec<Command>,
    /// The severity matrix, worst first.
    pub severities: Vec<SeverityRow>,
    /// The severity decision tree.
    pub decision_tree: Option<DecisionTree>,
    /// Who is woken for each severity (keyed by its name), in order, with the delays as written.
    pub escalation: BTreeMap<String, Vec<EscalationHop>>,
    /// Who is woken for a severity that has no path of its own and no ticket.
    #[serde(default)]
    pub escalation_otherwise: Vec<EscalationHop>,
    /// Severities that wake nobody, and what is filed instead.
    pub escalation_tickets: BTreeMap<String, String>,
    /// Who can be reached where.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The runbooks in document order.
    pub runbooks: Vec<Runbook>,
    /// The services with their dashboards, metrics, logs and known issues.
    pub services: Vec<Service>,
    /// The message templates.
    pub templates: Vec<Template>,
    /// Postmortem rules, timeline, template and guidelines.
    pub postmortem: Option<Postmortem>,
    /// The quick-reference card.
    pub quick_reference: Vec<QuickGroup>,
    /// Every heading with the prose under it, in document order: what was not understood stays readable.
    pub sections: Vec<Section>,
    /// What the compiler has to say about the document.
    pub diagnostics: Vec<Diagnostic>,
    /// What it is not sure about: open questions, and those that somebody answered.
    #[serde(default)]
    pub questions: Vec<Doubt>,
}

/// An entry of the table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Content {
    /// The link's text.
    pub title: String,
    /// The anchor without `#`.
    pub anchor: String,
    /// Line in the file, from 1.
    pub line: u32,
}

/// A heading and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Section {
    /// The heading's text.
    pub heading: String,
    /// The anchor that a link to the heading uses (GitHub's rule), without `#`.
    pub anchor: String,
    /// Heading level, 1 to 6.
    pub level: u8,
    /// Which recogniser claimed it; `prose` when none did.
    pub role: String,
    /// Where it stands, heading included, up to the next heading of any level.
    pub span: Span,
    /// Which document it stands in.
    #[serde(default)]
    pub document: u32,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DiagnosticSeverity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Will mislead someone at 3 a.m.
    Warning,
    /// Will fail, or says two things at once.
    Error,
}

/// One finding about the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// Stable code such as `E001`; each has a page in `docs/diagnostics/`.
    pub code: String,
    /// How bad it is.
    pub severity: DiagnosticSeverity,
    /// Which document it is about.
    #[serde(default)]
    pub document: u32,
    /// Line in the file, from 1.
    pub line: u32,
    /// Where, in the repaired text.
    pub span: Span,
    /// What is wrong, a lower-case fragment that names the thing.
    pub message: String,
    /// What to do about it, if there is something.
    pub hint: Option<String>,
    /// Changes of the repaired text that would settle it, in order; most findings need a person's words instead.
    #[serde(default)]
    pub fixes: Vec<Fix>,
}

/// A change of the text that a person may apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fix {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Playbook {
    /// Everybody whom an escalation path wakes, path by path.
    pub fn hops(&self) -> impl Iterator<Item = &EscalationHop> {
        self.escalation.values().flatten().chain(&self.escalation_otherwise)
    }

    /// The row of a severity by its name, ignoring case.
    #[must_use]
    pub fn severity(&self, name: &str) -> Option<&SeverityRow> {
        self.severities.iter().find(|row| row.name.eq_ignore_ascii_case(name.trim()))
    }

    /// The runbook whose id it is.
    #[must_use]
    pub fn runbook(&self, id: &str) -> Option<&Runbook> {
        self.runbooks.iter().find(|runbook| runbook.id == id)
    }

    /// The document of an index.
    #[must_use]
    pub fn document(&self, index: u32) -> Option<&Document> {
        self.documents.get(usize::try_from(index).ok()?)
    }

    /// The first template of a kind.
    #[must_use]
    pub fn template(&self, kind: TemplateKind) -> Option<&Template> {
        self.templates.iter().find(|template| template.kind == kind)
    }
}
