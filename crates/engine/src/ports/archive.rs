//! The archive: what people and programs read of the journal, beside the one that writes it.

use super::JournalError;
use incident::{Event, IncidentId, MadeOverride, Plan, Silence, Summary};

/// Which incidents a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only `open` or `resolved`; `None` for both. `held` and `passed` are alerts that are, or were, held back: no
    /// incidents, and in no list that does not name them.
    pub status: Option<String>,
    /// Only those whose title, id, runbook or silence contains this text, ignoring case.
    pub text: Option<String>,
    /// At most so many; 0 means the default of 100.
    pub limit: u32,
    /// Which come first, and are not cut off.
    pub order: Order,
}

/// Which incidents a list begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Open ones first, the worst severity first, then the newest first.
    #[default]
    Worst,
    /// Only what is resolved, the latest end first.
    Latest,
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

    /// The silences that were made last, the newest first, at most so many.
    ///
    /// # Errors
    /// [`JournalError`].
    fn silences(&self, limit: u32) -> Result<Vec<Silence>, JournalError>;

    /// The overrides of schedules that were made last, the newest first, at most so many.
    ///
    /// # Errors
    /// [`JournalError`].
    fn overrides(&self, limit: u32) -> Result<Vec<MadeOverride>, JournalError>;

    /// Rows of incidents in the order that the filter names.
    ///
    /// # Errors
    /// [`JournalError`].
    fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError>;
}
