//! What every storage must do: the same checks for the one in memory and each real one.
//!
//! A check panics with a sentence when the storage breaks the contract of its port. Lives here: only what can be seen
//! through the ports. Must never be here: anything that knows which storage it checks.

mod access;
mod archive;
mod heartbeats;
mod journal;
mod keys;
mod leases;
mod overrides;
mod probing;
pub mod sample;
mod silences;

pub use self::access::access;
pub use self::archive::archive;
pub use self::heartbeats::heartbeats;
pub use self::journal::{journal, restart};
pub use self::overrides::overrides;
pub use self::probing::probes;
pub use self::silences::silences;
