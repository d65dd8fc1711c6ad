//! Deterministic simulation: the real engine under a clock, a storage, providers, machines and people that a seed decides.
//!
//! Lives here: the world of the stories, what goes wrong in it, and the promises that are checked after every step. Must
//! never be here: anything of the engine's own; a story drives the engine through its ports alone.

mod chance;
mod desk;
mod faults;
mod mutants;
mod node;
mod nodes;
mod outside;
mod people;
mod promises;
mod seats;
mod story;
mod team;
mod time;

pub use faults::{Fault, Tally};
pub use mutants::Mutant;
pub use promises::Broken;
pub use story::{Telling, Told, fewest, tell};
