//! The guard and nothing else, so that the tests of this crate need not the whole product. Never shipped.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    match args.next() {
        Some(name) if runner::is_guard(&name) => runner::guard_main(args),
        _ => ExitCode::FAILURE,
    }
}
