//! PostgreSQL: one database, any number of nodes.
//!
//! Lives here: the connections, what is particular to PostgreSQL, and the ports on top of it. Nothing here depends on a
//! session: no named statements, no listening, no locks that outlive a transaction, so that a pooler which hands out
//! connections a transaction at a time may stand between.

mod access;
mod archive;
mod fold;
mod heartbeats;
mod journal;
pub(crate) mod link;
mod migrate;
pub(crate) mod parameters;
mod pool;
mod probing;
mod tls;

pub(crate) use fold::digest as key_digest;
pub(crate) use parameters::storable;

pub use access::PostgresAccess;
pub use archive::PostgresArchive;
pub use journal::PostgresJournal;
pub use probing::PostgresProbes;

use crate::StoreError;
use link::{Link, Server};
use pool::Pool;
use std::sync::Arc;

/// A database that this process shares with others.
#[derive(Debug)]
pub struct Postgres {
    server: Arc<Server>,
    pool: Arc<Pool>,
}

impl Postgres {
    /// Reaches the database at `url`, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`]: it cannot be reached, is not fit, holds something else, or a newer version wrote it.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let server = Arc::new(Server::new(url)?);
        let mut link = Link::new(Arc::clone(&server));
        migrate::check_server(&mut link)?;
        migrate::migrate(&mut link)?;
        let pool = Arc::new(Pool::new(Arc::clone(&server), link));
        Ok(Self { server, pool })
    }

    /// The journal of a node, over a connection of its own. `node` is its name in leases: unique for each start.
    #[must_use]
    pub fn journal(&self, node: &str) -> PostgresJournal {
        PostgresJournal::new(Link::new(Arc::clone(&self.server)), node)
    }

    /// The reading side.
    #[must_use]
    pub fn archive(&self) -> PostgresArchive {
        PostgresArchive::new(Arc::clone(&self.pool))
    }

    /// Who may come in.
    #[must_use]
    pub fn access(&self) -> PostgresAccess {
        PostgresAccess::new(Arc::clone(&self.pool))
    }

    /// The history of probes.
    #[must_use]
    pub fn probes(&self) -> PostgresProbes {
        PostgresProbes::new(Arc::clone(&self.pool))
    }

    /// How many nodes are at work on it.
    ///
    /// # Errors
    /// [`StoreError::Postgres`].
    pub fn nodes_alive(&self) -> Result<u64, StoreError> {
        let rows =
            self.link().rows(crate::sql::postgres::ALIVE, Vec::new()).map_err(|fault| self.failed(fault))?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        Ok(u64::try_from(count).unwrap_or_default())
    }

    pub(crate) fn failed(&self, why: impl core::fmt::Display) -> StoreError {
        self.server.failed(why)
    }

    /// A connection for something out of the ordinary.
    pub(crate) fn link(&self) -> Link {
        Link::new(Arc::clone(&self.server))
    }

    /// Host, port and name of the database, for people to read.
    #[must_use]
    pub fn name(&self) -> &str {
        self.server.name()
    }
}
