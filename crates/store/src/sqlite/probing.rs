//! What the server's own probes saw, over a connection of its own: a few rows every quarter of a minute, in one
//! transaction, so that the journal is hardly ever held up.

use super::Hold;
use crate::rows::{micros, verdict_named, verdict_word};
use crate::sql::probing as sql;
use engine::ports::{
    Bucket, BucketWidth, ProbeHistory, ProbeHistoryError, ProbeRetention, ProbeWrite, Sample, Standing,
};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The history of probes, kept in a SQLite file.
#[derive(Debug)]
pub struct SqliteProbes {
    connection: Mutex<Connection>,
    _hold: Arc<Hold>,
}

impl SqliteProbes {
    pub(super) fn new(mut connection: Connection, hold: Arc<Hold>) -> rusqlite::Result<Self> {
        hold.checkpointer.watch(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), _hold: hold })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves nothing behind: a transaction rolls back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it in one transaction, or nothing.
    pub(super) fn in_one(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction)?;
        transaction.commit()
    }

    fn at_once(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), ProbeHistoryError> {
        self.in_one(write).map_err(failed)
    }

    /// The rows of a statement.
    pub(super) fn read<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_map(parameters, read)?.collect()
    }

    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ProbeHistoryError> {
        self.read(sql, parameters, read).map_err(failed)
    }
}

impl ProbeHistory for SqliteProbes {
    fn write(&self, write: &ProbeWrite) -> Result<(), ProbeHistoryError> {
        self.at_once(|transaction| {
            let mut put = transaction.prepare_cached(sql::PUT_SAMPLE)?;
            for (probe, sample) in &write.samples {
                let verdict = verdict_word(sample.verdict);
                put.execute((probe, micros(sample.at), verdict, sample.took_ms, &sample.reason))?;
            }
            let mut put = transaction.prepare_cached(sql::PUT_BUCKET)?;
            for (probe, width, bucket) in &write.buckets {
                let counts = (bucket.passes, bucket.fails, bucket.breaches, bucket.blinds);
                let (passes, fails, breaches, blinds) = counts;
                let took = json(&bucket.took)?;
                put.execute((probe, width.seconds(), bucket.at_s, passes, fails, breaches, blinds, took))?;
            }
            let mut put = transaction.prepare_cached(sql::PUT_STANDING)?;
            for (probe, standing) in &write.standings {
                put.execute((probe, json(standing)?))?;
            }
            let mut drop = transaction.prepare_cached(sql::DROP_STANDING)?;
            for probe in &write.gone {
                drop.execute([probe])?;
            }
            Ok(())
        })
    }

    fn samples(&self, probe: &str, from: Timestamp, limit: u32) -> Result<Vec<Sample>, ProbeHistoryError> {
        let mut samples = self.rows(sql::SAMPLES, (probe, micros(from), limit), sample)?;
        samples.reverse();
        Ok(samples)
    }

    fn buckets(
        &self,
        probe: &str,
        width: BucketWidth,
        from_s: i64,
    ) -> Result<Vec<Bucket>, ProbeHistoryError> {
        self.rows(sql::BUCKETS, (probe, width.seconds(), from_s), bucket)
    }

    fn standings(&self) -> Result<Vec<(String, Standing)>, ProbeHistoryError> {
        self.rows(sql::STANDINGS, [], |row| Ok((row.get(0)?, of_json(row, 1)?)))
    }

    fn forget(&self, before: ProbeRetention) -> Result<(), ProbeHistoryError> {
        self.at_once(|transaction| {
            transaction.execute(sql::FORGET_SAMPLES, [micros(before.samples)])?;
            let minutes = (BucketWidth::Minute.seconds(), before.minutes.as_second());
            transaction.execute(sql::FORGET_BUCKETS, minutes)?;
            let hours = (BucketWidth::Hour.seconds(), before.hours.as_second());
            transaction.execute(sql::FORGET_BUCKETS, hours).map(drop)
        })
    }
}

fn sample(row: &Row<'_>) -> rusqlite::Result<Sample> {
    let at = Timestamp::from_microsecond(row.get(0)?).map_err(|error| wrong(0, error))?;
    let word: String = row.get(1)?;
    let verdict = verdict_named(&word).ok_or_else(|| wrong(1, format!("{word:?} is no verdict")))?;
    Ok(Sample { at, verdict, took_ms: row.get(2)?, reason: row.get(3)? })
}

fn bucket(row: &Row<'_>) -> rusqlite::Result<Bucket> {
    let (passes, fails, breaches, blinds) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
    Ok(Bucket { at_s: row.get(0)?, passes, fails, breaches, blinds, took: of_json(row, 5)? })
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn of_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| wrong(column, error))
}

fn wrong(
    column: usize,
    why: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}

fn failed(error: impl std::fmt::Display) -> ProbeHistoryError {
    ProbeHistoryError(error.to_string())
}
