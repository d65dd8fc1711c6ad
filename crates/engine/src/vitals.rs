//! How the engine goes, for whoever watches the watcher: what waits, how late timers and pages are, what became of pages.

use incident::{Channel, PageOutcome};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// What the core says of itself. It answers only after a whole turn: a core that stands still does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// When the next timer is due; overdue while the storage takes nothing.
    pub next_due: Option<Timestamp>,
    /// How many timers are set.
    pub timers: usize,
    /// How many pieces of work wait for their turn.
    pub waiting: usize,
    /// How many pieces of work this process holds, those that wait among them.
    pub held: usize,
    /// How many incidents are in memory.
    pub incidents: usize,
}

/// Those who have asked how the core goes. They stand beside the queue, which may be full while the core turns well.
#[derive(Debug)]
pub(crate) struct Asking {
    waiting: Mutex<Vec<oneshot::Sender<Vitals>>>,
    /// When the core last came round, in milliseconds since 1970.
    turned_at: AtomicI64,
}

impl Asking {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { waiting: Mutex::default(), turned_at: AtomicI64::new(now.as_millisecond()) }
    }

    pub(crate) fn turned(&self, now: Timestamp) {
        self.turned_at.store(now.as_millisecond(), Ordering::Relaxed);
    }

    pub(crate) fn turned_at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.turned_at.load(Ordering::Relaxed)).unwrap_or_default()
    }

    pub(crate) fn ask(&self) -> oneshot::Receiver<Vitals> {
        let (reply, answer) = oneshot::channel();
        let mut asking = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        asking.retain(|one| !one.is_closed());
        asking.push(reply);
        answer
    }

    pub(crate) fn take(&self) -> Vec<oneshot::Sender<Vitals>> {
        core::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The upper bounds of the steps in which lateness is counted, in seconds.
pub const LATE_BOUNDS_S: [u32; 8] = [1, 5, 15, 30, 60, 120, 300, 900];

/// How late things were, against when they were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// How many were at most as late as each bound.
    pub within: [u64; LATE_BOUNDS_S.len()],
    /// How many there were.
    pub count: u64,
    /// All of their lateness together.
    pub sum: SignedDuration,
}

/// What became of the pages of one channel since the start, attempt by attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// The provider took them.
    pub delivered: u64,
    /// They are tried again.
    pub tried_again: u64,
    /// Nobody knows; they are tried again and marked.
    pub unknown: u64,
    /// They will never work.
    pub failed: u64,
    /// How late they were handed to the provider.
    pub lateness: Lateness,
}

/// All that is counted, since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Timers that fired.
    pub timers: Lateness,
    /// Pages, by channel.
    pub pages: BTreeMap<Channel, PageCounts>,
}

impl Counts {
    /// How many timers and pages were later than the bound at this place.
    #[must_use]
    pub fn later_than(&self, bound: usize) -> u64 {
        let late = |one: &Lateness| one.count - one.within.get(bound).copied().unwrap_or(one.count);
        late(&self.timers) + self.pages.values().map(|page| late(&page.lateness)).sum::<u64>()
    }
}

impl Lateness {
    fn add(&mut self, late: SignedDuration) {
        let late = late.max(SignedDuration::ZERO);
        self.count += 1;
        self.sum = self.sum.saturating_add(late);
        for (within, bound) in self.within.iter_mut().zip(LATE_BOUNDS_S) {
            *within += u64::from(late <= SignedDuration::from_secs(i64::from(bound)));
        }
    }
}

/// Where it is counted.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

impl Tally {
    pub(crate) fn counts(&self) -> Counts {
        self.with(|counts| counts.clone())
    }

    pub(crate) fn timer(&self, late: SignedDuration) {
        self.with(|counts| counts.timers.add(late));
    }

    pub(crate) fn page_handed_over(&self, channel: Channel, late: SignedDuration) {
        self.with(|counts| counts.pages.entry(channel).or_default().lateness.add(late));
    }

    pub(crate) fn page_ended(&self, channel: Channel, outcome: &PageOutcome) {
        self.with(|counts| {
            let page = counts.pages.entry(channel).or_default();
            *match outcome {
                PageOutcome::Delivered { .. } => &mut page.delivered,
                PageOutcome::TryAgain { .. } => &mut page.tried_again,
                PageOutcome::Unknown { .. } => &mut page.unknown,
                PageOutcome::Never { .. } => &mut page.failed,
            } += 1;
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_counted_in_steps_and_earliness_is_none() {
        let tally = Tally::default();
        for seconds in [-5, 0, 60, 61, 5_000] {
            tally.timer(SignedDuration::from_secs(seconds));
        }
        tally.page_handed_over(Channel::Email, SignedDuration::from_secs(120));
        let counts = tally.counts();
        assert_eq!(counts.timers.within, [2, 2, 2, 2, 3, 4, 4, 4]);
        assert_eq!((counts.timers.count, counts.timers.sum), (5, SignedDuration::from_secs(5_121)));
        assert_eq!(counts.later_than(4), 3, "over 60 s");
    }
}
