//! Why a storage could not be opened. What goes wrong later is said in the words of the ports.

use std::io;
use std::path::PathBuf;

/// Why a storage could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another server has the file.
    #[error("{} is in use by process {holder}: two servers on one file would page twice", file.display())]
    InUse {
        /// The database's file.
        file: PathBuf,
        /// The number of the process that has it, as it wrote it.
        holder: String,
    },
    /// The file or its folder cannot be used.
    #[error("cannot {what} {}: {cause}", file.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        file: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A newer version of the program has written it.
    #[error("{} was written by a newer version: it is at migration {found}, this program knows up to {known}", file.display())]
    Newer {
        /// The database's file.
        file: PathBuf,
        /// The last migration in the file.
        found: i64,
        /// The last migration that this program knows.
        known: i64,
    },
    /// A migration in the file is not the one of that number in this program.
    #[error("{}: migration {version} is not the one that this program knows", file.display())]
    OtherMigration {
        /// The database's file.
        file: PathBuf,
        /// Which migration.
        version: i64,
    },
    /// A database of some other program.
    #[error("{} is a database, but not one of this program", file.display())]
    NotOurs {
        /// The database's file.
        file: PathBuf,
    },
    /// The address of a database cannot be understood.
    #[error("database_url: {0}; it reads postgres://user:password@host:5432/database")]
    Address(String),
    /// PostgreSQL cannot be reached, or refused.
    #[error("{database}: {why}")]
    Postgres {
        /// Which database, without its password.
        database: String,
        /// What it said.
        why: String,
    },
    /// SQLite refused.
    #[error("{}: {cause}", file.display())]
    Sqlite {
        /// The database's file.
        file: PathBuf,
        /// What it said.
        cause: rusqlite::Error,
    },
}
