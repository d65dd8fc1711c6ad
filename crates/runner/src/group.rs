//! A process group that dies with this server, however the server dies.
//!
//! The kernel's own means (`PR_SET_PDEATHSIG`) must be set between fork and exec, which is `unsafe` here, and it reaches
//! only the first process. So the group's leader is a guard: a shell that waits on a pipe whose other end only the server
//! holds, and kills the group when that closes. The command joins the group as it starts. A server that is killed in the
//! middle of starting it leaves no gap: the half-made child holds the pipe open until it has joined.
//!
//! As long as the guard is not reaped, the group's number belongs to nobody else, so signals never go astray.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io;
use std::path::Path;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// What the group is sent when a command is asked to end must not end the guard.
const SCRIPT: &str = "trap '' TERM INT HUP QUIT; read -r _; kill -s KILL 0";

/// A group with its guard. Dropping it kills all that is in it.
pub(crate) struct Group {
    guard: Child,
    id: Pid,
}

impl Group {
    /// A group with nothing in it but its guard, which `shell` runs.
    pub(crate) fn start(shell: &Path) -> io::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
        let mut command = Command::new(shell);
        command.args(["-c", SCRIPT]).env_clear().current_dir("/").process_group(0).kill_on_drop(true);
        let guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let id = guard.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let id = id.ok_or_else(|| io::Error::other("the guard has no process id"))?;
        Ok(Self { guard, id })
    }

    /// Its number, for joining it.
    pub(crate) fn id(&self) -> i32 {
        self.id.as_raw_nonzero().get()
    }

    /// Sends a signal to all that is in it. The guard minds only `KILL`.
    pub(crate) fn signal(&self, signal: Signal) {
        // The one error there is means that there is nobody left.
        let _ = kill_process_group(self.id, signal);
    }

    /// Kills what is left in it, and the guard; no zombie stays behind.
    pub(crate) async fn end(mut self) {
        self.signal(Signal::KILL);
        if let Err(error) = self.guard.wait().await {
            tracing::warn!(%error, "the guard of a command could not be reaped");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A guard without a number has been reaped, and then the group's number may belong to others.
        if self.guard.id().is_some() {
            self.signal(Signal::KILL);
        }
    }
}
