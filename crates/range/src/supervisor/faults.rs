//! Faults whose cause is a process: one that was killed and stays down, one that hardly gets the processor.

use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{MissedTickBehavior, interval};

use super::{Wanted, Watch};
use crate::faults::Shown;
use crate::log::ServiceName;

const BACKEND_DOWN: &str = "backend-down";
const SANDBOX_DOWN: &str = "sandbox-down";
const PROVIDER_DOWN: &str = "provider-down";
const SLOW: &str = "slow-dependency";
/// How long a starved process runs at a time.
const RUNS: Duration = Duration::from_millis(100);
/// In each such number of those times it runs once.
const TIMES: u32 = 30;

/// The service that a fault keeps down.
fn kept_down(name: &str) -> Option<ServiceName> {
    match name {
        BACKEND_DOWN => Some(ServiceName::Backend),
        SANDBOX_DOWN => Some(ServiceName::Sandbox),
        PROVIDER_DOWN => Some(ServiceName::Provider),
        _ => None,
    }
}

/// All of them, and whether they are there.
pub(super) fn shown(watch: &Watch) -> Vec<Shown> {
    let held = |service| watch.standings().get(&service).is_some_and(|s| s.wanted == Wanted::Held);
    let shown = |name: &str, on| Shown { name: name.to_owned(), on };
    vec![
        shown(BACKEND_DOWN, held(ServiceName::Backend)),
        shown(SANDBOX_DOWN, held(ServiceName::Sandbox)),
        shown(PROVIDER_DOWN, held(ServiceName::Provider)),
        shown(SLOW, watch.starved.load(Ordering::Relaxed)),
    ]
}

/// Makes a fault happen, or sets it back. False when there is no such fault.
pub(super) fn set(watch: &Watch, name: &str, on: bool) -> bool {
    if let Some(service) = kept_down(name) {
        return watch.set(service, if on { Wanted::Held } else { Wanted::Up }, false);
    }
    if name == SLOW {
        watch.starved.store(on, Ordering::Relaxed);
    }
    name == SLOW
}

/// Stops the backend's process for most of the time while it is to be starved, and lets it go on afterwards.
pub(super) async fn starve(watch: Watch) {
    let mut clock = interval(RUNS);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut time, mut stopped) = (0, false);
    while watch.life.end.run_until_cancelled(clock.tick()).await.is_some() {
        time = (time + 1) % TIMES;
        let stop = watch.starved.load(Ordering::Relaxed) && time != 0;
        if stop != stopped {
            signal_backend(&watch, if stop { Signal::STOP } else { Signal::CONT });
            stopped = stop;
        }
    }
}

/// A backend that has just ended is signalled in vain; the next one runs until its turn to be stopped.
fn signal_backend(watch: &Watch, signal: Signal) {
    let pid = watch.standings().get(&ServiceName::Backend).and_then(|standing| standing.pid);
    let pid = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}
