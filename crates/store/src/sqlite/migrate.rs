//! Brings the tables of a file up to date.

use super::sqlite_error;
use crate::StoreError;
use crate::migrations::{Dialect, MIGRATIONS, Migration};
use crate::sql::migrations as sql;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::Path;

const DIALECT: Dialect = Dialect { clustered: " WITHOUT ROWID", blob: "BLOB", text: "TEXT" };

/// How many tables there are, and whether the list of migrations is one of them.
const TABLES: &str = "\
SELECT COUNT(*), COUNT(CASE WHEN name = 'migrations' THEN 1 END) FROM sqlite_master WHERE type = 'table'";

/// Applies what is missing, all in one transaction.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    apply(connection, file, MIGRATIONS)
}

fn apply(connection: &mut Connection, file: &Path, known: &[Migration]) -> Result<(), StoreError> {
    let sqlite = || sqlite_error(file);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite())?;
    let applied = applied(&transaction, file)?;
    check(&applied, file, known)?;
    for migration in known.iter().skip(applied.len()) {
        run(&transaction, migration).map_err(sqlite())?;
    }
    transaction.commit().map_err(sqlite())
}

/// The migrations in the file, with their checksums.
fn applied(transaction: &Transaction<'_>, file: &Path) -> Result<Vec<(i64, String)>, StoreError> {
    let tables = transaction.query_row(TABLES, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    let (tables, ours) = tables.map_err(sqlite_error(file))?;
    if tables > 0 && ours == 0 {
        return Err(StoreError::NotOurs { file: file.to_owned() });
    }
    let read = || -> rusqlite::Result<Vec<(i64, String)>> {
        transaction.execute(sql::CREATE, [])?;
        let mut statement = transaction.prepare(sql::APPLIED)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    read().map_err(sqlite_error(file))
}

fn check(applied: &[(i64, String)], file: &Path, known: &[Migration]) -> Result<(), StoreError> {
    let last = known.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = applied.last().filter(|(found, _)| *found > last) {
        return Err(StoreError::Newer { file: file.to_owned(), found: *found, known: last });
    }
    let other = applied
        .iter()
        .zip(known)
        .find(|((version, checksum), known)| *version != known.version || *checksum != known.checksum());
    match other {
        Some(((version, _), _)) => {
            Err(StoreError::OtherMigration { file: file.to_owned(), version: *version })
        }
        None => Ok(()),
    }
}

fn run(transaction: &Transaction<'_>, migration: &Migration) -> rusqlite::Result<()> {
    transaction.execute_batch(&migration.sql(DIALECT))?;
    transaction.execute(sql::RECORD, (migration.version, migration.checksum()))?;
    Ok(())
}

#[cfg(test)]
mod tests;
