//! When each probe looks next. Pure: spread by name, on a grid of its own, and without catching up on what was missed.

use crate::probe::Probe;
use core::cmp::Reverse;
use jiff::{SignedDuration, Timestamp};
use std::collections::BinaryHeap;

/// The first look comes within this time of the start, spread so that a hundred probes do not look at once.
const FIRST_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A probe, by its place, is to look.
    Look(usize),
    /// A probe's alert is to be told again.
    Tell(usize),
    /// The alert of a probe that is gone, by its place among those, is to be ended.
    Bury(usize),
    /// What was seen is to be written.
    Write,
}

/// What falls due when, the soonest first.
#[derive(Debug, Default)]
pub(crate) struct Timetable {
    due: BinaryHeap<Reverse<(Timestamp, Due)>>,
}

impl Timetable {
    pub(crate) fn add(&mut self, at: Timestamp, due: Due) {
        self.due.push(Reverse((at, due)));
    }

    /// When the next thing falls due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes what is due.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        self.next_at().filter(|at| *at <= now)?;
        self.due.pop().map(|Reverse(due)| due)
    }
}

/// When a probe looks for the first time.
pub(crate) fn first(probe: &Probe, start: Timestamp) -> Timestamp {
    let within = period(probe).min(FIRST_WITHIN).as_millis().max(1).unsigned_abs();
    let ms = u128::from(spread(&probe.name)) % within;
    start + SignedDuration::from_millis(i64::try_from(ms).unwrap_or(0))
}

/// The next point of a probe's grid after `now`: what passed while this machine slept is not made up for.
pub(crate) fn following(probe: &Probe, due: Timestamp, now: Timestamp) -> Timestamp {
    let period = period(probe).as_millis().max(1);
    let behind = now.duration_since(due).as_millis().max(0);
    let ms = (behind / period + 1) * period;
    due + SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn period(probe: &Probe) -> SignedDuration {
    SignedDuration::try_from(probe.every).unwrap_or(SignedDuration::MAX)
}

/// FNV-1a: the same name looks at the same moments after each start.
fn spread(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(name: &str, every: &str) -> Probe {
        let text = format!("name = '{name}'\nkind = 'dns'\nhost = 'x.test'\nevery = '{every}'");
        toml::from_str::<crate::ProbeSetting>(&text).unwrap().probe().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn first_looks_are_spread() {
        let firsts: std::collections::BTreeSet<Timestamp> =
            (0..50).map(|n| first(&probe(&format!("p{n}"), "60 s"), at(0))).collect();
        assert!(firsts.len() > 40, "{firsts:?}");
        assert!(firsts.iter().all(|first| (at(0)..at(10)).contains(first)));
        assert!((0..50).all(|n| first(&probe(&format!("p{n}"), "1 s"), at(0)) < at(1)));
    }

    #[test]
    fn a_grid_is_kept_and_nothing_is_caught_up_on() {
        let probe = probe("p", "60 s");
        assert_eq!(following(&probe, at(5), at(6)), at(65));
        assert_eq!(following(&probe, at(5), at(65)), at(125), "a look that took the whole period");
        assert_eq!(following(&probe, at(5), at(3_600)), at(3_605), "an hour of sleep is one look");
        assert_eq!(following(&probe, at(5), at(0)), at(65), "a clock set back");
    }

    #[test]
    fn the_soonest_is_taken_first_and_nothing_too_early() {
        let mut table = Timetable::default();
        table.add(at(3), Due::Look(1));
        table.add(at(2), Due::Tell(0));
        assert_eq!(table.take(at(1)), None);
        assert_eq!(table.take(at(9)), Some((at(2), Due::Tell(0))));
        assert_eq!(table.take(at(9)), Some((at(3), Due::Look(1))));
        assert_eq!(table.take(at(9)), None);
    }
}
