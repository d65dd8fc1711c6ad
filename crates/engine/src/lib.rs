//! The loop round the core: load, decide, commit, perform, and outcomes come back as commands.
//!
//! Lives here: the core's thread, timers, leases, the workers that deliver and run, and the ports. Must never be here:
//! SQL, HTTP, child processes, the environment.

mod agents;
pub mod conformance;
mod core;
mod dispatch;
mod engine;
mod fault;
mod lanes;
mod late;
pub mod memory;
pub mod ports;
mod request;
mod settings;
mod still;
mod timers;
mod turning;
mod vitals;

pub use agents::{AGENTS_MAX, ASK_HELD, Agents};
pub use dispatch::Hands;
pub use engine::{Engine, Parts, Stopped};
pub use fault::StorageFault;
pub use late::tell_of_lateness;
pub use request::{Answer, Answers, Change, EngineError, Report};
pub use settings::Settings;
pub use still::Still;
pub use vitals::{Counts, LATE_BOUNDS_S, Lateness, PageCounts, Vitals};
