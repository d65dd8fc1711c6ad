//! The journal: each batch one transaction, each transaction one wait for the disk.

use super::Hold;
use crate::rows::{self, corrupt};
use crate::sql::{journal as sql, overrides, silences};
use engine::ports::{
    Batch, Claim, ClaimedWork, Journal, JournalError, Lease, Schedule, StreamWrite, TimerWrite, WorkWrite,
};
use incident::{Event, IncidentId, MadeOverride, Plan, Silence, Summary};
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, ToSql, Transaction, TransactionBehavior, params};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;

/// The writing side of a SQLite file.
#[derive(Debug)]
pub struct SqliteJournal {
    connection: Connection,
    scratch: Scratch,
    _hold: Arc<Hold>,
}

/// Buffers that are used again for every row.
#[derive(Debug, Default)]
struct Scratch {
    id: String,
    body: Vec<u8>,
    summary: Vec<u8>,
    search: String,
}

impl SqliteJournal {
    pub(super) fn new(mut connection: Connection, hold: Arc<Hold>) -> rusqlite::Result<Self> {
        hold.checkpointer.watch(&mut connection)?;
        Ok(Self { connection, scratch: Scratch::default(), _hold: hold })
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(unavailable)?;
        let rows = statement.query_map(parameters, read).map_err(unavailable)?;
        rows.collect::<Result<_, _>>().map_err(unavailable)
    }
}

impl Journal for SqliteJournal {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        if batch.streams.is_empty() {
            return Ok(());
        }
        // Dropped without a commit, it rolls back: also when the commit itself fails.
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unavailable)?;
        for write in &batch.streams {
            write_stream(&transaction, &mut self.scratch, write)?;
        }
        transaction.commit().map_err(unavailable)
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        // The number is not used for anything; writing it makes SQLite write and sync a page all the same.
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unavailable)?;
        transaction.pragma_update(None, "user_version", 0).map_err(unavailable)?;
        transaction.commit().map_err(unavailable)
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        events(&self.connection, &incident.to_string())
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        execute(&self.connection, sql::KEEP_PLAN, (&plan.digest, json(plan)?)).map(drop)
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        plan(&self.connection, digest)
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        let until_micros = rows::micros(until);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let claimed: Vec<(String, String, i64)> = match which {
            Claim::Everything => self.rows(sql::CLAIM_EVERYTHING, (owner, until_micros), read)?,
            Claim::Expired => {
                self.rows(sql::CLAIM_EXPIRED, (owner, until_micros, rows::micros(now)), read)?
            }
            Claim::Own => self.rows(sql::CLAIM_OWN, (owner, until_micros), read)?,
        };
        let claimed = claimed.into_iter().map(|(incident, what, epoch)| {
            let row = format!("{incident} {what}");
            let epoch = rows::count("work", &row, epoch)?;
            let lease = Lease { owner: owner.to_owned(), epoch, until };
            let work = rows::json("work", &row, &what)?;
            Ok(ClaimedWork { incident: rows::parsed("work", &incident)?, work, lease })
        });
        let mut claimed = claimed.collect::<Result<Vec<_>, JournalError>>()?;
        claimed.sort_by_key(|claimed| (claimed.incident, claimed.work));
        Ok(claimed)
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let timers: Vec<(String, String, i64)> = self.rows(sql::TIMERS, [], read)?;
        let timers = timers.into_iter().map(|(incident, timer, due)| {
            let key = rows::json("timers", &incident, &timer)?;
            let due = rows::time("timers", &incident, due)?;
            Ok(Schedule { incident: rows::parsed("timers", &incident)?, key, due })
        });
        timers.collect()
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        summaries(self.rows(sql::LIVE, [rows::micros(resolved_since)], read)?)
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        summaries(self.rows(sql::HELD, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        let counted: Vec<i64> = self.rows(silences::CHANGES, [], |row| row.get(0))?;
        let changes = rows::count("silence_changes", "1", counted.first().copied().unwrap_or(0))?;
        let pairs =
            self.rows(silences::AFTER, [rows::micros(since)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((changes, silences_of(pairs)?))
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        self.keep_made(silences::KEEP, silence.id.to_string(), rows::silence_row(silence)?)
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        overrides_of(self.rows(overrides::AFTER, [rows::micros(since)], read)?)
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        self.keep_made(overrides::KEEP, made.id.to_string(), rows::override_row(made)?)
    }
}

impl SqliteJournal {
    /// Keeps what somebody made unless somebody else was first, and counts that in the same transaction.
    fn keep_made(
        &mut self,
        sql: &str,
        id: String,
        (version, ends_at, body): (i64, i64, String),
    ) -> Result<bool, JournalError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unavailable)?;
        if execute(&transaction, sql, (id, version, ends_at, body))? == 0 {
            return Ok(false);
        }
        execute(&transaction, silences::COUNT, [])?;
        transaction.commit().map_err(unavailable)?;
        Ok(true)
    }
}

fn write_stream(
    transaction: &Transaction<'_>,
    scratch: &mut Scratch,
    write: &StreamWrite,
) -> Result<(), JournalError> {
    scratch.fill(write)?;
    if write_row(transaction, scratch, write)? != 1 {
        return Err(conflict(write));
    }
    if let Some(first) = write.events.first() {
        let seq = rows::number(write.expected.saturating_add(1));
        let at = rows::micros(first.at);
        execute(transaction, sql::ADD_EVENTS, params![scratch.id, seq, at, Text(&scratch.body)])?;
    }
    for change in &write.work {
        write_work(transaction, &scratch.id, change, write)?;
    }
    for change in &write.timers {
        match change {
            TimerWrite::Set { key, due } => {
                let row = params![scratch.id, json(key)?, rows::micros(*due)];
                execute(transaction, sql::SET_TIMER, row)?;
            }
            TimerWrite::Clear { key } => {
                execute(transaction, sql::CLEAR_TIMER, params![scratch.id, json(key)?])?;
            }
            TimerWrite::Take { key, due } => {
                let row = params![scratch.id, json(key)?, rows::micros(*due)];
                execute(transaction, sql::TAKE_TIMER, row)?;
            }
        }
    }
    Ok(())
}

/// The incident's row; 0 when the version is not the expected one.
fn write_row(
    transaction: &Transaction<'_>,
    scratch: &Scratch,
    write: &StreamWrite,
) -> Result<usize, JournalError> {
    let added = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
    let version = rows::number(write.expected.saturating_add(added));
    let expected = rows::number(write.expected);
    let row = &write.summary;
    let (opened_at, updated_at) = (rows::micros(row.opened_at), rows::micros(row.updated_at));
    let resolved_at = row.resolved_at.map(rows::micros);
    let (id, search, summary) = (&scratch.id, &scratch.search, Text(&scratch.summary));
    if version == 0 {
        return Ok(0);
    }
    if expected == 0 {
        let fields = params![
            id,
            version,
            write.plan,
            row.status,
            row.rank,
            opened_at,
            updated_at,
            resolved_at,
            search,
            summary
        ];
        return execute(transaction, sql::ADD_INCIDENT, fields);
    }
    let fields = params![
        version,
        updated_at,
        search,
        summary,
        id,
        expected,
        row.status,
        row.rank,
        opened_at,
        resolved_at.unwrap_or(-1)
    ];
    if execute(transaction, sql::TOUCH_INCIDENT, fields)? == 1 {
        return Ok(1);
    }
    let fields = params![
        version,
        updated_at,
        search,
        summary,
        row.status,
        row.rank,
        opened_at,
        resolved_at,
        id,
        expected
    ];
    execute(transaction, sql::MOVE_INCIDENT, fields)
}

fn write_work(
    transaction: &Transaction<'_>,
    id: &str,
    change: &WorkWrite,
    write: &StreamWrite,
) -> Result<(), JournalError> {
    match change {
        WorkWrite::Put { work, lease } => {
            let (epoch, until) = (rows::number(lease.epoch), rows::micros(lease.until));
            execute(transaction, sql::PUT_WORK, (id, json(work)?, &lease.owner, epoch, until))?;
        }
        WorkWrite::Drop { work } => {
            execute(transaction, sql::DROP_WORK, (id, json(work)?))?;
        }
        WorkWrite::Finish { work, lease } => {
            let row = (id, json(work)?, &lease.owner, rows::number(lease.epoch));
            if execute(transaction, sql::FINISH_WORK, row)? != 1 {
                return Err(conflict(write));
            }
        }
        WorkWrite::Hold { work, lease } => {
            let row = (id, json(work)?, &lease.owner, rows::number(lease.epoch));
            if execute(transaction, sql::HOLD_WORK, row)? != 1 {
                return Err(conflict(write));
            }
        }
    }
    Ok(())
}

impl Scratch {
    fn fill(&mut self, write: &StreamWrite) -> Result<(), JournalError> {
        self.id.clear();
        self.body.clear();
        self.summary.clear();
        // Writing to a `String` cannot fail.
        let _ = write!(self.id, "{}", write.incident);
        serde_json::to_writer(&mut self.body, &write.events).map_err(unwritable)?;
        serde_json::to_writer(&mut self.summary, &write.summary).map_err(unwritable)?;
        rows::write_search(&write.summary, &self.id, &mut self.search);
        Ok(())
    }
}

/// JSON as the text that it is, without a second look at its encoding.
struct Text<'a>(&'a [u8]);

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

/// All events of a stream.
pub(super) fn events(connection: &Connection, id: &str) -> Result<Vec<Event>, JournalError> {
    let mut statement = connection.prepare_cached(sql::EVENTS).map_err(unavailable)?;
    let mut found = statement.query([id]).map_err(unavailable)?;
    let mut events = Vec::new();
    while let Some(row) = found.next().map_err(unavailable)? {
        let seq = row.get(0).map_err(unavailable)?;
        let body = row.get_ref(1).map_err(unavailable)?.as_str();
        let body = body.map_err(|error| corrupt("events", format_args!("{id} {seq}"), error))?;
        rows::append(&mut events, id, seq, body)?;
    }
    Ok(events)
}

/// The plan with this digest.
pub(super) fn plan(connection: &Connection, digest: &str) -> Result<Option<Plan>, JournalError> {
    let mut statement = connection.prepare_cached(sql::PLAN).map_err(unavailable)?;
    let body: Option<String> =
        statement.query_row([digest], |row| row.get(0)).optional().map_err(unavailable)?;
    body.map(|body| rows::json("plans", digest, &body)).transpose()
}

/// The rows of pairs of id and JSON.
pub(super) fn summaries(pairs: Vec<(String, String)>) -> Result<Vec<Summary>, JournalError> {
    pairs.into_iter().map(|(id, summary)| rows::json("incidents", &id, &summary)).collect()
}

/// The silences of pairs of id and JSON.
pub(super) fn silences_of(pairs: Vec<(String, String)>) -> Result<Vec<Silence>, JournalError> {
    rows::readable(pairs.into_iter().map(|(id, body)| rows::json("silences", &id, &body)))
}

/// The overrides of pairs of id and JSON.
pub(super) fn overrides_of(pairs: Vec<(String, String)>) -> Result<Vec<MadeOverride>, JournalError> {
    rows::readable(pairs.into_iter().map(|(id, body)| rows::json("overrides", &id, &body)))
}

/// Storage that cannot be used at the moment.
pub(super) fn unavailable(error: impl std::fmt::Display) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

fn unwritable(error: impl std::fmt::Display) -> JournalError {
    JournalError::Unavailable(format!("cannot be written as JSON: {error}"))
}

fn json(value: &impl Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(unwritable)
}

fn conflict(write: &StreamWrite) -> JournalError {
    JournalError::Conflict { incident: write.incident, expected: write.expected }
}

fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize, JournalError> {
    let mut statement = connection.prepare_cached(sql).map_err(unavailable)?;
    statement.execute(parameters).map_err(unavailable)
}
