//! What was heard of heartbeats, by whichever node.

use super::PostgresProbes;
use super::parameters::{Parameter, number, text, texts};
use crate::rows::micros;
use crate::sql::{heartbeats as sql, postgres};
use engine::ports::{HeartbeatError, HeartbeatRecords, Pulse, Sign};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

impl HeartbeatRecords for PostgresProbes {
    fn sign(&self, name: &str, sign: Sign, at: Timestamp, said: &str) -> Result<bool, HeartbeatError> {
        let pool = self.pool();
        let named = || vec![text(name), number(micros(at))];
        match sign {
            Sign::Alive => {
                // The same sign again changes nothing, so it may be asked again.
                let rows = pool.read(sql::ALIVE, named).map_err(failed)?;
                rows.first().map_or(Ok(false), |row| Ok(get::<i64>(row, 0)? == 1))
            }
            Sign::Begun => pool.touch(sql::BEGUN, named()).map(|_| false).map_err(failed),
            Sign::Failed => {
                let mut with = named();
                with.push(text(said));
                pool.touch(sql::FAILED, with).map(|_| false).map_err(failed)
            }
        }
    }

    fn listen(&self, names: &[String], now: Timestamp, outage_us: i64) -> Result<Vec<Pulse>, HeartbeatError> {
        let with = vec![number(micros(now)), number(outage_us), texts(names.to_vec())];
        self.pool().touch(postgres::LISTEN, with).map_err(failed)?;
        let rows = self.pool().read(sql::PULSES, Vec::new).map_err(failed)?;
        rows.iter().map(pulse).collect()
    }

    fn silent(&self, read: &Pulse, at: Timestamp) -> Result<(), HeartbeatError> {
        let mut with = vec![number(micros(at)), text(read.name.as_str())];
        with.extend([read.alive_at, read.begun_at, read.failed_at, read.back_at].map(or_none));
        with.push(number(read.deaf_us));
        self.pool().touch(sql::SILENT, with).map(drop).map_err(failed)
    }

    fn forget(&self, name: &str) -> Result<(), HeartbeatError> {
        self.pool().touch(sql::FORGET, vec![text(name)]).map(drop).map_err(failed)
    }
}

fn or_none(at: Option<Timestamp>) -> Parameter {
    number(at.map_or(-1, micros))
}

fn pulse(row: &Row) -> Result<Pulse, HeartbeatError> {
    Ok(Pulse {
        name: get(row, 0)?,
        since: time(row, 1)?.unwrap_or_default(),
        alive_at: time(row, 2)?,
        begun_at: time(row, 3)?,
        failed_at: time(row, 4)?,
        said: get(row, 5)?,
        silent_at: time(row, 6)?,
        back_at: time(row, 7)?,
        deaf_us: get(row, 8)?,
    })
}

fn time(row: &Row, column: usize) -> Result<Option<Timestamp>, HeartbeatError> {
    let micros: Option<i64> = get(row, column)?;
    micros.map(|micros| Timestamp::from_microsecond(micros).map_err(failed)).transpose()
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, HeartbeatError> {
    row.try_get(column).map_err(failed)
}

fn failed(error: impl core::fmt::Display) -> HeartbeatError {
    HeartbeatError(error.to_string())
}
