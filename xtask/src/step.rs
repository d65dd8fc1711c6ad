//! A named step of a chore: announced before, its duration said after.

use crate::failure::Failure;
use crate::machine;

/// Runs one step and says how long it took.
pub(crate) fn step(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    eprintln!("── {name}");
    let (result, took) = machine::timed(work);
    let verdict = if result.is_ok() { "ok" } else { "FAILED" };
    eprintln!("── {name}: {verdict} in {:.1} s", took.as_secs_f64());
    result
}
