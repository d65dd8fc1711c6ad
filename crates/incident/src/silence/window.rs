//! Maintenance that comes again and again: on some days of the week, from a time of day on, for so long.
//!
//! It begins as a hand-off does: a time that is skipped when the clocks change happens at the end of the gap, one that
//! comes twice happens the first time. How long it lasts is counted in real time.

use super::{Hold, Matchers, SilenceKind};
use crate::people::Actor;
use crate::schedule::{Weekdays, instant};
use alloc::format;
use alloc::string::String;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// A window of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// What is done in it.
    pub reason: String,
    /// Which alerts.
    pub matchers: Matchers,
    /// When.
    pub days: MaintenanceDays,
}

/// When a window comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceDays {
    /// On which days it begins.
    pub days: Weekdays,
    /// At what time of day.
    pub from: Time,
    /// In which zone.
    pub zone: TimeZone,
    /// For how long.
    pub lasts: SignedDuration,
}

impl Maintenance {
    /// Its name among everything that holds alerts back.
    #[must_use]
    pub fn id(&self) -> String {
        format!("window:{}", self.name)
    }

    /// The one that is under way at a moment: when it began and when it ends.
    #[must_use]
    pub fn occurrence(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        self.days.occurrence(at)
    }

    /// When it comes next after a moment.
    #[must_use]
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        self.days.next(at)
    }

    pub(super) fn hold(&self, at: Timestamp) -> Option<Hold> {
        let (_, until) = self.occurrence(at)?;
        let (reason, kind) = (self.reason.clone(), SilenceKind::Maintenance);
        Some(Hold { silence: self.id(), kind, reason, by: Actor::System, until })
    }
}

impl MaintenanceDays {
    fn occurrence(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let today = self.zone.to_datetime(at).date();
        // The clocks change by less than a day.
        let back = self.lasts.as_hours() / 24 + 2;
        let begun = (0..=back).filter_map(|back| {
            let day = today.checked_sub(back.days()).ok().filter(|day| self.days.holds(day.weekday()))?;
            let from = instant(day.to_datetime(self.from), &self.zone)?;
            let until = from.checked_add(self.lasts).ok()?;
            (from <= at && at < until).then_some((from, until))
        });
        begun.max()
    }

    fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(at).date();
        let coming = (-1..=8_i64).filter_map(|ahead| {
            let day = today.checked_add(ahead.days()).ok().filter(|day| self.days.holds(day.weekday()))?;
            instant(day.to_datetime(self.from), &self.zone).filter(|from| *from > at)
        });
        coming.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use jiff::civil::{Weekday, time};

    fn days(from: Time, hours: i64) -> MaintenanceDays {
        let days = Weekdays::default().with(Weekday::Saturday).with(Weekday::Sunday);
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        MaintenanceDays { days, from, zone, lasts: SignedDuration::from_hours(hours) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn seen(days: &MaintenanceDays, now: &str) -> Option<(String, String)> {
        days.occurrence(at(now)).map(|(from, until)| (from.to_string(), until.to_string()))
    }

    #[test]
    fn it_begins_on_its_days_and_lasts_over_midnight() {
        let night = days(time(22, 0, 0, 0), 6);
        let saturday = Some(("2026-01-03T21:00:00Z".to_string(), "2026-01-04T03:00:00Z".to_string()));
        assert_eq!(seen(&night, "2026-01-03T20:59:59Z"), None);
        assert_eq!(seen(&night, "2026-01-03T21:00:00Z"), saturday);
        assert_eq!(seen(&night, "2026-01-04T02:59:59Z"), saturday);
        assert_eq!(seen(&night, "2026-01-04T03:00:00Z"), None);
        assert_eq!(seen(&night, "2026-01-05T21:30:00Z"), None, "a Monday");
        assert_eq!(night.next(at("2026-01-04T03:00:00Z")), Some(at("2026-01-04T21:00:00Z")));
        assert_eq!(night.next(at("2026-01-05T03:00:00Z")), Some(at("2026-01-10T21:00:00Z")));
    }

    #[test]
    fn a_time_that_is_skipped_begins_at_the_end_of_the_gap() {
        // In Berlin 02:00 becomes 03:00 on 2026-03-29, a Sunday.
        let seen = seen(&days(time(2, 30, 0, 0), 2), "2026-03-29T01:30:00Z");
        assert_eq!(seen, Some(("2026-03-29T01:00:00Z".to_string(), "2026-03-29T03:00:00Z".to_string())));
    }

    #[test]
    fn a_time_that_comes_twice_begins_once_and_lasts_in_real_time() {
        // In Berlin 03:00 becomes 02:00 on 2026-10-25, a Sunday.
        let twice = days(time(2, 30, 0, 0), 1);
        let first = Some(("2026-10-25T00:30:00Z".to_string(), "2026-10-25T01:30:00Z".to_string()));
        assert_eq!(seen(&twice, "2026-10-25T00:30:00Z"), first);
        assert_eq!(seen(&twice, "2026-10-25T01:29:59Z"), first);
        assert_eq!(seen(&twice, "2026-10-25T01:30:00Z"), None, "half past two comes again, and it does not");
    }

    #[test]
    fn one_that_lasts_longer_than_a_week_goes_on_from_the_latest() {
        let long = days(time(0, 0, 0, 0), 24 * 9);
        let (from, _) = long.occurrence(at("2026-01-09T12:00:00Z")).unwrap();
        assert_eq!(from, at("2026-01-03T23:00:00Z"), "the Sunday's");
    }
}
