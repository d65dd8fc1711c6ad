//! One child process with its group and its output: start, watch, end, settle, finish. Decides no limits and masks nothing.

use crate::capture::Capture;
use crate::config::RunnerConfig;
use crate::group::Group;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How much is read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// How long what is left in the pipe may take after the command's end.
const DRAIN: Duration = Duration::from_millis(800);
/// How long the kernel may take to carry out a kill.
const AFTER_KILL: Duration = Duration::from_millis(200);
/// How long a killed command may take to disappear before it is left to the kernel.
const DISAPPEAR: Duration = Duration::from_secs(1);

/// A running command. Dropping it kills its group.
pub(crate) struct Process {
    group: Group,
    child: Child,
    status: Option<io::Result<ExitStatus>>,
    pipe: Receiver,
    open: bool,
    chunk: Vec<u8>,
}

/// Why watching stopped.
pub(crate) enum Stop {
    /// The command exited.
    Exited,
    /// It wrote more than it may.
    TooMuchOutput,
}

/// What was found when the command was over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// Nothing.
    Nothing,
    /// Processes of its group, which were killed.
    Killed,
    /// A process outside its group that still holds the output.
    Escaped,
}

impl Process {
    /// Starts the shell on exactly this text. The error says what is wrong with what.
    pub(crate) fn start(config: &RunnerConfig, source: &str) -> Result<Self, String> {
        Self::spawn(&config.shell, shell(config, source), Command::spawn)
            .map_err(|error| why_not_started(config, &error))
    }

    /// Starts a command the way `spawn` does it, in a group of its own that `guard`, a shell, watches over.
    pub(crate) fn spawn(
        guard: &Path,
        mut command: Command,
        spawn: impl FnOnce(&mut Command) -> io::Result<Child>,
    ) -> io::Result<Self> {
        let no_pipe =
            |error: io::Error| io::Error::new(error.kind(), format!("no pipe for the output: {error}"));
        let (reader, writer) = io::pipe().map_err(no_pipe)?;
        let pipe = Receiver::from_owned_fd(reader.into()).map_err(no_pipe)?;
        let twin = writer.try_clone().map_err(no_pipe)?;
        let group = Group::start(guard)?;
        command.process_group(group.id()).stdin(Stdio::null()).stdout(writer).stderr(twin);
        let child = spawn(&mut command)?;
        // It holds the pipe's writing ends.
        drop(command);
        Ok(Self { group, child, status: None, pipe, open: true, chunk: vec![0; CHUNK_BYTES] })
    }

    /// Collects output until the command exits or has written more than `ceiling` bytes.
    pub(crate) async fn watch(&mut self, out: &mut Capture, ceiling: u64) -> Stop {
        while self.status.is_none() {
            tokio::select! {
                read = self.pipe.read(&mut self.chunk), if self.open => {
                    self.open = keep(read, &self.chunk, out);
                    if out.total() > ceiling {
                        return Stop::TooMuchOutput;
                    }
                }
                status = self.child.wait() => self.status = Some(status),
            }
        }
        Stop::Exited
    }

    /// Asks the whole group to end, and kills it after the grace. Output goes on being collected.
    pub(crate) async fn end(&mut self, out: &mut Capture, grace: Duration) {
        self.signal(Signal::TERM);
        if timeout(grace, self.watch(out, u64::MAX)).await.is_err() {
            self.signal(Signal::KILL);
            if timeout(DISAPPEAR, self.watch(out, u64::MAX)).await.is_err() {
                tracing::warn!(group = self.group.id(), "a killed command has not disappeared");
            }
        }
    }

    /// After the command's end: takes what is left of the output, for at most a second, and kills what is left of the
    /// group.
    pub(crate) async fn settle(&mut self, out: &mut Capture) -> Leftover {
        if timeout(DRAIN, self.read_to_end(out)).await.is_ok() {
            self.group.signal(Signal::KILL);
            return Leftover::Nothing;
        }
        self.group.signal(Signal::KILL);
        match timeout(AFTER_KILL, self.read_to_end(out)).await {
            Ok(()) => Leftover::Killed,
            Err(_) => Leftover::Escaped,
        }
    }

    /// Ends the group, and says how the command ended; an error if the system does not tell.
    pub(crate) async fn finish(self) -> io::Result<ExitStatus> {
        self.group.end().await;
        self.status.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
    }

    /// To the group, and to the command itself in case it has left the group (`exec setsid …`).
    fn signal(&self, signal: Signal) {
        self.group.signal(signal);
        // Only while it is not reaped does it have a number.
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            // The one error there is means that it has just exited.
            let _ = kill_process(id, signal);
        }
    }

    async fn read_to_end(&mut self, out: &mut Capture) {
        while self.open {
            let read = self.pipe.read(&mut self.chunk).await;
            self.open = keep(read, &self.chunk, out);
        }
    }
}

/// No `pipefail`, no `-e`: a playbook's commands are written for a terminal, where the exit code of `a | grep x` is
/// grep's. Adding either would call a command failed that its author saw succeed.
fn shell(config: &RunnerConfig, source: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
    let mut command = Command::new(&config.shell);
    if config.shell.file_name() == Some(OsStr::new("bash")) {
        command.args(["--noprofile", "--norc"]);
    }
    command.args(["-c", "--", source]).env_clear().envs(&config.env).current_dir(&config.workdir);
    command.kill_on_drop(true);
    command
}

fn why_not_started(config: &RunnerConfig, error: &io::Error) -> String {
    let (shell, workdir) = (config.shell.display(), config.workdir.display());
    match error.kind() {
        io::ErrorKind::NotFound if !config.workdir.is_dir() => {
            format!("the working folder `{workdir}` does not exist")
        }
        io::ErrorKind::NotFound => format!("the shell `{shell}` does not exist"),
        io::ErrorKind::ArgumentListTooLong => "the command is too long for the system".to_owned(),
        io::ErrorKind::InvalidInput => "the command contains a NUL character".to_owned(),
        _ => format!("the shell `{shell}` did not start: {error}"),
    }
}

/// Keeps what was read. Whether there may be more.
fn keep(read: io::Result<usize>, chunk: &[u8], out: &mut Capture) -> bool {
    match read {
        Ok(0) => false,
        Ok(count) => {
            out.push(&chunk[..count]);
            true
        }
        Err(error) => {
            tracing::warn!(%error, "a command's output could not be read");
            false
        }
    }
}
