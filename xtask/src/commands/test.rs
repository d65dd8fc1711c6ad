//! `cargo xtask test`: see that the machine has what the tests need, then run them all.

use std::process::Command;

use crate::args::TestOptions;
use crate::failure::Failure;
use crate::machine;
use crate::needs::{self, Circumstances};
use crate::step::step;

/// Runs the tests of the workspace, or of one crate.
pub(crate) fn run(options: &TestOptions) -> Result<(), Failure> {
    step("what the tests need", || {
        needs::ensure(Circumstances {
            yes: options.yes,
            in_ci: machine::in_ci(),
            has_terminal: machine::has_terminal(),
        })
    })?;
    // Tests start the real binary, and a test harness builds only its own crate's.
    step("build", || machine::run("build", machine::cargo().args(["build", "-p", "evenkeel"])))?;
    for (name, mut command) in commands(options, machine::on_path("cargo-nextest").is_some().into()) {
        step(name, || machine::run(name, &mut command))?;
    }
    Ok(())
}

/// Which program runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harness {
    Nextest,
    Cargo,
}

impl From<bool> for Harness {
    fn from(nextest_is_here: bool) -> Harness {
        if nextest_is_here { Harness::Nextest } else { Harness::Cargo }
    }
}

fn commands(options: &TestOptions, harness: Harness) -> Vec<(&'static str, Command)> {
    let scope: Vec<&str> =
        options.package.as_deref().map_or(vec!["--workspace"], |package| vec!["-p", package]);
    let cargo = |words: &[&str]| {
        let mut command = machine::cargo();
        command.args(words).args(&scope);
        command
    };
    match (harness, &options.package) {
        (Harness::Cargo, _) => vec![("tests", cargo(&["test"]))],
        (Harness::Nextest, Some(_)) => vec![("tests", cargo(&["nextest", "run"]))],
        // nextest leaves the examples in doc comments to cargo; for one crate of ours, which may have no library, they
        // would be an error.
        (Harness::Nextest, None) => {
            vec![("tests", cargo(&["nextest", "run"])), ("examples in docs", cargo(&["test", "--doc"]))]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(package: Option<&str>, harness: Harness) -> Vec<String> {
        let options = TestOptions { yes: false, package: package.map(str::to_owned) };
        let words = |command: &Command| {
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        commands(&options, harness).iter().map(|(_, command)| words(command)).collect()
    }

    #[test]
    fn without_nextest_cargo_runs_everything() {
        assert_eq!(lines(None, Harness::Cargo), ["test --workspace"]);
        assert_eq!(lines(Some("web"), Harness::Cargo), ["test -p web"]);
    }

    #[test]
    fn nextest_runs_the_tests_and_cargo_the_examples_in_docs() {
        assert_eq!(lines(None, Harness::Nextest), ["nextest run --workspace", "test --doc --workspace"]);
        assert_eq!(lines(Some("web"), Harness::Nextest), ["nextest run -p web"]);
    }
}
