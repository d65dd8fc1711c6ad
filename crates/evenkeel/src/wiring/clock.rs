//! The clock: the system's, or a faster one for a demonstration. The one place that asks what time it is.

use core::time::Duration;
use engine::ports::{Clock, Coming};
use jiff::{SignedDuration, Timestamp};
use std::time::Instant;

/// A clock that never goes backwards: the system's time at its start, and from then on the steady one, at a speed.
#[derive(Debug)]
pub(crate) struct Steady {
    began: Timestamp,
    began_steady: Instant,
    speed: f64,
}

impl Steady {
    /// Begins now; `speed` 60 lets a minute pass each second.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks what time it is")]
    pub(crate) fn new(speed: f64) -> Self {
        Self { began: Timestamp::now(), began_steady: Instant::now(), speed }
    }
}

impl Clock for Steady {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks what time it is")]
    fn now(&self) -> Timestamp {
        let passed = Instant::now().duration_since(self.began_steady);
        // At speed 1 the system's own time is followed, so that a correction of it is seen within the run.
        if (self.speed - 1.0).abs() < f64::EPSILON {
            return whole_ms(Timestamp::now());
        }
        let ms = passed.as_secs_f64() * 1_000.0 * self.speed;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a demonstration does not last 290 million years"
        )]
        let ms = ms as i64;
        whole_ms(self.began + SignedDuration::from_millis(ms))
    }

    fn wait(&self, at: Timestamp) -> Duration {
        let left = at.duration_since(self.now());
        if left.is_negative() { Duration::ZERO } else { left.unsigned_abs().div_f64(self.speed) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits by the clock")]
    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        Box::pin(async move {
            while self.now() < at {
                tokio::time::sleep(self.wait(at).max(Duration::from_millis(1))).await;
            }
        })
    }
}

fn whole_ms(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
