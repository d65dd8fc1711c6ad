//! A restored database asks before it wakes people: what it was restored from, and what would happen at once.

use crate::rows::{micros, time};
use crate::sql::restored as sql;
use crate::{Postgres, Sqlite, StoreError};
use jiff::Timestamp;

/// A restored database that nobody has let go yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When it was restored.
    pub at: Timestamp,
    /// From what.
    pub source: String,
    /// How many timers have fallen due.
    pub timers: u64,
    /// How many pages and commands were under way or waiting.
    pub work: u64,
}

impl Sqlite {
    /// Whether it waits for a person's word, and what would happen at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn restored(&self, now: Timestamp) -> Result<Option<Restored>, StoreError> {
        let connection = self.connection()?;
        let mark = connection.query_row(sql::MARKED, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (at, source): (i64, String) = match mark {
            Ok(mark) => mark,
            Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let waiting = connection.query_row(sql::WAITING, [micros(now)], |row| Ok((row.get(0)?, row.get(1)?)));
        let (timers, work): (i64, i64) = waiting.map_err(|error| self.failed(error))?;
        Ok(Some(restored(at, source, timers, work)))
    }

    /// A person has said that its timers may wake people.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn let_go(&self) -> Result<(), StoreError> {
        self.connection()?.execute(sql::CLEAR, []).map(drop).map_err(|error| self.failed(error))
    }
}

impl Postgres {
    /// Whether it waits for a person's word, and what would happen at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn restored(&self, now: Timestamp) -> Result<Option<Restored>, StoreError> {
        let mut link = self.link();
        let rows = link.rows(sql::MARKED, Vec::new()).map_err(|fault| self.failed(fault))?;
        let Some(mark) = rows.first() else { return Ok(None) };
        let with = vec![crate::postgres::parameters::number(micros(now))];
        let rows = link.rows(sql::WAITING, with).map_err(|fault| self.failed(fault))?;
        let (timers, work) = rows.first().map_or((0, 0), |row| (row.get(0), row.get(1)));
        Ok(Some(restored(mark.get(0), mark.get(1), timers, work)))
    }

    /// A person has said that its timers may wake people.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn let_go(&self) -> Result<(), StoreError> {
        self.link().touch(sql::CLEAR, Vec::new()).map(drop).map_err(|fault| self.failed(fault))
    }
}

fn restored(at: i64, source: String, timers: i64, work: i64) -> Restored {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let at = time("restored", &source, at).unwrap_or(Timestamp::UNIX_EPOCH);
    Restored { at, source, timers: count(timers), work: count(work) }
}
