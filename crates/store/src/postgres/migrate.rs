//! Brings the tables of a database up to date, one node at a time.

use super::link::Link;
use crate::StoreError;
use crate::migrations::{Dialect, MIGRATIONS, Migration, NODE_MIGRATIONS};
use crate::sql::{migrations as sql, postgres};
use std::path::PathBuf;
use tokio_postgres::Row;

const DIALECT: Dialect = Dialect { clustered: "", blob: "BYTEA", text: "TEXT COLLATE \"C\"" };

/// The oldest version that knows everything that is asked: 64-bit transaction numbers came with 13.
const SERVER_MIN: i64 = 130_000;

/// Whether the server is fit at all.
pub(super) fn check_server(link: &mut Link) -> Result<(), StoreError> {
    let rows = link.rows(postgres::SERVER, Vec::new()).map_err(|fault| link.server().failed(fault))?;
    let row = first(link, &rows)?;
    let (version, encoding): (i64, &str) = (row.get(0), row.get(2));
    if version < SERVER_MIN {
        let why = format!("version {}: at least PostgreSQL 13 is needed", version / 10_000);
        return Err(link.server().failed(why));
    }
    if encoding != "UTF8" {
        return Err(link.server().failed(format!("the database's encoding is {encoding}: it must be UTF8")));
    }
    if row.get::<_, &str>(1) == "off" {
        tracing::warn!("PostgreSQL runs with fsync off: a power cut may lose what was answered");
    }
    Ok(())
}

/// Applies what is missing, all in one transaction. Another node that does the same waits.
pub(super) fn migrate(link: &mut Link) -> Result<(), StoreError> {
    // Looked at first, and again under the lock by the script itself: a second node finds the rows and changes nothing.
    let tables = link.rows(postgres::TABLES, Vec::new()).map_err(|fault| link.server().failed(fault))?;
    let row = first(link, &tables)?;
    let (tables, ours): (i64, i64) = (row.get(0), row.get(1));
    if tables > 0 && ours == 0 {
        return Err(StoreError::NotOurs { file: PathBuf::from(link.server().name()) });
    }
    for (known, list) in [(MIGRATIONS, &SHARED), (NODE_MIGRATIONS, &NODES)] {
        link.script(locked(list.create)).map_err(|fault| link.server().failed(fault))?;
        let applied = applied(link, list)?;
        check(&applied, link, known)?;
        for migration in known.iter().skip(applied.len()) {
            link.script(locked(&step(migration, list))).map_err(|fault| link.server().failed(fault))?;
        }
    }
    Ok(())
}

/// A list of migrations and where it is kept.
struct List {
    create: &'static str,
    applied: &'static str,
    table: &'static str,
    templated: Templated,
}

#[derive(Clone, Copy)]
enum Templated {
    Yes,
    No,
}

const SHARED: List =
    List { create: sql::CREATE, applied: sql::APPLIED, table: "migrations", templated: Templated::Yes };

const NODES: List = List {
    create: postgres::CREATE_NODE_MIGRATIONS,
    applied: postgres::NODE_MIGRATIONS_APPLIED,
    table: "node_migrations",
    templated: Templated::No,
};

/// A script, one node at a time. Statements that are sent together are one transaction.
fn locked(script: &str) -> String {
    format!("{}; {script}", postgres::ONE_AT_A_TIME)
}

/// A migration that does nothing when another node has applied it meanwhile.
fn step(migration: &Migration, list: &List) -> String {
    let statements = match list.templated {
        Templated::Yes => migration.sql(DIALECT),
        Templated::No => migration.text().to_owned(),
    };
    let (table, version, checksum) = (list.table, migration.version, migration.checksum());
    postgres::MIGRATE_ONCE
        .replace("{{table}}", table)
        .replace("{{version}}", &version.to_string())
        .replace("{{checksum}}", &checksum)
        .replace("{{statements}}", &statements)
}

fn applied(link: &mut Link, list: &List) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = link.rows(list.applied, Vec::new()).map_err(|fault| link.server().failed(fault))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn check(applied: &[(i64, String)], link: &Link, known: &[Migration]) -> Result<(), StoreError> {
    let file = || PathBuf::from(link.server().name());
    let last = known.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = applied.last().filter(|(found, _)| *found > last) {
        return Err(StoreError::Newer { file: file(), found: *found, known: last });
    }
    let mut pairs = applied.iter().zip(known);
    match pairs
        .find(|((version, checksum), known)| *version != known.version || *checksum != known.checksum())
    {
        Some(((version, _), _)) => Err(StoreError::OtherMigration { file: file(), version: *version }),
        None => Ok(()),
    }
}

fn first<'a>(link: &Link, rows: &'a [Row]) -> Result<&'a Row, StoreError> {
    rows.first().ok_or_else(|| link.server().failed("it answered without a row"))
}
