//! Work that is committed and that no worker has had yet, in the order in which it goes out.
//!
//! It holds names only: the row of each is in the table, so it is no larger than what the core knows of leases anyway.
//! What is not wanted any more is passed over when its turn comes.

use super::{Core, Hand};
use crate::lanes::Lane;
use crate::ports::JournalError;
use crate::request::Job;
use incident::{IncidentId, Work};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What waits, lane by lane.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    lanes: BTreeMap<Lane, BTreeMap<Turn, (IncidentId, Work)>>,
    came: u64,
}

/// The worst first. Among equals pages go in the order in which they came; looks of the newest incident go first, since
/// old evidence is worth less than fresh, and those of one incident in the runbook's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    rank: u8,
    newest: Reverse<Option<IncidentId>>,
    came: u64,
}

impl Backlog {
    fn add(&mut self, lane: Lane, rank: u8, (incident, work): (IncidentId, Work)) {
        self.came += 1;
        let newest = match lane {
            Lane::Looks => Some(incident),
            Lane::Pages(_) | Lane::Unset | Lane::Wanted => None,
        };
        let turn = Turn { rank, newest: Reverse(newest), came: self.came };
        self.lanes.entry(lane).or_default().insert(turn, (incident, work));
    }

    fn take(&mut self, lane: Lane) -> Option<(IncidentId, Work)> {
        self.lanes.get_mut(&lane)?.pop_first().map(|(_, work)| work)
    }
}

impl Core {
    /// The lanes on which something may wait.
    pub(crate) fn waiting_lanes(&self) -> Vec<Lane> {
        let lanes = self.backlog.lanes.iter().filter(|(_, waiting)| !waiting.is_empty());
        lanes.map(|(lane, _)| *lane).collect()
    }

    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.backlog.lanes.values().map(BTreeMap::len).sum()
    }

    /// What goes out next on a lane, now in a worker's hand.
    pub(crate) fn next_job(&mut self, lane: Lane) -> Option<Job> {
        while let Some((id, work)) = self.backlog.take(lane) {
            if !self.leases.get(&(id, work)).is_some_and(|held| held.waits()) {
                continue;
            }
            match self.incident(id) {
                Ok(incident) => {
                    let held = self.leases.get_mut(&(id, work))?;
                    return Some(held.job(incident, work));
                }
                Err(error) => {
                    tracing::error!(incident = %id, %error, "work cannot begin: its incident cannot be read");
                    self.release(id, work);
                }
            }
        }
        None
    }

    /// Puts held work in its lane. What cannot be placed now, since its incident cannot be read, is found by a sweep.
    pub(super) fn await_turn(&mut self, id: IncidentId, work: Work) -> Result<(), JournalError> {
        let incident = self.incident(id).inspect_err(|_| self.release(id, work))?;
        match (Lane::of(&incident, work), self.leases.get_mut(&(id, work))) {
            (Some(lane), Some(held)) => {
                held.hand = Hand::Waits;
                self.backlog.add(lane, incident.severity().rank, (id, work));
            }
            (None, Some(_)) => self.release(id, work),
            (_, None) => {}
        }
        Ok(())
    }

    fn release(&mut self, id: IncidentId, work: Work) {
        if let Some(held) = self.leases.get_mut(&(id, work)) {
            held.hand = Hand::Untouched;
        }
    }
}
