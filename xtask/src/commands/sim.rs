//! `cargo xtask sim`: builds the simulation with optimisation and every check of a debug build, and runs it.

use crate::failure::Failure;
use crate::machine;

/// Runs it with the words that were typed.
pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let mut cargo = machine::cargo();
    cargo.args(["run", "--quiet", "--profile", "sim", "-p", "sim", "--"]).args(words);
    machine::run("sim", &mut cargo)
}
