//! What the core is asked, and what it answers.

use crate::ports::{JournalError, Lease};
use incident::{
    Actor, Alert, Asked, Incident, IncidentId, MadeOverride, OverrideDraft, OverrideId, PersonId, Refusal,
    Silence, SilenceDraft, SilenceId,
};
use playbook::RunbookMatch;
use std::sync::Arc;

/// Why the engine did not do it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// The incident refused, with words for whoever asked.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such incident.
    #[error("no incident {0}")]
    NoIncident(IncidentId),
    /// Too much is waiting already; try again in a second.
    #[error("too many requests wait already; try again in a second")]
    Busy,
    /// Nothing can be kept at the moment, so nothing is accepted.
    #[error("nothing can be kept at the moment: {0}")]
    Unavailable(String),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What came of a request, once it is kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which incident.
    pub incident: IncidentId,
    /// Its version after the request.
    pub version: u64,
    /// How many events the request caused; 0 means that nothing needed to change.
    pub events: u32,
}

/// A person's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One line.
    pub title: String,
    /// More.
    pub description: String,
    /// How bad, by name; `None` when they do not know.
    pub severity: Option<String>,
    /// Who reports.
    pub by: PersonId,
}

/// One thing to decide. The runbooks that fit are found by whoever asks, so that the core's one thread need not.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Ask an incident; the lease is given when the command is the outcome of work.
    Ask { incident: IncidentId, asked: Asked, lease: Option<Lease> },
    /// Route an alert to its incident, or open one.
    Alert { alert: Alert, matches: Vec<RunbookMatch> },
    /// Open an incident.
    Report { report: Report, matches: Vec<RunbookMatch> },
}

/// A change of the silences.
#[derive(Clone, Debug)]
pub(crate) enum SilenceChange {
    /// Make one.
    Make { draft: SilenceDraft, by: Actor },
    /// End one early.
    End { id: SilenceId, by: Actor },
}

/// A change of the overrides of schedules.
#[derive(Clone, Debug)]
pub(crate) enum OverrideChange {
    /// Make one.
    Make { draft: OverrideDraft, by: Actor },
    /// End one early.
    End { id: OverrideId, by: Actor },
}

/// An answer for each question, in order.
pub type Answers = Vec<Result<Answer, EngineError>>;

/// A message to the core's thread.
pub(crate) enum Request {
    /// Decide these, all in one transaction if nothing is refused.
    Decide { questions: Vec<Question>, reply: tokio::sync::oneshot::Sender<Answers> },
    /// The incident as it stands.
    Peek { incident: IncidentId, reply: tokio::sync::oneshot::Sender<Result<Arc<Incident>, EngineError>> },
    /// Whether the worker that was given this lease still has this work.
    Holds {
        incident: IncidentId,
        work: incident::Work,
        lease: Lease,
        reply: tokio::sync::oneshot::Sender<Result<bool, EngineError>>,
    },
    /// Change the silences.
    Silence { change: Box<SilenceChange>, reply: tokio::sync::oneshot::Sender<Result<Silence, EngineError>> },
    /// Change the overrides of schedules.
    Override {
        change: Box<OverrideChange>,
        reply: tokio::sync::oneshot::Sender<Result<MadeOverride, EngineError>>,
    },
    /// Finish what is queued and end.
    Stop,
}

/// An incident changed; whoever shows it looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which incident.
    pub incident: IncidentId,
    /// Its version now.
    pub version: u64,
}

/// Work that may begin now: its row is committed under this lease.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) incident: Arc<Incident>,
    pub(crate) work: incident::Work,
    pub(crate) lease: Lease,
    /// Lives as long as the job does: by it the core knows that a worker still has it in hand.
    pub(crate) _hand: Arc<()>,
}
