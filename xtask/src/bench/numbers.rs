//! Medians, percentiles and ratios.

use serde_json::{Value, json};

/// The middle of some samples and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) n: usize,
}

impl Spread {
    /// Of any samples; what is not a number is left out. Zeroes when nothing is left.
    pub(super) fn of(samples: impl IntoIterator<Item = f64>) -> Spread {
        let mut sorted: Vec<f64> = samples.into_iter().filter(|sample| sample.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else {
            return Spread { median: 0.0, min: 0.0, max: 0.0, n: 0 };
        };
        Spread { median: f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]), min: *min, max: *max, n }
    }

    /// The ratios of samples taken in the same rounds.
    pub(super) fn ratio(ours: &[f64], theirs: &[f64]) -> Spread {
        Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
    }

    /// As `1.23 (1.10..1.31, n=5)`, with so many decimals.
    pub(super) fn shown(&self, decimals: usize) -> String {
        let Spread { median, min, max, n } = self;
        format!("{median:.decimals$} ({min:.decimals$}..{max:.decimals$}, n={n})")
    }

    pub(super) fn json(&self) -> Value {
        json!({ "median": self.median, "min": self.min, "max": self.max, "n": self.n })
    }
}

/// The value below which `share` of the samples lie, by nearest rank; sorts them.
pub(super) fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a bench has fewer samples than 2^52")]
    let rank = (samples.len() as f64 * share).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the length")]
    let at = rank as usize - 1;
    samples.get(at.min(samples.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_holds_middle_and_ends() {
        let spread = Spread::of([3.0, 1.0, 2.0, f64::NAN]);
        assert_eq!(spread, Spread { median: 2.0, min: 1.0, max: 3.0, n: 3 });
        assert_eq!(Spread::of([1.0, 2.0]).median, 1.5);
        assert_eq!(Spread::of([]).n, 0);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let ratio = Spread::ratio(&[10.0, 40.0], &[5.0, 10.0]);
        assert_eq!((ratio.median, ratio.min, ratio.max), (3.0, 2.0, 4.0));
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut samples, 0.5), 50.0);
        assert_eq!(percentile(&mut samples, 0.99), 99.0);
        assert_eq!(percentile(&mut [7.0], 0.99), 7.0);
        assert!(percentile(&mut [], 0.5).is_nan());
    }
}
