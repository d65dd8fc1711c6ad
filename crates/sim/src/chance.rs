//! Chance that a seed decides: the same seed, the same story.

use engine::ports::Ids;
use incident::IncidentId;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// A generator that the whole world shares.
#[derive(Clone, Debug)]
pub(crate) struct Chance(Arc<Mutex<fastrand::Rng>>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not tell neighbouring stories.
        let mut mixed = fastrand::Rng::with_seed(seed ^ 0x9e37_79b9_7f4a_7c15);
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(mixed.u64(..)))))
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number of the range, both ends in it.
    pub(crate) fn range(&self, from: i64, to: i64) -> i64 {
        self.draw(|rng| rng.i64(from..=to))
    }

    /// An index below `count`.
    pub(crate) fn below(&self, count: usize) -> usize {
        self.draw(|rng| rng.usize(..count.max(1)))
    }

    /// `true` in so many of a thousand draws.
    pub(crate) fn per_mille(&self, many: u32) -> bool {
        self.draw(|rng| rng.u32(..1_000) < many)
    }

    pub(crate) fn roll(&self) -> u64 {
        self.draw(|rng| rng.u64(..))
    }
}

impl Ids for Chance {
    fn incident(&self, now: Timestamp) -> IncidentId {
        IncidentId::from_parts(u64::try_from(now.as_millisecond()).unwrap_or(0), u128::from(self.roll()))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}
