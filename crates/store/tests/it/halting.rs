//! A journal that stands still when the story wants it, as a process does that is stopped by a signal.

use engine::ports::{Batch, Claim, ClaimedWork, Company, Journal, JournalError, Lease, News, Schedule};
use incident::{AlertKey, Event, IncidentId, MadeOverride, Plan, Silence, Summary, Work};
use jiff::Timestamp;
use store::PostgresJournal;
use tokio::sync::watch;

pub(crate) struct Halting {
    inner: PostgresJournal,
    halted: watch::Receiver<bool>,
}

impl Halting {
    pub(crate) const fn new(inner: PostgresJournal, halted: watch::Receiver<bool>) -> Self {
        Self { inner, halted }
    }

    fn inner(&mut self) -> &mut PostgresJournal {
        while *self.halted.borrow_and_update() {
            let mut halted = self.halted.clone();
            let wait = async move {
                let _ = halted.wait_for(|halted| !halted).await;
            };
            // The core's thread has no runtime of its own.
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(wait);
        }
        &mut self.inner
    }
}

impl Journal for Halting {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        self.inner().commit(batch)
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        self.inner().try_write()
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        self.inner().events(incident)
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        self.inner().keep_plan(plan)
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        self.inner().plan(digest)
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        self.inner().claim(which, owner, now, until)
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        self.inner().timers()
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        self.inner().live(resolved_since)
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        self.inner().held()
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        self.inner().silences(since)
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        self.inner().keep_silence(silence)
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        self.inner().overrides(since)
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        self.inner().keep_override(made)
    }

    fn company(&self) -> Company {
        self.inner.company()
    }

    fn catch_up(&mut self) -> Result<News, JournalError> {
        self.inner().catch_up()
    }

    fn overdue(&mut self, before: Timestamp, limit: usize) -> Result<Vec<Schedule>, JournalError> {
        self.inner().overdue(before, limit)
    }

    fn holds(&mut self, incident: IncidentId, work: Work, lease: &Lease) -> Result<bool, JournalError> {
        self.inner().holds(incident, work, lease)
    }

    fn holders(&mut self, keys: &[AlertKey]) -> Result<Vec<(AlertKey, IncidentId)>, JournalError> {
        self.inner().holders(keys)
    }

    fn leave(&mut self) {
        self.inner().leave();
    }
}
