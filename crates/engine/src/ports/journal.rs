//! The journal: events, work, timers and summary rows, all of one decision in one transaction.
//!
//! Every implementation passes `engine::conformance`.

use incident::{
    AlertKey, Event, Incident, IncidentId, MadeOverride, Plan, Silence, Summary, TimerKey, Work, summarize,
};
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
    /// The storage was lost in the middle of a commit: nobody knows yet whether the batch was written. Whatever was
    /// decided is to be read anew; what turns out to be written comes with a later [`Journal::catch_up`].
    #[error("storage: it is not known whether it was kept: {0}")]
    Unknown(String),
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
    /// The work goes on. Conflict unless the row stands with exactly this owner and epoch; nothing changes.
    Hold {
        /// What is being done.
        work: Work,
        /// Who does it; `until` is not compared.
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
    /// Forgets a timer that has fired, unless it was moved meanwhile: only while it stands at this time.
    Take {
        /// Which.
        key: TimerKey,
        /// When it was due.
        due: Timestamp,
    },
}

/// An incident takes the alerts of a key. Only storage that several processes share looks at it: a process that is
/// alone knows who has which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyClaim {
    /// Which key.
    pub key: AlertKey,
    /// Who had it before, as the decision knew it. Conflict when it is with anybody else; what nobody has is free.
    pub instead_of: Option<IncidentId>,
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
    /// The keys that the incident takes.
    pub keys: Vec<KeyClaim>,
    /// The row after these events.
    pub summary: Summary,
    /// The digest of the plan that the incident pinned.
    pub plan: String,
}

impl StreamWrite {
    /// A write that changes nothing, and is refused when the incident has moved on since.
    #[must_use]
    pub fn as_it_is(incident: &Incident) -> Self {
        Self {
            incident: incident.id,
            expected: incident.version,
            events: Vec::new(),
            work: Vec::new(),
            timers: Vec::new(),
            keys: Vec::new(),
            summary: summarize(incident),
            plan: incident.plan.digest.clone(),
        }
    }
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
    /// Only what the owner holds already: whatever is missing then is lost to somebody else.
    Own,
}

/// Whether other processes write to the same storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// This process alone.
    Alone,
    /// Others as well, at any time.
    Shared,
}

/// What the storage has that the core may not know of.
#[derive(Debug, PartialEq, Eq)]
pub struct News {
    /// What others wrote since the last time, and what this process wrote without hearing of it.
    pub changes: Vec<Foreign>,
    /// Whether this process has been taken for dead meanwhile, or must find out what it holds.
    pub standing: NodeStanding,
    /// How often silences and overrides were changed in all.
    pub silences: u64,
}

/// How the others see this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeStanding {
    /// Alive: nobody has taken anything over from it.
    Held,
    /// Alive, but a write of its own was kept without its knowing: what it holds must be read again.
    Recovered,
    /// It was not heard of for too long: others may have taken over its work, and more has changed than is told.
    Lapsed,
}

/// What another process did to an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Which incident.
    pub incident: IncidentId,
    /// Its version after that.
    pub version: u64,
    /// The keys that it took.
    pub keys: Vec<AlertKey>,
    /// Whether nobody could be woken for it.
    pub unpaged: bool,
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

    /// The rows of open incidents and held alerts, and of those that ended since `resolved_since`, oldest first: what the
    /// core must know to recognise repeated alerts.
    ///
    /// # Errors
    /// [`JournalError`].
    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError>;

    /// The rows of alerts that are held back, oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    fn held(&mut self) -> Result<Vec<Summary>, JournalError>;

    /// How often silences and overrides were changed in all, and the silences that end after `since`, in the order of their
    /// ids.
    ///
    /// # Errors
    /// [`JournalError`].
    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError>;

    /// Keeps a silence that is new, or in place of its version before. `false`: somebody else was first, and nothing was
    /// kept. When it returns `true`, it survives a crash.
    ///
    /// # Errors
    /// [`JournalError`]; it may have been kept all the same.
    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError>;

    /// The overrides of schedules that end after `since`, in the order of their ids.
    ///
    /// # Errors
    /// [`JournalError`].
    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError>;

    /// Keeps an override as [`keep_silence`](Journal::keep_silence) keeps a silence, and counts it with them.
    ///
    /// # Errors
    /// [`JournalError`]; it may have been kept all the same.
    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError>;

    /// Whether other processes write to the same storage. What follows is asked only of storage that they share.
    fn company(&self) -> Company {
        Company::Alone
    }

    /// What was written since the last time: whatever others committed before this call is in it, or was before.
    /// Tells the others, too, that this process is alive; the first call is its arrival.
    ///
    /// # Errors
    /// [`JournalError`].
    fn catch_up(&mut self) -> Result<News, JournalError> {
        Ok(News { changes: Vec::new(), standing: NodeStanding::Held, silences: 0 })
    }

    /// Up to `limit` timers that were due before `before` and still stand, the oldest first. Each is given to one
    /// process at a time.
    ///
    /// # Errors
    /// [`JournalError`].
    fn overdue(&mut self, _before: Timestamp, _limit: usize) -> Result<Vec<Schedule>, JournalError> {
        Ok(Vec::new())
    }

    /// Whether this work still stands with exactly this owner and epoch.
    ///
    /// # Errors
    /// [`JournalError`].
    fn holds(&mut self, _incident: IncidentId, _work: Work, _lease: &Lease) -> Result<bool, JournalError> {
        Ok(true)
    }

    /// Which incident has the alerts of each of these keys, however long ago it took them. What nobody has is left out.
    ///
    /// # Errors
    /// [`JournalError`].
    fn holders(&mut self, _keys: &[AlertKey]) -> Result<Vec<(AlertKey, IncidentId)>, JournalError> {
        Ok(Vec::new())
    }

    /// This process ends: whatever it holds is free for the others at once.
    fn leave(&mut self) {}
}
