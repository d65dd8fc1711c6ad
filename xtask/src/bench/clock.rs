//! The time that benches measure with, and the one place where they wait.
#![expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]

use std::time::{Duration, Instant};

/// Now.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Lets others run for a while.
pub(super) fn pause(length: Duration) {
    std::thread::sleep(length);
}

/// Asks until the answer is there or the time is over.
pub(super) fn until<T>(limit: Duration, step: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if began.elapsed() > limit {
            return None;
        }
        pause(step);
    }
}

/// Milliseconds of a duration.
pub(super) fn ms(length: Duration) -> f64 {
    length.as_secs_f64() * 1e3
}
