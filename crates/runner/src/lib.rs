//! Runs a runbook's commands as child processes: one process group each, with limits, and with secrets masked.
//!
//! Lives here: starting, watching and ending children; what is kept of their output. Must never be here: which command
//! may run, what its output means, or anything about the store, the web or the channels.
//!
//! What is held, whatever the command does: it gets exactly the configured environment and no input; it ends by its
//! exit or by a limit; its whole process group is ended with it, also when this server is killed; no memory grows with
//! its output; nothing leaves this crate before secrets were masked.
//!
//! What is **not** held: a process that leaves its group (`setsid`, `docker run -d`, a remote job) lives on, and only
//! its hold on the output is broken. There is no sandbox for runs (there is one for questions, see `ask`): a command may read and write what this server's user may.
//! Resource limits other than time and output are the operator's (`systemd`, a container). Masking knows the configured
//! values and common shapes; a secret of neither kind passes. Descriptors that this server was itself started with, and
//! that were not marked close-on-exec, pass on to commands; what the server opens does not.

mod ask;
mod capture;
mod clean;
mod config;
mod confine;
mod group;
mod mask;
mod process;
mod render;
mod run;

pub use ask::{AskFailure, Confinement, Surroundings, Told, ask};
pub use config::{RunnerConfig, find_shell};
pub use mask::Masker;
pub use run::Runner;
