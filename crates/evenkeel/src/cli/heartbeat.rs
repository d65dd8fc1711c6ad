//! `evenkeel heartbeat …`.

use clap::{Subcommand, ValueEnum};

/// `evenkeel heartbeat …`.
#[derive(Debug, Subcommand)]
pub(crate) enum HeartbeatVerb {
    /// How each heartbeat of the server stands.
    List,
    /// Say that something lives.
    #[command(
        after_help = "Example:\n  evenkeel heartbeat send --token KEY backup\n  evenkeel heartbeat send --token KEY backup --sign failed --words 'no space left'"
    )]
    Send {
        /// The heartbeat's name in the settings.
        name: String,
        /// What is said of it.
        #[arg(long, value_enum, default_value_t = SignArg::Alive)]
        sign: SignArg,
        /// Why it failed.
        #[arg(long, default_value = "")]
        words: String,
    },
}

/// What is said of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignArg {
    /// It lives; what it had begun is done.
    Alive,
    /// It has begun, and must end within its grace.
    Begun,
    /// It has failed.
    Failed,
}
