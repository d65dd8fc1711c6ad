//! The storage of a story: the engine's own fake, with everything in front of it that can go wrong with a disk or a
//! database. Each node has a line to it.

mod spoiling;
mod standing;

use crate::mutants::Mutant;
use crate::nodes::Nodes;
use crate::seats;
use crate::time::Time;
use engine::memory::Memory;
use engine::ports::{
    Batch, Claim, ClaimedWork, Company, Foreign, Journal, JournalError, Lease, News, NodeStanding, Schedule,
};
use incident::{AlertKey, Event, IncidentId, MadeOverride, Plan, Silence, Summary, Work};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a commit is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing is written.
    Fails,
    /// It is written, and nobody hears of it.
    AnswerLost,
    /// The node dies before anything is written.
    CrashBefore,
    /// The node dies after it is written.
    CrashAfter,
    /// It takes so long, in milliseconds.
    Slow(i64),
    /// Other nodes have their turn before it arrives.
    Met,
}

/// What one commit wrote.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) node: usize,
    pub(crate) streams: Vec<(IncidentId, Vec<Event>)>,
    /// What it wrote of work that another node held by then.
    pub(crate) of_others: Option<String>,
}

/// One node's line to the storage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// How the commit after so many others ends.
    pub(crate) ordered: Option<(u32, End)>,
    /// The node has died in the middle of something; nothing of it comes through any more.
    pub(crate) dead: bool,
    /// The node cannot reach the storage.
    pub(crate) cut: bool,
}

/// Where everything is kept.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) memory: Memory,
    company: Company,
    time: Arc<Time>,
    state: Mutex<State>,
    mutant: Option<Mutant>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// What nodes know of each other, where there are several.
    pub(crate) nodes: Nodes,
    pub(crate) full: bool,
    pub(crate) lines: Vec<Line>,
    pub(crate) kept: Vec<Kept>,
    /// What a mutant has said yes to and not written yet.
    pub(crate) unwritten: VecDeque<(usize, String, Batch)>,
}

impl Desk {
    pub(crate) fn new(nodes: usize, company: Company, time: Arc<Time>, mutant: Option<Mutant>) -> Arc<Self> {
        let state = State { lines: vec![Line::default(); nodes], ..State::default() };
        Arc::new(Self { memory: Memory::new(), company, time, state: Mutex::new(state), mutant })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn line<T>(&self, node: usize, with: impl FnOnce(&mut Line) -> T) -> T {
        let mut state = self.state();
        if state.lines.len() <= node {
            state.lines.resize(node + 1, Line::default());
        }
        with(&mut state.lines[node])
    }

    pub(crate) fn is_dead(&self, node: usize) -> bool {
        self.line(node, |line| line.dead)
    }

    /// Writes what a mutant has put off.
    pub(crate) fn write_late(&self) {
        let late: Vec<_> = self.state().unwritten.drain(..).collect();
        for (node, owner, batch) in late {
            let _ = self.write(node, &owner, &batch);
        }
    }

    /// What was written is told to the others.
    fn write(&self, node: usize, owner: &str, batch: &Batch) -> Result<(), JournalError> {
        let mut state = self.state();
        let keys = match self.company {
            Company::Shared if !self.planted(Mutant::TwoIncidentsForOneAlert) => {
                state.nodes.keys_after(batch)?
            }
            Company::Alone | Company::Shared => Vec::new(),
        };
        let of_others = batch.streams.iter().find_map(|write| self.of_others(owner, write));
        self.memory.clone().commit(batch)?;
        state.nodes.keep(owner, batch, keys);
        let streams = batch.streams.iter().map(|write| (write.incident, write.events.clone())).collect();
        state.kept.push(Kept { node, streams, of_others });
        Ok(())
    }

    fn planted(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}

/// One node's handle on the storage.
#[derive(Debug)]
pub(crate) struct NodeJournal {
    desk: Arc<Desk>,
    node: usize,
    owner: String,
    /// How many changes of others it has read; `None` before it has arrived.
    cursor: Option<usize>,
    /// A batch whose answer was lost, and whether it was written.
    lost: Option<(Vec<Foreign>, bool)>,
    recovered: Vec<Foreign>,
    /// Its start is over.
    started: bool,
}

impl NodeJournal {
    pub(crate) fn new(desk: Arc<Desk>, node: usize, owner: String) -> Self {
        let (cursor, lost, recovered) = (None, None, Vec::new());
        Self { desk, node, owner, cursor, lost, recovered, started: false }
    }

    /// The database finds out what became of a batch before anything else is done.
    fn settle(&mut self) {
        if let Some((told, true)) = self.lost.take() {
            self.recovered.extend(told);
        }
    }

    fn reach(&self) -> Result<Memory, JournalError> {
        match self.desk.line(self.node, |line| (line.dead, line.cut)) {
            (true, _) => Err(unavailable("this node is dead")),
            (_, true) => Err(unavailable("cannot be reached")),
            (false, false) => Ok(self.desk.memory.clone()),
        }
    }

    fn reach_to_write(&self) -> Result<Memory, JournalError> {
        let memory = self.reach()?;
        if self.desk.state().full { Err(unavailable("disk full")) } else { Ok(memory) }
    }

    fn ordered(&self) -> Option<End> {
        self.desk.line(self.node, |line| match &mut line.ordered {
            Some((0, _)) => line.ordered.take().map(|(_, end)| end),
            Some((count, _)) => {
                *count -= 1;
                None
            }
            None => None,
        })
    }

    fn die(&self) -> JournalError {
        self.desk.line(self.node, |line| line.dead = true);
        unavailable("this node dies")
    }

    /// Keeps what somebody made, unless the story has it end otherwise.
    fn keep(
        &mut self,
        keep: impl Fn(&mut Memory) -> Result<bool, JournalError>,
    ) -> Result<bool, JournalError> {
        let mut memory = self.reach_to_write()?;
        match self.ordered() {
            Some(End::Fails) => Err(unavailable("an error of the disk")),
            Some(End::CrashBefore) => Err(self.die()),
            Some(End::CrashAfter) => keep(&mut memory).and_then(|_| Err(self.die())),
            Some(End::AnswerLost) => {
                keep(&mut memory)?;
                Err(JournalError::Unknown("the connection was lost".to_owned()))
            }
            Some(End::Slow(_) | End::Met) | None => keep(&mut memory),
        }
    }
}

impl Journal for NodeJournal {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        self.reach_to_write()?;
        self.settle();
        let end = self.ordered();
        match end {
            Some(End::Fails) if self.desk.planted(Mutant::FailedIsKept) => return Ok(()),
            Some(End::Fails) => return Err(unavailable("an error of the disk")),
            Some(End::CrashBefore) => return Err(self.die()),
            Some(End::Slow(ms)) => self.desk.time.pass(ms),
            Some(End::Met) => seats::others_turn(self.node),
            Some(End::AnswerLost | End::CrashAfter) | None => {}
        }
        // Only now: others may have written meanwhile, and what is spoilt must fit what stands there.
        let spoilt = self.spoilt(batch);
        if self.desk.planted(Mutant::SendBeforeCommit) {
            self.desk.state().unwritten.push_back((self.node, self.owner.clone(), spoilt));
            return if end == Some(End::CrashAfter) { Err(self.die()) } else { Ok(()) };
        }
        let written = self.desk.write(self.node, &self.owner, &spoilt);
        match end {
            Some(End::CrashAfter) => Err(self.die()),
            Some(End::AnswerLost) => {
                self.lost = Some((Nodes::told(batch), written.is_ok()));
                Err(JournalError::Unknown("the connection was lost".to_owned()))
            }
            Some(_) | None => written,
        }
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        self.reach_to_write().map(drop)
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        self.reach()?.events(incident)
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        self.reach_to_write()?.keep_plan(plan)
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        Journal::plan(&mut self.reach()?, digest)
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        let mut memory = self.reach_to_write()?;
        self.started = true;
        if self.desk.planted(Mutant::LeasesIgnored) && which == Claim::Expired {
            return memory.claim(Claim::Everything, owner, now, until);
        }
        if self.desk.company == Company::Alone || which != Claim::Expired {
            return memory.claim(which, owner, now, until);
        }
        // Whoever is alive keeps what is theirs, by the database's own clock.
        let at = self.desk.time.now();
        let mut state = self.desk.state();
        let claimed = memory.claim_if(owner, until, &|lease| match state.nodes.is_alive(&lease.owner, at) {
            Some(alive) if lease.owner != owner => !alive,
            Some(_) | None => lease.until <= now,
        });
        state.nodes.taken_over += claimed.len();
        Ok(claimed)
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        let timers = self.reach()?.timers()?;
        let lost = self.desk.planted(Mutant::TimersLostOnRestart) && !self.started;
        Ok(if lost { Vec::new() } else { timers })
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        let rows = self.reach()?.live(resolved_since)?;
        let forgotten = self.desk.planted(Mutant::AlertsForgottenOnRestart);
        Ok(if forgotten { Vec::new() } else { rows })
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        let held = self.reach()?.held()?;
        Ok(if self.desk.planted(Mutant::HeldForgotten) { Vec::new() } else { held })
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        Journal::silences(&mut self.reach()?, since)
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        self.keep(|memory| memory.keep_silence(silence))
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        Journal::overrides(&mut self.reach()?, since)
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        self.keep(|memory| memory.keep_override(made))
    }

    fn company(&self) -> Company {
        self.desk.company
    }

    fn catch_up(&mut self) -> Result<News, JournalError> {
        self.reach()?;
        self.settle();
        let at = self.desk.time.now();
        let (silences, _) = Journal::silences(&mut self.desk.memory.clone(), Timestamp::MAX)?;
        let mut state = self.desk.state();
        let Some(cursor) = self.cursor else {
            self.cursor = Some(state.nodes.beat(&self.owner, at));
            return Ok(News { changes: Vec::new(), standing: NodeStanding::Held, silences });
        };
        let alive = state.nodes.is_alive(&self.owner, at).unwrap_or(false);
        let next = state.nodes.beat(&self.owner, at);
        let alive = alive || self.desk.planted(Mutant::NoEpochCheck);
        let standing = match (alive, self.recovered.is_empty()) {
            (false, _) => NodeStanding::Lapsed,
            (true, false) => NodeStanding::Recovered,
            (true, true) => NodeStanding::Held,
        };
        if self.desk.planted(Mutant::OldReads) {
            return Ok(News { changes: Vec::new(), standing, silences });
        }
        let mut changes = state.nodes.since(cursor, &self.owner);
        self.cursor = Some(next);
        changes.append(&mut self.recovered);
        Ok(News { changes, standing, silences })
    }

    fn overdue(&mut self, before: Timestamp, limit: usize) -> Result<Vec<Schedule>, JournalError> {
        let timers = self.reach_to_write()?.timers()?;
        if self.desk.planted(Mutant::TimersLostOnRestart) {
            return Ok(Vec::new());
        }
        let at = self.desk.time.now();
        let late = timers.into_iter().filter(|timer| timer.due <= before);
        Ok(self.desk.state().nodes.take_timers(late, limit, at))
    }

    fn holds(&mut self, incident: IncidentId, work: Work, lease: &Lease) -> Result<bool, JournalError> {
        let rows = self.reach()?.work_of(incident);
        let stands = |row: &ClaimedWork| {
            row.work == work && row.lease.owner == lease.owner && row.lease.epoch == lease.epoch
        };
        Ok(rows.iter().any(stands) || self.desk.planted(Mutant::NoEpochCheck))
    }

    fn holders(&mut self, keys: &[AlertKey]) -> Result<Vec<(AlertKey, IncidentId)>, JournalError> {
        let mut memory = self.reach()?;
        let mut holders = self.desk.state().nodes.holders_of(keys);
        if self.desk.planted(Mutant::HoldersForgotten) {
            let open = memory.live(Timestamp::MAX)?;
            holders.retain(|(_, id)| open.iter().any(|row| row.id == *id));
        }
        Ok(holders)
    }

    fn leave(&mut self) {
        self.desk.state().nodes.leave(&self.owner);
    }
}

fn unavailable(why: &str) -> JournalError {
    JournalError::Unavailable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::conformance;

    fn journal(company: Company) -> Box<dyn Journal> {
        let desk = Desk::new(1, company, Time::new(1), None);
        Box::new(NodeJournal::new(desk, 0, "node".to_owned()))
    }

    #[test]
    fn the_storage_of_the_stories_is_a_journal() {
        conformance::journal(&mut || journal(Company::Alone));
        conformance::journal(&mut || journal(Company::Shared));
    }

    #[test]
    fn a_lost_answer_is_known_afterwards() {
        let desk = Desk::new(1, Company::Shared, Time::new(1), None);
        let mut journal = NodeJournal::new(Arc::clone(&desk), 0, "node".to_owned());
        journal.catch_up().unwrap();
        desk.line(0, |line| line.ordered = Some((0, End::AnswerLost)));
        let batch = Batch { streams: vec![conformance::sample::opening(1)] };
        let lost = journal.commit(&batch).unwrap_err();
        assert!(matches!(lost, JournalError::Unknown(_)), "{lost}");
        let news = journal.catch_up().unwrap();
        assert_eq!(news.standing, NodeStanding::Recovered);
        assert_eq!(news.changes.len(), 1);
    }
}
