//! Chance that can be had again: SplitMix64 from a seed.

use crate::world::later;
use std::time::Duration;

/// A stream of numbers.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of these.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        let length = u64::try_from(of.len()).unwrap();
        of[usize::try_from(self.below(length)).unwrap()]
    }

    /// A time within the next five seconds, for an alert that will not be repeated.
    pub(super) fn soon(&mut self) -> String {
        later(Duration::from_millis(self.below(5_000) + 100))
    }
}
