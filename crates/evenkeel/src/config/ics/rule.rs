//! How an event comes again: the part of RRULE (RFC 5545, 3.3.10) that people who take turns need. The rest is refused.

use super::lines::Line;
use super::times::{self, When};
use incident::{Again, Recurring, Weekdays};
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// No rule counts further.
const COUNT_MAX: u32 = 10_000;
/// No rule looks further for its last day: a hundred years.
const DAYS_MAX: i64 = 36_525;
/// No event comes more seldom.
const INTERVAL_MAX: u32 = 366;

/// What a rule says.
pub(super) struct Rule {
    every: Again,
    days: Weekdays,
    until: Option<Timestamp>,
    count: Option<u32>,
}

impl Rule {
    pub(super) fn read(line: &Line, from: &When) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "line {}: RRULE:{}: {why}; what is read is FREQ=DAILY or WEEKLY with INTERVAL, BYDAY, WKST, COUNT and UNTIL",
                line.number, line.value
            )
        };
        let (mut weekly, mut interval, mut begins) = (None, 1, Weekday::Monday);
        let (mut days, mut until, mut count) = (Weekdays::default(), None, None);
        for part in line.value.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong("a part has no value"))?;
            let value = value.trim();
            let number = || value.parse::<u32>().ok();
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    weekly = match value.to_ascii_uppercase().as_str() {
                        "DAILY" => Some(false),
                        "WEEKLY" => Some(true),
                        _ => return Err(wrong("it comes neither daily nor weekly")),
                    };
                }
                "INTERVAL" => {
                    let within = number().filter(|number| (1..=INTERVAL_MAX).contains(number));
                    interval = within.ok_or_else(|| wrong("INTERVAL must be from 1 to 366"))?;
                }
                "COUNT" => {
                    let within = number().filter(|number| (1..=COUNT_MAX).contains(number));
                    count = Some(within.ok_or_else(|| wrong("COUNT must be from 1 to 10000"))?);
                }
                "UNTIL" => until = Some(last(value, from).ok_or_else(|| wrong("UNTIL is no time"))?),
                "WKST" => begins = day(value).ok_or_else(|| wrong("WKST is no day"))?,
                "BYDAY" => {
                    for name in value.split(',') {
                        days =
                            days.with(day(name).ok_or_else(|| wrong("BYDAY has something else than days"))?);
                    }
                }
                other => return Err(wrong(&format!("{other} is not read"))),
            }
        }
        let weekly = weekly.ok_or_else(|| wrong("it does not say how often"))?;
        if until.is_some() && count.is_some() {
            return Err(wrong("it has both COUNT and UNTIL"));
        }
        let first = from.at.weekday();
        if weekly && days == Weekdays::default() {
            days = days.with(first);
        }
        if days != Weekdays::default() && !days.holds(first) {
            return Err(wrong("the event begins on a day that its own rule does not name"));
        }
        let every = if weekly { Again::Weeks(interval, begins) } else { Again::Days(interval) };
        Ok(Self { every, days, until, count })
    }

    /// The event that comes by it. What is left out counts among so many all the same.
    pub(super) fn apply(self, event: Recurring) -> Recurring {
        let mut event = Recurring { every: self.every, days: self.days, last: self.until, ..event };
        if let Some(count) = self.count {
            event.last = last_of(&event, count);
        }
        event
    }
}

/// When the last of so many begins.
fn last_of(event: &Recurring, count: u32) -> Option<Timestamp> {
    let days = (0..DAYS_MAX).map_while(|ahead| event.from.date().checked_add(ahead.days()).ok());
    let begins = days.filter_map(|day| event.by_rule(day)).map(|(from, _)| from);
    begins.take(usize::try_from(count).unwrap_or(usize::MAX)).last()
}

/// Until the end of a day that is named, or until an instant.
fn last(text: &str, from: &When) -> Option<Timestamp> {
    let when = times::read(text, &from.zone)?;
    if !when.is_day {
        return when.instant();
    }
    let next = When { at: when.at.checked_add(1.day()).ok()?, ..when };
    next.instant()?.checked_sub(SignedDuration::from_secs(1)).ok()
}

fn day(text: &str) -> Option<Weekday> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let index = names.iter().position(|name| text.trim().eq_ignore_ascii_case(name))?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}
