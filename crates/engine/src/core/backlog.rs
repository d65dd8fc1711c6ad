//! Work that is committed and that no worker has had yet, in the order in which it goes out.
//!
//! It holds names only: the row of each is in the table, so it is no larger than what the core knows of leases anyway.
//! What is not wanted any more is passed over when its turn comes.

use super::{After, Core, Hand, Held};
use crate::lanes::Lane;
use crate::ports::JournalError;
use crate::request::{EngineError, Job, Question};
use incident::{Actor, Asked, Command, IncidentId, Work};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many looks wait at most: what the places for them get through in some minutes. Evidence that would come later than
/// that is left to whoever wants it, and the timeline says so.
const LOOKS_WAITING_MAX: usize = 256;

/// How many looks are left at once: one transaction holds them.
const LEFT_AT_ONCE: usize = 2_048;

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
            Lane::Looks | Lane::LooksAway => Some(incident),
            Lane::Pages(_) | Lane::Unset | Lane::Wanted | Lane::WantedAway => None,
        };
        let turn = Turn { rank, newest: Reverse(newest), came: self.came };
        self.lanes.entry(lane).or_default().insert(turn, (incident, work));
    }

    /// Takes out what comes last of the looks that are too many.
    fn take_crowded_out(&mut self) -> Vec<(IncidentId, Work)> {
        let mut crowded_out = Vec::new();
        for lane in [Lane::Looks, Lane::LooksAway] {
            let Some(looks) = self.lanes.get_mut(&lane) else { continue };
            let many = looks.len().saturating_sub(LOOKS_WAITING_MAX).min(LEFT_AT_ONCE - crowded_out.len());
            crowded_out.extend((0..many).filter_map(|_| looks.pop_last()).map(|(_, work)| work));
        }
        crowded_out
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
                    // At the end of its lane, so that it holds up nothing else; the next turn of the loop tries again.
                    tracing::error!(incident = %id, %error, "work waits: its incident cannot be read");
                    self.backlog.add(lane, u8::MAX, (id, work));
                    return None;
                }
            }
        }
        None
    }

    /// Leaves the looks that are too many, the least urgent first. What cannot be kept now waits on.
    pub(crate) fn crowd_out(&mut self) -> After {
        let mut left: BTreeMap<IncidentId, Vec<u32>> = BTreeMap::new();
        for (id, work) in self.backlog.take_crowded_out() {
            match work {
                Work::Run(run) if self.leases.get(&(id, work)).is_some_and(Held::waits) => {
                    left.entry(id).or_default().push(run);
                }
                Work::Run(_) | Work::Page(_) => {}
            }
        }
        let question = |(id, runs): (&IncidentId, &Vec<u32>)| {
            let asked = Asked { by: Actor::System, command: Command::RunsCrowdedOut { runs: runs.clone() } };
            Question::Ask { incident: *id, asked, lease: None }
        };
        let (answers, after) = self.handle(&left.iter().map(question).collect::<Vec<_>>());
        for ((id, runs), answer) in left.into_iter().zip(answers) {
            if let Err(EngineError::Busy | EngineError::Unavailable(_)) = answer {
                for run in runs {
                    if let Err(error) = self.await_turn(id, Work::Run(run)) {
                        tracing::error!(incident = %id, %error, "a look waits for a sweep");
                    }
                }
            }
        }
        after
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
