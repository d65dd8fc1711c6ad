//! The processes below this one: finding, counting, ending. Must never be here: why they are to end.

use rustix::event::poll;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait};
use std::collections::BTreeSet;
use std::fs;

/// Between two passes over processes that are about to die.
const PAUSE_NS: i64 = 5_000_000;
/// How many passes an end may take: about five seconds. What is still there then waits for a device or a network disk.
const PASSES_MAX: u32 = 1_000;
/// More passes than this to stop processes that go on forking are in vain; killing takes over.
const STOPPING_PASSES_MAX: u32 = 50;

/// Everything below this process, zombies included.
pub(super) fn below() -> Vec<i32> {
    let mut found = children(&std::process::id().to_string());
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        let more = children(&pid.to_string());
        // A process that moves while it is looked for could be found twice.
        let more: Vec<i32> = more.into_iter().filter(|pid| !found.contains(pid)).collect();
        found.extend(more);
        next += 1;
    }
    found
}

/// Those that have not ended.
pub(super) fn living() -> Vec<i32> {
    below().into_iter().filter(|pid| lives(*pid)).collect()
}

/// What these hold of memory together, in bytes. Pages that several share are counted for each.
pub(super) fn resident(pids: &[i32]) -> u64 {
    let pages = |pid: &i32| {
        let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
        let field = |at: usize| text.split_whitespace().nth(at)?.parse::<u64>().ok();
        // Resident without what is shared with files and with others on purpose.
        Some(field(1)?.saturating_sub(field(2)?))
    };
    pids.iter().filter_map(pages).sum::<u64>() * rustix::param::page_size() as u64
}

/// Sends a signal to each.
pub(super) fn signal(pids: &[i32], signal: Signal) {
    for pid in pids.iter().filter_map(|pid| Pid::from_raw(*pid)) {
        // The one error there is means that it has just ended.
        let _ = kill_process(pid, signal);
    }
}

/// Takes up every child that has ended; `seen` hears of each. Whether there are children left.
pub(super) fn reap(mut seen: impl FnMut(Pid, WaitStatus)) -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) => seen(pid, status),
            Ok(None) => return true,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Kills everything below this process. How many would not go.
pub(super) fn end(mut seen: impl FnMut(Pid, WaitStatus)) -> usize {
    stop_all();
    for _ in 0..PASSES_MAX {
        signal(&below(), Signal::KILL);
        if !reap(&mut seen) {
            return 0;
        }
        pause();
    }
    living().len()
}

/// Stops one after the other until nobody new turns up: what stands still cannot fork, so that killing keeps up with a
/// bomb.
fn stop_all() {
    let mut stopped = BTreeSet::new();
    for _ in 0..STOPPING_PASSES_MAX {
        let new: Vec<i32> = below().into_iter().filter(|pid| !stopped.contains(pid)).collect();
        if new.is_empty() {
            return;
        }
        signal(&new, Signal::STOP);
        stopped.extend(new);
    }
}

/// A few milliseconds.
pub(super) fn pause() {
    let pause = rustix::event::Timespec { tv_sec: 0, tv_nsec: PAUSE_NS };
    // An interruption only makes it shorter.
    let _ = poll(&mut [], Some(&pause));
}

fn lives(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The state stands behind the name, which stands in parentheses and may hold any character.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn children(pid: &str) -> Vec<i32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}
