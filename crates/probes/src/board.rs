//! What the probes hold at the moment, and what they held, for whoever shows it.

use crate::judge::sketch;
use crate::look::{Attempt, Means, Phases, attempt};
use crate::probe::Probe;
use core::time::Duration;
use engine::ports::{
    Bins, Bucket, BucketWidth, Clock, Coming, ProbeBoard, ProbeHistory, ProbeHistoryError, ProbeRefusal,
    ProbeStretch, ProbeView, Sample, Standing,
};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// So many of the last looks are held in memory, for the line that is drawn of them.
pub(crate) const LAST_MAX: usize = 60;

/// So many looks that others ask for are made at once.
const ASKED_MAX: usize = 8;

/// Every probe as it stands.
pub struct Board {
    seats: Mutex<Vec<Seat>>,
    history: Arc<dyn ProbeHistory>,
    clock: Arc<dyn Clock>,
    means: Arc<Means>,
    asked: Semaphore,
}

/// What a board is made of beside the probes.
pub(crate) struct Behind {
    pub(crate) history: Arc<dyn ProbeHistory>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) means: Arc<Means>,
}

/// One probe as it stands.
struct Seat {
    probe: Arc<Probe>,
    standing: Standing,
    last: VecDeque<Sample>,
    phases: Phases,
    status: Option<u16>,
    expires_at: Option<Timestamp>,
}

impl Board {
    pub(crate) fn new(probes: &[Arc<Probe>], behind: Behind) -> Self {
        let Behind { history, clock, means } = behind;
        let seats = Mutex::new(probes.iter().map(|probe| Seat::new(Arc::clone(probe))).collect());
        Self { seats, history, clock, means, asked: Semaphore::new(ASKED_MAX) }
    }

    /// A probe, at its own target or another that its settings name.
    fn asked_for(&self, name: &str, target: Option<&str>) -> Result<Probe, ProbeRefusal> {
        let seats = self.seats();
        let probe = seats.iter().map(|seat| &seat.probe).find(|probe| probe.name == name);
        let mut probe = Probe::clone(probe.ok_or(ProbeRefusal::NoProbe)?);
        if let Some(target) = target.filter(|target| *target != probe.target) {
            let other = probe.others.iter().position(|other| other.name == target);
            let other = probe.others.swap_remove(other.ok_or(ProbeRefusal::NoTarget)?);
            (probe.kind, probe.target) = (other.kind, other.target);
        }
        Ok(probe)
    }

    pub(crate) fn show(&self, at: usize, attempt: &Attempt, standing: &Standing) {
        let mut seats = self.seats();
        let Some(seat) = seats.get_mut(at) else { return };
        seat.standing.clone_from(standing);
        seat.show(attempt);
    }

    /// What an earlier process saw last.
    pub(crate) fn recall(&self, at: usize, mut samples: Vec<Sample>, standing: &Standing) {
        let mut seats = self.seats();
        let Some(seat) = seats.get_mut(at) else { return };
        samples.drain(..samples.len().saturating_sub(LAST_MAX));
        seat.last = samples.into();
        seat.standing.clone_from(standing);
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn new(probe: Arc<Probe>) -> Self {
        Self {
            probe,
            standing: Standing::default(),
            last: VecDeque::new(),
            phases: Phases::default(),
            status: None,
            expires_at: None,
        }
    }

    fn show(&mut self, attempt: &Attempt) {
        if self.last.len() >= LAST_MAX {
            self.last.pop_front();
        }
        self.last.push_back(attempt.sample.clone());
        self.phases = attempt.phases;
        self.status = attempt.seen.as_ref().and_then(|seen| seen.status);
        self.expires_at = attempt.seen.as_ref().and_then(|seen| seen.expires_at);
    }
}

impl ProbeBoard for Board {
    fn all(&self) -> Vec<ProbeView> {
        self.seats().iter().map(view).collect()
    }

    fn one(&self, name: &str) -> Option<ProbeView> {
        self.seats().iter().find(|seat| seat.probe.name == name).map(view)
    }

    fn look<'a>(
        &'a self,
        name: &'a str,
        target: Option<&'a str>,
        limit: Option<Duration>,
    ) -> Coming<'a, Result<ProbeView, ProbeRefusal>> {
        Box::pin(async move {
            let mut probe = self.asked_for(name, target)?;
            let _place = self.asked.try_acquire().map_err(|_| ProbeRefusal::Busy)?;
            probe.timeout = limit.map_or(probe.timeout, |limit| limit.min(probe.timeout));
            let attempt = attempt(&probe, &self.means, self.clock.now()).await;
            let mut seat = Seat::new(Arc::new(probe));
            seat.show(&attempt);
            Ok(view(&seat))
        })
    }

    fn stretches(
        &self,
        name: &str,
        width: BucketWidth,
        from: Timestamp,
    ) -> Result<Vec<ProbeStretch>, ProbeHistoryError> {
        let buckets = self.history.buckets(name, width, from.as_second())?;
        let mut whole = Bucket { at_s: from.as_second(), ..Bucket::default() };
        let mut stretches = Vec::with_capacity(buckets.len() + 1);
        for bucket in &buckets {
            add(&mut whole, bucket);
            stretches.push(stretch(bucket, width.seconds()));
        }
        let end = buckets.last().map_or(whole.at_s, |last| last.at_s + width.seconds());
        stretches.push(stretch(&whole, end - whole.at_s));
        Ok(stretches)
    }
}

fn view(seat: &Seat) -> ProbeView {
    let (probe, telling) = (&seat.probe, &seat.probe.telling);
    let seconds = |(name, took): (_, Duration)| (name, took.as_secs_f64());
    ProbeView {
        name: probe.name.clone(),
        kind: probe.kind.name(),
        target: probe.target.clone(),
        every_s: probe.every.as_secs_f64(),
        severity: telling.severity.clone(),
        service: telling.service.clone(),
        origin: telling.origin.clone(),
        standing: seat.standing.clone(),
        last: seat.last.iter().cloned().collect(),
        phases_s: seat.phases.parts().map(seconds).to_vec(),
        status: seat.status,
        expires_at: seat.expires_at,
    }
}

fn add(whole: &mut Bucket, part: &Bucket) {
    whole.passes = whole.passes.saturating_add(part.passes);
    whole.fails = whole.fails.saturating_add(part.fails);
    whole.breaches = whole.breaches.saturating_add(part.breaches);
    whole.blinds = whole.blinds.saturating_add(part.blinds);
    sketch::merge(&mut whole.took, &part.took);
}

fn stretch(bucket: &Bucket, seconds: i64) -> ProbeStretch {
    let percentile =
        |bins: &Bins, percent| sketch::percentile(bins, percent).map(|ms| (ms * 10.0).round() / 10.0);
    ProbeStretch {
        at: Timestamp::from_second(bucket.at_s).unwrap_or_default(),
        seconds,
        passes: bucket.passes,
        fails: bucket.fails.saturating_add(bucket.breaches),
        blinds: bucket.blinds,
        p50_ms: percentile(&bucket.took, 50.0),
        p95_ms: percentile(&bucket.took, 95.0),
        p99_ms: percentile(&bucket.took, 99.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::memory::Memory;
    use engine::ports::ProbeWrite;

    /// Neither time nor commands go on.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn wait(&self, _: Timestamp) -> Duration {
            Duration::MAX
        }

        fn sleep_until(&self, _: Timestamp) -> Coming<'_, ()> {
            Box::pin(core::future::pending())
        }
    }

    impl engine::ports::Executor for Still {
        fn run<'a>(&'a self, _: &'a engine::ports::RunOrder) -> Coming<'a, incident::RunReport> {
            Box::pin(core::future::pending())
        }

        fn stop(&self, _: incident::IncidentId, _: u32) {}
    }

    #[test]
    fn the_whole_is_the_parts_together_and_no_average_of_percentiles() {
        let memory = Memory::new();
        let bucket = |at_s, ms: u32, count| Bucket {
            at_s,
            passes: count,
            fails: 1,
            breaches: 1,
            took: Bins::from([(sketch::bin(ms), count)]),
            ..Bucket::default()
        };
        let hour = |bucket| ("a".to_owned(), BucketWidth::Hour, bucket);
        let buckets = vec![hour(bucket(0, 10, 90)), hour(bucket(3_600, 1_000, 10))];
        memory.write(&ProbeWrite { buckets, ..ProbeWrite::default() }).unwrap();
        let behind = Behind {
            history: Arc::new(memory),
            clock: Arc::new(Still),
            means: Arc::new(Means::new(Arc::new(Still), Vec::new())),
        };
        let board = Board::new(&[], behind);
        let stretches = board.stretches("a", BucketWidth::Hour, Timestamp::UNIX_EPOCH).unwrap();
        let [first, second, whole] = stretches.as_slice() else { panic!("{stretches:?}") };
        assert_eq!((first.passes, first.fails, second.fails), (90, 2, 2));
        assert_eq!((whole.passes, whole.fails, whole.seconds), (100, 4, 7_200));
        let near = |found: Option<f64>, ms: f64| (found.unwrap() - ms).abs() <= ms * 0.011;
        assert!(near(whole.p50_ms, 10.0) && near(whole.p95_ms, 1_000.0), "{whole:?}");
    }
}
