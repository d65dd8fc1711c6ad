//! The guard's own life: starts the command, tells the server of its end, counts what it uses, and ends all of it.
//!
//! On the wire each line of the guard is a [`Word`], and each byte of the server an [`Order`]. A closed wire means that the
//! server is gone, and everything ends.

use super::control::Control;
use super::{BEGIN, again, tree, yard};
use crate::confine::Held;
use crate::terms::Terms;
use crate::wire::{Over, Word};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{ExitCode, Stdio};

/// How often is counted where the kernel does not: a bomb gets no further than a few hundred processes in between.
const COUNT_EVERY_NS: i64 = 100_000_000;
/// How often a scratch folder is measured, and strays are reaped, where the kernel counts the rest.
const LOOK_EVERY_NS: i64 = 500_000_000;
/// How many short pauses those get that are just ending by themselves when the command is over.
const LINGER_PASSES: u32 = 10;
/// The longest reason for not beginning that is passed on, in bytes.
const REASON_BYTES_MAX: u64 = 4 * 1024;

/// What the server may ask for.
pub(crate) struct Order;

impl Order {
    /// End kindly: everybody gets `TERM`.
    pub(crate) const ASK: u8 = b'T';
    /// End now.
    pub(crate) const END: u8 = b'K';
}

struct Guard {
    wire: UnixStream,
    terms: Terms,
    control: Control,
    child: Pid,
    /// Ready when the command has ended; not there on kernels before 5.3.
    ended: Option<OwnedFd>,
    has_ended: bool,
    is_over: bool,
}

pub(super) fn watch(mut terms: Terms, line: &[OsString]) -> ExitCode {
    let Ok(wire) = io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let mut wire = UnixStream::from(wire);
    let control = Control::make(&terms.group, &terms.limits);
    terms.groups.clone_from(&control.folders);
    match start(&terms, line) {
        Ok((child, held)) => {
            let ended = pidfd_open(child, PidfdFlags::empty()).ok();
            let held = Held { processes: control.holds_processes, memory: control.holds_memory, ..held };
            Word::Began { pid: child.as_raw_nonzero().get(), held }.say(&mut wire);
            let guard = Guard { wire, terms, control, child, ended, has_ended: false, is_over: false };
            guard.live()
        }
        Err(word) => {
            tree::end(|_, _| {});
            clear_up(&terms, &control);
            word.say(&mut wire);
            ExitCode::FAILURE
        }
    }
}

/// Starts what becomes the command, and waits until it has. Afterwards this process holds none of its output.
fn start(terms: &Terms, line: &[OsString]) -> Result<(Pid, Held), Word> {
    let failed =
        |error: &dyn std::fmt::Display| Word::Failed { kind: "other".into(), why: error.to_string() };
    adopt().map_err(|error| failed(&error))?;
    let mut terms = terms.clone();
    terms.guard = i32::try_from(std::process::id()).map_err(|error| failed(&error))?;
    let (told, tells) = io::pipe().map_err(|error| failed(&error))?;
    let mut command = again(Path::new("/proc/self/exe"), BEGIN, &terms, line.iter().cloned())
        .map_err(|error| failed(&error))?;
    let child = command.stdin(Stdio::from(tells)).spawn().map_err(|error| failed(&error))?;
    // It holds the writing end.
    drop(command);
    let pid =
        i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| failed(&"no process id"))?;
    let null = File::open("/dev/null").map_err(|error| failed(&error))?;
    rustix::stdio::dup2_stdout(&null).map_err(|error| failed(&error))?;
    rustix::stdio::dup2_stderr(&null).map_err(|error| failed(&error))?;
    let mut words = String::new();
    told.take(REASON_BYTES_MAX).read_to_string(&mut words).map_err(|error| failed(&error))?;
    match words.split_once('\n') {
        Some((first, rest)) => match serde_json::from_str(first) {
            Ok(held) if rest.is_empty() => Ok((pid, held)),
            // It was ready, and then did not become the command.
            Ok(_) => Err(Word::not_begun(rest)),
            Err(_) => Err(Word::not_begun(&words)),
        },
        None => Err(Word::not_begun(&words)),
    }
}

/// What loses its parent below this process comes to this process and not to the system's first.
#[cfg(target_os = "linux")]
fn adopt() -> io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

#[cfg(not(target_os = "linux"))]
fn adopt() -> io::Result<()> {
    Ok(())
}

impl Guard {
    fn live(mut self) -> ExitCode {
        loop {
            match self.wait() {
                Heard::Nothing => {}
                Heard::Ask => self.ask(),
                Heard::End | Heard::Closed => break,
            }
            self.reap();
            self.count();
        }
        let killed = self.leftover();
        let (processes, memory) = self.control.was_at_its_end();
        let left = self.end();
        for (was, over) in [(processes, Over::Processes), (memory, Over::Memory)] {
            if was && !self.is_over {
                Word::Over(over).say(&mut self.wire);
            }
        }
        clear_up(&self.terms, &self.control);
        Word::Gone { killed, left }.say(&mut self.wire);
        ExitCode::SUCCESS
    }

    /// Until the server says something, the command ends, or it is time to count.
    fn wait(&mut self) -> Heard {
        let counts = !(self.control.holds_processes && self.control.holds_memory);
        let tick = Timespec { tv_sec: 0, tv_nsec: if counts { COUNT_EVERY_NS } else { LOOK_EVERY_NS } };
        let is_told = {
            let mut fds = vec![PollFd::new(&self.wire, PollFlags::IN)];
            if let (Some(ended), false) = (&self.ended, self.has_ended) {
                fds.push(PollFd::new(ended, PollFlags::IN));
            }
            // An interruption is as good as the time being up.
            let ready = poll(&mut fds, Some(&tick)).unwrap_or(0);
            ready > 0 && !fds[0].revents().is_empty()
        };
        if !is_told {
            return Heard::Nothing;
        }
        let mut order = [0];
        match self.wire.read(&mut order) {
            Ok(1) if order[0] == Order::ASK => Heard::Ask,
            Ok(1) => Heard::End,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Heard::Nothing,
            Ok(_) | Err(_) => Heard::Closed,
        }
    }

    fn ask(&self) {
        // Its session's first group at once, so that a shell and its pipeline hear it together; the rest one by one.
        let _ = kill_process_group(self.child, Signal::TERM);
        let group = |pid: &i32| {
            let pid = Pid::from_raw(*pid);
            pid.is_some_and(|pid| rustix::process::getpgid(Some(pid)).is_ok_and(|group| group == self.child))
        };
        let strays: Vec<i32> = tree::living().into_iter().filter(|pid| !group(pid)).collect();
        tree::signal(&strays, Signal::TERM);
    }

    fn reap(&mut self) {
        let (child, mut ended) = (self.child, None);
        tree::reap(|pid, status| {
            if pid == child {
                ended = Some(status.as_raw());
            }
        });
        self.tell_end(ended);
    }

    fn tell_end(&mut self, ended: Option<i32>) {
        if let Some(status) = ended {
            self.has_ended = true;
            Word::Ended { status }.say(&mut self.wire);
        }
    }

    /// Ends everything if it uses more than it may.
    fn count(&mut self) {
        let Some(over) = self.over() else { return };
        if !self.is_over {
            self.is_over = true;
            Word::Over(over).say(&mut self.wire);
        }
        self.end();
    }

    fn over(&self) -> Option<Over> {
        let limits = &self.terms.limits;
        if !self.control.holds_processes || !self.control.holds_memory {
            let below = tree::below();
            if !self.control.holds_processes && below.len() > limits.processes_max as usize {
                return Some(Over::Processes);
            }
            if !self.control.holds_memory && tree::resident(&below) > limits.memory_bytes_max {
                return Some(Over::Memory);
            }
        }
        // The kernel ends one process for its memory; the rest goes with it.
        if self.control.holds_memory && self.control.was_at_its_end().1 {
            return Some(Over::Memory);
        }
        let scratch = self.terms.scratch.as_deref()?;
        yard::is_over(scratch, limits.scratch_bytes_max).then_some(Over::Scratch)
    }

    /// How many processes are left that do not end by themselves just now.
    fn leftover(&mut self) -> usize {
        for _ in 0..LINGER_PASSES {
            self.reap();
            if tree::living().is_empty() {
                return 0;
            }
            tree::pause();
        }
        tree::living().len()
    }

    /// Kills all of it. How many would not go.
    fn end(&mut self) -> usize {
        self.control.kill();
        let (child, mut ended) = (self.child, None);
        let left = tree::end(|pid, status| {
            if pid == child {
                ended = Some(status.as_raw());
            }
        });
        self.tell_end(ended);
        left
    }
}

enum Heard {
    Nothing,
    Ask,
    End,
    Closed,
}

fn clear_up(terms: &Terms, control: &Control) {
    if let Some(scratch) = &terms.scratch {
        yard::remove(scratch);
    }
    control.remove();
}
