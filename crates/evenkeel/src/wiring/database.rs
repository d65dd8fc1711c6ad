//! Where everything is kept: a file of this server's own, or a PostgreSQL that several servers share.

use super::Steady;
use super::server::storage_failed;
use crate::config::{Config, Storage};
use crate::exit::{Failure, Kind};
use channels::Secret;
use engine::memory::Memory;
use engine::ports::{Access, Archive, Clock as _, HeartbeatRecords, Journal, ProbeHistory};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{End, Postgres, Restored, Sqlite};

/// Where a server keeps what it keeps, before it is opened.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file in this data folder.
    Folder(PathBuf),
    /// Just this file.
    File(PathBuf),
    /// The database at this address, which may hold a password.
    Shared(Secret),
}

/// An open database.
pub(crate) enum Database {
    /// This server's alone.
    File(Sqlite),
    /// Any number of servers'.
    Shared(Postgres),
}

/// Where incidents are written, and where they are read.
pub(crate) type Kept = (Box<dyn Journal>, Arc<dyn Archive>);

impl Place {
    /// As the settings say.
    pub(crate) fn of(config: &Config) -> Self {
        match &config.database_url {
            Some(url) => Self::Shared(url.clone()),
            None => Self::Folder(config.data.clone()),
        }
    }

    /// Opens it, making a file and its folder when there is none, and brings its tables up to date.
    pub(crate) fn open(&self) -> Result<Database, Failure> {
        match self {
            Self::Folder(data) => {
                make_folder(data)?;
                Sqlite::open(&database(data)).map(Database::File).map_err(storage_failed)
            }
            Self::File(file) => {
                make_folder(file.parent().unwrap_or(Path::new(".")))?;
                Sqlite::open(file).map(Database::File).map_err(storage_failed)
            }
            Self::Shared(url) => Postgres::open(url.reveal()).map(Database::Shared).map_err(refused),
        }
    }
}

impl Database {
    /// Who may come in.
    pub(crate) fn access(&self) -> Result<Arc<dyn Access>, Failure> {
        match self {
            Self::File(file) => Ok(Arc::new(file.access().map_err(storage_failed)?)),
            Self::Shared(shared) => Ok(Arc::new(shared.access())),
        }
    }

    /// What probes saw.
    pub(crate) fn probes(&self) -> Result<Arc<dyn ProbeHistory>, Failure> {
        match self {
            Self::File(file) => Ok(Arc::new(file.probes().map_err(storage_failed)?)),
            Self::Shared(shared) => Ok(Arc::new(shared.probes())),
        }
    }

    /// What was heard of heartbeats.
    pub(crate) fn heartbeats(&self) -> Result<Arc<dyn HeartbeatRecords>, Failure> {
        match self {
            Self::File(file) => Ok(Arc::new(file.probes().map_err(storage_failed)?)),
            Self::Shared(shared) => Ok(Arc::new(shared.probes())),
        }
    }

    /// The journal of a server of this name in leases.
    pub(crate) fn journal(&self, node: &str) -> Result<Box<dyn Journal>, Failure> {
        match self {
            Self::File(file) => Ok(Box::new(file.journal().map_err(storage_failed)?)),
            Self::Shared(shared) => Ok(Box::new(shared.journal(node))),
        }
    }

    /// Incidents, in the storage that was asked for.
    pub(crate) fn incidents(&self, storage: Storage, node: &str) -> Result<Kept, Failure> {
        match (storage, self) {
            (Storage::Disk, Self::File(file)) => Ok((self.journal(node)?, Arc::new(file.archive()))),
            (Storage::Disk, Self::Shared(shared)) => Ok((self.journal(node)?, Arc::new(shared.archive()))),
            (Storage::Memory, Self::File(_) | Self::Shared(_)) => {
                tracing::warn!("storage = \"memory\": every incident is gone when this process ends");
                let memory = Memory::new();
                Ok((Box::new(memory.clone()), Arc::new(memory)))
            }
        }
    }

    /// As one end of a copy.
    pub(crate) const fn end(&self) -> End<'_> {
        match self {
            Self::File(file) => End::File(file),
            Self::Shared(shared) => End::Shared(shared),
        }
    }

    /// What would happen at once if a server started on it, when it was restored and nobody has let it go.
    pub(crate) fn asks(&self) -> Result<Option<String>, Failure> {
        let now = Steady::new(1.0).now();
        let asks = match self {
            Self::File(file) => file.restored(now),
            Self::Shared(shared) => shared.restored(now),
        };
        let words = |asks: Restored| {
            format!(
                "it was restored from {} at {}; {} timer(s) have fallen due since, and {} page(s) or command(s) \
                 were under way",
                asks.source,
                asks.at.strftime("%Y-%m-%d %H:%M:%SZ"),
                asks.timers,
                asks.work
            )
        };
        Ok(asks.map_err(storage_failed)?.map(words))
    }

    /// A person has said that it may wake people.
    pub(crate) fn let_go(&self) -> Result<(), Failure> {
        let done = match self {
            Self::File(file) => file.let_go(),
            Self::Shared(shared) => shared.let_go(),
        };
        done.map_err(storage_failed)
    }

    /// How many servers are at work on a shared database.
    pub(crate) fn servers_at_work(&self) -> Result<u64, Failure> {
        match self {
            Self::File(_) => Ok(0),
            Self::Shared(shared) => shared.nodes_alive().map_err(storage_failed),
        }
    }

    /// Refuses a restored database that nobody has let go.
    pub(crate) fn may_wake_people(&self) -> Result<(), Failure> {
        match self.asks()? {
            None => Ok(()),
            Some(asks) => Err(Failure::new(Kind::Refused, format!("{}: {asks}", self.name()))
                .hint("`evenkeel db wake --config FILE` lets it wake people; docs/postgresql.md says more")),
        }
    }

    /// Its name, for people to read.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File(_) => "the data folder",
            Self::Shared(shared) => shared.name(),
        }
    }

    /// Whether other servers write to it as well.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }
}

/// The database's file in the data folder.
pub(crate) fn database(data: &Path) -> PathBuf {
    data.join("evenkeel.db")
}

/// Makes the data folder when there is none.
pub(crate) fn make_folder(data: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(data).map_err(|error| {
        Failure::new(Kind::World, format!("cannot make the data folder {}: {error}", data.display()))
    })
}

/// The settings' fault and the world's are told apart.
fn refused(error: store::StoreError) -> Failure {
    match error {
        store::StoreError::Address(_) => Failure::new(Kind::Config, error.to_string()),
        other => Failure::new(Kind::World, other.to_string())
            .hint("`evenkeel doctor` asks the database again; docs/postgresql.md says how it is set up"),
    }
}
