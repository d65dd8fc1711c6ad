//! The guard: a process between the server and a command, which ends everything that the command started.
//!
//! It is this same program, started again under another name. It adopts whatever the command leaves behind, counts
//! processes and memory, and lives exactly as long as the run: when the server's end of its wire closes, however the server
//! died, it kills the tree and goes. The command in turn dies with the guard. Between the two stands a third start of this
//! program, which takes on session, limits and confinement and then *becomes* the command, so that nothing has to be done
//! between fork and exec, where Rust has no safe word.
//!
//! Must never be here: settings, the server's runtime, or what an output means.

mod begin;
pub(crate) mod control;
mod tree;
mod watch;
pub(crate) use watch::Order;
mod yard;

use crate::terms::Terms;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The name under which this program is a guard.
const NAME: &str = "evenkeel-guard";
/// The first argument of a guard …
const WATCH: &str = "watch";
/// … and of what becomes the command.
const BEGIN: &str = "begin";

/// The program that serves as guard: one that calls [`guard_main`] when [`is_guard`] says so.
#[derive(Clone, Debug)]
pub struct GuardProgram(PathBuf);

impl GuardProgram {
    /// This program itself, also after its file was replaced by a newer version.
    #[must_use]
    pub fn itself() -> Self {
        let own = Path::new("/proc/self/exe");
        match std::env::current_exe() {
            Ok(path) if !own.exists() => Self(path),
            Ok(_) | Err(_) => Self(own.to_path_buf()),
        }
    }

    /// Another program.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }
}

/// Whether a program was started as a guard, by the name that it was given.
#[must_use]
pub fn is_guard(name: &OsStr) -> bool {
    name == NAME
}

/// Does a guard's work; `args` are those behind the name. Returns when the run and all that it left is over.
pub fn guard_main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    let [stage, terms, command @ ..] = args.as_slice() else { return ExitCode::FAILURE };
    let terms = terms.to_str().and_then(|text| serde_json::from_str::<Terms>(text).ok());
    match (stage.to_str(), terms) {
        (Some(WATCH), Some(terms)) => watch::watch(terms, command),
        (Some(BEGIN), Some(terms)) => begin::begin(&terms, command),
        _ => ExitCode::FAILURE,
    }
}

/// A command that starts a guard for `line`, the command's own program and arguments.
pub(crate) fn command(
    program: &GuardProgram,
    terms: &Terms,
    line: impl IntoIterator<Item = OsString>,
) -> Result<std::process::Command, String> {
    again(&program.0, WATCH, terms, line)
}

fn again(
    program: &Path,
    stage: &str,
    terms: &Terms,
    line: impl IntoIterator<Item = OsString>,
) -> Result<std::process::Command, String> {
    use std::os::unix::process::CommandExt as _;
    let terms = serde_json::to_string(terms).map_err(|error| format!("a path is not UTF-8: {error}"))?;
    #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
    let mut command = std::process::Command::new(program);
    command.arg0(NAME).args([stage, &terms]).args(line);
    Ok(command)
}
