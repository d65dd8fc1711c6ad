//! What the kernel tells about processes and the machine under `/proc`.

use std::fs;
use std::time::Duration;

/// Processor time that a process has used so far, all threads together.
pub(super) fn cpu(pid: u32) -> Duration {
    // The name in the second field may hold anything, also blanks and brackets: fields count from its end.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    ticks(fields.split_whitespace().skip(11).take(2))
}

/// Processor time that this process has used so far.
pub(super) fn own_cpu() -> Duration {
    cpu(std::process::id())
}

/// Processor time that everybody has used so far, with interrupts and what a host took.
pub(super) fn machine_cpu() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).collect();
    // user nice system idle iowait irq softirq steal
    ticks([0, 1, 2, 5, 6, 7].into_iter().filter_map(|at| fields.get(at).copied()))
}

/// Memory that a process holds, in MiB.
pub(super) fn memory_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<f64> =
        line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}

/// Bytes that a process has caused to be written to the disk so far.
pub(super) fn written(pid: u32) -> u64 {
    let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes:"));
    line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0)
}

/// The one-minute load.
pub(super) fn load() -> f64 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

fn ticks<'a>(fields: impl Iterator<Item = &'a str>) -> Duration {
    let sum: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_secs(sum) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        assert!(memory_mib(std::process::id()) > 0.5);
        assert!(machine_cpu() >= own_cpu());
        assert!(load() >= 0.0);
    }

    #[test]
    fn nobody_uses_nothing() {
        assert_eq!(cpu(u32::MAX), Duration::ZERO);
        assert!(memory_mib(u32::MAX).is_nan());
    }
}
