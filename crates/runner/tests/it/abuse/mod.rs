//! Commands that mean harm, or do it by accident, and what is left of them: nothing, and a server that is as it was.
//!
//! Each case says what must not come about. What may run wild runs only in a control group that the test made itself.

mod bombs;
mod calls;
mod escapes;
mod files;
mod floods;
mod greed;
mod network;
mod server;
mod values;

use crate::config;
use incident::RunReport;
use runner::RunnerConfig;
use rustix::event::{Timespec, poll};
use std::fs;
use std::path::Path;
use std::time::Duration;

const MIB: u64 = 1024 * 1024;
/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// How much the server may hold more than before, whatever its commands do: buffers and the masking's tables.
const GROWTH_MAX: u64 = 48 * MIB;
/// A variable that every process of a case has, by which it is found again.
const MARK: &str = "EVENKEEL_ABUSE_MARK";

/// What was there before a case: this process's memory, and no process of the case.
struct Before {
    mark: String,
    memory: u64,
}

impl Before {
    /// Settings whose commands can be found again.
    fn new(folder: &Path) -> (Self, RunnerConfig) {
        let mark = folder.display().to_string();
        let mut config = config(Path::new("/"));
        config.env.insert(MARK.to_owned(), mark.clone());
        config.grace = Duration::from_millis(300);
        (Self { mark, memory: memory_peak() }, config)
    }

    /// Nothing of the case is left, and the server's memory did not grow with it.
    fn holds(&self) {
        let pause = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        let looks = LIMIT.as_millis() / 20;
        let gone = (0..looks).any(|_| {
            let is_gone = self.left().is_empty();
            if !is_gone {
                poll(&mut [], Some(&pause)).unwrap();
            }
            is_gone
        });
        assert!(gone, "left: {:?}", self.left());
        let grown = memory_peak().saturating_sub(self.memory);
        assert!(grown < GROWTH_MAX, "the server grew by {grown} bytes");
    }

    /// Processes with the mark that have not ended.
    fn left(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.mark);
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
        // A process without an environment is a zombie or the kernel's.
        let has_mark = |pid: &String| {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environ.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        pids.filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit())).filter(has_mark).collect()
    }
}

/// The most memory that this process has ever held, in bytes.
fn memory_peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// What the command itself printed, without the runner's own sentences.
fn printed(report: &RunReport) -> &str {
    report.output.split("[evenkeel:").next().unwrap_or_default()
}
