//! Times and lengths of time as iCalendar writes them (RFC 5545, 3.3).

use super::lines::Line;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A time of the wall clock, and where that hangs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct When {
    pub(super) at: DateTime,
    pub(super) zone: TimeZone,
    /// A whole day, rather than a time of it.
    pub(super) is_day: bool,
}

impl When {
    /// As an instant; a time that is skipped, or comes twice, as schedules read it.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        incident::instant(self.at, &self.zone)
    }
}

/// The times of a line, of which most have one. A time without a zone hangs in `here`.
pub(super) fn times(line: &Line, here: &TimeZone) -> Result<Vec<When>, String> {
    line.value.split(',').map(|text| time(line, text.trim(), here)).collect()
}

/// The one time of a line.
pub(super) fn one(line: &Line, here: &TimeZone) -> Result<When, String> {
    time(line, line.value.trim(), here)
}

fn time(line: &Line, text: &str, here: &TimeZone) -> Result<When, String> {
    let zone = zone(line, here)?;
    read(text, &zone).ok_or_else(|| {
        format!(
            "line {}: {} is {text:?}, which is no date or time; some are 20260105T090000Z, 20260105T090000 and 20260105",
            line.number, line.name
        )
    })
}

/// A date, a time of the wall clock, or one in UTC.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<When> {
    let Some((day, time)) = text.split_once('T') else {
        let at = date(text)?.to_datetime(Time::midnight());
        return Some(When { at, zone: zone.clone(), is_day: true });
    };
    let (time, zone) = match time.strip_suffix('Z') {
        Some(time) => (time, TimeZone::UTC),
        None => (time, zone.clone()),
    };
    let digits = time.len() == 6 && time.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize| time.get(from..from + 2)?.parse::<i8>().ok();
    let time = digits.then(|| Time::new(part(0)?, part(2)?, part(4)?, 0).ok()).flatten()?;
    Some(When { at: date(day)?.to_datetime(time), zone, is_day: false })
}

fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.get(..4)?.parse().ok()?;
    let part = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    digits.then(|| Date::new(year, part(4)?, part(6)?).ok()).flatten()
}

fn zone(line: &Line, here: &TimeZone) -> Result<TimeZone, String> {
    let Some(name) = line.parameter("TZID") else { return Ok(here.clone()) };
    TimeZone::get(name.trim_start_matches('/')).map_err(|_| {
        format!(
            "line {}: no time zone is called {name:?}; export the calendar with names such as Europe/Berlin, or with \
             times in UTC",
            line.number
        )
    })
}

/// The end of something that begins then and lasts so long, such as `P1DT12H`.
pub(super) fn after(from: DateTime, line: &Line) -> Result<DateTime, String> {
    let wrong =
        || format!("line {}: {:?} is no length of time; some are P1W and P1DT12H", line.number, line.value);
    let rest = line.value.trim().trim_start_matches('+').strip_prefix('P').ok_or_else(wrong)?;
    let mut end = from;
    let mut number = String::new();
    for c in rest.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        if c == 'T' && number.is_empty() {
            continue;
        }
        let count: i64 = number.parse().ok().filter(|count| *count <= 366 * 24 * 3600).ok_or_else(wrong)?;
        let span = match c {
            'W' => count.weeks(),
            'D' => count.days(),
            'H' => count.hours(),
            'M' => count.minutes(),
            'S' => count.seconds(),
            _ => return Err(wrong()),
        };
        end = end.checked_add(span).map_err(|_| wrong())?;
        number.clear();
    }
    if number.is_empty() { Ok(end) } else { Err(wrong()) }
}
