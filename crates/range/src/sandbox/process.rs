//! The parent's side of an agent's process: started, waited for until it answers, ended with its whole group.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::agent::READY;
use crate::env;

/// An agent says where it listens within milliseconds; a busy machine may need longer.
const READY_WAIT: Duration = Duration::from_secs(10);
/// An agent that is told to end has this long before it is killed.
const END_WAIT: Duration = Duration::from_secs(2);
/// What an agent said last goes to the log when it crashed.
const LAST_WORDS_MAX: usize = 300;

/// A group of processes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group that a child leads.
    pub(super) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Kills it. A group that is gone already is what we want.
    pub(super) fn kill(self) {
        self.signal(Signal::KILL);
    }

    fn signal(self, signal: Signal) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, signal);
        }
    }
}

/// A running agent; its process is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Agent {
    child: Child,
    group: Group,
    /// Held to the end: the agent ends when it closes.
    _pipe: Option<ChildStdin>,
    pub(super) at: SocketAddr,
    pub(super) pid: Option<u32>,
}

impl Agent {
    /// Starts the agent of the sandbox in a folder, and waits until it says where it listens.
    pub(super) async fn start(folder: &Path) -> Result<Self, String> {
        let mut child = spawn(folder).map_err(|error| format!("its agent cannot be started: {error}"))?;
        let (group, pipe) = (Group::of(&child), child.stdin.take());
        let out = child.stdout.take().ok_or("its agent has no output")?;
        let mut lines = BufReader::new(out).lines();
        let first = timeout(READY_WAIT, lines.next_line()).await;
        let said = match first {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None) | Err(_)) => {
                group.kill();
                return Err(format!("its agent ended while it started: {}", last_words(folder)));
            }
            Err(_) => {
                group.kill();
                return Err(format!("its agent did not start within {} s", READY_WAIT.as_secs()));
            }
        };
        let at = said.strip_prefix(READY).and_then(|rest| rest.trim().parse().ok());
        let Some(at) = at else {
            group.kill();
            return Err(format!("its agent says {said:?}"));
        };
        let pid = child.id();
        Ok(Self { child, group, _pipe: pipe, at, pid })
    }

    /// Waits for an end that nobody asked for.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => how(status),
            Err(error) => format!("it cannot be waited for: {error}"),
        }
    }

    /// Tells it to end, and kills its group when it does not.
    pub(super) async fn end(mut self) {
        self.group.signal(Signal::TERM);
        // A stopped process sees the signal only when it goes on.
        self.group.signal(Signal::CONT);
        if timeout(END_WAIT, self.child.wait()).await.is_err() {
            self.kill().await;
        }
    }

    /// Kills its group at once.
    pub(super) async fn kill(&mut self) {
        self.group.kill();
        let _ = self.child.wait().await;
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Once it was waited for, its number may be somebody else's.
        if self.child.id().is_some() {
            self.group.kill();
        }
    }
}

fn how(status: ExitStatus) -> String {
    format!("its agent ended by itself: {status}")
}

#[expect(clippy::disallowed_methods, reason = "the sandbox service starts the agents of its sandboxes")]
fn spawn(folder: &Path) -> std::io::Result<Child> {
    let errors = File::create(folder.join("agent.log"))?;
    Command::new(std::env::current_exe()?)
        .args(["range", "serve", "agent", "--dir"])
        .arg(folder)
        .env_clear()
        .env("PATH", env::path())
        .env("HOME", folder)
        // An allocator that takes its memory long before it needs it would use up a small container's limit at once.
        .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
        .current_dir(folder)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors)
        .kill_on_drop(true)
        .spawn()
}

/// The end of what an agent printed.
pub(super) fn last_words(folder: &Path) -> String {
    let said = std::fs::read(folder.join("agent.log")).unwrap_or_default();
    let from = said.len().saturating_sub(LAST_WORDS_MAX);
    let text = String::from_utf8_lossy(said.get(from..).unwrap_or_default()).trim().replace('\n', " | ");
    if text.is_empty() { "it said nothing".to_owned() } else { text }
}
