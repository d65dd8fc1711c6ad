//! Storage: SQL, rows, migrations, leases. It decides nothing.
//!
//! Lives here: everything that knows SQL, each statement a named constant in `sql`. Must never be here: what an event
//! means, who is paged, HTTP, the playbook.

mod copying;
mod error;
mod migrations;
mod postgres;
mod restored;
mod rows;
mod sql;
mod sqlite;

pub use copying::{Carried, CopyError, End, Purpose, copy};
pub use error::StoreError;
pub use postgres::{Postgres, PostgresAccess, PostgresArchive, PostgresJournal, PostgresProbes};
pub use restored::Restored;
pub use sqlite::{Sqlite, SqliteAccess, SqliteArchive, SqliteJournal, SqliteProbes};
