//! Runs a runbook's commands as child processes: one process group each, with limits, and with secrets masked.
//!
//! Lives here: starting, watching and ending children; what is kept of their output. Must never be here: which command
//! may run, what its output means, or anything about the store, the web or the channels.
//!
//! What is held, whatever the command does: it gets exactly the configured environment, no input and no terminal; it ends
//! by its exit or by a limit; everything that it started ends with it, also what left its group or session, and also when
//! this server or the guard is killed; memory, processes and files have limits; no memory of this server grows with its
//! output; nothing leaves this crate before secrets were masked. A command that only looks writes nowhere but in a folder of
//! its own, and reaches the network only where its effect says so.
//!
//! What is **not** held stands in docs/running.md.

mod ask;
mod capture;
mod clean;
mod config;
mod confine;
mod guard;
mod mask;
mod notes;
mod process;
mod render;
mod run;
mod stops;
mod terms;
mod wire;

pub use ask::{AskFailure, Surroundings, Told, ask};
pub use config::{Changes, Groups, RunnerConfig, find_shell};
pub use confine::Held;
pub use guard::{GuardProgram, guard_main, is_guard};
pub use mask::Masker;
pub use run::Runner;
pub use terms::{Confinement, Limits};
