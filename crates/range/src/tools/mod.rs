//! Stand-ins for the vendors' tools that playbooks call: `wrangler`, `modal` and `npx convex`. They are practice
//! equipment: each acts on the range named by `EVENKEEL_RANGE_DIR` and on nothing else, and says so in its help.
//!
//! By default they refuse what the real tools refuse, so that a stale playbook is found out here and not in an
//! incident. `EVENKEEL_RANGE_DIALECT=seed` lets them take a few arguments which the real tools never had, or had in
//! other releases, so that a document can be practised as it stands.

mod args;
mod convex;
mod filter;
mod modal;
mod npx;
mod session;
mod wrangler;

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::state_file::make_dir;
use crate::{RangeError, env};
use session::{Reader, Seat, Session};

/// What every help and version text ends with.
const LABEL: &str = "practice stand-in of Evenkeel's range, not the vendor's tool";

/// A vendor tool that has a stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The edge platform's tool.
    Wrangler,
    /// The sandbox platform's tool.
    Modal,
    /// The package runner, here for `npx convex` and `npx wrangler`.
    Npx,
}

/// How strictly the stand-ins read their arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// As the current real tools do.
    Real,
    /// With the arguments of an older or mistaken document added.
    Seed,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wrangler, Self::Modal, Self::Npx];

    /// The name it is called by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrangler => "wrangler",
            Self::Modal => "modal",
            Self::Npx => "npx",
        }
    }

    /// The tool that a process was called as, from its `argv[0]`.
    pub fn from_argv0(argv0: &OsStr) -> Option<Self> {
        let called = Path::new(argv0).file_name()?;
        Self::ALL.into_iter().find(|tool| called == OsStr::new(tool.name()))
    }
}

/// Runs a stand-in with the arguments after its name and returns its exit code. Blocks, for a stream until the range
/// ends or nobody reads any more.
pub fn run(tool: Tool, args: &[String]) -> i32 {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let seat = if io::stdin().is_terminal() && out.is_terminal() { Seat::Terminal } else { Seat::Pipe };
    let session = Session {
        out: &mut out,
        err: &mut err,
        reader: &reader_of_stdout,
        seat,
        dialect: env::dialect(),
        dir: env::dir(),
    };
    run_in(tool, args, session)
}

/// Puts symbolic links named as the tools into `bin`, each to the executable that runs them; older links are replaced.
pub fn install(bin: &Path, executable: &Path) -> Result<(), RangeError> {
    make_dir(bin)?;
    for tool in Tool::ALL {
        let link = bin.join(tool.name());
        match std::fs::remove_file(&link) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(RangeError::File { path: link, source: e });
            }
            Ok(()) | Err(_) => {}
        }
        symlink(executable, &link).map_err(|source| RangeError::File { path: link, source })?;
    }
    Ok(())
}

fn run_in(tool: Tool, args: &[String], mut session: Session<'_>) -> i32 {
    let result = match tool {
        Tool::Wrangler => wrangler::run(&mut session, args),
        Tool::Modal => modal::run(&mut session, args),
        Tool::Npx => npx::run(&mut session, args),
    };
    match result {
        Ok(code) => code,
        Err(error) if error.is_closed_pipe() => 0,
        Err(error) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = writeln!(session.err, "error: {error}\n({LABEL})");
            1
        }
    }
}

/// A pipe whose reading end was closed reports an error at once; a terminal or file never does.
fn reader_of_stdout() -> Reader {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut fds, Some(&at_once)) {
        Ok(_) if fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => Reader::Gone,
        Ok(_) | Err(_) => Reader::Listening,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_by_the_last_part_of_its_path() {
        assert_eq!(Tool::from_argv0(OsStr::new("/some/bin/wrangler")), Some(Tool::Wrangler));
        assert_eq!(Tool::from_argv0(OsStr::new("npx")), Some(Tool::Npx));
        assert_eq!(Tool::from_argv0(OsStr::new("evenkeel")), None);
        assert_eq!(Tool::from_argv0(OsStr::new("")), None);
    }

    #[test]
    fn links_are_made_and_made_again() {
        let dir = tempfile::tempdir().unwrap();
        for executable in ["/one", "/two"] {
            install(dir.path(), Path::new(executable)).unwrap();
        }
        for tool in Tool::ALL {
            assert_eq!(std::fs::read_link(dir.path().join(tool.name())).unwrap(), Path::new("/two"));
        }
    }
}
