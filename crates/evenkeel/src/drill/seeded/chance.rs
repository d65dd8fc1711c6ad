//! Chance that is none: numbers from a seed, and the ids made of them. Fit for a story, never for a secret.

use engine::ports::Ids;
use incident::IncidentId;
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};

/// The step of the sequence (`SplitMix64`).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of numbers.
#[derive(Debug)]
pub(super) struct Draws(AtomicU64);

impl Draws {
    /// The sequence of a seed for one purpose: what one purpose draws does not move another's.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let begin = purpose.bytes().fold(seed, |sum, byte| mix(sum ^ u64::from(byte)));
        Self(AtomicU64::new(begin))
    }

    /// The next number.
    pub(super) fn next(&self) -> u64 {
        mix(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
    }

    /// A number of milliseconds in a range, its end not among them.
    pub(super) fn millis(&self, range: core::ops::Range<u64>) -> SignedDuration {
        let width = range.end.saturating_sub(range.start).max(1);
        let drawn = range.start + self.next() % width;
        SignedDuration::from_millis(i64::try_from(drawn).unwrap_or(i64::MAX))
    }

    /// The same in seconds.
    pub(super) fn seconds(&self, range: core::ops::Range<u64>) -> SignedDuration {
        self.millis(range.start * 1_000..range.end * 1_000)
    }
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl Ids for Draws {
    fn incident(&self, now: Timestamp) -> IncidentId {
        let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
        IncidentId::from_parts(unix_ms, u128::from(self.next()))
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&self.next().to_be_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_purpose_make_the_sequence() {
        let draw = |seed, purpose| {
            let draws = Draws::new(seed, purpose);
            [draws.next(), draws.next(), draws.next()]
        };
        assert_eq!(draw(7, "ids"), draw(7, "ids"));
        assert_ne!(draw(7, "ids"), draw(8, "ids"));
        assert_ne!(draw(7, "ids"), draw(7, "pages"));
        let draws = Draws::new(1, "times");
        for _ in 0..1_000 {
            let drawn = draws.seconds(20..30).as_secs();
            assert!((20..30).contains(&drawn), "{drawn}");
        }
    }
}
