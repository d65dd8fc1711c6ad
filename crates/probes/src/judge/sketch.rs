//! How long looks took, kept so small that years fit: a histogram whose bins grow by two percent, so that a percentile of any
//! hours put together is right to one percent. Averages of percentiles are never shown, because they mean nothing.

use engine::ports::Bins;

/// Each bin ends at this many times the end of the one before.
const GROWTH: f64 = 1.02;

/// The bin of a time: bin 0 holds 0 and 1 ms.
#[must_use]
pub fn bin(took_ms: u32) -> u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the greatest of all, 49 days, is bin 1121"
    )]
    let bin = (f64::from(took_ms.max(1)).ln() / GROWTH.ln()).ceil() as u16;
    bin
}

/// The time, in milliseconds, in the middle of a bin: no value in it is further away than one percent.
#[must_use]
pub fn middle(bin: u16) -> f64 {
    if bin == 0 { 1.0 } else { GROWTH.powi(i32::from(bin)) * 2.0 / (1.0 + GROWTH) }
}

/// The nearest-rank percentile of a histogram, in milliseconds. `None` of an empty one.
#[must_use]
pub fn percentile(bins: &Bins, percent: f64) -> Option<f64> {
    let count: u64 = bins.values().map(|count| u64::from(*count)).sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank; a float's cast saturates"
    )]
    let rank = ((percent * count as f64 / 100.0).ceil() as u64).max(1);
    let mut seen = 0;
    let reached = bins.iter().find(|(_, count)| {
        seen += u64::from(**count);
        seen >= rank
    });
    reached.map(|(bin, _)| middle(*bin))
}

/// Puts one histogram into another.
pub fn merge(into: &mut Bins, more: &Bins) {
    for (bin, count) in more {
        let held = into.entry(*bin).or_default();
        *held = held.saturating_add(*count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u32]) -> Bins {
        values.iter().fold(Bins::new(), |mut bins, value| {
            *bins.entry(bin(*value)).or_default() += 1;
            bins
        })
    }

    proptest! {
        #[test]
        fn a_percentile_is_right_to_one_percent(
            values in prop::collection::vec(1_u32..5_000_000, 1..300),
            percent in 1_u32..=100,
        ) {
            let exact = super::super::window::percentile(values.clone(), f64::from(percent)).unwrap();
            let kept = percentile(&of(&values), f64::from(percent)).unwrap();
            prop_assert!((kept - f64::from(exact)).abs() <= f64::from(exact) * 0.0101, "{kept} is not {exact}");
        }

        #[test]
        fn parts_put_together_are_the_whole(a in prop::collection::vec(any::<u32>(), 0..60), b in prop::collection::vec(any::<u32>(), 0..60)) {
            let mut both = of(&a);
            merge(&mut both, &of(&b));
            prop_assert_eq!(both, of(&[a, b].concat()));
        }
    }

    #[test]
    fn the_ends_have_bins() {
        assert_eq!((bin(0), bin(1), bin(2)), (0, 0, 36));
        assert!(bin(u32::MAX) < 1_200);
        assert_eq!(percentile(&Bins::new(), 50.0), None);
    }
}
