//! The clock: the system's, or a faster one for a demonstration. The one place that asks what time it is.

use core::time::Duration;
use engine::ports::{Clock, Coming};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How fast our time goes while the system's clock, which was set back, has yet to reach it. Slow enough to be met one
/// day, fast enough that an escalation of five minutes is late by no more than half a minute.
const CATCHING_UP: f64 = 0.9;

/// A clock that never goes backwards.
#[derive(Debug)]
pub(crate) struct Steady {
    began: Timestamp,
    began_steady: Instant,
    speed: f64,
    shown: Mutex<Shown>,
}

/// What was shown last, and how long after the start.
#[derive(Clone, Copy, Debug)]
struct Shown {
    at: Timestamp,
    after: Duration,
}

impl Steady {
    /// Begins now; `speed` 60 lets a minute pass each second.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks what time it is")]
    pub(crate) fn new(speed: f64) -> Self {
        let began = Timestamp::now();
        let shown = Mutex::new(Shown { at: began, after: Duration::ZERO });
        Self { began, began_steady: Instant::now(), speed, shown }
    }

    fn follows_the_system(&self) -> bool {
        (self.speed - 1.0).abs() < f64::EPSILON
    }
}

impl Shown {
    /// The system's time where it goes on from what was shown: a step forwards is one that a sleeping machine makes, or
    /// a correction, and what falls due by it is due. A step backwards must not delay anybody's page: our own time goes
    /// on, a little slower, until the system's has reached it.
    fn follow(&mut self, system: Timestamp, after: Duration) -> Timestamp {
        let passed = after.saturating_sub(self.after).mul_f64(CATCHING_UP);
        let ours = SignedDuration::try_from(passed).ok().and_then(|passed| self.at.checked_add(passed).ok());
        *self = Self { at: ours.map_or(system, |ours| ours.max(system)), after };
        self.at
    }
}

impl Clock for Steady {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks what time it is")]
    fn now(&self) -> Timestamp {
        if self.follows_the_system() {
            // The steady time is read under the lock: two readers cannot pass each other.
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            let passed = Instant::now().duration_since(self.began_steady);
            return whole_ms(shown.follow(Timestamp::now(), passed));
        }
        let passed = Instant::now().duration_since(self.began_steady);
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
                // A step of the system's clock forwards ends the wait, too.
                let wait = self.wait(at).clamp(Duration::from_millis(1), Duration::from_secs(60));
                tokio::time::sleep(wait).await;
            }
        })
    }
}

fn whole_ms(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_system_is_followed_while_it_goes_forwards() {
        let mut shown = Shown { at: at(0), after: S(0) };
        assert_eq!(shown.follow(at(10), S(10)), at(10));
        assert_eq!(shown.follow(at(3_610), S(11)), at(3_610), "a machine that slept for an hour");
    }

    #[test]
    fn a_clock_set_back_delays_nothing_by_more_than_a_tenth_and_is_met_again() {
        let mut shown = Shown { at: at(3_600), after: S(0) };
        assert_eq!(shown.follow(at(300), S(300)), at(3_600 + 270), "an hour back: five minutes later");
        let mut last = shown.at;
        for second in (310..40_000).step_by(10) {
            let now = shown.follow(at(second), S(second.unsigned_abs()));
            assert!(now >= last, "never backwards");
            last = now;
        }
        assert_eq!(last, at(39_990), "the system's clock has caught up");
    }
}
