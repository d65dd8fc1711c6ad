//! The program: reads the command line, wires the rooms together, and holds no rule of the domain.

mod agent;
mod cli;
mod client;
mod commands;
mod config;
mod demo;
mod drill;
mod exit;
mod practice;
mod print;
mod wiring;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for huge pages, and an idle server would hold 12 MiB that it never wrote to. A kernel that
    // does not know the wish changes nothing by refusing it.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    // Started by a server as the guard of one run, see `runner`.
    let mut args = std::env::args_os();
    if args.next().is_some_and(|name| runner::is_guard(&name)) {
        return runner::guard_main(args);
    }
    // Under the name of a vendor's tool this is its practice stand-in.
    if let Some(tool) = std::env::args_os().next().and_then(|name| range::tools::Tool::from_argv0(&name)) {
        let args: Vec<String> = std::env::args().skip(1).collect();
        return code(range::tools::run(tool, &args));
    }
    let cli = cli::Cli::parse();
    let form = if cli.reach.json { exit::Form::Json } else { exit::Form::Words };
    match commands::run(cli) {
        Ok(code) => code,
        Err(failure) => exit::report(&failure, form),
    }
}

/// The stand-ins count as programs do: 0 to 255.
fn code(status: i32) -> ExitCode {
    ExitCode::from(u8::try_from(status.clamp(0, 255)).unwrap_or(1))
}
