//! `evenkeel token …` and `evenkeel person …`: who may come in.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// `evenkeel token …`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Make one and print it, once. With --config it is written straight into the database that the settings name.
    Create {
        /// Its name; for `alerts` the name of the source, for `agent` of the agent.
        name: String,
        /// What it may do.
        #[arg(long, value_enum, default_value_t = ScopeArg::Alerts)]
        scope: ScopeArg,
        /// In whose name it acts; needed for `respond`.
        #[arg(long)]
        person: Option<String>,
        /// The settings; a server on a file must not be running.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// `evenkeel person …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonVerb {
    /// Print the link by which a person sets a password, once, within three days. Hand it to nobody else: the account is
    /// then in nobody else's hand where two people are asked.
    Invite {
        /// Their short name, as in the settings.
        person: String,
        /// The settings; a server on a file must not be running.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Send alerts.
    Alerts,
    /// Read everything.
    Read,
    /// Do everything in the name of its person.
    Respond,
    /// Be the agent of its name, and nothing else.
    Agent,
}
