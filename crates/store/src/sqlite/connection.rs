//! Connections and the pragmas that each kind of them needs. The only SQL outside `sql`: no other database knows it.

use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another one's lock. Only a checkpoint that restarts the log, or another writer's
/// commit, is ever waited for; both take milliseconds on a healthy disk.
const BUSY_MAX: Duration = Duration::from_secs(5);
/// A checkpoint that waits holds the writer up, so it gives up soon and comes back later.
const CHECKPOINT_BUSY_MAX: Duration = Duration::from_millis(100);
/// More than there are statements, so that none is prepared twice.
const STATEMENTS: usize = 40;

/// Every commit is on the disk before it is answered; checkpoints have their own thread.
const DURABLE: &str = "\
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA foreign_keys = ON;";

/// Asked once for each file: it stays in it.
const WRITE_AHEAD: &str = "PRAGMA journal_mode = WAL";

const READ_ONLY: &str = "PRAGMA query_only = ON";

/// The first connection to a file, which may be new.
pub(super) fn create(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file)?;
    connection.query_row(WRITE_AHEAD, [], |_| Ok(()))?;
    connection.execute_batch(DURABLE)?;
    Ok(connection)
}

/// A connection that writes.
pub(super) fn writer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file)?;
    connection.execute_batch(DURABLE)?;
    Ok(connection)
}

/// A connection that can only read.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file)?;
    connection.execute_batch(READ_ONLY)?;
    Ok(connection)
}

/// A connection for checkpoints.
pub(super) fn checkpointer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = writer(file)?;
    connection.busy_timeout(CHECKPOINT_BUSY_MAX)?;
    Ok(connection)
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
