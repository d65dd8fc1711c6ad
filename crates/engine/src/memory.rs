//! Storage that forgets everything when the last handle goes: for tests, the simulation and the demonstration.
//!
//! It passes the same `conformance` as every other storage. A clone is another handle on the same storage, so an
//! engine can be dropped in the middle of something and another one started on what it left. Must never be here:
//! behaviour that a real storage does not have, but for the faults that a test orders.

mod heartbeats;
mod overrides;
mod probing;
mod silences;
mod work;

use crate::ports::{
    Access, AccessError, Account, Archive, Batch, Claim, ClaimedWork, Filter, Journal, JournalError, Lease,
    Order, Schedule, Session, StreamWrite, TimerWrite, Token, WorkWrite,
};
use incident::{Event, IncidentId, MadeOverride, Plan, Silence, Summary, TimerKey, Work};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many rows a list shows when the filter does not say.
const ROWS_DEFAULT: usize = 100;

/// Storage in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    shelves: Arc<Mutex<Shelves>>,
}

#[derive(Debug, Default)]
struct Shelves {
    streams: BTreeMap<IncidentId, Stream>,
    plans: BTreeMap<String, Plan>,
    faults: VecDeque<Fault>,
    commits: u64,
    accounts: BTreeMap<String, Account>,
    sessions: BTreeMap<String, Session>,
    tokens: BTreeMap<String, Token>,
    secrets: BTreeMap<String, [u8; 32]>,
    seen: probing::Seen,
    heard: heartbeats::Heard,
    silences: silences::Kept,
    overrides: overrides::Kept,
}

#[derive(Debug)]
struct Stream {
    events: Vec<Event>,
    plan: String,
    row: Row,
}

/// What is small enough to be copied for each write, so that a refused batch leaves no trace.
#[derive(Clone, Debug)]
struct Row {
    version: u64,
    summary: Summary,
    work: BTreeMap<Work, Lease>,
    timers: BTreeMap<TimerKey, Timestamp>,
}

#[derive(Debug)]
enum Fault {
    Fail(JournalError),
    Conflict,
}

impl Memory {
    /// Nothing in it yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next commit writes nothing and says this. Ordered faults come one a commit, in their order.
    pub fn fail_next_commit(&self, error: JournalError) {
        self.shelves().faults.push_back(Fault::Fail(error));
    }

    /// Nothing fails any more.
    pub fn work_again(&self) {
        self.shelves().faults.clear();
    }

    /// The next commit writes nothing and says that its first stream has moved on.
    pub fn conflict_next(&self) {
        self.shelves().faults.push_back(Fault::Conflict);
    }

    /// How many batches have been written.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.shelves().commits
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // Nothing between lock and release can leave the shelves half changed: a batch is applied at its end.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    fn replace_row(&mut self, write: &StreamWrite, row: Row) {
        match self.streams.get_mut(&write.incident) {
            Some(stream) => stream.row = row,
            None => {
                let stream = Stream { events: Vec::new(), plan: write.plan.clone(), row };
                self.streams.insert(write.incident, stream);
            }
        }
    }
}

impl Journal for Memory {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        let mut shelves = self.shelves();
        let first = batch.streams.first();
        match shelves.faults.pop_front() {
            Some(Fault::Fail(error)) => return Err(error),
            Some(Fault::Conflict) => return Err(first.map_or_else(nothing_to_conflict, conflict)),
            None => {}
        }
        let mut rows = BTreeMap::new();
        for write in &batch.streams {
            let row = match rows.remove(&write.incident) {
                Some(row) => Some(row),
                None => shelves.streams.get(&write.incident).map(|stream| stream.row.clone()),
            };
            rows.insert(write.incident, written(row, write)?);
        }
        for write in &batch.streams {
            if let Some(row) = rows.remove(&write.incident) {
                shelves.replace_row(write, row);
            }
            if let Some(stream) = shelves.streams.get_mut(&write.incident) {
                stream.events.extend_from_slice(&write.events);
            }
        }
        shelves.commits += 1;
        Ok(())
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        match self.shelves().faults.pop_front() {
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Conflict) | None => Ok(()),
        }
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        let shelves = self.shelves();
        Ok(shelves.streams.get(&incident).map(|stream| stream.events.clone()).unwrap_or_default())
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        self.shelves().plans.entry(plan.digest.clone()).or_insert_with(|| plan.clone());
        Ok(())
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        Ok(self.shelves().plans.get(digest).cloned())
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        Ok(self.claim_if(owner, until, &|lease| match which {
            Claim::Everything => true,
            Claim::Expired => lease.until <= now,
            Claim::Own => lease.owner == owner,
        }))
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        let shelves = self.shelves();
        let timers = shelves.streams.iter().flat_map(|(incident, stream)| {
            let timers = stream.row.timers.iter();
            timers.map(|(key, due)| Schedule { incident: *incident, key: key.clone(), due: *due })
        });
        Ok(timers.collect())
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        let shelves = self.shelves();
        let rows = shelves.streams.values().map(|stream| &stream.row.summary);
        let is_live = |row: &&Summary| {
            matches!(row.status.as_str(), "open" | "held")
                || row.resolved_at.is_some_and(|resolved_at| resolved_at >= resolved_since)
        };
        let mut rows: Vec<_> = rows.filter(is_live).cloned().collect();
        rows.sort_by_key(|row| (row.opened_at, row.id));
        Ok(rows)
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        let shelves = self.shelves();
        let rows = shelves.streams.values().map(|stream| &stream.row.summary);
        let mut rows: Vec<_> = rows.filter(|row| row.status == "held").cloned().collect();
        rows.sort_by_key(|row| (row.opened_at, row.id));
        Ok(rows)
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        Ok(self.shelves().silences.after(since))
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        let mut shelves = self.shelves();
        match shelves.faults.pop_front() {
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Conflict) => Ok(false),
            None => Ok(shelves.silences.keep(silence)),
        }
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        Ok(self.shelves().overrides.after(since))
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        let mut shelves = self.shelves();
        match shelves.faults.pop_front() {
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Conflict) => Ok(false),
            None => {
                let kept = shelves.overrides.keep(made);
                shelves.silences.count(kept);
                Ok(kept)
            }
        }
    }
}

/// The row after a write, or why it is refused.
fn written(row: Option<Row>, write: &StreamWrite) -> Result<Row, JournalError> {
    let version = row.as_ref().map_or(0, |row| row.version);
    let added = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
    if version != write.expected || version + added == 0 {
        return Err(conflict(write));
    }
    let (work, timers) = row.map(|row| (row.work, row.timers)).unwrap_or_default();
    let mut row = Row { version: version + added, summary: write.summary.clone(), work, timers };
    for change in &write.work {
        match change {
            WorkWrite::Put { work, lease } => {
                row.work.insert(*work, lease.clone());
            }
            WorkWrite::Drop { work } => {
                row.work.remove(work);
            }
            WorkWrite::Finish { work, lease } => {
                let held = row.work.remove(work);
                held.filter(|held| same(held, lease)).ok_or_else(|| conflict(write))?;
            }
            WorkWrite::Hold { work, lease } => {
                let held = row.work.get(work);
                held.filter(|held| same(held, lease)).ok_or_else(|| conflict(write))?;
            }
        }
    }
    for change in &write.timers {
        match change {
            TimerWrite::Set { key, due } => row.timers.insert(key.clone(), *due),
            TimerWrite::Clear { key } => row.timers.remove(key),
            TimerWrite::Take { key, due } if row.timers.get(key) == Some(due) => row.timers.remove(key),
            TimerWrite::Take { .. } => None,
        };
    }
    Ok(row)
}

fn same(held: &Lease, lease: &Lease) -> bool {
    held.owner == lease.owner && held.epoch == lease.epoch
}

fn conflict(write: &StreamWrite) -> JournalError {
    JournalError::Conflict { incident: write.incident, expected: write.expected }
}

fn nothing_to_conflict() -> JournalError {
    JournalError::Unavailable("a conflict was ordered for an empty batch".to_owned())
}

impl Archive for Memory {
    fn stream(&self, incident: IncidentId) -> Result<Option<(String, Vec<Event>)>, JournalError> {
        let shelves = self.shelves();
        Ok(shelves.streams.get(&incident).map(|stream| (stream.plan.clone(), stream.events.clone())))
    }

    fn plan(&self, digest: &str) -> Result<Option<Plan>, JournalError> {
        Ok(self.shelves().plans.get(digest).cloned())
    }

    fn silences(&self, limit: u32) -> Result<Vec<Silence>, JournalError> {
        Ok(self.shelves().silences.newest(limit))
    }

    fn overrides(&self, limit: u32) -> Result<Vec<MadeOverride>, JournalError> {
        Ok(self.shelves().overrides.newest(limit))
    }

    fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError> {
        let shelves = self.shelves();
        let rows = shelves.streams.values().map(|stream| &stream.row.summary);
        let mut rows: Vec<_> = rows.filter(|row| shows(filter, row)).cloned().collect();
        match filter.order {
            Order::Worst => rows.sort_by(|a, b| {
                let key = |row: &Summary| (row.status != "open", row.rank);
                key(a).cmp(&key(b)).then_with(|| (b.opened_at, b.id).cmp(&(a.opened_at, a.id)))
            }),
            Order::Latest => {
                rows.retain(|row| row.status == "resolved");
                rows.sort_by_key(|row| core::cmp::Reverse((row.resolved_at, row.id)));
            }
        }
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        rows.truncate(if limit == 0 { ROWS_DEFAULT } else { limit });
        Ok(rows)
    }
}

fn shows(filter: &Filter, row: &Summary) -> bool {
    let status = filter
        .status
        .as_ref()
        .map_or_else(|| matches!(row.status.as_str(), "open" | "resolved"), |status| *status == row.status);
    let text = filter.text.as_ref().map(|text| text.to_lowercase()).unwrap_or_default();
    let id = row.id.to_string();
    let (runbook, held_by) = (row.runbook.as_deref(), row.held_by.as_deref());
    let mut places = [Some(row.title.as_str()), Some(id.as_str()), runbook, held_by].into_iter();
    status && places.any(|place| place.is_some_and(|place| place.to_lowercase().contains(&text)))
}

impl Access for Memory {
    fn account(&self, person: &str) -> Result<Option<Account>, AccessError> {
        Ok(self.shelves().accounts.get(person).cloned())
    }

    fn accounts(&self) -> Result<u32, AccessError> {
        Ok(u32::try_from(self.shelves().accounts.len()).unwrap_or(u32::MAX))
    }

    fn put_account(&self, account: &Account) -> Result<(), AccessError> {
        let mut shelves = self.shelves();
        shelves.accounts.insert(account.person.clone(), account.clone());
        shelves.sessions.retain(|_, session| session.person != account.person);
        Ok(())
    }

    fn session(&self, hash: &str) -> Result<Option<Session>, AccessError> {
        Ok(self.shelves().sessions.get(hash).cloned())
    }

    fn put_session(&self, session: &Session) -> Result<(), AccessError> {
        let mut shelves = self.shelves();
        shelves.sessions.retain(|_, old| old.expires_at > session.created_at);
        shelves.sessions.insert(session.hash.clone(), session.clone());
        Ok(())
    }

    fn drop_session(&self, hash: &str) -> Result<(), AccessError> {
        self.shelves().sessions.remove(hash);
        Ok(())
    }

    fn tokens(&self) -> Result<Vec<Token>, AccessError> {
        let mut tokens: Vec<_> = self.shelves().tokens.values().cloned().collect();
        tokens.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
        Ok(tokens)
    }

    fn put_token(&self, token: &Token) -> Result<(), AccessError> {
        self.shelves().tokens.insert(token.hash.clone(), token.clone());
        Ok(())
    }

    fn drop_token(&self, name: &str) -> Result<bool, AccessError> {
        let mut shelves = self.shelves();
        let before = shelves.tokens.len();
        shelves.tokens.retain(|_, token| token.name != name);
        Ok(shelves.tokens.len() < before)
    }

    fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], AccessError> {
        Ok(*self.shelves().secrets.entry(name.to_owned()).or_insert(fresh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{self, sample};

    #[test]
    fn memory_is_a_journal() {
        conformance::journal(&mut || Box::new(Memory::new()));
    }

    #[test]
    fn memory_is_an_archive() {
        conformance::archive(&mut || {
            let memory = Memory::new();
            (Box::new(memory.clone()), Box::new(memory))
        });
    }

    #[test]
    fn memory_keeps_who_may_come_in() {
        conformance::access(&mut || Box::new(Memory::new()));
    }

    #[test]
    fn memory_keeps_what_probes_saw() {
        conformance::probes(&mut || Box::new(Memory::new()));
    }

    #[test]
    fn memory_keeps_silences() {
        conformance::silences(&mut || {
            let memory = Memory::new();
            (Box::new(memory.clone()), Box::new(memory))
        });
    }

    #[test]
    fn memory_keeps_overrides() {
        conformance::overrides(&mut || {
            let memory = Memory::new();
            (Box::new(memory.clone()), Box::new(memory))
        });
    }

    #[test]
    fn memory_keeps_what_was_heard_of_heartbeats() {
        conformance::heartbeats(&mut || Box::new(Memory::new()));
    }

    #[test]
    fn another_handle_finds_what_the_first_left() {
        let memory = Memory::new();
        conformance::restart(&mut || Box::new(memory.clone()));
    }

    #[test]
    fn ordered_faults_come_once_and_in_order() {
        let mut memory = Memory::new();
        let batch = Batch { streams: vec![sample::opening(1)] };
        memory.conflict_next();
        memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
        assert!(matches!(memory.commit(&batch), Err(JournalError::Conflict { expected: 0, .. })));
        assert!(matches!(memory.commit(&batch), Err(JournalError::Unavailable(why)) if why == "disk full"));
        assert_eq!(memory.events(sample::id(1)).unwrap(), []);
        memory.commit(&batch).unwrap();
        assert_eq!(memory.commits(), 1);
    }
}
