//! The project's chores: `cargo xtask test | check | tidy | docs | drills | sim | bench`.
//!
//! Lives here: what a contributor or CI types, and nothing the product needs. Must never be here: rules of the domain,
//! or a dependency that would keep `cargo xtask tidy` from building while a room is broken.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who started it")]

mod args;
#[cfg(feature = "bench")]
mod bench;
mod commands;
mod failure;
mod machine;
mod metadata;
mod needs;
mod rust_source;
mod step;
mod tidy;

use std::process::ExitCode;

use args::Task;
use failure::Failure;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match args::parse(&words).and_then(|task| perform(&task)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn perform(task: &Task) -> Result<(), Failure> {
    match task {
        Task::Help => {
            println!("{}", args::HELP);
            Ok(())
        }
        Task::Test(options) => commands::test::run(options),
        Task::Check(options) => commands::check::run(options),
        Task::Tidy => commands::tidy::run(),
        Task::Docs(mode) => commands::docs::run(*mode),
        Task::Drills(options) => commands::drills::run(options),
        Task::Bench(options) => commands::bench::run(options),
        Task::Sim(words) => commands::sim::run(words),
        #[cfg(feature = "docs")]
        Task::PrintSchema => {
            println!("{}", commands::schema::text()?);
            Ok(())
        }
    }
}
