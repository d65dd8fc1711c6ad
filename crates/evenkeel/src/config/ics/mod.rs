//! A layer of a schedule read from an iCalendar file (RFC 5545): who has which stretch of time, once or again and again.
//!
//! The file is read whole while the settings are, so that what is wrong with it is told then, with its line. Must never be
//! here: a decision about what counts; that is the schedule's.

mod except;
mod kept;
mod lines;
mod names;
mod rule;
#[cfg(test)]
mod tests;
mod times;

pub(super) use kept::Kept;
pub(super) use names::{By, Known, Named};

use incident::{Again, Calendar, PersonId, Recurring, Stint, Weekdays};
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lines::Line;
use rule::Rule;
use std::path::Path;
use times::When;

/// No larger file is read.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// More events that come once are not kept: years of turns of a day.
const ONCE_MAX: usize = 2_000;
/// More events that come again are not kept: each is asked for every page.
const AGAIN_MAX: usize = 100;
/// No event that comes again lasts longer, in days.
const LASTS_DAYS_MAX: i64 = 31;

/// Reads a file. Times without a zone hang in `here`.
pub(super) fn read(path: &Path, here: &TimeZone, named: &Named, known: &Known) -> Result<Calendar, String> {
    of(path, &text(path)?, here, named, known)
}

fn of(path: &Path, text: &str, here: &TimeZone, named: &Named, known: &Known) -> Result<Calendar, String> {
    calendar(text, here, named, known).map_err(|why| told(path, &why))
}

fn text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| told(path, &format!("cannot be read: {error}")))?;
    if bytes.len() > BYTES_MAX {
        let why = format!("has {} bytes; at most {BYTES_MAX} are read: export fewer months", bytes.len());
        return Err(told(path, &why));
    }
    String::from_utf8(bytes).map_err(|_| told(path, "is not UTF-8; export it as iCalendar"))
}

fn told(path: &Path, why: &str) -> String {
    format!("{}: {why}", path.display())
}

fn calendar(text: &str, here: &TimeZone, named: &Named, known: &Known) -> Result<Calendar, String> {
    let lines = lines::lines(text)?;
    if !lines.first().is_some_and(|line| line.is("BEGIN", "VCALENDAR")) {
        return Err("does not begin with BEGIN:VCALENDAR; export it as iCalendar".to_owned());
    }
    if !lines.iter().any(|line| line.is("END", "VCALENDAR")) {
        return Err("ends before END:VCALENDAR; it was not written whole: export it again".to_owned());
    }
    let events = events(&lines)?;
    let read = events.iter().filter_map(|event| event.read(here, named, known).transpose());
    let mut read: Vec<Read<'_>> = read.collect::<Result<_, _>>()?;
    // One of a series that was moved stands by itself, and the series goes without it.
    except::moved(&mut read, here)?;
    let mut calendar = Calendar::default();
    for one in read {
        match one.event {
            Found::Once(None) => {}
            Found::Once(Some(stint)) => calendar.once.push(stint),
            Found::Again(event) => calendar.again.push(event),
        }
    }
    let counts =
        [("once", calendar.once.len(), ONCE_MAX), ("again and again", calendar.again.len(), AGAIN_MAX)];
    match counts.into_iter().find(|(_, count, most)| count > most) {
        Some((how, count, most)) => {
            Err(format!("{count} events come {how}; at most {most} are read: export fewer months"))
        }
        None => Ok(calendar),
    }
}

/// The lines of one event, without those of alarms in it.
struct Event<'a> {
    begins: usize,
    lines: Vec<&'a Line>,
}

/// What an event says.
struct Read<'a> {
    begins: usize,
    uid: String,
    /// Which of its series it stands for; a time without a zone hangs in that of the series.
    instead_of: Option<&'a Line>,
    event: Found,
}

enum Found {
    /// `None`: it was called off, or the clocks skip all of it.
    Once(Option<Stint>),
    Again(Recurring),
}

fn events(lines: &[Line]) -> Result<Vec<Event<'_>>, String> {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut open: Vec<&Line> = Vec::new();
    for line in lines {
        match line.name.as_str() {
            "BEGIN" => {
                open.push(line);
                if line.is("BEGIN", "VEVENT") {
                    events.push(Event { begins: line.number, lines: Vec::new() });
                }
            }
            "END" => {
                let begun = open.pop().filter(|begun| begun.value.eq_ignore_ascii_case(&line.value));
                begun.ok_or_else(|| {
                    format!("line {}: END:{} ends nothing that began", line.number, line.value)
                })?;
            }
            _ if open.last().is_some_and(|within| within.is("BEGIN", "VEVENT")) => {
                events.last_mut().into_iter().for_each(|event| event.lines.push(line));
            }
            _ => {}
        }
    }
    match open.first() {
        Some(open) => Err(format!("line {}: {} has no end", open.number, open.value)),
        None => Ok(events),
    }
}

impl<'a> Event<'a> {
    fn line(&self, name: &str) -> Option<&'a Line> {
        self.lines.iter().find(|line| line.name == name).copied()
    }

    /// `None` for one that was called off and stands for none of a series.
    fn read(&self, here: &TimeZone, named: &Named, known: &Known) -> Result<Option<Read<'a>>, String> {
        let wrong = |why: String| format!("the event at line {}: {why}", self.begins);
        let uid = self.line("UID").map(|line| line.value.clone()).unwrap_or_default();
        let instead_of = self.line("RECURRENCE-ID");
        let read = |event| Some(Read { begins: self.begins, uid: uid.clone(), instead_of, event });
        self.must_be_readable().map_err(wrong)?;
        if self.line("STATUS").is_some_and(|line| line.value.eq_ignore_ascii_case("CANCELLED")) {
            return Ok(instead_of.and_then(|_| read(Found::Once(None))));
        }
        let from =
            self.line("DTSTART").ok_or_else(|| wrong("it has no DTSTART, so it never begins".to_owned()))?;
        let from = times::one(from, here).map_err(wrong)?;
        let until = self.until(&from).map_err(wrong)?;
        let people = names::people(&self.lines, named, known).map_err(wrong)?;
        Ok(read(match self.line("RRULE") {
            Some(rule) => Found::Again(self.recurring(rule, (from, until), people).map_err(wrong)?),
            None => Found::Once(once(&from, &until, people).map_err(wrong)?),
        }))
    }

    /// What is not read is refused, for who is on call would be another.
    fn must_be_readable(&self) -> Result<(), String> {
        let refused = |line: &Line, why: &str| Err(format!("line {}: {why}", line.number));
        if let Some(line) = self.line("RECURRENCE-ID").filter(|line| line.parameter("RANGE").is_some()) {
            return refused(line, "RANGE is not read; end the series and begin another");
        }
        if let Some(line) = self.line("RDATE") {
            return refused(line, "RDATE is not read; make each an event of its own");
        }
        if let Some(line) = self.line("EXRULE") {
            return refused(line, "EXRULE is not read; leave each out by its EXDATE");
        }
        match self.lines.iter().filter(|line| line.name == "RRULE").nth(1) {
            Some(line) => refused(line, "a second RRULE is not read; make two events of it"),
            None => Ok(()),
        }
    }

    /// When it ends; without a zone, on the wall clock of its beginning.
    fn until(&self, from: &When) -> Result<When, String> {
        let at = match (self.line("DTEND"), self.line("DURATION")) {
            (Some(end), _) => return times::one(end, &from.zone),
            (None, Some(length)) => times::after(from.at, length)?,
            (None, None) if from.is_day => from.at.checked_add(1.day()).unwrap_or(from.at),
            (None, None) => return Err("it has neither DTEND nor DURATION, so it takes no time".to_owned()),
        };
        Ok(When { at, ..from.clone() })
    }

    fn recurring(
        &self,
        rule: &Line,
        (from, until): (When, When),
        people: Vec<PersonId>,
    ) -> Result<Recurring, String> {
        let ends = ends_at(&until, &from.zone).ok_or("it ends out of all time")?;
        let lasts = from.at.duration_until(ends);
        if !lasts.is_positive() || lasts.as_hours() > 24 * LASTS_DAYS_MAX {
            return Err(format!("one that comes again must last from a second to {LASTS_DAYS_MAX} days"));
        }
        let event = Recurring {
            people,
            from: from.at,
            until: ends,
            zone: from.zone.clone(),
            every: Again::Days(1),
            days: Weekdays::default(),
            last: None,
            except: Vec::new(),
        };
        let mut event = Rule::read(rule, &from)?.apply(event);
        let left_out = self.lines.iter().filter(|line| line.name == "EXDATE");
        event.except = except::left_out(&event, left_out.copied())?;
        Ok(event)
    }
}

/// A time on the wall clock of another zone.
fn ends_at(until: &When, zone: &TimeZone) -> Option<DateTime> {
    if until.zone == *zone { Some(until.at) } else { until.instant().map(|at| zone.to_datetime(at)) }
}

/// `None`: the clocks skip all of it.
fn once(from: &When, until: &When, people: Vec<PersonId>) -> Result<Option<Stint>, String> {
    let (Some(begins), Some(ends)) = (from.instant(), until.instant()) else {
        return Err("it begins or ends out of all time".to_owned());
    };
    if begins < ends {
        return Ok(Some(Stint { people, from: begins, until: ends }));
    }
    match ends_at(until, &from.zone) {
        Some(ends) if from.at < ends => Ok(None),
        Some(_) | None => {
            Err(format!("it ends at {}, and must end after it begins, at {}", until.at, from.at))
        }
    }
}
