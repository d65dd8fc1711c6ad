//! `evenkeel status …`: its verbs and their arguments.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// `evenkeel status …`.
#[derive(Debug, Subcommand)]
pub(crate) enum StatusVerb {
    /// Post a status update in one of the playbook's templates.
    Post {
        /// The incident's id.
        id: String,
        /// What it says of the incident.
        #[arg(long, value_enum, default_value_t = PhaseArg::Investigating)]
        phase: PhaseArg,
        /// On the public page.
        #[arg(long)]
        public: bool,
        /// What the public page calls the incident; needed once.
        #[arg(long)]
        title: Option<String>,
        /// Free words instead of the template.
        #[arg(long)]
        body: Option<String>,
        /// A value for a placeholder, as NAME=VALUE; may be repeated.
        #[arg(long = "set", value_name = "NAME=VALUE")]
        values: Vec<String>,
    },
    /// What the public page says.
    Show,
    /// What it says and is not so, by incidents, promises and probes.
    Check,
    /// Write the whole page as files for another host, with a signed list of them.
    #[command(
        after_help = "Example:\n  evenkeel status export /srv/status\nThe folder is replaced as a whole when it holds an earlier copy or nothing."
    )]
    Export {
        /// Where to.
        dir: PathBuf,
    },
    /// Whether a copy is whole, signed by this key, and not too old.
    Verify {
        /// Where it lies.
        dir: PathBuf,
        /// The key that `evenkeel status export` printed.
        #[arg(long, env = "EVENKEEL_STATUS_KEY", value_name = "KEY")]
        key: String,
        /// How old what it says may be.
        #[arg(long, default_value_t = 60, value_name = "MINUTES")]
        max_age: u32,
    },
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PhaseArg {
    /// Looking into it.
    Investigating,
    /// The cause is known.
    Identified,
    /// Fixed, and watched.
    Monitoring,
    /// Over.
    Resolved,
}
