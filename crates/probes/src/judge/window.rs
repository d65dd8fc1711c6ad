//! Expectations of whole windows: a percentile of how long answers took, a share of looks that succeeded.

use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// A window with fewer looks than this says nothing.
const SAMPLES_MIN: usize = 5;

/// Most looks that one window holds, 16 bytes each; the settings refuse a longer one.
pub(crate) const WINDOW_SAMPLES_MAX: usize = 4_096;

/// What of a window is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// So many percent of the answers came within this many milliseconds.
    PercentileAtMostMs {
        /// Which percentile, above 0 and at most 100.
        percentile: f64,
        /// The bound, in milliseconds.
        ms: u32,
    },
    /// At least so many percent of the looks succeeded.
    SuccessAtLeastPercent(f64),
}

/// What is expected of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowRule {
    /// How long the window is.
    pub over: SignedDuration,
    /// What of it is measured.
    pub measure: Measure,
}

/// One look in a window. `took_ms` counts only for one that succeeded.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: Timestamp,
    took_ms: u32,
    failed: bool,
}

/// The looks of the longest window.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    looks: VecDeque<Look>,
}

impl Window {
    /// Takes a look and forgets those that no window reaches any more.
    pub(super) fn take(&mut self, at: Timestamp, took_ms: u32, failed: bool, longest: SignedDuration) {
        self.looks.push_back(Look { at, took_ms, failed });
        while self.looks.front().is_some_and(|look| at.duration_since(look.at) >= longest)
            || self.looks.len() > WINDOW_SAMPLES_MAX
        {
            self.looks.pop_front();
        }
    }

    /// What is broken of a rule by the window that ends now, in words.
    pub(super) fn broken(&self, rule: &WindowRule, now: Timestamp) -> Option<String> {
        let within = || self.looks.iter().filter(|look| now.duration_since(look.at) < rule.over);
        let count = within().count();
        if count < SAMPLES_MIN {
            return None;
        }
        let over = rule.over;
        match rule.measure {
            Measure::SuccessAtLeastPercent(bound) => {
                let passed = within().filter(|look| !look.failed).count();
                let percent = share(passed, count);
                (percent < bound).then(|| {
                    format!(
                        "{percent:.1} % of {count} looks in {over:#} succeeded; at least {bound} % should"
                    )
                })
            }
            Measure::PercentileAtMostMs { percentile: p, ms } => {
                let took: Vec<u32> = within().filter(|look| !look.failed).map(|look| look.took_ms).collect();
                let (answers, measured) = (took.len(), percentile(took, p)?);
                (measured > ms).then(|| {
                    format!(
                        "P{p} of {answers} answers in {over:#} is {measured} ms; at most {ms} ms is expected"
                    )
                })
            }
        }
    }
}

/// The nearest-rank percentile: the smallest value that so many percent do not exceed. `None` of nothing.
pub(crate) fn percentile(mut values: Vec<u32>, percent: f64) -> Option<u32> {
    if values.is_empty() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among a few thousand values; a float's cast saturates"
    )]
    // Multiplied first: a hundredth is no exact float, and 28 % of 175 would be a little more than 49.
    let rank = (percent * values.len() as f64 / 100.0).ceil() as usize;
    let at = rank.clamp(1, values.len()) - 1;
    Some(*values.select_nth_unstable(at).1)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64 * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
            values in prop::collection::vec(0_u32..10_000, 1..200),
            percent in 1_u32..=100,
        ) {
            let percent = f64::from(percent);
            let found = percentile(values.clone(), percent).unwrap();
            let reach = |bound: u32| share(values.iter().filter(|value| **value <= bound).count(), values.len());
            prop_assert!(reach(found) >= percent - 1e-9);
            if let Some(below) = values.iter().filter(|value| **value < found).max() {
                prop_assert!(reach(*below) < percent);
            }
        }
    }

    #[test]
    fn a_rank_that_is_whole_is_not_rounded_up() {
        assert_eq!(percentile((1..=175).collect(), 28.0), Some(49));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_window_forgets_and_does_not_speak_too_early() {
        let rule = WindowRule {
            over: SignedDuration::from_mins(1),
            measure: Measure::PercentileAtMostMs { percentile: 95.0, ms: 100 },
        };
        let mut window = Window::default();
        for second in 0..4 {
            window.take(at(second), 900, false, rule.over);
            assert_eq!(window.broken(&rule, at(second)), None, "four looks say nothing");
        }
        window.take(at(4), 900, false, rule.over);
        assert_eq!(
            window.broken(&rule, at(4)).as_deref(),
            Some("P95 of 5 answers in 1m is 900 ms; at most 100 ms is expected")
        );
        for second in 61..70 {
            window.take(at(second), 10, false, rule.over);
        }
        assert_eq!(window.broken(&rule, at(69)), None, "the slow ones are over a minute ago");
        assert_eq!(window.looks.len(), 9);
    }

    #[test]
    fn failed_looks_count_against_success_and_not_as_slow() {
        let over = SignedDuration::from_mins(10);
        let mut window = Window::default();
        for second in 0..10 {
            window.take(at(second), 9_000, second == 3, over);
        }
        let success = WindowRule { over, measure: Measure::SuccessAtLeastPercent(95.0) };
        assert_eq!(
            window.broken(&success, at(9)).as_deref(),
            Some("90.0 % of 10 looks in 10m succeeded; at least 95 % should")
        );
        let slow = WindowRule { over, measure: Measure::PercentileAtMostMs { percentile: 100.0, ms: 9_000 } };
        assert_eq!(window.broken(&slow, at(9)), None);
    }
}
