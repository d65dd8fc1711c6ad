//! `evenkeel db …`.

use clap::Subcommand;
use std::path::PathBuf;

/// What to do with everything that is kept.
#[derive(Debug, Subcommand)]
pub(crate) enum DbVerb {
    /// Carry everything from one database into an empty one. No server may be at work on either.
    #[command(after_help = "Examples:\n  evenkeel db copy data postgres://ek@db.example.test/evenkeel\n  \
        evenkeel db copy evenkeel.toml new-data\n\n\
        A place is a data folder, a database's file (.db), an address (postgres://…), or settings (.toml) that name one.")]
    Copy {
        /// From where.
        from: String,
        /// Into what is empty.
        to: String,
    },
    /// Keep a copy of everything in a new file, while the servers go on.
    Backup {
        /// The file; it must not exist.
        file: PathBuf,
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Bring a backup back into an empty database. It asks before it wakes people.
    Restore {
        /// The backup.
        file: PathBuf,
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Let a restored database wake people: from the next start on its timers count.
    Wake {
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
}
