//! What the synthetic users meet: each act with its result and time, over a window, as shares and percentiles.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::metrics::Metrics;

/// How far back [`Stats`] look when nobody says how far, and what is remembered at most.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Acts remembered; more than a busy minute has.
const ACTS_MAX: usize = 20_000;

/// What was met while one kind of act was tried, over a window.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How many there were.
    pub count: usize,
    /// How many of them went as they should.
    pub ok: usize,
    /// The share that did, 0 to 100.
    pub success_percent: f64,
    /// The time that half of those which went well took at most, milliseconds; of none it is 0.
    pub p50_ms: u64,
    /// The time that 95 of 100 of those took at most, milliseconds.
    pub p95_ms: u64,
    /// What went wrong, in words, and how often.
    pub failures: BTreeMap<String, usize>,
}

/// What the synthetic users met over a window, by kind of act.
pub type Stats = BTreeMap<String, Measured>;

/// Takes measures; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    metrics: Metrics,
    acts: Arc<Mutex<VecDeque<Act>>>,
}

#[derive(Debug)]
struct Act {
    at_ms: i64,
    kind: &'static str,
    took: Duration,
    failure: Option<String>,
}

impl Measure {
    pub(super) fn new(metrics: Metrics) -> Self {
        Self { metrics, acts: Arc::default() }
    }

    /// Notes one act.
    pub(super) fn note(&self, kind: &'static str, took: Duration, failure: Option<&str>) {
        let result = if failure.is_none() { "ok" } else { "failed" };
        let labels = [("act", kind), ("result", result)];
        self.metrics.count("load_acts_total", "What synthetic users did, and whether it went well.", &labels);
        self.metrics.observe("load_act_seconds", "How long it took them.", &[("act", kind)], took);
        let mut acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
        let act = Act { at_ms: clock::now_ms(), kind, took, failure: failure.map(str::to_owned) };
        if acts.len() == ACTS_MAX {
            acts.pop_front();
        }
        acts.push_back(act);
    }

    /// The last so many seconds, at most [`WINDOW`].
    pub(super) fn stats(&self, window: Duration) -> Stats {
        let mut acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now_ms();
        let before = |window: Duration| now - i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let forgotten = before(WINDOW);
        while acts.front().is_some_and(|act| act.at_ms < forgotten) {
            acts.pop_front();
        }
        let since = before(window.min(WINDOW));
        let mut kinds: BTreeMap<&str, Vec<&Act>> = BTreeMap::new();
        for act in acts.iter().filter(|act| act.at_ms >= since) {
            kinds.entry(act.kind).or_default().push(act);
        }
        kinds.into_iter().map(|(kind, acts)| (kind.to_owned(), measured(&acts))).collect()
    }
}

fn measured(acts: &[&Act]) -> Measured {
    // How long somebody waited for nothing is their patience, not the service's time.
    let well = acts.iter().filter(|act| act.failure.is_none());
    let mut times: Vec<u64> =
        well.map(|act| u64::try_from(act.took.as_millis()).unwrap_or(u64::MAX)).collect();
    times.sort_unstable();
    let mut failures: BTreeMap<String, usize> = BTreeMap::new();
    for failure in acts.iter().filter_map(|act| act.failure.as_ref()) {
        *failures.entry(failure.clone()).or_default() += 1;
    }
    let (count, ok) = (acts.len(), acts.iter().filter(|act| act.failure.is_none()).count());
    let share = |n: usize| u32::try_from(n).map_or(f64::MAX, f64::from);
    Measured {
        count,
        ok,
        success_percent: (share(ok) / share(count.max(1)) * 1000.0).round() / 10.0,
        p50_ms: percentile(&times, 50),
        p95_ms: percentile(&times, 95),
        failures,
    }
}

/// The smallest time that so many of a hundred do not exceed.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_percentiles_are_of_what_was_noted() {
        let measure = Measure::new(Metrics::default());
        for ms in 1..=100 {
            let failure = (ms > 90).then_some("status 500");
            measure.note("prompt", Duration::from_millis(ms), failure);
        }
        measure.note("health", Duration::from_millis(7), None);
        let stats = measure.stats(WINDOW);
        let prompt = &stats["prompt"];
        // Ten failed, and they were the slowest.
        assert_eq!((prompt.count, prompt.ok, prompt.p50_ms, prompt.p95_ms), (100, 90, 45, 86));
        assert!((prompt.success_percent - 90.0).abs() < 0.01);
        assert_eq!(prompt.failures["status 500"], 10);
        assert_eq!((stats["health"].p50_ms, stats["health"].p95_ms), (7, 7));
    }

    #[test]
    fn a_shorter_look_does_not_see_what_was_before_it() {
        let measure = Measure::new(Metrics::default());
        measure.note("health", Duration::ZERO, None);
        let old = clock::now_ms() - 20_000;
        measure.acts.lock().unwrap().front_mut().unwrap().at_ms = old;
        measure.note("health", Duration::ZERO, None);
        assert_eq!(measure.stats(Duration::from_secs(10))["health"].count, 1);
        assert_eq!(measure.stats(Duration::from_secs(30))["health"].count, 2, "and nothing was forgotten");
        assert_eq!(measure.stats(Duration::MAX)["health"].count, 2, "the window is at most a minute");
    }
}
