//! `cargo xtask check`: all that a change must pass, cheapest first.

use crate::args::{DocsMode, TestOptions};
use crate::commands::{docs, test, tidy};
use crate::failure::Failure;
use crate::machine;
use crate::step::step;

/// Runs every step in order and stops at the first that fails.
pub(crate) fn run(options: &TestOptions) -> Result<(), Failure> {
    step("fmt", || machine::run("fmt", machine::cargo().args(["fmt", "--all", "--", "--check"])))?;
    step("clippy", || {
        let words = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        machine::run("clippy", machine::cargo().args(words))
    })?;
    step("tidy", tidy::files)?;
    step("import laws", tidy::laws)?;
    // A build of their own, which nothing else here compiles.
    step("benches", || {
        let words = ["test", "--quiet", "-p", "xtask", "--features", "bench"];
        machine::run("benches", machine::cargo().args(words))
    })?;
    step("docs", || docs::run(DocsMode::Check))?;
    test::run(options)
}
