//! The end of a copy that is a SQLite file.

use super::{CopyError, ROWS_AT_ONCE, Row, Side, Value, failed};
use crate::Sqlite;
use crate::migrations::MIGRATIONS;
use crate::sql::migrations::APPLIED;
use crate::sql::restored::MARK;
use crate::sql::tables::Table;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;

const BEGIN_TO_WRITE: &str = "BEGIN IMMEDIATE";
const BEGIN_TO_READ: &str = "BEGIN";
const COMMIT: &str = "COMMIT";

/// A connection in the middle of a transaction, which ends without a trace when this goes.
pub(super) struct File(Connection);

impl File {
    /// A file that this process holds.
    pub(super) fn held(sqlite: &Sqlite) -> Result<Self, String> {
        let connection = sqlite.connection().map_err(|error| error.to_string())?;
        connection.execute_batch(BEGIN_TO_WRITE).map_err(said)?;
        Ok(Self(connection))
    }

    /// A file that may be a running server's: read beside it.
    pub(super) fn in_use(path: &Path) -> Result<Self, CopyError> {
        let connection = crate::sqlite::read_only(path).map_err(said).map_err(failed("source"))?;
        let begin = connection.execute_batch(BEGIN_TO_READ).map_err(said);
        begin.map_err(failed("source"))?;
        let side = Self(connection);
        let applied = side.applied().map_err(failed("source"))?;
        let known: Vec<_> = MIGRATIONS.iter().map(|known| (known.version, known.checksum())).collect();
        if applied != known {
            return Err(CopyError::OtherVersion(path.display().to_string()));
        }
        Ok(side)
    }

    fn applied(&self) -> Result<Vec<(i64, String)>, String> {
        let mut statement = self.0.prepare(APPLIED).map_err(said)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(said)?;
        rows.collect::<Result<_, _>>().map_err(said)
    }
}

impl Side for File {
    fn count(&mut self, table: &Table) -> Result<u64, String> {
        let count: i64 = self.0.query_row(&table.count(), [], |row| row.get(0)).map_err(said)?;
        u64::try_from(count).map_err(said)
    }

    fn read(
        &mut self,
        table: &Table,
        each: &mut dyn FnMut(Vec<Row>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let unread = |error: rusqlite::Error| failed("source")(format!("table {}: {error}", table.name));
        let mut statement = self.0.prepare(&table.read()).map_err(unread)?;
        let mut found = statement.query([]).map_err(unread)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(unread)? {
            let values = (0..table.columns.len()).map(|column| value(row.get_ref(column)?));
            rows.push(values.collect::<rusqlite::Result<Row>>().map_err(unread)?);
            if rows.len() == ROWS_AT_ONCE {
                each(std::mem::take(&mut rows))?;
            }
        }
        each(rows)
    }

    fn write(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), String> {
        let mut put = self.0.prepare_cached(&table.put_one()).map_err(said)?;
        for row in rows {
            let values = row.into_iter().map(stored);
            put.execute(params_from_iter(values)).map_err(said)?;
        }
        Ok(())
    }

    fn mark(&mut self, at: i64, source: &str) -> Result<(), String> {
        self.0.execute(MARK, (at, source)).map(drop).map_err(said)
    }

    fn keep(self: Box<Self>) -> Result<(), String> {
        self.0.execute_batch(COMMIT).map_err(said)
    }
}

fn value(stored: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match stored {
        ValueRef::Null => Value::Nothing,
        ValueRef::Integer(number) => Value::Number(number),
        // No table of ours has one; said as a text, it would be found to differ.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => {
            let text = String::from_utf8(text.to_vec()).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
            })?;
            // PostgreSQL has no place for the character zero; both ends are compared without it.
            Value::Text(crate::postgres::storable(text))
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

fn stored(value: Value) -> rusqlite::types::Value {
    match value {
        Value::Nothing => rusqlite::types::Value::Null,
        Value::Text(text) => rusqlite::types::Value::Text(text),
        Value::Number(number) => rusqlite::types::Value::Integer(number),
        Value::Bytes(bytes) => rusqlite::types::Value::Blob(bytes),
    }
}

fn said(error: impl core::fmt::Display) -> String {
    error.to_string()
}
