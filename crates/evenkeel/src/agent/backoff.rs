//! How long to wait before a server that does not answer is asked again: longer each time, within bounds, and never at the
//! same instant as the other agents of a server that comes back.

use jiff::SignedDuration;

/// The first wait, at most.
const FIRST: SignedDuration = SignedDuration::from_millis(500);

/// The longest wait: short beside what an agent may be silent before it counts as away.
const LONGEST: SignedDuration = SignedDuration::from_secs(15);

/// How often it has failed in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    failed: u32,
}

impl Backoff {
    /// Whether the last try failed.
    pub(super) fn has_failed(self) -> bool {
        self.failed > 0
    }

    /// The wait after one more failure: somewhere in the upper half of what doubles each time. `chance` is any byte.
    pub(super) fn next(&mut self, chance: u8) -> SignedDuration {
        let doubled = FIRST.saturating_mul(1_i32.checked_shl(self.failed.min(20)).unwrap_or(i32::MAX));
        self.failed = self.failed.saturating_add(1);
        let most = doubled.min(LONGEST);
        let half = most / 2;
        half + half * i32::from(chance) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_within_bounds_and_differ_by_chance() {
        let (mut early, mut late) = (Backoff::default(), Backoff::default());
        let mut before = SignedDuration::ZERO;
        for _ in 0..200 {
            let (least, most) = (early.next(0), late.next(255));
            assert!(least >= before.min(LONGEST / 2) && least < most && most <= LONGEST);
            before = least;
        }
        assert_eq!(before, LONGEST / 2);
        assert_eq!(Backoff::default().next(255), FIRST);
    }
}
