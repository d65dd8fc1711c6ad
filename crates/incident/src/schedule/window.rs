//! Stretches of a week in which a layer counts, such as working hours. They are read off the wall clock: an hour that
//! is skipped does not happen, one that comes twice counts twice.

use super::rotation::instant;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;

/// A stretch of the day on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it begins.
    pub days: Weekdays,
    /// Its first instant.
    pub from: Time,
    /// The first instant after it; at or before `from`: on the next day.
    pub to: Time,
}

/// Days of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The same and one more day.
    #[must_use]
    pub const fn with(self, day: Weekday) -> Self {
        Self(self.0 | 1 << day.to_monday_zero_offset())
    }

    /// Whether a day is among them.
    #[must_use]
    pub const fn holds(self, day: Weekday) -> bool {
        self.0 & 1 << day.to_monday_zero_offset() != 0
    }
}

impl Window {
    /// Whether it covers a time of the wall clock.
    #[must_use]
    pub fn covers(&self, now: DateTime) -> bool {
        let (today, time) = (now.weekday(), now.time());
        if self.from < self.to {
            return self.days.holds(today) && self.from <= time && time < self.to;
        }
        let began_today = self.days.holds(today) && self.from <= time;
        let began_yesterday = self.days.holds(today.previous()) && time < self.to;
        began_today || began_yesterday
    }
}

/// The edges of windows on the day of an instant and the next; midnight stands for days on which there are none.
pub(super) fn edges<'a>(
    windows: impl Iterator<Item = &'a Window>,
    zone: &TimeZone,
    at: Timestamp,
) -> Vec<Timestamp> {
    let mut times: Vec<Time> = windows.flat_map(|one| [one.from, one.to]).collect();
    if times.is_empty() {
        return Vec::new();
    }
    times.push(Time::midnight());
    let today = zone.to_datetime(at).date();
    let on = |day: Date| times.iter().map(move |time| day.to_datetime(*time));
    let civil = [Some(today), today.tomorrow().ok()].into_iter().flatten().flat_map(on);
    // Where the clocks change, the wall clock jumps across edges without reaching them.
    let jumps = zone.following(at).next().map(|change| change.timestamp());
    // An edge that comes twice is one both times: windows are read off the wall clock.
    let twice = |edge| [instant(edge, zone), zone.to_ambiguous_timestamp(edge).later().ok()];
    civil.flat_map(twice).flatten().chain(jumps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{datetime, time};

    #[test]
    fn a_window_may_end_on_the_next_day() {
        let days = Weekdays::default().with(Weekday::Friday);
        let night = Window { days, from: time(22, 0, 0, 0), to: time(6, 0, 0, 0) };
        // 2026-01-02 is a Friday.
        assert!(night.covers(datetime(2026, 1, 2, 22, 0, 0, 0)));
        assert!(night.covers(datetime(2026, 1, 3, 5, 59, 0, 0)));
        assert!(!night.covers(datetime(2026, 1, 3, 6, 0, 0, 0)));
        assert!(!night.covers(datetime(2026, 1, 2, 5, 0, 0, 0)), "Thursday's night is not in it");
        let whole = Window { days, from: time(0, 0, 0, 0), to: time(0, 0, 0, 0) };
        assert!(
            whole.covers(datetime(2026, 1, 2, 23, 59, 0, 0))
                && !whole.covers(datetime(2026, 1, 3, 0, 0, 0, 0))
        );
    }
}
