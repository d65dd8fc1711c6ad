//! Who is on call, as a calendar: one event a shift, from two weeks back to three months ahead.
//!
//! Both edges lie on midnights of UTC, so that a calendar stays the same, byte for byte, until the next day or until a
//! schedule changes. A shift has its own beginning and end also where it reaches out of that time, so its event stays the
//! same one. Must never be here: who may read it.

use super::text::{Text, stamp};
use engine::Settings;
use incident::{Entry, PersonId, Roster, Schedule, Shift, later};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// So many days back.
const PAST_DAYS: i64 = 14;
/// So many days ahead.
const AHEAD_DAYS: i64 = 90;
/// So far before is looked for where a shift began; a turn lasts 366 days at most.
const BEGAN_DAYS: i64 = 400;
/// How often a program should look again.
const REFRESH: &str = "PT1H";

/// Whose calendar it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Everybody's on a schedule.
    Schedule(String),
    /// A person's, over all schedules.
    Person(PersonId),
}

/// The calendar as text; `None` where there is no such schedule or person.
pub(crate) fn calendar(settings: &Settings, whose: &Whose, now: Timestamp) -> Option<String> {
    let roster = &settings.roster;
    let today = midnight(now);
    let (name, schedules, person): (_, Vec<&Schedule>, _) = match whose {
        Whose::Schedule(id) => (format!("On call: {id}"), vec![roster.schedule(id)?], None),
        Whose::Person(id) => {
            let person = roster.person(id)?;
            (format!("{} is on call", person.name), roster.schedules().collect(), Some(id))
        }
    };
    let mut text = Text::default();
    head(&mut text, &name);
    for schedule in schedules {
        let title = title(settings, schedule);
        for shift in &shifts(schedule, today, person) {
            let summary = match person {
                Some(_) => format!("On call: {title}"),
                None => format!("{}: {title}", names(roster, &shift.people)),
            };
            event(&mut text, &Told { schedule, shift, summary, today, person });
        }
    }
    text.plain("END", "VCALENDAR");
    Some(text.done())
}

fn head(text: &mut Text, name: &str) {
    text.plain("BEGIN", "VCALENDAR");
    text.plain("VERSION", "2.0");
    text.plain("PRODID", "-//Evenkeel//Schedules//EN");
    text.plain("CALSCALE", "GREGORIAN");
    text.text("NAME", name);
    // What programs read that are older than RFC 7986.
    text.text("X-WR-CALNAME", name);
    text.plain("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    text.plain("X-PUBLISHED-TTL", REFRESH);
}

/// One shift and all that is told of it.
struct Told<'a> {
    schedule: &'a Schedule,
    shift: &'a Shift,
    summary: String,
    today: Timestamp,
    person: Option<&'a PersonId>,
}

fn event(text: &mut Text, told: &Told<'_>) {
    let Told { schedule, shift, summary, today, person } = told;
    text.plain("BEGIN", "VEVENT");
    // Of a shift that has been going on for longer than is looked back there is only one.
    let began = if shift.from > horizon(*today) { stamp(shift.from) } else { "always".to_owned() };
    let who = person.map_or_else(|| ids(&shift.people), ToString::to_string);
    text.text("UID", &format!("{began}-{}-{who}@evenkeel", schedule.name));
    text.time("DTSTAMP", *today);
    text.time("DTSTART", shift.from);
    text.time("DTEND", shift.until);
    text.text("SUMMARY", summary);
    let by = match shift.entry {
        Entry::Override(_) => "by an override".to_owned(),
        Entry::Layer(index) => format!("by layer {}", index + 1),
        Entry::Nobody => String::new(),
    };
    text.text("DESCRIPTION", &format!("Schedule {}, {by}", schedule.name));
    // Being on call does not keep anybody from a meeting.
    text.plain("TRANSP", "TRANSPARENT");
    text.plain("END", "VEVENT");
}

/// The shifts that touch the time of a calendar, each whole: all of them, or only a person's.
fn shifts(schedule: &Schedule, today: Timestamp, person: Option<&PersonId>) -> Vec<Shift> {
    let from = days(today, -PAST_DAYS);
    // In two parts, so that what lies ahead is there however much lies behind.
    let mut shifts = schedule.shifts(horizon(today), from);
    for shift in schedule.shifts(from, days(today, AHEAD_DAYS)) {
        let same = |last: &&mut Shift| {
            last.until == shift.from && last.people == shift.people && last.entry == shift.entry
        };
        match shifts.last_mut().filter(same) {
            Some(last) => last.until = shift.until,
            None => shifts.push(shift),
        }
    }
    if let Some(last) = shifts.last_mut() {
        last.until = schedule.until(last.from).map_or(last.until, |end| end.max(last.until));
    }
    if let Some(person) = person {
        shifts = of_person(&shifts, person);
    }
    shifts.retain(|shift| shift.until > from && !shift.people.is_empty());
    shifts
}

fn days(today: Timestamp, count: i64) -> Timestamp {
    later(today, SignedDuration::from_hours(24 * count))
}

/// No shift is followed further back than this.
fn horizon(today: Timestamp) -> Timestamp {
    days(today, -BEGAN_DAYS)
}

/// The stretches in which a person is on call, whoever else is, and whichever entry says so.
fn of_person(shifts: &[Shift], person: &PersonId) -> Vec<Shift> {
    let mut own: Vec<Shift> = Vec::new();
    for shift in shifts.iter().filter(|shift| shift.people.contains(person)) {
        match own.last_mut().filter(|last| last.until == shift.from) {
            Some(last) => last.until = shift.until,
            None => own.push(shift.clone()),
        }
    }
    own
}

/// The roles that a schedule holds, in the playbook's own words, and its name.
fn title(settings: &Settings, schedule: &Schedule) -> String {
    let roles = roles_of(settings, schedule);
    if roles.is_empty() { schedule.name.clone() } else { format!("{} ({})", roles.join(", "), schedule.name) }
}

/// The roles of the playbook that a schedule holds; those that it does not name, as the settings have them.
pub(crate) fn roles_of(settings: &Settings, schedule: &Schedule) -> Vec<String> {
    let roster = &settings.roster;
    let holds = |role: &str| roster.schedules_of(role).any(|one| one.name == schedule.name);
    let mut roles: Vec<String> = Vec::new();
    for hop in settings.plan.playbook.hops().filter(|hop| holds(&hop.target)) {
        if !roles.contains(&hop.target) {
            roles.push(hop.target.clone());
        }
    }
    if roles.is_empty() {
        roles.extend(roster.roles().map(|(role, _)| role.to_owned()).filter(|role| holds(role)));
    }
    roles
}

/// People by their names on screens.
pub(crate) fn names(roster: &Roster, people: &[PersonId]) -> String {
    let name = |id: &PersonId| roster.person(id).map_or_else(|| id.to_string(), |person| person.name.clone());
    people.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn ids(people: &[PersonId]) -> String {
    people.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

fn midnight(now: Timestamp) -> Timestamp {
    let day = TimeZone::UTC.to_datetime(now).date().to_datetime(jiff::civil::Time::midnight());
    TimeZone::UTC.to_timestamp(day).unwrap_or(now)
}
