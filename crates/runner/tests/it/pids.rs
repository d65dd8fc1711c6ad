//! Waiting for the death of any process, and hearing a process's number from inside a command.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use rustix::io::{Errno, read};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

const LIMIT: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };

/// Waits until a process is dead; `false` if it outlives the limit.
pub(crate) fn dies(pid: i32) -> bool {
    match pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) {
        Ok(process) => is_ready(&process),
        Err(Errno::SRCH) => true,
        Err(error) => panic!("pidfd of {pid}: {error}"),
    }
}

/// Whether a process is there and no zombie.
pub(crate) fn lives(pid: i32) -> bool {
    let process = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty());
    process.is_ok_and(|process| {
        let mut fds = [PollFd::new(&process, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 0
    })
}

/// A named pipe on which a command tells numbers.
pub(crate) struct Ear(OwnedFd);

impl Ear {
    pub(crate) fn new(path: &Path) -> Self {
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        // Opened for both, so that opening does not wait for a writer.
        Self(open(path, OFlags::RDWR, Mode::empty()).unwrap())
    }

    /// The numbers of one line.
    pub(crate) fn hear(&self) -> Vec<i32> {
        assert!(is_ready(&self.0), "the command has told nothing");
        let mut line = [0; 100];
        let count = read(&self.0, &mut line).unwrap();
        let line = String::from_utf8_lossy(&line[..count]).into_owned();
        line.split_whitespace().map(|word| word.parse().unwrap()).collect()
    }
}

fn is_ready(fd: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::IN)];
    loop {
        match poll(&mut fds, Some(&LIMIT)) {
            // The death of any child interrupts the wait.
            Err(Errno::INTR) => {}
            ready => return ready.unwrap() == 1,
        }
    }
}
