//! What the server's own probes saw.

use super::parameters::{Parameter, number, numbers, storable, text, texts};
use super::pool::Pool;
use crate::rows::{micros, verdict_named, verdict_word};
use crate::sql::{postgres, probing as sql};
use engine::ports::{
    Bucket, BucketWidth, ProbeHistory, ProbeHistoryError, ProbeRetention, ProbeWrite, Sample, Standing,
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// The history of probes, kept in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresProbes {
    pool: Arc<Pool>,
}

impl PostgresProbes {
    pub(super) const fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl ProbeHistory for PostgresProbes {
    fn write(&self, write: &ProbeWrite) -> Result<(), ProbeHistoryError> {
        let mut with = samples(write);
        with.extend(buckets(write)?);
        with.extend(standings(write)?);
        with.push(texts(write.gone.clone()));
        self.pool.touch(postgres::WRITE_PROBES, with).map(drop).map_err(failed)
    }

    fn samples(&self, probe: &str, from: Timestamp, limit: u32) -> Result<Vec<Sample>, ProbeHistoryError> {
        let with = || vec![text(probe), number(micros(from)), number(i64::from(limit))];
        let rows = self.pool.read(sql::SAMPLES, with).map_err(failed)?;
        rows.iter().rev().map(sample).collect()
    }

    fn buckets(
        &self,
        probe: &str,
        width: BucketWidth,
        from_s: i64,
    ) -> Result<Vec<Bucket>, ProbeHistoryError> {
        let with = || vec![text(probe), number(width.seconds()), number(from_s)];
        let rows = self.pool.read(sql::BUCKETS, with).map_err(failed)?;
        rows.iter().map(bucket).collect()
    }

    fn standings(&self) -> Result<Vec<(String, Standing)>, ProbeHistoryError> {
        let rows = self.pool.read(sql::STANDINGS, Vec::new).map_err(failed)?;
        rows.iter().map(|row| Ok((get(row, 0)?, of_json(get(row, 1)?)?))).collect()
    }

    fn forget(&self, before: ProbeRetention) -> Result<(), ProbeHistoryError> {
        self.pool.touch(sql::FORGET_SAMPLES, vec![number(micros(before.samples))]).map_err(failed)?;
        let widths = [(BucketWidth::Minute, before.minutes), (BucketWidth::Hour, before.hours)];
        for (width, before) in widths {
            let with = vec![number(width.seconds()), number(before.as_second())];
            self.pool.touch(sql::FORGET_BUCKETS, with).map_err(failed)?;
        }
        Ok(())
    }
}

/// The last of each row: one statement may not write a row twice.
fn samples(write: &ProbeWrite) -> Vec<Parameter> {
    let rows: BTreeMap<_, _> =
        write.samples.iter().map(|(probe, sample)| ((probe, micros(sample.at)), sample)).collect();
    let text = |of: fn(&Sample) -> String| texts(rows.values().map(|sample| of(sample)).collect());
    vec![
        texts(rows.keys().map(|(probe, _)| (*probe).clone()).collect()),
        numbers(rows.keys().map(|(_, at)| *at).collect()),
        text(|sample| verdict_word(sample.verdict).to_owned()),
        numbers(rows.values().map(|sample| i64::from(sample.took_ms)).collect()),
        text(|sample| sample.reason.clone()),
    ]
}

fn buckets(write: &ProbeWrite) -> Result<Vec<Parameter>, ProbeHistoryError> {
    let rows =
        write.buckets.iter().map(|(probe, width, bucket)| ((probe, width.seconds(), bucket.at_s), bucket));
    let rows: BTreeMap<_, _> = rows.collect();
    let count = |of: fn(&Bucket) -> u32| numbers(rows.values().map(|bucket| i64::from(of(bucket))).collect());
    let took = rows.values().map(|bucket| json(&bucket.took)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![
        texts(rows.keys().map(|(probe, _, _)| (*probe).clone()).collect()),
        numbers(rows.keys().map(|(_, width, _)| *width).collect()),
        numbers(rows.keys().map(|(_, _, at)| *at).collect()),
        count(|bucket| bucket.passes),
        count(|bucket| bucket.fails),
        count(|bucket| bucket.breaches),
        count(|bucket| bucket.blinds),
        texts(took),
    ])
}

fn standings(write: &ProbeWrite) -> Result<Vec<Parameter>, ProbeHistoryError> {
    // What is gone in the same write is gone: the statement drops nothing that it has just put.
    let rows: BTreeMap<_, _> = write.standings.iter().map(|(probe, standing)| (probe, standing)).collect();
    let rows: Vec<_> = rows.into_iter().filter(|(probe, _)| !write.gone.contains(probe)).collect();
    let words = rows.iter().map(|(_, standing)| json(standing)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![texts(rows.iter().map(|(probe, _)| (*probe).clone()).collect()), texts(words)])
}

fn sample(row: &Row) -> Result<Sample, ProbeHistoryError> {
    let at = Timestamp::from_microsecond(get(row, 0)?).map_err(failed)?;
    let word: &str = get(row, 1)?;
    let verdict = verdict_named(word).ok_or_else(|| failed(format_args!("{word:?} is no verdict")))?;
    Ok(Sample { at, verdict, took_ms: count(row, 2)?, reason: get(row, 3)? })
}

fn bucket(row: &Row) -> Result<Bucket, ProbeHistoryError> {
    let (passes, fails, breaches, blinds) = (count(row, 1)?, count(row, 2)?, count(row, 3)?, count(row, 4)?);
    Ok(Bucket { at_s: get(row, 0)?, passes, fails, breaches, blinds, took: of_json(get(row, 5)?)? })
}

fn count(row: &Row, column: usize) -> Result<u32, ProbeHistoryError> {
    u32::try_from(get::<i64>(row, column)?).map_err(failed)
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, ProbeHistoryError> {
    row.try_get(column).map_err(failed)
}

fn json(value: &impl serde::Serialize) -> Result<String, ProbeHistoryError> {
    serde_json::to_string(value).map(storable).map_err(failed)
}

fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ProbeHistoryError> {
    serde_json::from_str(text).map_err(failed)
}

fn failed(error: impl core::fmt::Display) -> ProbeHistoryError {
    ProbeHistoryError(error.to_string())
}
