//! What was heard of heartbeats, over the connection of what probes saw: both are a few small rows now and then.

use super::SqliteProbes;
use crate::rows::micros;
use crate::sql::heartbeats as sql;
use engine::ports::{HeartbeatError, HeartbeatRecords, Pulse, Sign};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row};

impl HeartbeatRecords for SqliteProbes {
    fn sign(&self, name: &str, sign: Sign, at: Timestamp, said: &str) -> Result<bool, HeartbeatError> {
        let at = micros(at);
        let mut ended = false;
        let signed = self.in_one(|transaction| {
            match sign {
                Sign::Alive => {
                    let mut put = transaction.prepare_cached(sql::ALIVE)?;
                    let row = put.query_row((name, at), |row| row.get::<_, i64>(0)).optional()?;
                    ended = row == Some(1);
                }
                Sign::Begun => drop(transaction.prepare_cached(sql::BEGUN)?.execute((name, at))?),
                Sign::Failed => drop(transaction.prepare_cached(sql::FAILED)?.execute((name, at, said))?),
            }
            Ok(())
        });
        signed.map_err(failed)?;
        Ok(ended)
    }

    fn listen(&self, names: &[String], now: Timestamp, outage_us: i64) -> Result<Vec<Pulse>, HeartbeatError> {
        let now = micros(now);
        let listened = self.in_one(|transaction| {
            transaction.prepare_cached(sql::DEAF)?.execute((now, outage_us))?;
            transaction.prepare_cached(sql::LISTEN)?.execute([now])?;
            let mut put = transaction.prepare_cached(sql::AWAIT)?;
            for name in names {
                put.execute((name, now))?;
            }
            Ok(())
        });
        listened.and_then(|()| self.read(sql::PULSES, [], pulse)).map_err(failed)
    }

    fn silent(&self, read: &Pulse, at: Timestamp) -> Result<(), HeartbeatError> {
        let [alive, begun, failure, back] =
            [read.alive_at, read.begun_at, read.failed_at, read.back_at].map(or_none);
        let with = (micros(at), &read.name, alive, begun, failure, back, read.deaf_us);
        let put = self.in_one(|transaction| transaction.prepare_cached(sql::SILENT)?.execute(with).map(drop));
        put.map_err(failed)
    }

    fn forget(&self, name: &str) -> Result<(), HeartbeatError> {
        self.in_one(|transaction| transaction.execute(sql::FORGET, [name]).map(drop)).map_err(failed)
    }
}

fn or_none(at: Option<Timestamp>) -> i64 {
    at.map_or(-1, micros)
}

fn pulse(row: &Row<'_>) -> rusqlite::Result<Pulse> {
    Ok(Pulse {
        name: row.get(0)?,
        since: time(row, 1)?.unwrap_or_default(),
        alive_at: time(row, 2)?,
        begun_at: time(row, 3)?,
        failed_at: time(row, 4)?,
        said: row.get(5)?,
        silent_at: time(row, 6)?,
        back_at: time(row, 7)?,
        deaf_us: row.get(8)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let read = |micros| {
        Timestamp::from_microsecond(micros).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error))
        })
    };
    row.get::<_, Option<i64>>(column)?.map(read).transpose()
}

fn failed(error: impl std::fmt::Display) -> HeartbeatError {
    HeartbeatError(error.to_string())
}
