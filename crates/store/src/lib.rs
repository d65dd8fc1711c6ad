//! Storage: SQL, rows, migrations, leases. It decides nothing.
//!
//! Lives here: everything that knows SQL, each statement a named constant in `sql`. Must never be here: what an event
//! means, who is paged, HTTP, the playbook.

mod error;
mod migrations;
mod rows;
mod sql;
mod sqlite;

pub use error::StoreError;
pub use sqlite::{Sqlite, SqliteAccess, SqliteArchive, SqliteJournal, SqliteProbes};
