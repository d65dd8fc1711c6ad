//! The journal: events, work, timers and summary rows, all of one decision in one transaction.
//!
//! Every implementation passes `engine::conformance`.

use incident::{Event, IncidentId, Plan, Summary, TimerKey, Work};
use jiff::Timestamp;

/// Why the journal could not do it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else has written to a stream since it was read, or holds a lease that the write needs. Nothing of the
    /// batch was written.
    #[error("incident {incident} has moved on since version {expected}")]
    Conflict {
        /// Whose stream.
        incident: IncidentId,
        /// The version that the write expected.
        expected: u64,
    },
    /// The storage cannot be written or read at the moment. Nothing of the batch was written.
    #[error("storage: {0}")]
    Unavailable(String),
    /// A stored row cannot be read.
    #[error("table {table}, row {row}: {why}")]
    Corrupt {
        /// In which table.
        table: &'static str,
        /// Which row.
        row: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Who does a piece of work, and which taking of it this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The process that holds it.
    pub owner: String,
    /// Counts the takings of the same work; a write with an old epoch is refused.
    pub epoch: u64,
    /// Until when, unless it is done before.
    pub until: Timestamp,
}

/// A change to the table of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkWrite {
    /// New work, or the same again under the next epoch (the given lease's epoch is used as it is).
    Put {
        /// What is to be done.
        work: Work,
        /// Who does it.
        lease: Lease,
    },
    /// The work is gone, whoever holds it: it is not wanted any more. Absent work is fine.
    Drop {
        /// What was to be done.
        work: Work,
    },
    /// The work is done by whoever holds it. Conflict unless the row stands with exactly this owner and epoch.
    Finish {
        /// What was done.
        work: Work,
        /// Who did it; `until` is not compared.
        lease: Lease,
    },
}

/// A change to the table of timers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerWrite {
    /// Sets or moves a timer.
    Set {
        /// Which.
        key: TimerKey,
        /// When.
        due: Timestamp,
    },
    /// Forgets a timer. An absent timer is fine.
    Clear {
        /// Which.
        key: TimerKey,
    },
}

/// What one decision writes to one incident's stream. The writes of work and timers are applied in order.
#[derive(Clone, Debug)]
pub struct StreamWrite {
    /// Whose stream.
    pub incident: IncidentId,
    /// How many events the stream had when the decision was made; 0 for a new one.
    pub expected: u64,
    /// The new events; may be empty when only work or timers change.
    pub events: Vec<Event>,
    /// Changes of work.
    pub work: Vec<WorkWrite>,
    /// Changes of timers.
    pub timers: Vec<TimerWrite>,
    /// The row after these events.
    pub summary: Summary,
    /// The digest of the plan that the incident pinned.
    pub plan: String,
}

/// Everything that one transaction writes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Streams; a stream may appear more than once, in order.
    pub streams: Vec<StreamWrite>,
}

/// Work that was taken over from the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedWork {
    /// Of which incident.
    pub incident: IncidentId,
    /// What is to be done.
    pub work: Work,
    /// The new lease.
    pub lease: Lease,
}

/// Which work to take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// All of it: no other process can be at work.
    Everything,
    /// Only what nobody holds any more.
    Expired,
}

/// One timer of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Of which incident.
    pub incident: IncidentId,
    /// Which timer.
    pub key: TimerKey,
    /// When.
    pub due: Timestamp,
}

/// The writing side; used by the core's own thread alone. Calls block.
pub trait Journal: Send {
    /// Writes a batch in one transaction. When it returns `Ok`, everything in it survives a crash.
    ///
    /// # Errors
    /// [`JournalError`]; nothing of the batch was written then.
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError>;

    /// Writes, as a commit does, something that changes nothing: whether the storage takes anything at all.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`].
    fn try_write(&mut self) -> Result<(), JournalError>;

    /// All events of a stream in order; empty when there is no such stream.
    ///
    /// # Errors
    /// [`JournalError`].
    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError>;

    /// Keeps a plan under its digest; the same digest again changes nothing.
    ///
    /// # Errors
    /// [`JournalError`].
    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError>;

    /// The plan with this digest.
    ///
    /// # Errors
    /// [`JournalError`].
    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError>;

    /// Takes work over for `owner` under each row's next epoch, until `until`.
    ///
    /// # Errors
    /// [`JournalError`].
    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError>;

    /// All timers.
    ///
    /// # Errors
    /// [`JournalError`].
    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError>;

    /// The rows of open incidents, and of those resolved since `resolved_since`, oldest first: what the core must
    /// know to recognise repeated alerts.
    ///
    /// # Errors
    /// [`JournalError`].
    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError>;
}

/// Which incidents a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only `open` or `resolved`; `None` for both.
    pub status: Option<String>,
    /// Only those whose title, id or runbook contains this text, ignoring case.
    pub text: Option<String>,
    /// At most so many; 0 means the default of 100.
    pub limit: u32,
}

/// The reading side; any thread, beside the writer. Calls block.
pub trait Archive: Send + Sync {
    /// All events of a stream in order, with the digest of its plan; `None` when there is no such stream.
    ///
    /// # Errors
    /// [`JournalError`].
    fn stream(&self, incident: IncidentId) -> Result<Option<(String, Vec<Event>)>, JournalError>;

    /// The plan with this digest.
    ///
    /// # Errors
    /// [`JournalError`].
    fn plan(&self, digest: &str) -> Result<Option<Plan>, JournalError>;

    /// Rows of incidents: open ones first, the worst severity first, then the newest first.
    ///
    /// # Errors
    /// [`JournalError`].
    fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError>;
}
