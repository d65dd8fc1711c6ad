//! A layer that a calendar gives: events that come once, and events that come again on days or weeks.
//!
//! Where several events cover an instant, everybody they name is on call: better woken than forgotten. An event that comes
//! again begins and ends at the same times of the wall clock, so that hand-offs meet when the clocks change; a time that is
//! skipped, or comes twice, is read as for turns. Must never be here: the format that calendars are written in.

use super::rotation::instant;
use super::window::Weekdays;
use crate::people::PersonId;
use alloc::vec::Vec;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The events of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Those that come once.
    pub once: Vec<Stint>,
    /// Those that come again.
    pub again: Vec<Recurring>,
}

/// Somebody has a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stint {
    /// Who.
    pub people: Vec<PersonId>,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// Somebody has a stretch of time again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// Who.
    pub people: Vec<PersonId>,
    /// When the first begins.
    pub from: DateTime,
    /// When the first ends.
    pub until: DateTime,
    /// In which zone.
    pub zone: TimeZone,
    /// How often.
    pub every: Again,
    /// On which days; none: on any that it comes to.
    pub days: Weekdays,
    /// None begins later than this.
    pub last: Option<Timestamp>,
    /// Those that begin then are left out.
    pub except: Vec<Timestamp>,
}

/// How often an event comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// On each day of so many.
    Days(u32),
    /// In each week of so many, each beginning on this day.
    Weeks(u32, Weekday),
}

impl Calendar {
    /// Everybody whom it has on call at an instant, each once, in its own order.
    pub(super) fn on_call(&self, at: Timestamp) -> Vec<PersonId> {
        let once = self.once.iter().filter(|stint| stint.from <= at && at < stint.until);
        let again = self.again.iter().filter(|one| one.covers(at));
        let people = once.map(|stint| &stint.people).chain(again.map(|one| &one.people)).flatten();
        let mut on_call: Vec<PersonId> = Vec::new();
        for person in people {
            if !on_call.contains(person) {
                on_call.push(person.clone());
            }
        }
        on_call
    }

    /// Everybody whom it names, as often as it does.
    pub(super) fn people(&self) -> impl Iterator<Item = &PersonId> {
        let again = self.again.iter().flat_map(|one| &one.people);
        self.once.iter().flat_map(|stint| &stint.people).chain(again)
    }

    /// Instants after this one up to the next midnight at which the answer may be another, that midnight among them, and
    /// the edges of what comes once.
    pub(super) fn edges(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> {
        let once = self.once.iter().flat_map(|stint| [stint.from, stint.until]);
        once.chain(self.again.iter().flat_map(move |one| one.edges(at)))
    }
}

impl Recurring {
    /// When the one that begins on a day begins and ends, if one does.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let counts =
            |from: &Timestamp| self.last.is_none_or(|last| *from <= last) && !self.except.contains(from);
        self.by_rule(day).filter(|(from, _)| counts(from))
    }

    /// The same, also when it is left out or comes after the last.
    #[must_use]
    pub fn by_rule(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let passed = days_between(self.from.date(), day);
        if passed < 0 || !self.comes(day, passed) {
            return None;
        }
        let ends = self.until.checked_add(passed.days()).ok()?;
        let from = instant(day.to_datetime(self.from.time()), &self.zone)?;
        Some((from, instant(ends, &self.zone)?))
    }

    fn comes(&self, day: Date, passed: i64) -> bool {
        let held = self.days == Weekdays::default() || self.days.holds(day.weekday());
        held && match self.every {
            Again::Days(every) => passed % i64::from(every.max(1)) == 0,
            Again::Weeks(every, begins) => {
                let week = |day: Date| {
                    let into = day.weekday().since(begins);
                    day.checked_sub(i64::from(into).days()).unwrap_or(day)
                };
                let weeks = days_between(week(self.from.date()), week(day)) / 7;
                weeks % i64::from(every.max(1)) == 0
            }
        }
    }

    fn covers(&self, at: Timestamp) -> bool {
        self.near(at).any(|(from, until)| from <= at && at < until)
    }

    /// Those that begin no earlier than one that may reach to an instant, up to the day after it.
    fn near(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = self.zone.to_datetime(at).date();
        // The clocks change by less than a day.
        let back = days_between(self.from.date(), self.until.date()) + 1;
        let days = (-back..=1).filter_map(move |ahead| today.checked_add(ahead.days()).ok());
        days.filter_map(|day| self.on(day))
    }

    fn edges(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> {
        let tomorrow = self.zone.to_datetime(at).date().tomorrow().ok();
        let midnight = tomorrow.and_then(|day| instant(day.to_datetime(Time::midnight()), &self.zone));
        self.near(at).flat_map(|(from, until)| [from, until]).chain(midnight)
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
