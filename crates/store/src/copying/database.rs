//! The end of a copy that is a PostgreSQL database.

use super::{CopyError, ROWS_AT_ONCE, Row, Side, Value, failed};
use crate::Postgres;
use crate::postgres::key_digest;
use crate::postgres::link::Link;
use crate::postgres::parameters::{Parameter, bytes, many_bytes, maybe_numbers, maybe_texts, number, text};
use crate::rows;
use crate::sql::postgres as sql;
use crate::sql::restored::MARK;
use crate::sql::tables::{Kind, Table};
use incident::Summary;

/// A connection in the middle of a transaction, which ends without a trace when this goes.
pub(super) struct Shared(Link);

impl Shared {
    pub(super) fn new(postgres: &Postgres) -> Result<Self, String> {
        let mut link = postgres.link();
        link.script(sql::BEGIN_AT_ONE_MOMENT.to_owned()).map_err(said)?;
        // A new connection would know nothing of the transaction.
        link.pin();
        Ok(Self(link))
    }

    /// Who has which key is not among what is carried: it follows from the incidents: the open one of a
    /// key, or else the newest.
    fn learn_keys(&mut self) -> Result<(), String> {
        let rows = self.0.rows(sql::ALL_SUMMARIES, Vec::new()).map_err(said)?;
        for row in &rows {
            let (id, summary): (&str, &str) = (row.get(0), row.get(1));
            let summary: Summary = rows::json("incidents", id, summary).map_err(said)?;
            for key in &summary.keys {
                let with = vec![bytes(key_digest(key)), text(id)];
                self.0.touch(sql::LEARN_KEY, with).map_err(said)?;
            }
        }
        Ok(())
    }
}

impl Side for Shared {
    fn count(&mut self, table: &Table) -> Result<u64, String> {
        let rows = self.0.rows_of(table.count(), Vec::new()).map_err(said)?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        u64::try_from(count).map_err(said)
    }

    fn read(
        &mut self,
        table: &Table,
        each: &mut dyn FnMut(Vec<Row>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let unread = |why: String| failed("source")(format!("table {}: {why}", table.name));
        let declare = format!("{} {}", sql::DECLARE, table.read());
        self.0.script(declare).map_err(said).map_err(unread)?;
        loop {
            let found = self.0.rows(sql::FETCH, Vec::new()).map_err(said).map_err(unread)?;
            let last = found.len() < ROWS_AT_ONCE;
            let rows = found.iter().map(|row| values(row, table)).collect::<Result<Vec<_>, _>>();
            each(rows.map_err(|error| unread(error.to_string()))?)?;
            if last {
                break;
            }
        }
        self.0.script(sql::CLOSE.to_owned()).map_err(said).map_err(unread)
    }

    fn write(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), String> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut columns: Vec<Vec<Value>> = table.columns.iter().map(|_| Vec::new()).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let kinds = table.columns.iter().map(|(_, kind)| *kind);
        let with = columns.into_iter().zip(kinds).map(|(column, kind)| parameter(column, kind)).collect();
        self.0.touch_by(table.put_many(), with).map(drop).map_err(said)
    }

    fn mark(&mut self, at: i64, source: &str) -> Result<(), String> {
        self.0.touch(MARK, vec![number(at), text(source)]).map(drop).map_err(said)
    }

    fn keep(mut self: Box<Self>) -> Result<(), String> {
        self.learn_keys()?;
        self.0.script(sql::COMMIT_ALL.to_owned()).map_err(said)
    }
}

fn values(row: &tokio_postgres::Row, table: &Table) -> Result<Row, tokio_postgres::Error> {
    let value = |(at, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Text => row.try_get::<_, Option<String>>(at)?.map_or(Value::Nothing, Value::Text),
            Kind::Number => row.try_get::<_, Option<i64>>(at)?.map_or(Value::Nothing, Value::Number),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Value::Nothing, Value::Bytes),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn parameter(column: Vec<Value>, kind: Kind) -> Parameter {
    let words = |value| if let Value::Text(text) = value { Some(text) } else { None };
    let whole = |value| if let Value::Number(number) = value { Some(number) } else { None };
    let raw = |value| if let Value::Bytes(bytes) = value { bytes } else { Vec::new() };
    match kind {
        Kind::Text => maybe_texts(column.into_iter().map(words).collect()),
        Kind::Number => maybe_numbers(column.into_iter().map(whole).collect()),
        Kind::Bytes => many_bytes(column.into_iter().map(raw).collect()),
    }
}

fn said(error: impl core::fmt::Display) -> String {
    error.to_string()
}
