//! The reading side: a few connections that cannot write, opened when they are first needed.

use super::journal::{events, overrides_of, plan, silences_of, summaries, unavailable};
use super::{Hold, connection};
use crate::rows::{corrupt, number};
use crate::sql::{journal as sql, overrides, silences};
use engine::ports::{Archive, Filter, JournalError};
use incident::{Event, IncidentId, MadeOverride, Plan, Silence, Summary};
use rusqlite::{Connection, OptionalExtension};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many reads at a time; more would only wait for the processor.
const READERS: usize = 4;
/// How long a read waits for one of them.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How many rows a list shows when the filter does not say.
const ROWS_DEFAULT: u32 = 100;

/// The reading side of a SQLite file. Clones share its connections.
#[derive(Clone, Debug)]
pub struct SqliteArchive {
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Pool {
    readers: Mutex<Readers>,
    returned: Condvar,
    hold: Arc<Hold>,
}

#[derive(Debug, Default)]
struct Readers {
    idle: Vec<Connection>,
    busy: usize,
}

/// The right to one of the connections; it goes back when this is dropped.
struct Reader<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl SqliteArchive {
    pub(super) fn new(hold: Arc<Hold>) -> Self {
        Self { pool: Arc::new(Pool { readers: Mutex::default(), returned: Condvar::new(), hold }) }
    }

    /// The pairs of id and JSON that a statement finds, at most so many.
    fn newest(&self, sql: &str, limit: u32) -> Result<Vec<(String, String)>, JournalError> {
        self.pool.read(|connection| {
            let mut statement = connection.prepare_cached(sql).map_err(unavailable)?;
            let found = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)));
            found.map_err(unavailable)?.collect::<Result<_, _>>().map_err(unavailable)
        })
    }
}

impl Archive for SqliteArchive {
    fn stream(&self, incident: IncidentId) -> Result<Option<(String, Vec<Event>)>, JournalError> {
        let id = incident.to_string();
        self.pool.read(|connection| {
            // Both statements see the same moment.
            let moment = connection.unchecked_transaction().map_err(unavailable)?;
            let mut pinned = moment.prepare_cached(sql::PINNED).map_err(unavailable)?;
            let pinned = pinned.query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((plan, version)) = pinned.optional().map_err(unavailable)? else { return Ok(None) };
            let events = events(&moment, &id)?;
            let found = number(u64::try_from(events.len()).unwrap_or(u64::MAX));
            let version: i64 = version;
            if found != version {
                let why = format_args!("{found} events where the incident has {version}");
                return Err(corrupt("events", id.clone(), why));
            }
            Ok(Some((plan, events)))
        })
    }

    fn plan(&self, digest: &str) -> Result<Option<Plan>, JournalError> {
        self.pool.read(|connection| plan(connection, digest))
    }

    fn silences(&self, limit: u32) -> Result<Vec<Silence>, JournalError> {
        silences_of(self.newest(silences::NEWEST, limit)?)
    }

    fn overrides(&self, limit: u32) -> Result<Vec<MadeOverride>, JournalError> {
        overrides_of(self.newest(overrides::NEWEST, limit)?)
    }

    fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError> {
        let text = filter.text.as_ref().filter(|text| !text.is_empty()).map(|text| text.to_lowercase());
        let limit = if filter.limit == 0 { ROWS_DEFAULT } else { filter.limit };
        let pairs = self.pool.read(|connection| {
            let mut statement = connection.prepare_cached(sql::listed(filter)).map_err(unavailable)?;
            let found =
                statement.query_map((&filter.status, text, limit), |row| Ok((row.get(0)?, row.get(1)?)));
            found.map_err(unavailable)?.collect::<Result<_, _>>().map_err(unavailable)
        })?;
        summaries(pairs)
    }
}

impl Pool {
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let mut reader = self.take()?;
        let connection = match reader.connection.take() {
            Some(connection) => connection,
            None => connection::reader(&self.hold.file).map_err(unavailable)?,
        };
        read(reader.connection.insert(connection))
    }

    fn take(&self) -> Result<Reader<'_>, JournalError> {
        let all_busy = |readers: &mut Readers| readers.busy >= READERS;
        let waited = self.returned.wait_timeout_while(self.readers(), WAIT_MAX, all_busy);
        let (mut readers, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(unavailable(format_args!("all {READERS} readers are busy")));
        }
        readers.busy += 1;
        Ok(Reader { pool: self, connection: readers.idle.pop() })
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut readers = self.pool.readers();
        readers.busy -= 1;
        readers.idle.extend(self.connection.take());
        self.pool.returned.notify_one();
    }
}
