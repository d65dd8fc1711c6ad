//! Hours of a week in somebody's zone: the quiet hours of a responder, the working hours of a team.

use super::window::Window;
use super::window::edges;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A week has seven days, and its last edge may lie in the one after.
const DAYS_MAX: usize = 9;

/// Stretches of every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Where their times of day hold.
    pub zone: TimeZone,
    /// When they are. Read off the wall clock: a skipped hour does not happen, a doubled one counts twice.
    pub windows: Vec<Window>,
}

impl Hours {
    /// Whether they cover an instant.
    #[must_use]
    pub fn cover(&self, at: Timestamp) -> bool {
        let now = self.zone.to_datetime(at);
        self.windows.iter().any(|window| window.covers(now))
    }

    /// The first instant from `at` on that they do not cover; `None`: they never end.
    #[must_use]
    pub fn end(&self, at: Timestamp) -> Option<Timestamp> {
        self.first(at, false)
    }

    /// The first instant from `at` on that they cover; `None`: there are none.
    #[must_use]
    pub fn begin(&self, at: Timestamp) -> Option<Timestamp> {
        self.first(at, true)
    }

    fn first(&self, from: Timestamp, covered: bool) -> Option<Timestamp> {
        let mut at = from;
        // Each day has the edges of every window, a midnight, and perhaps a change of the clocks.
        for _ in 0..DAYS_MAX * (2 * self.windows.len() + 2) {
            if self.cover(at) == covered {
                return Some(at);
            }
            at = edges(self.windows.iter(), &self.zone, at).into_iter().filter(|edge| *edge > at).min()?;
        }
        None
    }

    /// A time of theirs as somebody there says it, `07:00 Europe/Berlin`; with its day when it is over a day ahead.
    #[must_use]
    pub fn say(&self, at: Timestamp, now: Timestamp) -> String {
        let far = at.duration_since(now) > SignedDuration::from_hours(24);
        let time = at.to_zoned_datetime(self.zone.clone()).strftime(if far { "%a %H:%M" } else { "%H:%M" });
        match self.zone.iana_name() {
            Some(name) => format!("{time} {name}"),
            None => time.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Weekdays;
    use alloc::vec;
    use jiff::civil::{Time, Weekday, time};

    fn every_day() -> Weekdays {
        (0..7)
            .filter_map(|day| Weekday::from_monday_zero_offset(day).ok())
            .fold(Weekdays::default(), Weekdays::with)
    }

    fn berlin(days: Weekdays, from: Time, to: Time) -> Hours {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Hours { zone, windows: vec![Window { days, from, to }] }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_ends_in_the_morning_of_its_own_zone() {
        let night = berlin(every_day(), time(22, 0, 0, 0), time(7, 0, 0, 0));
        assert!(!night.cover(at("2026-01-05T20:59:59Z")) && night.cover(at("2026-01-05T21:00:00Z")));
        assert_eq!(night.end(at("2026-01-05T22:00:00Z")), Some(at("2026-01-06T06:00:00Z")));
        assert_eq!(night.end(at("2026-01-06T06:00:00Z")), Some(at("2026-01-06T06:00:00Z")), "it is over");
        assert_eq!(night.say(at("2026-01-06T06:00:00Z"), at("2026-01-05T22:00:00Z")), "07:00 Europe/Berlin");
    }

    #[test]
    fn a_night_in_which_the_clocks_change_ends_at_the_same_time_of_day() {
        let night = berlin(every_day(), time(22, 0, 0, 0), time(7, 0, 0, 0));
        assert_eq!(night.end(at("2026-03-28T23:00:00Z")), Some(at("2026-03-29T05:00:00Z")), "spring");
        assert_eq!(night.end(at("2026-10-24T23:00:00Z")), Some(at("2026-10-25T06:00:00Z")), "autumn");
    }

    #[test]
    fn working_hours_come_back_after_a_weekend() {
        let days =
            [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let days = days.into_iter().fold(Weekdays::default(), Weekdays::with);
        let work = berlin(days, time(9, 0, 0, 0), time(18, 0, 0, 0));
        // 2026-01-02 is a Friday.
        let monday = at("2026-01-05T08:00:00Z");
        assert_eq!(work.begin(at("2026-01-02T17:00:00Z")), Some(monday));
        assert_eq!(work.say(monday, at("2026-01-02T17:00:00Z")), "Mon 09:00 Europe/Berlin");
    }

    #[test]
    fn hours_without_an_end_or_a_beginning_are_known_as_such() {
        let always = berlin(every_day(), time(0, 0, 0, 0), time(0, 0, 0, 0));
        assert_eq!(always.end(at("2026-01-02T17:00:00Z")), None);
        let never = Hours { zone: TimeZone::UTC, windows: Vec::new() };
        assert_eq!(never.begin(at("2026-01-02T17:00:00Z")), None);
    }
}
