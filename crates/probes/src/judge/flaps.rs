//! Flapping, by the method that Nagios made known: of the last results, which weighted share differs from the one before.

/// So many results are looked at.
pub(super) const RESULTS: u32 = 21;
/// Flapping begins at this share of changes, in percent. Three failures apart from each other among twenty-one results
/// reach it, one or two do not.
const BEGINS_PERCENT: f64 = 30.0;
/// It ends below this one, so that it does not itself flap.
const ENDS_PERCENT: f64 = 10.0;
/// What the oldest change counts; the newest counts as much more than one as this is less.
const OLDEST_WEIGHT: f64 = 0.8;

/// The last results of one probe.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flaps {
    /// A bit a result, the newest lowest; set: it failed.
    results: u32,
    seen: u32,
    on: bool,
}

impl Flaps {
    pub(super) fn take(&mut self, failed: bool) {
        self.results = (self.results << 1) | u32::from(failed);
        self.seen = (self.seen + 1).min(RESULTS);
        let percent = self.percent();
        self.on = if self.on { percent >= ENDS_PERCENT } else { percent >= BEGINS_PERCENT };
    }

    pub(super) const fn is_flapping(&self) -> bool {
        self.on
    }

    /// The weighted share of changes, in percent. What was not seen yet counts as no change.
    fn percent(&self) -> f64 {
        let changes = RESULTS - 1;
        let step = 2.0 * (1.0 - OLDEST_WEIGHT) / f64::from(changes - 1);
        let changed = |age: &u32| (self.results >> age ^ self.results >> (age + 1)) & 1 == 1;
        let weight = |age: u32| (2.0 - OLDEST_WEIGHT) - step * f64::from(age);
        let sum: f64 = (0..self.seen.saturating_sub(1)).filter(changed).map(weight).sum();
        sum / f64::from(changes) * 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(results: &[bool]) -> Flaps {
        results.iter().fold(Flaps::default(), |mut flaps, failed| {
            flaps.take(*failed);
            flaps
        })
    }

    #[test]
    fn every_change_at_once_is_a_hundred_percent() {
        let all: Vec<bool> = (0..RESULTS).map(|n| n % 2 == 0).collect();
        assert!((after(&all).percent() - 100.0).abs() < 1e-9);
        assert!(after(&[false; 40]).percent().abs() < 1e-9);
    }

    #[test]
    fn one_outage_is_no_flapping_and_three_apart_are() {
        let mut one = vec![false; 8];
        one.extend([true; 5]);
        one.extend([false; 8]);
        assert!(!after(&one).is_flapping());
        let three: Vec<bool> = (0..RESULTS).map(|n| [4, 10, 16].contains(&n)).collect();
        assert!(after(&three).is_flapping());
    }

    #[test]
    fn it_ends_only_well_below_where_it_began() {
        let mut flaps = after(&[true, false].repeat(12));
        assert!(flaps.is_flapping());
        let mut calm = 0;
        while flaps.is_flapping() {
            flaps.take(false);
            calm += 1;
        }
        assert!((10..RESULTS).contains(&calm), "{calm}");
    }
}
