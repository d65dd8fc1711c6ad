//! The arguments of `evenkeel agent`.

use clap::Args;
use std::path::PathBuf;

/// `evenkeel agent`.
#[derive(Debug, Args)]
#[command(
    after_help = "The token comes from --token-file or from EVENKEEL_AGENT_TOKEN; --token is not for agents.\n\nExample:\n  evenkeel agent --server https://oncall.example.test --name db1 --token-file /etc/evenkeel/db1.token"
)]
pub(crate) struct AgentArgs {
    /// Its name, the same as its token's and as under `[agents]` in the server's settings.
    #[arg(long)]
    pub(crate) name: String,
    /// The file that holds its token.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Run nothing but what only looks, whatever the server orders.
    #[arg(long)]
    pub(crate) looks_only: bool,
    /// The agent's own settings; left out: the defaults.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}
