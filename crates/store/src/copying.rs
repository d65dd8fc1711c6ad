//! Carries everything from one storage to another: all of it, compared row for row, or nothing.

mod database;
mod file;

use crate::rows::micros;
use crate::sql::tables::{TABLES, Table};
use crate::{Postgres, Sqlite};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::path::Path;

/// How many rows are carried at once.
const ROWS_AT_ONCE: usize = 500;

/// One end of a copy.
#[derive(Clone, Copy, Debug)]
pub enum End<'a> {
    /// A file that this process holds.
    File(&'a Sqlite),
    /// A file that may be in use: it is only read, as of one moment.
    FileInUse(&'a Path),
    /// A database that may be in use: it is read as of one moment.
    Shared(&'a Postgres),
}

/// What a copy is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What was at one place goes on at another, or is kept for later.
    Move,
    /// Something of before is brought back: it must ask before it wakes people.
    Restore {
        /// When.
        at: Timestamp,
        /// From what, for people to read.
        source: String,
    },
}

/// What was carried of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Which table.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over all of them, lower-case hex; the same at both ends.
    pub digest: String,
}

/// Why nothing was carried.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It would be mixed with what is there.
    #[error(
        "the target is not empty: its table {table} has {rows} row(s); a copy goes into an empty database"
    )]
    NotEmpty {
        /// Which table.
        table: &'static str,
        /// How many rows it has.
        rows: u64,
    },
    /// What arrived is not what was sent.
    #[error("table {table}: {sent} row(s) were sent and {found} found, or they differ; nothing was kept")]
    Differs {
        /// Which table.
        table: &'static str,
        /// How many rows were read at the source.
        sent: u64,
        /// How many are at the target.
        found: u64,
    },
    /// The source was written by another version of the program.
    #[error("{0}: start the server of this version on it once, then copy it")]
    OtherVersion(String),
    /// One end cannot be used.
    #[error("the {end}: {why}")]
    Failed {
        /// Which end.
        end: &'static str,
        /// What it said.
        why: String,
    },
}

/// A stored value, whatever the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Nothing,
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
}

type Row = Vec<Value>;

/// What an end can do. Reading is as of one moment; writing counts with `keep`, and is gone without it.
trait Side {
    fn count(&mut self, table: &Table) -> Result<u64, String>;
    fn read(
        &mut self,
        table: &Table,
        each: &mut dyn FnMut(Vec<Row>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError>;
    fn write(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), String>;
    /// It asks before it wakes people.
    fn mark(&mut self, at: i64, source: &str) -> Result<(), String>;
    fn keep(self: Box<Self>) -> Result<(), String>;
}

/// Carries everything, and compares what arrived. The target must be empty.
///
/// # Errors
/// [`CopyError`]; the target is as it was then.
pub fn copy(from: End<'_>, to: End<'_>, purpose: &Purpose) -> Result<Vec<Carried>, CopyError> {
    let mut source = open(from, "source")?;
    let mut target = open(to, "target")?;
    for table in TABLES {
        let rows = target.count(table).map_err(failed("target"))?;
        if rows > 0 {
            return Err(CopyError::NotEmpty { table: table.name, rows });
        }
    }
    let mut carried = Vec::new();
    for table in TABLES {
        let mut sent = Sum::default();
        source.read(table, &mut |rows| {
            rows.iter().for_each(|row| sent.add(row));
            target.write(table, rows).map_err(failed("target"))
        })?;
        let mut found = Sum::default();
        target.read(table, &mut |rows| {
            rows.iter().for_each(|row| found.add(row));
            Ok(())
        })?;
        let (sent, found) = (sent.end(table), found.end(table));
        if sent != found {
            return Err(CopyError::Differs { table: table.name, sent: sent.rows, found: found.rows });
        }
        carried.push(sent);
    }
    if let Purpose::Restore { at, source } = purpose {
        target.mark(micros(*at), source).map_err(failed("target"))?;
    }
    target.keep().map_err(failed("target"))?;
    Ok(carried)
}

fn open(end: End<'_>, name: &'static str) -> Result<Box<dyn Side>, CopyError> {
    let side: Result<Box<dyn Side>, String> = match end {
        End::File(sqlite) => file::File::held(sqlite).map(|side| Box::new(side) as Box<dyn Side>),
        End::FileInUse(path) => {
            return file::File::in_use(path).map(|side| Box::new(side) as Box<dyn Side>);
        }
        End::Shared(postgres) => database::Shared::new(postgres).map(|side| Box::new(side) as Box<dyn Side>),
    };
    side.map_err(failed(name))
}

fn failed(end: &'static str) -> impl Fn(String) -> CopyError {
    move |why| CopyError::Failed { end, why }
}

/// What rows come to: as many, and the same ones in the same order.
#[derive(Default)]
struct Sum {
    rows: u64,
    digest: Sha256,
}

impl Sum {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        for value in row {
            let (tag, bytes): (u8, &[u8]) = match value {
                Value::Nothing => (0, &[]),
                Value::Text(text) => (1, text.as_bytes()),
                Value::Number(number) => (2, &number.to_be_bytes()),
                Value::Bytes(bytes) => (3, bytes),
            };
            self.digest.update([tag]);
            self.digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.digest.update(bytes);
        }
    }

    fn end(self, table: &Table) -> Carried {
        let digest = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Carried { table: table.name, rows: self.rows, digest }
    }
}
