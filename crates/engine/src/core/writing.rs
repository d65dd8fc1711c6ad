//! Decisions as rows, and memory following what was committed or taken back.

use super::{After, CONFLICTS_MAX, Core, Hand, Held, LEASE, Making, Write};
use crate::ports::{Batch, Company, Journal, JournalError, Lease, TimerWrite, WorkWrite};
use crate::request::{Change, EngineError, Job};
use incident::{Incident, IncidentId, Intent, Refusal, Work};
use std::sync::{Arc, Weak};

/// A table beside the incidents, and what memory knows of it.
pub(super) struct Table {
    /// Whether it must be read before anything is decided.
    pub(super) stale: fn(&mut Core) -> &mut bool,
    /// Reads it when it must be.
    pub(super) know: fn(&mut Core) -> Result<(), JournalError>,
}

impl Core {
    /// Intents as rows. The timer that fired is taken off first, so that one which is set again stands.
    pub(super) fn writes(
        &self,
        state: &Incident,
        write: Write<'_>,
        making: &mut Making,
    ) -> (Vec<WorkWrite>, Vec<TimerWrite>) {
        let mut work = Vec::new();
        let mut timers: Vec<TimerWrite> =
            write.fired.map(|(key, due)| TimerWrite::Take { key, due }).into_iter().collect();
        let mut goes_on = write.leased.filter(|_| self.company == Company::Shared);
        for intent in write.intents {
            match intent {
                Intent::SetTimer { key, due } => timers.push(TimerWrite::Set { key, due }),
                Intent::ClearTimer { key } => timers.push(TimerWrite::Clear { key }),
                Intent::Do(wanted) => {
                    work.push(WorkWrite::Put { work: wanted, lease: self.next_lease(state.id, wanted) });
                    making.work.push((state.id, wanted));
                }
                Intent::Done(done) => {
                    goes_on = goes_on.filter(|(held, _)| *held != done);
                    work.push(self.done(state.id, done, write.leased));
                }
            }
        }
        if let Some((going_on, lease)) = goes_on {
            let held = self.leases.get(&(state.id, going_on));
            let lease = held.map_or(lease, |held| &held.lease).clone();
            work.insert(0, WorkWrite::Hold { work: going_on, lease });
        }
        (work, timers)
    }

    /// The outcome of leased work counts only while the lease stands, as it was last renewed; what is merely not wanted
    /// any more is dropped.
    fn done(&self, id: IncidentId, work: Work, leased: Option<(Work, &Lease)>) -> WorkWrite {
        match (leased, self.leases.get(&(id, work))) {
            (Some((outcome_of, _)), Some(held)) if outcome_of == work => {
                WorkWrite::Finish { work, lease: held.lease.clone() }
            }
            (Some(_) | None, _) => WorkWrite::Drop { work },
        }
    }

    fn next_lease(&self, id: IncidentId, work: Work) -> Lease {
        let epoch = self.leases.get(&(id, work)).map_or(1, |held| held.lease.epoch + 1);
        Lease { owner: self.world.node.clone(), epoch, until: self.world.clock.now() + LEASE }
    }

    /// Commits, and writes down how it went for whoever asks whether the server is well.
    pub(super) fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        let kept = self.world.journal.commit(batch);
        self.written = true;
        self.note(kept.as_ref().copied());
        kept
    }

    /// Keeps what somebody changed in a table beside the incidents. Made anew while somebody else was first, each time by what the
    /// table says then.
    pub(super) fn keep_change<T>(
        &mut self,
        table: &Table,
        make: impl Fn(&Self) -> Result<T, Refusal>,
        keep: impl Fn(&mut dyn Journal, &T) -> Result<bool, JournalError>,
        after: &mut After,
    ) -> Result<T, EngineError> {
        for _ in 0..CONFLICTS_MAX {
            self.catch_up(after)?;
            (table.know)(self)?;
            let made = make(self).map_err(EngineError::Refused)?;
            let kept = keep(self.world.journal.as_mut(), &made);
            self.note(kept.as_ref().map(|_| ()));
            // Whatever came of it: the table says.
            *(table.stale)(self) = true;
            if kept? {
                // An error here is met by the next decision.
                let _ = (table.know)(self);
                return Ok(made);
            }
        }
        Err(EngineError::Busy)
    }

    pub(super) fn note(&self, kept: Result<(), &JournalError>) {
        match kept {
            Ok(()) => self.world.faults.kept(),
            // Somebody else was first: the storage is well.
            Err(JournalError::Conflict { .. }) => {}
            Err(
                error @ (JournalError::Unavailable(_)
                | JournalError::Unknown(_)
                | JournalError::Corrupt { .. }),
            ) => {
                self.world.faults.failed(self.world.clock.now(), error.to_string());
            }
        }
    }

    /// While the last write has failed, another is tried: so the server knows when the storage is well again, though
    /// nobody asks for anything.
    pub(crate) fn probe(&mut self) {
        if self.world.faults.current().is_some() {
            let kept = self.world.journal.try_write();
            self.note(kept.as_ref().copied());
        }
    }

    /// Where nothing was written for a while, a write is tried: a disk that filled up meanwhile is not found by the first
    /// alert.
    pub(crate) fn try_when_idle(&mut self) {
        if !core::mem::take(&mut self.written) {
            let kept = self.world.journal.try_write();
            self.note(kept.as_ref().copied());
        }
    }

    /// Everything is kept: now memory follows, and the world may be told.
    pub(super) fn committed(&mut self, making: Making) -> After {
        let mut after = After::default();
        for stream in &making.batch.streams {
            for timer in &stream.timers {
                match timer {
                    TimerWrite::Set { key, due } => self.timers.set(stream.incident, key.clone(), *due),
                    TimerWrite::Clear { key } => self.timers.clear(stream.incident, key.clone()),
                    TimerWrite::Take { key, due } => self.timers.done(stream.incident, key.clone(), *due),
                }
            }
            for work in &stream.work {
                match work {
                    WorkWrite::Put { work, lease } => {
                        self.leases.insert((stream.incident, *work), Held::new(lease.clone()));
                    }
                    WorkWrite::Drop { work } | WorkWrite::Finish { work, .. } => {
                        self.leases.remove(&(stream.incident, *work));
                    }
                    WorkWrite::Hold { .. } => {}
                }
            }
            let version = stream.expected + u64::try_from(stream.events.len()).unwrap_or(0);
            after.changes.push(Change { incident: stream.incident, version });
        }
        for (id, work) in making.work {
            if let Err(error) = self.await_turn(id, work) {
                tracing::error!(incident = %id, %error, "new work waits for a sweep: its incident cannot be read");
            }
        }
        after
    }

    /// Nothing was kept: memory goes back to what it was, and what was touched is read anew.
    pub(super) fn take_back(&mut self, making: Making) {
        self.give_back(&making.batch);
        for id in making.before.into_keys() {
            self.live.remove(&id);
            self.resolved.remove(&id);
        }
    }
}

impl Held {
    /// Held, and not yet in anybody's hand.
    pub(super) const fn new(lease: Lease) -> Self {
        Self { lease, hand: Hand::Untouched }
    }

    /// Held, and somebody may have had it before.
    pub(super) const fn let_go(lease: Lease) -> Self {
        let since = lease.epoch;
        Self { lease, hand: Hand::Worker { job: Weak::new(), since } }
    }

    /// Into a worker's hand.
    pub(super) fn job(&mut self, incident: Arc<Incident>, work: Work) -> Job {
        let hand = Arc::new(());
        self.hand = Hand::Worker { job: Arc::downgrade(&hand), since: self.lease.epoch };
        Job { incident, work, lease: self.lease.clone(), _hand: hand }
    }

    /// Whether it is in the hand of the worker that was given this lease. A worker that had the work before it was lost
    /// and came back must not go on beside the one that has it now.
    pub(super) const fn is_with(&self, given: &Lease) -> bool {
        matches!(self.hand, Hand::Worker { since, .. } if given.epoch >= since)
    }

    /// Whether it has its place in the backlog.
    pub(super) const fn waits(&self) -> bool {
        matches!(self.hand, Hand::Waits)
    }
}
