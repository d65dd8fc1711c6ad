//! `cargo xtask bench`: builds the product and the benches for release, and runs them.
//!
//! The benches are compiled only here: they need more than the everyday chores, and a load generator that is not
//! optimised would measure itself.

use crate::args::BenchOptions;
use crate::failure::Failure;

/// In the build that holds the benches: runs them.
#[cfg(feature = "bench")]
pub(crate) fn run(options: &BenchOptions) -> Result<(), Failure> {
    crate::bench::run(options)
}

/// In the everyday build: makes the one that holds the benches, and hands over to it.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(options: &BenchOptions) -> Result<(), Failure> {
    use crate::args::Bench;
    use crate::machine;
    use crate::step::step;

    if options.only.is_none_or(Bench::starts_the_product) {
        step("build evenkeel for release", || {
            machine::run("build", machine::cargo().args(["build", "--release", "-p", "evenkeel"]))
        })?;
    }
    let build = ["--release", "-p", "xtask", "--features", "bench"];
    step("build the benches", || machine::run("build", machine::cargo().arg("build").args(build)))?;
    let mut benches = machine::cargo();
    benches.args(["run", "--quiet"]).args(build).arg("--").args(words(options));
    machine::run("bench", &mut benches)
}

/// The options as they were typed.
#[cfg(not(feature = "bench"))]
fn words(options: &BenchOptions) -> Vec<&str> {
    use crate::args::Pace;

    let mut words = vec!["bench"];
    if options.pace == Pace::Quick {
        words.push("--quick");
    }
    if let Some(only) = options.only {
        words.extend(["--only", only.name()]);
    }
    if let Some(file) = &options.json {
        words.extend(["--json", file]);
    }
    words
}

#[cfg(all(test, not(feature = "bench")))]
mod tests {
    use super::*;
    use crate::args::{Task, parse};

    #[test]
    fn the_words_are_handed_over_as_they_were_typed() {
        let typed = ["bench", "--quick", "--only", "page", "--json", "a.json"].map(str::to_owned);
        let Ok(Task::Bench(options)) = parse(&typed) else { panic!("the words are a bench") };
        assert_eq!(words(&options), typed);
    }
}
