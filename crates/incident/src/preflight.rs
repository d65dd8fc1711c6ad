//! Looks ahead: for each severity, whether somebody would be woken at each instant of the time to come.
//!
//! It asks what the escalation will ask, of the same roster, at each instant at which the answer may change. Must never be
//! here: the present, and whether a contact's channel works, which whoever asks knows and leaves out of the roster.

use crate::decide::{CATCH_ALL, nobody_because, reachable};
use crate::later::later;
use crate::path::{EscalationPolicy, Level};
use crate::people::{Moment, PersonId, Roster};
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::severity::{Severity, Urgency};
use crate::silence::Silences;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A stretch of time in which something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// What would go wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// Nobody at all would be woken.
    Unheard,
    /// No level of the path would hear it; everybody in the catch-all would be woken.
    PathEmpty,
    /// A level would be passed over.
    LevelEmpty {
        /// Whom the playbook names.
        target: String,
        /// Why nobody there can be woken.
        why: String,
    },
    /// A calendar could not be read, so that somebody else may be woken than it says.
    CalendarUnread {
        /// Of which schedule.
        schedule: String,
        /// What is wrong with it, and what counts in its place.
        why: String,
    },
    /// The whole path leads to one person: when they sleep on, nobody else is woken.
    OnePerson {
        /// Who.
        person: PersonId,
    },
}

impl Trouble {
    /// Whether a page would go astray, or merely hang on one person.
    #[must_use]
    pub const fn is_grave(&self) -> bool {
        !matches!(self, Self::OnePerson { .. })
    }
}

/// Something that would go wrong, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// Incidents of which severities.
    pub severities: Vec<String>,
    /// When, in order. Not empty.
    pub stretches: Vec<Stretch>,
    /// All of it in one line, in its schedule's time of day.
    pub said: String,
    /// What mends it: to mend it, …
    pub fix: String,
}

/// What would go wrong in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preflight {
    /// The time that was looked at.
    #[serde(flatten)]
    pub whole: Stretch,
    /// All that was found, the gravest first.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// Looks at each severity's path through a stretch of time.
    #[must_use]
    pub fn look(plan: &Plan, roster: &Roster, whole: Stretch) -> Self {
        Self { whole, findings: findings(plan, roster, whole) }
    }

    /// Those by which a page would go astray.
    pub fn grave(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|one| one.trouble.is_grave())
    }
}

fn findings(plan: &Plan, roster: &Roster, whole: Stretch) -> Vec<Finding> {
    let mut found: BTreeMap<Trouble, Vec<(String, Vec<Stretch>)>> = BTreeMap::new();
    let in_hours = working(roster, whole);
    let working = in_hours.as_deref();
    for severity in plan.severities() {
        let waits = plan.waits_for_working_hours(&severity);
        let looked_at = working.filter(|_| waits).unwrap_or(core::slice::from_ref(&whole));
        for (name, levels) in paths(plan, &severity) {
            for (trouble, stretches) in troubles(&levels, plan.urgency(&severity), roster, looked_at) {
                found.entry(trouble).or_default().push((name.clone(), stretches));
            }
        }
    }
    let findings = found.into_iter().flat_map(|(trouble, by_severity)| {
        // Severities for which it is so at the same times are told together.
        let mut together: Vec<(Vec<String>, Vec<Stretch>)> = Vec::new();
        for (severity, stretches) in by_severity {
            match together.iter_mut().find(|(_, times)| *times == stretches) {
                Some((names, _)) => names.push(severity),
                None => together.push((vec![severity], stretches)),
            }
        }
        together.into_iter().map(move |(severities, stretches)| Finding {
            said: format!(
                "{}: {}",
                when(&stretches, whole, working, &zone(&trouble, roster)),
                what(&trouble, &severities.join(", "))
            ),
            fix: fix(&trouble, roster),
            trouble: trouble.clone(),
            severities,
            stretches,
        })
    });
    findings.collect()
}

/// Every path that an incident of a severity may take, with what it is called: the escalations of the settings that may fit it,
/// and the playbook's own unless one of them fits whatever the service is.
fn paths(plan: &Plan, severity: &Severity) -> Vec<(String, Vec<Level>)> {
    let policies: Vec<_> = plan.policies_for(severity).collect();
    let name =
        |policy: &&EscalationPolicy| (format!("{severity} by {:?}", policy.name), policy.levels.clone());
    let of_settings = policies.iter().map(name);
    let own = (severity.name.clone(), plan.levels(severity).unwrap_or_default());
    let files = own.1.is_empty() && plan.ticket(severity).is_some();
    let covered = policies.iter().any(|policy| policy.services.is_empty());
    of_settings.chain((!files && !covered).then_some(own)).collect()
}

/// The team's working hours within a stretch of time, where there are any: what waits for them wakes nobody at another time.
fn working(roster: &Roster, whole: Stretch) -> Option<Vec<Stretch>> {
    let hours = roster.working_hours()?;
    let mut stretches = Vec::new();
    let mut at = whole.from;
    while let Some(from) = hours.begin(at).filter(|from| *from < whole.until) {
        let until = hours.end(from).map_or(whole.until, |until| until.min(whole.until));
        stretches.push(Stretch { from, until });
        at = until;
    }
    // Hours that never begin keep nothing back.
    (!stretches.is_empty() || hours.begin(whole.from).is_some()).then_some(stretches)
}

/// The troubles of one path in the times at which it may wake somebody, each with its own times.
fn troubles(
    levels: &[Level],
    urgency: Urgency,
    roster: &Roster,
    looked_at: &[Stretch],
) -> BTreeMap<Trouble, Vec<Stretch>> {
    let mut found: BTreeMap<Trouble, Vec<Stretch>> = BTreeMap::new();
    if looked_at.is_empty() {
        return found;
    }
    let targets = levels.iter().flat_map(|level| &level.targets);
    for (schedule, why) in targets.flat_map(|target| roster.unread_calendars(target)) {
        let trouble = Trouble::CalendarUnread { schedule: schedule.to_string(), why: why.to_string() };
        found.insert(trouble, looked_at.to_vec());
    }
    let silences = Silences::none();
    let looked_at = looked_at.iter().flat_map(|stretch| parts(levels, roster, *stretch));
    for Stretch { from, until } in looked_at {
        for trouble in troubles_at(levels, urgency, &Moment { at: from, roster, silences: &silences }) {
            let stretches = found.entry(trouble).or_default();
            match stretches.last_mut().filter(|last| last.until == from) {
                Some(last) => last.until = until,
                None => stretches.push(Stretch { from, until }),
            }
        }
    }
    found
}

/// The parts of a stretch in which the answer is the same.
fn parts(levels: &[Level], roster: &Roster, whole: Stretch) -> Vec<Stretch> {
    let targets = levels.iter().flat_map(|level| &level.targets);
    let schedules = targets.flat_map(|target| roster.schedules_of(target));
    let shifts = schedules.flat_map(|schedule| schedule.shifts(whole.from, whole.until));
    let edges: BTreeSet<Timestamp> =
        shifts.flat_map(|shift| [shift.from, shift.until]).chain([whole.from, whole.until]).collect();
    let edges: Vec<Timestamp> = edges.into_iter().collect();
    edges
        .iter()
        .zip(edges.iter().skip(1))
        .map(|(from, until)| Stretch { from: *from, until: *until })
        .collect()
}

fn troubles_at(levels: &[Level], urgency: Urgency, now: &Moment<'_>) -> Vec<Trouble> {
    let heard_by = |level: &Level| -> BTreeSet<PersonId> {
        let ways = level.targets.iter().flat_map(|target| reachable(now, target, urgency));
        ways.map(|(person, _)| person).collect()
    };
    let by_level: Vec<_> = levels.iter().map(|level| (level, heard_by(level))).collect();
    let everybody: BTreeSet<&PersonId> = by_level.iter().flat_map(|(_, people)| people).collect();
    let path = everybody.is_empty().then(|| {
        if reachable(now, CATCH_ALL, urgency).is_empty() { Trouble::Unheard } else { Trouble::PathEmpty }
    });
    // Without a path the catch-all is the path.
    let path = path.filter(|trouble| !levels.is_empty() || *trouble == Trouble::Unheard);
    let empty = by_level
        .iter()
        .filter(|(_, people)| people.is_empty())
        .map(|(level, _)| Trouble::LevelEmpty { target: level.name(), why: nobody_because(now, level) });
    let others_exist = now.roster.people().nth(1).is_some();
    let one = match everybody.first() {
        Some(person) if everybody.len() == 1 && others_exist => {
            Some(Trouble::OnePerson { person: (*person).clone() })
        }
        Some(_) | None => None,
    };
    path.into_iter().chain(empty).chain(one).collect()
}

/// What would happen.
fn what(trouble: &Trouble, severities: &str) -> String {
    match trouble {
        Trouble::Unheard => format!("nobody would hear a {severities}"),
        Trouble::PathEmpty => {
            format!(
                "nobody on the path of {severities} would hear it; everybody in the catch-all would be woken"
            )
        }
        Trouble::LevelEmpty { target, why } => {
            format!("{target} of {severities} would be passed over: {why}")
        }
        Trouble::CalendarUnread { schedule, why } => {
            format!("{severities} may wake somebody else than the calendar of {schedule:?} says: {why}")
        }
        Trouble::OnePerson { person } => format!("the whole path of {severities} leads to {person}"),
    }
}

/// The first time, and how many more there are.
fn when(stretches: &[Stretch], whole: Stretch, working: Option<&[Stretch]>, zone: &TimeZone) -> String {
    let Some((first, rest)) = stretches.split_first() else { return String::new() };
    if *first == whole {
        return String::from("always");
    }
    if working == Some(stretches) {
        return String::from("always in working hours");
    }
    let told = |at: Timestamp, form: &str| at.to_zoned_datetime(zone.clone()).strftime(form).to_string();
    let same_day = told(first.from, "%F") == told(first.until, "%F");
    let from = told(first.from, "%a %-d %b %Y %H:%M");
    let until = told(first.until, if same_day { "%H:%M" } else { "%a %-d %b %H:%M" });
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more times", rest.len()) };
    format!("{from} to {until} ({}){more}", told(first.from, "%Z"))
}

/// What mends it.
fn fix(trouble: &Trouble, roster: &Roster) -> String {
    match trouble {
        Trouble::Unheard => String::from("add somebody under [[people]] with a contact that works"),
        Trouble::PathEmpty => String::from(
            "bind the roles of the path under [roles], or give their schedules a layer that always counts",
        ),
        Trouble::LevelEmpty { target, .. } => match schedule_of(target, roster) {
            Some(schedule) => format!(
                "give the schedule {:?} an override for that time, or a lowest layer that always counts",
                schedule.name
            ),
            None => format!("bind {target:?} under [roles] to somebody with a contact that works"),
        },
        Trouble::CalendarUnread { .. } => String::from(
            "mend the calendar until `evenkeel preflight` can read it, and start the server again",
        ),
        Trouble::OnePerson { person } => {
            format!("bind another role of the path to somebody else than {person}")
        }
    }
}

/// The first schedule that a level is held by.
fn schedule_of<'r>(level: &str, roster: &'r Roster) -> Option<&'r Schedule> {
    let targets = core::iter::once(level).chain(level.split(", "));
    targets.flat_map(|target| roster.schedules_of(target)).next()
}

/// The zone of the schedule that it is about; UTC where there is none.
fn zone(trouble: &Trouble, roster: &Roster) -> TimeZone {
    let of = |target: &str| schedule_of(target, roster).map(|schedule| schedule.zone.clone());
    let found = match trouble {
        Trouble::LevelEmpty { target, .. } => of(target),
        Trouble::CalendarUnread { schedule, .. } => of(schedule),
        Trouble::Unheard | Trouble::PathEmpty | Trouble::OnePerson { .. } => {
            roster.roles().find_map(|(role, _)| of(role))
        }
    };
    found.unwrap_or(TimeZone::UTC)
}

impl Stretch {
    /// So many days from an instant on.
    #[must_use]
    pub fn days(from: Timestamp, days: u32) -> Self {
        let hours = SignedDuration::from_hours(24 * i64::from(days));
        Self { from, until: later(from, hours) }
    }
}
