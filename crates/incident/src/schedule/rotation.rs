//! Taking turns. Turns of days and weeks change hands at one civil time; turns of hours are counted in real time.

use crate::people::PersonId;
use alloc::vec::Vec;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Who takes turns, and how long a turn is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The turns in order; several people may share one.
    pub turns: Vec<Vec<PersonId>>,
    /// How long a turn is.
    pub every: Every,
    /// When the first turn begins, in the schedule's zone. Nobody's turn is before it.
    pub from: DateTime,
}

/// How long a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// So many hours of real time, whatever the clocks do.
    Hours(u32),
    /// So many days, from civil time to the same civil time.
    Days(u32),
}

impl Rotation {
    /// Whose turn it is; `None` before the first turn, or when nobody takes turns.
    pub(super) fn turn(&self, at: Timestamp, zone: &TimeZone) -> Option<&[PersonId]> {
        let number = usize::try_from(self.number(at, zone)?).ok()?;
        let count = self.turns.len();
        let turn = self.turns.get(number.checked_rem(count)?)?;
        (!turn.is_empty()).then_some(turn.as_slice())
    }

    /// The first hand-off after an instant; `None` when there is none that can be told.
    pub(super) fn next_handoff(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.number(at, zone) {
            None => self.handoff(0, zone),
            Some(number) => self.handoff(number.checked_add(1)?, zone),
        }
    }

    /// The number of the turn, from 0.
    fn number(&self, at: Timestamp, zone: &TimeZone) -> Option<i64> {
        let begins = |number: i64| self.handoff(number, zone).is_some_and(|handoff| handoff <= at);
        let mut number = match self.every {
            Every::Hours(hours) => {
                let passed = at.duration_since(self.handoff(0, zone)?).as_hours();
                passed.checked_div(i64::from(hours))?
            }
            Every::Days(days) => {
                let passed = self.from.duration_until(zone.to_datetime(at)).as_hours() / 24;
                passed.checked_div(i64::from(days))?
            }
        };
        // The estimate is off by one at most: clocks change by less than a day.
        if begins(number + 1) {
            number += 1;
        } else if !begins(number) {
            number -= 1;
        }
        (number >= 0 && begins(number)).then_some(number)
    }

    /// When a turn begins.
    fn handoff(&self, number: i64, zone: &TimeZone) -> Option<Timestamp> {
        match self.every {
            Every::Hours(hours) => {
                let after = i64::from(hours).checked_mul(number)?;
                instant(self.from, zone)?.checked_add(SignedDuration::try_from_hours(after)?).ok()
            }
            Every::Days(days) => {
                let after = i64::from(days).checked_mul(number)?;
                let span = jiff::Span::new().try_days(after).ok()?;
                instant(self.from.checked_add(span).ok()?, zone)
            }
        }
    }
}

/// A civil time as an instant, for everything that schedules name. One that is skipped happens at the end of the gap; one that
/// comes twice, the first time.
#[must_use]
pub fn instant(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
        AmbiguousOffset::Gap { .. } => {
            let after = ambiguous.later().ok()?;
            let just_after = after.checked_add(1.second()).ok()?;
            zone.preceding(just_after).next().map(|change| change.timestamp())
        }
    }
}
