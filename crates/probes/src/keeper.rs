//! What the probes saw, on its way to be kept: gathered, rolled into minutes and hours, and written a few times a minute.
//! Pure but for the history that it is handed to; the prober says when.

use crate::judge::sketch;
use core::mem;
use engine::ports::{Bucket, BucketWidth, ProbeRetention, ProbeWrite, Sample, Standing, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Looks are written together: a transaction each would keep the disk busy for nothing. A crash loses this much of the
/// history, and nothing of any alert.
pub(crate) const WRITE_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// Single looks are kept for a day, minutes for three, hours for thirteen months.
const SAMPLES_KEPT: SignedDuration = SignedDuration::from_hours(24);
const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(3 * 24);
const HOURS_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// How often what is too old is forgotten.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// While nothing can be written so many looks wait; older ones are given up.
const WAITING_MAX: usize = 20_000;

const WIDTHS: [BucketWidth; 2] = [BucketWidth::Minute, BucketWidth::Hour];

/// Gathers what is to be written.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    waiting: ProbeWrite,
    /// The buckets that are still being filled, and whether they changed since they were last written.
    open: BTreeMap<(String, BucketWidth), (Bucket, bool)>,
    standings: BTreeMap<String, Standing>,
    forgotten_at: Option<Timestamp>,
}

impl Keeper {
    /// Goes on with a bucket that an earlier process began.
    pub(crate) fn resume(&mut self, probe: &str, width: BucketWidth, bucket: Bucket) {
        self.open.insert((probe.to_owned(), width), (bucket, false));
    }

    /// Takes a look, and what is held of its target if that changed.
    pub(crate) fn saw(&mut self, probe: &str, sample: &Sample, standing: Option<&Standing>) {
        self.waiting.samples.push((probe.to_owned(), sample.clone()));
        for width in WIDTHS {
            let at_s = sample.at.as_second().div_euclid(width.seconds()) * width.seconds();
            let fresh = || (Bucket { at_s, ..Bucket::default() }, true);
            let (bucket, changed) = self.open.entry((probe.to_owned(), width)).or_insert_with(fresh);
            if bucket.at_s != at_s {
                let ended = mem::replace(bucket, Bucket { at_s, ..Bucket::default() });
                if *changed {
                    self.waiting.buckets.push((probe.to_owned(), width, ended));
                }
            }
            count(bucket, sample);
            *changed = true;
        }
        if let Some(standing) = standing {
            self.standings.insert(probe.to_owned(), standing.clone());
        }
    }

    /// Nothing is held of a probe any more.
    pub(crate) fn gone(&mut self, probe: String) {
        self.waiting.gone.push(probe);
    }

    /// Everything that waits. `None`: nothing does.
    pub(crate) fn take(&mut self) -> Option<ProbeWrite> {
        let mut write = mem::take(&mut self.waiting);
        for ((probe, width), (bucket, changed)) in &mut self.open {
            if mem::take(changed) {
                write.buckets.push((probe.clone(), *width, bucket.clone()));
            }
        }
        write.standings.extend(mem::take(&mut self.standings));
        (write != ProbeWrite::default()).then_some(write)
    }

    /// Whether something waits to be written.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting != ProbeWrite::default()
            || !self.standings.is_empty()
            || self.open.values().any(|(_, changed)| *changed)
    }

    /// Takes back what could not be written. The number of looks that had to be given up.
    pub(crate) fn take_back(&mut self, write: ProbeWrite) -> usize {
        let newer = mem::replace(&mut self.waiting, write);
        self.waiting.samples.extend(newer.samples);
        // Later buckets of the same time replace earlier ones.
        self.waiting.buckets.extend(newer.buckets);
        self.waiting.standings.extend(newer.standings);
        self.waiting.gone.extend(newer.gone);
        let buckets = self.waiting.buckets.len().saturating_sub(WAITING_MAX);
        self.waiting.buckets.drain(..buckets);
        let over = self.waiting.samples.len().saturating_sub(WAITING_MAX);
        self.waiting.samples.drain(..over);
        over
    }

    /// What is to be forgotten now, if it is time to.
    pub(crate) fn forget(&mut self, now: Timestamp) -> Option<ProbeRetention> {
        if self.forgotten_at.is_some_and(|at| now.duration_since(at) < FORGET_EVERY) {
            return None;
        }
        self.forgotten_at = Some(now);
        let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        Some(ProbeRetention {
            samples: before(SAMPLES_KEPT),
            minutes: before(MINUTES_KEPT),
            hours: before(HOURS_KEPT),
        })
    }
}

fn count(bucket: &mut Bucket, sample: &Sample) {
    let counter = match sample.verdict {
        Verdict::Pass => &mut bucket.passes,
        Verdict::Fail => &mut bucket.fails,
        Verdict::Breach => &mut bucket.breaches,
        Verdict::Blind => &mut bucket.blinds,
    };
    *counter = counter.saturating_add(1);
    if matches!(sample.verdict, Verdict::Pass | Verdict::Breach) {
        let held = bucket.took.entry(sketch::bin(sample.took_ms)).or_default();
        *held = held.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(second: i64, verdict: Verdict) -> Sample {
        let at = Timestamp::from_second(second).unwrap();
        Sample { at, verdict, took_ms: 7, reason: String::new() }
    }

    fn minutes(write: &ProbeWrite) -> Vec<(i64, u32, u32)> {
        let minutes = write.buckets.iter().filter(|(_, width, _)| *width == BucketWidth::Minute);
        minutes.map(|(_, _, bucket)| (bucket.at_s, bucket.passes, bucket.fails)).collect()
    }

    #[test]
    fn looks_become_minutes_and_hours() {
        let mut keeper = Keeper::default();
        for second in [3_590, 3_595] {
            keeper.saw("a", &look(second, Verdict::Pass), None);
        }
        keeper.saw("a", &look(3_601, Verdict::Fail), Some(&Standing::default()));
        let write = keeper.take().unwrap();
        assert_eq!((write.samples.len(), write.standings.len()), (3, 1));
        assert_eq!(minutes(&write), [(3_540, 2, 0), (3_600, 0, 1)]);
        let took: u32 = write.buckets[0].2.took.values().sum();
        assert_eq!(took, 2, "an answer that failed took no time");
        let hours: Vec<i64> = write
            .buckets
            .iter()
            .filter(|(_, w, _)| *w == BucketWidth::Hour)
            .map(|(_, _, b)| b.at_s)
            .collect();
        assert_eq!(hours, [0, 3_600]);
        assert_eq!(keeper.take(), None, "nothing new, nothing written");
        keeper.saw("a", &look(3_602, Verdict::Pass), None);
        assert_eq!(minutes(&keeper.take().unwrap()), [(3_600, 1, 1)], "the same minute, as it is now");
    }

    #[test]
    fn a_minute_that_an_earlier_process_began_is_gone_on_with() {
        let mut keeper = Keeper::default();
        keeper.resume("a", BucketWidth::Minute, Bucket { at_s: 60, passes: 5, ..Bucket::default() });
        assert_eq!(keeper.take(), None);
        keeper.saw("a", &look(61, Verdict::Pass), None);
        assert_eq!(minutes(&keeper.take().unwrap()), [(60, 6, 0)]);
    }

    #[test]
    fn what_cannot_be_written_waits_within_a_limit_and_in_order() {
        let mut keeper = Keeper::default();
        keeper.saw("a", &look(1, Verdict::Pass), None);
        let refused = keeper.take().unwrap();
        keeper.saw("a", &look(2, Verdict::Pass), None);
        assert_eq!(keeper.take_back(refused), 0);
        let write = keeper.take().unwrap();
        let seconds: Vec<i64> = write.samples.iter().map(|(_, sample)| sample.at.as_second()).collect();
        assert_eq!(seconds, [1, 2]);
        assert_eq!(minutes(&write).last(), Some(&(0, 2, 0)), "the last bucket of a time is the whole one");
        for second in 0..i64::try_from(WAITING_MAX).unwrap() + 10 {
            keeper.saw("a", &look(second, Verdict::Pass), None);
        }
        let much = keeper.take().unwrap();
        assert_eq!(keeper.take_back(much), 10);
        assert_eq!(keeper.take().unwrap().samples[0].1.at.as_second(), 10, "the oldest are given up");
    }

    #[test]
    fn what_is_old_is_forgotten_once_an_hour() {
        let mut keeper = Keeper::default();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        assert_eq!(keeper.forget(now).unwrap().samples, now - SAMPLES_KEPT);
        assert_eq!(keeper.forget(now + SignedDuration::from_mins(59)), None);
        assert!(keeper.forget(now + FORGET_EVERY).is_some());
    }
}
