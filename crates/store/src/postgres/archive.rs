//! The reading side.

use super::journal::{get, summary, unavailable};
use super::parameters::{maybe_text, number, text};
use super::pool::Pool;
use crate::rows::{self, corrupt};
use crate::sql::{journal as sql, overrides, postgres, silences};
use engine::ports::{Archive, Filter, JournalError};
use incident::{Event, IncidentId, MadeOverride, Plan, Silence, Summary};
use std::sync::Arc;
use tokio_postgres::Row;

/// How many rows a list shows when the filter does not say.
const ROWS_DEFAULT: u32 = 100;

/// The reading side of a PostgreSQL database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct PostgresArchive {
    pool: Arc<Pool>,
}

impl PostgresArchive {
    pub(super) const fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }
}

impl Archive for PostgresArchive {
    fn stream(&self, incident: IncidentId) -> Result<Option<(String, Vec<Event>)>, JournalError> {
        let id = incident.to_string();
        let rows = self.pool.read(postgres::STREAM, || vec![text(id.clone())]).map_err(unavailable)?;
        let Some(first) = rows.first() else { return Ok(None) };
        let (plan, version): (String, i64) = (get(first, 0)?, get(first, 1)?);
        let mut events = Vec::new();
        for row in &rows {
            if let Some(seq) = get::<Option<i64>>(row, 2)? {
                rows::append(&mut events, &id, seq, get(row, 3)?)?;
            }
        }
        let found = rows::number(u64::try_from(events.len()).unwrap_or(u64::MAX));
        if found != version {
            let why = format_args!("{found} events where the incident has {version}");
            return Err(corrupt("events", id, why));
        }
        Ok(Some((plan, events)))
    }

    fn plan(&self, digest: &str) -> Result<Option<Plan>, JournalError> {
        let rows = self.pool.read(sql::PLAN, || vec![text(digest)]).map_err(unavailable)?;
        rows.first().map(|row| rows::json("plans", digest, get(row, 0)?)).transpose()
    }

    fn silences(&self, limit: u32) -> Result<Vec<Silence>, JournalError> {
        let rows =
            self.pool.read(silences::NEWEST, || vec![number(i64::from(limit))]).map_err(unavailable)?;
        rows::readable(rows.iter().map(silence))
    }

    fn overrides(&self, limit: u32) -> Result<Vec<MadeOverride>, JournalError> {
        let rows =
            self.pool.read(overrides::NEWEST, || vec![number(i64::from(limit))]).map_err(unavailable)?;
        rows::readable(rows.iter().map(made_override))
    }

    fn summaries(&self, filter: &Filter) -> Result<Vec<Summary>, JournalError> {
        let text = filter.text.as_ref().filter(|text| !text.is_empty()).map(|text| text.to_lowercase());
        let limit = if filter.limit == 0 { ROWS_DEFAULT } else { filter.limit };
        let with =
            || vec![maybe_text(filter.status.clone()), maybe_text(text.clone()), number(i64::from(limit))];
        let rows = self.pool.read(sql::listed(filter), with).map_err(unavailable)?;
        rows.iter().map(summary).collect()
    }
}

/// The override of a pair of id and JSON.
pub(super) fn made_override(row: &Row) -> Result<MadeOverride, JournalError> {
    rows::json("overrides", get(row, 0)?, get(row, 1)?)
}

/// The silence of a pair of id and JSON.
pub(super) fn silence(row: &Row) -> Result<Silence, JournalError> {
    rows::json("silences", get(row, 0)?, get(row, 1)?)
}
