//! The journal: each batch one call, each call one transaction.
//!
//! A call whose answer is lost may have been kept or not. Nothing is written again before that is known: a row in the
//! place of the batch's own tells, and keeps a late one out. See [`crate::sql::postgres::SETTLE`].

use super::archive::{made_override, silence};
use super::fold::{Folded, Told, digest, head, json};
use super::link::{Fault, Link, is_race};
use super::parameters::{Parameter, many_bytes, number, seconds, text};
use crate::rows;
use crate::sql::{journal as sql, overrides, postgres, silences};
use engine::ports::{
    Batch, Claim, ClaimedWork, Company, Foreign, Journal, JournalError, Lease, News, NodeStanding, Schedule,
};
use incident::{AlertKey, Event, IncidentId, MadeOverride, Plan, Silence, Summary, Work};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row;

/// For how long a node counts as alive after it was heard of, in seconds: then others take its work over.
const ALIVE_S: f64 = 15.0;
/// A node is heard of again when it has less than this left.
const BEAT_BELOW_S: f64 = 10.0;
/// Every so many beats, what nobody needs any more is forgotten.
const BEATS_TO_TIDY: u32 = 12;
/// For how long changes are kept for others to read, in seconds. A node that was away for longer reads all anew; it
/// lapses long before.
const CHANGES_KEPT_S: f64 = 600.0;
/// For how long a node that is gone is remembered, in seconds.
const NODES_KEPT_S: f64 = 86_400.0;
/// For how long an overdue timer is one node's to take, in seconds.
const TAKEN_S: f64 = 10.0;
/// How often the fate of a batch is asked for at once; after that with every later call.
const SETTLE_TRIES: u32 = 3;
/// What the commit says when somebody else was first.
const CONFLICT: &str = "EK409";

/// The writing side of a database that several nodes share.
#[derive(Debug)]
pub struct PostgresJournal {
    link: Link,
    node: String,
    batch: i64,
    beats: u32,
    /// The oldest transaction that was open when the changes were last read, and what was read from it on.
    cursor: Option<String>,
    seen: BTreeSet<(String, i64)>,
    unsettled: Option<Unsettled>,
    /// What turned out to be kept.
    recovered: Vec<Foreign>,
}

/// A batch whose fate is not known.
#[derive(Debug)]
struct Unsettled {
    batch: i64,
    told: Vec<Told>,
}

/// What became of it.
enum Fate {
    Kept,
    Lost,
}

impl PostgresJournal {
    pub(super) fn new(link: Link, node: &str) -> Self {
        Self {
            link,
            node: node.to_owned(),
            batch: 0,
            beats: 0,
            cursor: None,
            seen: BTreeSet::new(),
            unsettled: None,
            recovered: Vec::new(),
        }
    }

    fn rows(&mut self, sql: &'static str, with: Vec<Parameter>) -> Result<Vec<Row>, JournalError> {
        self.link.rows(sql, with).map_err(unavailable)
    }

    /// The rows of a statement that only reads: asked again when the connection turns out to be gone.
    fn read(
        &mut self,
        sql: &'static str,
        with: impl Fn() -> Vec<Parameter>,
    ) -> Result<Vec<Row>, JournalError> {
        match self.link.rows(sql, with()) {
            Err(Fault::Lost(_)) => self.rows(sql, with()),
            answer => answer.map_err(unavailable),
        }
    }

    fn call(&mut self, batch: &Batch) -> Result<(), JournalError> {
        let folded = Folded::new(batch)?;
        self.batch += 1;
        let told = folded.told();
        let mut with = head(&self.node, self.batch, &told)?;
        with.extend(folded.parameters()?);
        match self.link.rows(postgres::COMMIT, with) {
            Ok(_) => Ok(()),
            Err(Fault::Refused { state, detail, .. }) if state.code() == CONFLICT => {
                Err(Folded::new(batch)?.conflict(&detail))
            }
            Err(Fault::Refused { state, .. }) if is_race(&state) => Err(Folded::new(batch)?.conflict("")),
            Err(fault @ (Fault::Refused { .. } | Fault::Unreachable(_))) => Err(unavailable(fault)),
            Err(Fault::Lost(why)) => {
                self.unsettled = Some(Unsettled { batch: self.batch, told });
                Err(JournalError::Unknown(why))
            }
        }
    }

    /// Finds out what became of a batch whose answer was lost, if there is one.
    fn settle(&mut self) -> Result<Option<Fate>, JournalError> {
        let Some(unsettled) = &self.unsettled else { return Ok(None) };
        let with = vec![text(self.node.clone()), number(unsettled.batch)];
        let placed = self.link.touch(postgres::SETTLE, with).map_err(unavailable)?;
        let Some(unsettled) = self.unsettled.take() else { return Ok(None) };
        if placed == 1 {
            return Ok(Some(Fate::Lost));
        }
        self.recovered.extend(unsettled.told.into_iter().map(foreign));
        Ok(Some(Fate::Kept))
    }

    /// Is heard of. `false`: the others have taken this node for dead.
    fn beat(&mut self) -> Result<bool, JournalError> {
        let with = vec![seconds(ALIVE_S), text(self.node.clone())];
        let alive = self.link.touch(postgres::BEAT, with).map_err(unavailable)? > 0;
        self.tidy()?;
        Ok(alive)
    }

    /// Alive from now on, whatever it was before.
    fn arrive(&mut self) -> Result<(), JournalError> {
        let with = vec![text(self.node.clone()), seconds(ALIVE_S)];
        self.link.touch(postgres::ARRIVE, with).map_err(unavailable)?;
        self.tidy()
    }

    fn tidy(&mut self) -> Result<(), JournalError> {
        self.beats += 1;
        if self.beats % BEATS_TO_TIDY == 1 {
            self.link.touch(postgres::FORGET_CHANGES, vec![seconds(CHANGES_KEPT_S)]).map_err(unavailable)?;
            self.link.touch(postgres::FORGET_NODES, vec![seconds(NODES_KEPT_S)]).map_err(unavailable)?;
        }
        Ok(())
    }

    /// What others committed from `cursor` on.
    fn others(&mut self, cursor: &str) -> Result<Others, JournalError> {
        let node = self.node.clone();
        let rows = self.read(postgres::CATCH_UP, || vec![text(cursor), text(node.clone())])?;
        let first = rows.first().ok_or_else(|| unavailable("no answer about the others"))?;
        let (next, left): (String, Option<f64>) = (get(first, 0)?, get(first, 1)?);
        let mut changes = Vec::new();
        let mut seen = BTreeSet::new();
        for row in &rows {
            let Some(node) = get::<Option<String>>(row, 2)? else { continue };
            let name = (node, get(row, 3)?);
            if !self.seen.contains(&name) {
                let body: String = get(row, 4)?;
                let told: Vec<Told> = rows::json("changes", &name.0, &body)?;
                changes.extend(told.into_iter().map(foreign));
            }
            seen.insert(name);
        }
        let silences = rows::count("silence_changes", "1", get::<Option<i64>>(first, 5)?.unwrap_or(0))?;
        Ok(Others { changes, seen, next, left: left.unwrap_or(0.0), silences })
    }
}

/// What others committed, and how this node stands.
struct Others {
    changes: Vec<Foreign>,
    seen: BTreeSet<(String, i64)>,
    /// From where to read on.
    next: String,
    /// For how many seconds this node still counts as alive.
    left: f64,
    /// How often silences were changed.
    silences: u64,
}

impl Journal for PostgresJournal {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        if batch.streams.is_empty() {
            return Ok(());
        }
        self.settle()?;
        let mut outcome = self.call(batch);
        for _ in 0..SETTLE_TRIES {
            if !matches!(outcome, Err(JournalError::Unknown(_))) {
                break;
            }
            match self.settle() {
                Ok(Some(Fate::Kept)) => {
                    // The core hears of it as of any other commit.
                    self.recovered.clear();
                    return Ok(());
                }
                // It was not kept and never will be: now it may be written.
                Ok(Some(Fate::Lost) | None) => outcome = self.call(batch),
                Err(error) => tracing::warn!(%error, "the fate of a commit is not known yet"),
            }
        }
        outcome
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        self.link.touch(postgres::TRY_WRITE, vec![text(self.node.clone())]).map(drop).map_err(unavailable)
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        let id = incident.to_string();
        let rows = self.read(sql::EVENTS, || vec![text(id.clone())])?;
        let mut events = Vec::new();
        for row in &rows {
            rows::append(&mut events, &id, get(row, 0)?, get(row, 1)?)?;
        }
        Ok(events)
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        let with = vec![text(plan.digest.clone()), text(json(plan)?)];
        self.link.touch(sql::KEEP_PLAN, with).map(drop).map_err(unavailable)
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        let rows = self.read(sql::PLAN, || vec![text(digest)])?;
        rows.first().map(|row| rows::json("plans", digest, get(row, 0)?)).transpose()
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        let mut with = vec![text(owner), number(rows::micros(until))];
        let sql = match which {
            Claim::Everything => sql::CLAIM_EVERYTHING,
            Claim::Own => sql::CLAIM_OWN,
            Claim::Expired => {
                with.push(number(rows::micros(now)));
                postgres::CLAIM_EXPIRED
            }
        };
        let rows = self.rows(sql, with)?;
        let claimed = rows.iter().map(|row| {
            let (incident, what): (&str, &str) = (get(row, 0)?, get(row, 1)?);
            let name = format!("{incident} {what}");
            let epoch = rows::count("work", &name, get(row, 2)?)?;
            let lease = Lease { owner: owner.to_owned(), epoch, until };
            let work = rows::json("work", &name, what)?;
            Ok(ClaimedWork { incident: rows::parsed("work", incident)?, work, lease })
        });
        let mut claimed = claimed.collect::<Result<Vec<_>, JournalError>>()?;
        claimed.sort_by_key(|claimed| (claimed.incident, claimed.work));
        Ok(claimed)
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        self.read(sql::TIMERS, Vec::new)?.iter().map(schedule).collect()
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        let rows = self.read(sql::LIVE, || vec![number(rows::micros(resolved_since))])?;
        rows.iter().map(summary).collect()
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        self.read(sql::HELD, Vec::new)?.iter().map(summary).collect()
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        // The count first: what comes in between is read again when the next count is heard.
        let counted = self.read(silences::CHANGES, Vec::new)?;
        let changes = counted.first().map_or(Ok(0), |row| get(row, 0))?;
        let rows = self.read(silences::AFTER, || vec![number(rows::micros(since))])?;
        let made = rows::readable(rows.iter().map(silence))?;
        Ok((rows::count("silence_changes", "1", changes)?, made))
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        let (version, ends_at, body) = rows::silence_row(silence)?;
        let with = vec![text(silence.id.to_string()), number(version), number(ends_at), text(body)];
        let touched = self.link.touch(postgres::KEEP_SILENCE, with).map_err(unavailable)?;
        Ok(touched > 0)
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        let rows = self.read(overrides::AFTER, || vec![number(rows::micros(since))])?;
        rows::readable(rows.iter().map(made_override))
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        let (version, ends_at, body) = rows::override_row(made)?;
        let with = vec![text(made.id.to_string()), number(version), number(ends_at), text(body)];
        let touched = self.link.touch(postgres::KEEP_OVERRIDE, with).map_err(unavailable)?;
        Ok(touched > 0)
    }

    fn company(&self) -> Company {
        Company::Shared
    }

    fn catch_up(&mut self) -> Result<News, JournalError> {
        self.settle()?;
        let Some(cursor) = self.cursor.clone() else {
            self.arrive()?;
            let rows = self.read(postgres::NOW, Vec::new)?;
            self.cursor = rows.first().map(|row| get(row, 0)).transpose()?;
            return Ok(News { changes: Vec::new(), standing: NodeStanding::Held, silences: 0 });
        };
        let Others { mut changes, seen, next, left, silences } = self.others(&cursor)?;
        let held = left > 0.0 && (left >= BEAT_BELOW_S || self.beat()?);
        if !held {
            self.arrive()?;
        }
        // Only now: what is told of a failed call is told again.
        (self.cursor, self.seen) = (Some(next), seen);
        let standing = match (held, self.recovered.is_empty()) {
            (false, _) => NodeStanding::Lapsed,
            (true, false) => NodeStanding::Recovered,
            (true, true) => NodeStanding::Held,
        };
        changes.append(&mut self.recovered);
        Ok(News { changes, standing, silences })
    }

    fn overdue(&mut self, before: Timestamp, limit: usize) -> Result<Vec<Schedule>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let with = vec![number(rows::micros(before)), number(limit), seconds(TAKEN_S)];
        self.rows(postgres::OVERDUE, with)?.iter().map(schedule).collect()
    }

    fn holds(&mut self, incident: IncidentId, work: Work, lease: &Lease) -> Result<bool, JournalError> {
        let (id, what) = (incident.to_string(), json(&work)?);
        let epoch = rows::number(lease.epoch);
        let with = || vec![text(id.clone()), text(what.clone()), text(lease.owner.clone()), number(epoch)];
        Ok(!self.read(postgres::HOLDS, with)?.is_empty())
    }

    fn holders(&mut self, keys: &[AlertKey]) -> Result<Vec<(AlertKey, IncidentId)>, JournalError> {
        let asked: BTreeMap<Vec<u8>, &AlertKey> = keys.iter().map(|key| (digest(key), key)).collect();
        let found = self.read(postgres::HOLDERS, || vec![many_bytes(asked.keys().cloned().collect())])?;
        let holders = found.iter().filter_map(|row| {
            let holder = |row| Ok((get::<&[u8]>(row, 0)?, rows::parsed("alert_keys", get(row, 1)?)?));
            match holder(row) {
                Ok((digest, incident)) => asked.get(digest).map(|key| Ok(((*key).clone(), incident))),
                Err(error) => Some(Err(error)),
            }
        });
        holders.collect()
    }

    fn leave(&mut self) {
        if let Err(fault) = self.link.touch(postgres::LEAVE, vec![text(self.node.clone())]) {
            tracing::warn!(error = %fault, "the other nodes will take this one's work over later");
        }
    }
}

fn foreign((incident, version, unpaged, keys): Told) -> Foreign {
    Foreign { incident, version, keys, unpaged }
}

fn schedule(row: &Row) -> Result<Schedule, JournalError> {
    let (incident, timer): (&str, &str) = (get(row, 0)?, get(row, 1)?);
    let key = rows::json("timers", incident, timer)?;
    let due = rows::time("timers", incident, get(row, 2)?)?;
    Ok(Schedule { incident: rows::parsed("timers", incident)?, key, due })
}

/// The row of a pair of id and JSON.
pub(super) fn summary(row: &Row) -> Result<Summary, JournalError> {
    rows::json("incidents", get(row, 0)?, get(row, 1)?)
}

/// A column of a row.
pub(super) fn get<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    column: usize,
) -> Result<T, JournalError> {
    row.try_get(column).map_err(unavailable)
}

/// Storage that cannot be used at the moment.
pub(super) fn unavailable(error: impl core::fmt::Display) -> JournalError {
    JournalError::Unavailable(error.to_string())
}
