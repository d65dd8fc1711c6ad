//! One child process with its guard and its output: start, watch, end, settle, finish. Decides no limits and masks nothing.

use crate::capture::Capture;
use crate::confine::Held;
use crate::guard::control::Control;
use crate::guard::{self, GuardProgram, Order};
use crate::terms::{Reach, Terms};
use crate::wire::{Over, Wire, Word};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How much is read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// How long what is left in the pipe may take after the command's end.
const DRAIN: Duration = Duration::from_millis(800);
/// How long a guard may take to begin. Only a machine that swaps needs more than some milliseconds.
const BEGIN_MAX: Duration = Duration::from_secs(20);
/// How long a guard may take to end everything; it gives up on what will not die a little earlier.
const GONE_MAX: Duration = Duration::from_secs(10);

/// A running command. Dropping it closes the wire, at which its guard ends everything.
pub(crate) struct Process {
    guard: Child,
    wire: Wire,
    /// Its number is that of its session and its first process group, too.
    began: Option<Pid>,
    /// What is held of it, once it has begun.
    held: Option<Held>,
    status: Option<ExitStatus>,
    over: Option<Over>,
    group: String,
    scratch: Option<TempDir>,
    pipe: Receiver,
    open: bool,
    chunk: Vec<u8>,
}

/// How to start a command: as whom, where, and with what around it.
pub(crate) struct Start<'s> {
    /// The guard's program.
    pub(crate) guard: &'s GuardProgram,
    /// What it is held to.
    pub(crate) terms: Terms,
    /// Program and arguments.
    pub(crate) line: Vec<OsString>,
    /// Exactly these variables.
    pub(crate) env: Vec<(OsString, OsString)>,
    /// The folder where it begins.
    pub(crate) folder: &'s Path,
    /// Its scratch folder, which is removed with it.
    pub(crate) scratch: Option<TempDir>,
}

/// Why a command did not begin.
pub(crate) enum NotBegun {
    /// It could not be confined as it must be.
    Refused(String),
    /// The program is not there.
    NotFound,
    /// The text is too long for the system.
    TooLong,
    /// The text holds a NUL character.
    Nul,
    /// Something else.
    Other(String),
}

/// Why watching stopped.
pub(crate) enum Stop {
    /// The command exited.
    Exited,
    /// It wrote more than it may.
    TooMuchOutput,
}

/// What was found when the command was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// Nothing.
    Nothing,
    /// Processes that it had left, which were killed.
    Killed,
    /// Processes that could not be killed.
    Stuck,
    /// The guard was killed, and the command with it.
    GuardLost,
}

impl Process {
    /// Starts a guard, which starts the command, and waits until it has begun.
    pub(crate) async fn start(start: Start<'_>) -> Result<Self, NotBegun> {
        let other = |what: &str, error: io::Error| NotBegun::Other(format!("{what}: {error}"));
        let (reader, writer) = io::pipe().map_err(|error| other("no pipe for the output", error))?;
        let pipe =
            Receiver::from_owned_fd(reader.into()).map_err(|error| other("no pipe for the output", error))?;
        let twin = writer.try_clone().map_err(|error| other("no pipe for the output", error))?;
        let (wire, theirs) = Wire::pair().map_err(|error| other("no wire to the guard", error))?;
        let command = guard::command(start.guard, &start.terms, start.line).map_err(NotBegun::Other)?;
        let mut command = Command::from(command);
        command.env_clear().envs(start.env).current_dir(start.folder);
        // A group of its own, so that what a terminal sends to the server's does not reach it.
        command.process_group(0).stdin(Stdio::from(theirs)).stdout(writer).stderr(twin);
        let guard = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::ArgumentListTooLong => NotBegun::TooLong,
            io::ErrorKind::InvalidInput => NotBegun::Nul,
            io::ErrorKind::NotFound => NotBegun::Other("the guard's program is not there".to_owned()),
            _ => other("the guard did not start", error),
        })?;
        // It holds the guard's ends.
        drop(command);
        let mut process = Self {
            guard,
            wire,
            began: None,
            held: None,
            status: None,
            over: None,
            group: start.terms.group,
            scratch: start.scratch,
            pipe,
            open: true,
            chunk: vec![0; CHUNK_BYTES],
        };
        match timeout(BEGIN_MAX, process.wire.hear()).await {
            Ok(Some(Word::Began { pid, held })) => {
                process.began = Pid::from_raw(pid);
                process.held = Some(held);
                Ok(process)
            }
            Ok(Some(Word::Refused { why })) => Err(NotBegun::Refused(why)),
            Ok(Some(Word::Failed { kind, .. })) if kind == "not-found" => Err(NotBegun::NotFound),
            Ok(Some(Word::Failed { kind, .. })) if kind == "too-long" => Err(NotBegun::TooLong),
            Ok(Some(Word::Failed { why, .. })) => Err(NotBegun::Other(why)),
            Ok(_) => Err(NotBegun::Other("the guard ended before it began".to_owned())),
            Err(_) => Err(NotBegun::Other(format!("it had not begun after {} s", BEGIN_MAX.as_secs()))),
        }
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
                word = self.wire.hear() => match word {
                    Some(word) => self.note(&word),
                    None => break,
                },
            }
        }
        Stop::Exited
    }

    /// Asks the whole tree to end, and after the grace leaves it to [`Process::settle`]. Output goes on being collected.
    pub(crate) async fn end(&mut self, out: &mut Capture, grace: Duration) {
        self.wire.order(Order::ASK);
        // What has not ended by then is killed.
        let _ = timeout(grace, self.watch(out, u64::MAX)).await;
    }

    /// After the command's end: takes what is left of the output, for at most a second, and has everything killed that is
    /// left.
    pub(crate) async fn settle(&mut self, out: &mut Capture) -> Leftover {
        if self.status.is_some() {
            // What holds the output longer is killed.
            let _ = timeout(DRAIN, self.read_to_end(out)).await;
        }
        self.wire.order(Order::END);
        let gone = timeout(GONE_MAX, self.gone(out)).await;
        let leftover = match gone {
            Ok(Some((0, 0))) => Leftover::Nothing,
            Ok(Some((_, 0))) => Leftover::Killed,
            Ok(Some(_)) => Leftover::Stuck,
            Ok(None) => self.after_the_guard().await,
            Err(_) => {
                // It waits for something that the kernel does not give back.
                let _ = self.guard.start_kill();
                self.after_the_guard().await;
                Leftover::Stuck
            }
        };
        if leftover != Leftover::Stuck {
            // Nobody is left who could write.
            let _ = timeout(DRAIN, self.read_to_end(out)).await;
        }
        leftover
    }

    /// How the command ended; `None` if nobody can tell.
    pub(crate) async fn finish(mut self) -> Option<ExitStatus> {
        if timeout(GONE_MAX, self.guard.wait()).await.is_err() {
            tracing::warn!("the guard of a command has not disappeared");
        }
        self.status
    }

    /// What was not held of it, although a command of this reach is to be.
    pub(crate) fn not_held(&self, reach: Reach) -> Vec<String> {
        self.held.as_ref().map(|held| held.not_held(reach)).unwrap_or_default()
    }

    /// What it had more of than it may.
    pub(crate) fn over(&self) -> Option<Over> {
        self.over
    }

    /// Hears the guard out while output goes on being collected.
    async fn gone(&mut self, out: &mut Capture) -> Option<(usize, usize)> {
        loop {
            tokio::select! {
                read = self.pipe.read(&mut self.chunk), if self.open => {
                    self.open = keep(read, &self.chunk, out);
                }
                word = self.wire.hear() => match word? {
                    Word::Gone { killed, left } => return Some((killed, left)),
                    word => self.note(&word),
                },
            }
        }
    }

    /// Somebody killed the guard. The command died with it; the rest is ended by group and control group, as far as these
    /// reach.
    async fn after_the_guard(&mut self) -> Leftover {
        if let Some(group) = self.began {
            // The one error there is means that there is nobody left.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let (name, scratch) = (std::mem::take(&mut self.group), self.scratch.take());
        let clearing = tokio::task::spawn_blocking(move || {
            if !name.is_empty() {
                Control::of(&name).end();
            }
            drop(scratch);
        });
        // Its panic would have been told.
        let _ = clearing.await;
        // The one signal that needs no telling: the kernel sends it when the guard is gone.
        self.status.get_or_insert(ExitStatus::from_raw(Signal::KILL.as_raw()));
        Leftover::GuardLost
    }

    fn note(&mut self, word: &Word) {
        match word {
            Word::Ended { status } => self.status = Some(ExitStatus::from_raw(*status)),
            Word::Over(over) => self.over = Some(*over),
            Word::Began { .. } | Word::Refused { .. } | Word::Failed { .. } | Word::Gone { .. } => {}
        }
    }

    async fn read_to_end(&mut self, out: &mut Capture) {
        while self.open {
            let read = self.pipe.read(&mut self.chunk).await;
            self.open = keep(read, &self.chunk, out);
        }
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
