//! SQLite: one file, one server, one writer.
//!
//! Lives here: the connections, what is particular to SQLite, and the ports on top of it.

mod access;
mod archive;
mod checkpoint;
mod connection;
mod heartbeats;
mod journal;
mod lock;
mod migrate;
mod probing;

pub use access::SqliteAccess;
pub use archive::SqliteArchive;
pub use journal::SqliteJournal;
pub use probing::SqliteProbes;

use crate::StoreError;
use checkpoint::Checkpointer;
use lock::Lock;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A database in one file, held by this process alone until the last handle on it is gone.
#[derive(Debug)]
pub struct Sqlite {
    hold: Arc<Hold>,
    /// Opened for the migrations; the first journal takes it.
    first: Mutex<Option<Connection>>,
}

/// What every handle keeps alive. Fields are dropped in order: the lock goes last.
#[derive(Debug)]
struct Hold {
    checkpointer: Checkpointer,
    file: PathBuf,
    _lock: Lock,
}

impl Sqlite {
    /// Opens the database in `file`, makes it when there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`]: another server has it, a newer version wrote it, or it cannot be used.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let file = lock::real_path(file)?;
        let lock = Lock::take(&file)?;
        let mut connection = connection::create(&file).map_err(sqlite_error(&file))?;
        migrate::migrate(&mut connection, &file)?;
        let checkpointer = Checkpointer::start(&file)?;
        let hold = Arc::new(Hold { checkpointer, file, _lock: lock });
        Ok(Self { hold, first: Mutex::new(Some(connection)) })
    }

    /// A journal. One is enough: a second one waits whenever the first one writes.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn journal(&self) -> Result<SqliteJournal, StoreError> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let connection = match first {
            Some(connection) => connection,
            None => self.writer()?,
        };
        SqliteJournal::new(connection, Arc::clone(&self.hold)).map_err(sqlite_error(&self.hold.file))
    }

    /// The reading side. It opens its connections when they are first needed.
    #[must_use]
    pub fn archive(&self) -> SqliteArchive {
        SqliteArchive::new(Arc::clone(&self.hold))
    }

    /// Who may come in, over a connection of its own.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn access(&self) -> Result<SqliteAccess, StoreError> {
        let connection = self.writer()?;
        SqliteAccess::new(connection, Arc::clone(&self.hold)).map_err(sqlite_error(&self.hold.file))
    }

    /// The history of probes, over a connection of its own.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn probes(&self) -> Result<SqliteProbes, StoreError> {
        let connection = self.writer()?;
        SqliteProbes::new(connection, Arc::clone(&self.hold)).map_err(sqlite_error(&self.hold.file))
    }

    pub(crate) fn failed(&self, cause: rusqlite::Error) -> StoreError {
        sqlite_error(&self.hold.file)(cause)
    }

    /// A connection for something out of the ordinary.
    pub(crate) fn connection(&self) -> Result<Connection, StoreError> {
        self.writer()
    }

    fn writer(&self) -> Result<Connection, StoreError> {
        connection::writer(&self.hold.file).map_err(sqlite_error(&self.hold.file))
    }
}

/// A connection beside whoever holds the file; it cannot write.
pub(crate) fn read_only(file: &Path) -> rusqlite::Result<Connection> {
    connection::reader(file)
}

fn sqlite_error(file: &Path) -> impl FnOnce(rusqlite::Error) -> StoreError {
    let file = file.to_owned();
    move |cause| StoreError::Sqlite { file, cause }
}

#[cfg(test)]
mod tests;
