//! One look within its limits: it ends by its deadline, and a deadline that this process itself slept through is no fault
//! of the target's.

use super::{Trouble, Trust, Uplink, command, dns, http, prometheus, tcp, tls, upgrade};
use crate::judge::Seen;
use crate::probe::{Kind, Place, Probe};
use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use engine::ports::{Executor, Sample, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};

/// How often a look checks whether this process is given its turn.
const TURN: Duration = Duration::from_millis(250);

/// Whoever is woken later than this was starved: what it measured says nothing of the target.
const STARVED: Duration = Duration::from_secs(1);

/// How long after its deadline a look that does not end by itself is cut off.
const OVERTIME: Duration = Duration::from_millis(500);

/// The longest reason that is kept.
const REASON_CHARS_MAX: usize = 600;

/// How long each part of a look took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// From name to address.
    pub resolve: Duration,
    /// Until the connection stood.
    pub connect: Duration,
    /// Until it was encrypted.
    pub tls: Duration,
    /// Until the first byte of the answer.
    pub processing: Duration,
    /// Until its last.
    pub transfer: Duration,
}

impl Phases {
    /// The parts in their order, each with its name.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, Duration); 5] {
        [
            ("resolve", self.resolve),
            ("connect", self.connect),
            ("tls", self.tls),
            ("processing", self.processing),
            ("transfer", self.transfer),
        ]
    }
}

/// What a look came to.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// As it is judged and kept.
    pub sample: Sample,
    /// What was seen of the target, if it answered.
    pub seen: Option<Seen>,
    /// How long each part took.
    pub phases: Phases,
}

impl Attempt {
    /// Nothing could be seen.
    pub(crate) fn blind(at: Timestamp, reason: &str) -> Self {
        let sample = Sample { at, verdict: Verdict::Blind, took_ms: 0, reason: reason.to_owned() };
        Self { sample, seen: None, phases: Phases::default() }
    }
}

/// What looks share.
pub(crate) struct Means {
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) trust: Trust,
    pub(crate) uplink: Uplink,
}

impl Means {
    /// `uplink`: addresses that answer whenever this machine reaches anything at all.
    pub(crate) fn new(executor: Arc<dyn Executor>, uplink: Vec<Place>) -> Self {
        Self { executor, trust: Trust::default(), uplink: Uplink::new(uplink) }
    }
}

/// One look under way: when it must end, and what took how long so far.
pub(crate) struct Looking {
    pub(crate) deadline: Instant,
    pub(crate) phases: Phases,
    mark: Instant,
}

impl Looking {
    /// One that has this long.
    #[cfg(test)]
    pub(crate) fn until(within: Duration) -> Self {
        let began = now();
        Self { deadline: began + within, phases: Phases::default(), mark: began }
    }

    /// Waits for something of the target's within the deadline.
    pub(crate) async fn target<T>(
        &self,
        doing: &str,
        wait: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        self.within(doing, wait, Trouble::Target).await
    }

    /// Waits for something of our own within the deadline.
    pub(crate) async fn own<T>(
        &self,
        doing: &str,
        wait: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        self.within(doing, wait, Trouble::Own).await
    }

    async fn within<T>(
        &self,
        doing: &str,
        wait: impl Future<Output = Result<T, Trouble>>,
        late: fn(String) -> Trouble,
    ) -> Result<T, Trouble> {
        let done = timeout_at(self.deadline, wait).await;
        done.unwrap_or_else(|_| Err(late(format!("no answer in time while {doing}"))))
    }

    /// How long it was since the last part ended.
    pub(crate) fn lap(&mut self) -> Duration {
        let now = now();
        now.duration_since(core::mem::replace(&mut self.mark, now))
    }
}

/// Looks once. `at`: what time it is by the engine's clock.
pub(crate) async fn attempt(probe: &Probe, means: &Means, at: Timestamp) -> Attempt {
    let began = now();
    let mut looking = Looking { deadline: began + probe.timeout, phases: Phases::default(), mark: began };
    let (looked, late) = {
        let look = async {
            let cut = looking.deadline + OVERTIME;
            let beyond = || Err(Trouble::Target("no answer in time".to_owned()));
            timeout_at(cut, look(probe, means, &mut looking)).await.unwrap_or_else(|_| beyond())
        };
        watched(look).await
    };
    let took = began.elapsed();
    let (seen, trouble) = match looked {
        Ok(seen) => (Some(Seen { took, ..seen }), None),
        Err(trouble) => (None, Some(means.uplink.weigh(trouble, &probe.kind).await)),
    };
    let faults = seen.as_ref().map(|seen| probe.expect.faults(seen, at)).unwrap_or_default();
    let (verdict, reason) = verdict(trouble, &faults, late);
    let reason = reason.chars().take(REASON_CHARS_MAX).collect();
    let took_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
    Attempt { sample: Sample { at, verdict, took_ms, reason }, seen, phases: looking.phases }
}

async fn look(probe: &Probe, means: &Means, looking: &mut Looking) -> Result<Seen, Trouble> {
    match &probe.kind {
        Kind::Http(ask) => http::look(ask, &means.trust, looking).await,
        Kind::WebSocket(ask) => upgrade::look(ask, &means.trust, looking).await,
        Kind::Tcp(place) => tcp::look(place, looking).await,
        Kind::Dns { host } => dns::look(host, looking).await,
        Kind::Tls { place, ca } => tls::look(place, ca.as_deref(), &means.trust, looking).await,
        Kind::Command { source } => command::look(source, means.executor.as_ref(), looking).await,
        Kind::Prometheus { ask, query } => prometheus::look(ask, query, &means.trust, looking).await,
    }
}

/// Whose fault it is. A pass stands however late it came; a failure counts only if this process was awake for it.
fn verdict(trouble: Option<Trouble>, faults: &[String], late: Duration) -> (Verdict, String) {
    let failed = match trouble {
        Some(Trouble::Own(words)) => return (Verdict::Blind, words),
        Some(Trouble::Target(words)) => words,
        None if faults.is_empty() => return (Verdict::Pass, String::new()),
        None => faults.join("; "),
    };
    if late >= STARVED {
        let late = late.as_millis();
        return (
            Verdict::Blind,
            format!("this process was given its turn {late} ms late, so that {failed:?} says nothing"),
        );
    }
    (Verdict::Fail, failed)
}

/// Does something, and measures how late this task was woken meanwhile.
async fn watched<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let mut work = pin!(work);
    let mut turn = interval_at(now() + TURN, TURN);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut late = Duration::ZERO;
    loop {
        tokio::select! {
            // The turn first: when both are due, it tells how late both are.
            biased;
            due = turn.tick() => late = late.max(now().saturating_duration_since(due)),
            done = &mut work => return (done, late),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a look runs in the world's time, also when the engine's clock is sped up"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: Duration = Duration::ZERO;

    #[test]
    fn only_a_failure_that_this_process_was_awake_for_counts() {
        let target = || Some(Trouble::Target("no answer in time".to_owned()));
        assert_eq!(verdict(target(), &[], NO).0, Verdict::Fail);
        assert_eq!(verdict(target(), &[], STARVED).0, Verdict::Blind);
        let slow = ["it took 3000 ms".to_owned()];
        assert_eq!(verdict(None, &slow, NO).0, Verdict::Fail);
        assert_eq!(verdict(None, &slow, STARVED * 2).0, Verdict::Blind);
        assert_eq!(verdict(None, &[], STARVED * 2).0, Verdict::Pass);
        assert_eq!(verdict(Some(Trouble::Own(String::new())), &[], NO).0, Verdict::Blind);
    }

    #[tokio::test]
    async fn a_thread_that_is_held_up_is_noticed() {
        let work = async {
            let end = now() + TURN + STARVED + TURN;
            // Nothing else on this thread gets a turn.
            while now() < end {
                std::hint::spin_loop();
            }
        };
        let (tx, rx) = tokio::sync::oneshot::channel::<()>();
        let held = tokio::spawn(async move {
            work.await;
            tx.send(()).unwrap();
        });
        let ((), late) = watched(async { rx.await.unwrap() }).await;
        held.await.unwrap();
        assert!(late >= STARVED, "{late:?}");
    }
}
