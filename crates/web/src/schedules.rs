//! What the API and the console both show of schedules: who is on call, whose shifts come, and what people have otherwise.

use crate::app::App;
use crate::calendar::roles_of;
use crate::error::Problem;
use crate::silences::Standing;
use engine::{EngineError, Settings};
use incident::{Entry, MadeOverride, OverrideId, PersonId, Schedule, Shift};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// How many overrides are listed, the newest first.
const LISTED_MAX: u32 = 200;
/// Whose shifts are shown when nobody says for how long, in days.
pub(crate) const DAYS: u32 = 28;
/// No further ahead are shifts shown, in days.
pub(crate) const DAYS_MAX: u32 = 366;

/// One schedule as it stands.
#[derive(Debug, Serialize)]
pub(crate) struct One {
    pub(crate) id: String,
    pub(crate) zone: String,
    /// The roles that it holds.
    pub(crate) roles: Vec<String>,
    /// Who is on call now; nobody in a gap.
    pub(crate) on_call: Vec<PersonId>,
    /// By what, in words.
    pub(crate) by: String,
    /// Until when; `None` when nothing changes in the time that is looked at.
    pub(crate) until: Option<Timestamp>,
    /// Who is on call then.
    pub(crate) next: Vec<PersonId>,
}

/// One shift.
#[derive(Debug, Serialize)]
pub(crate) struct Slot {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// Nobody in a gap.
    pub(crate) people: Vec<PersonId>,
    /// By what, in words.
    pub(crate) by: String,
    /// Whether an override has it so.
    pub(crate) overridden: bool,
}

/// One schedule with its shifts.
#[derive(Debug, Serialize)]
pub(crate) struct Ahead {
    #[serde(flatten)]
    pub(crate) one: One,
    pub(crate) shifts: Vec<Slot>,
}

/// One override that was made.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) made: MadeOverride,
    pub(crate) state: Standing,
}

/// All schedules, and what people have otherwise.
#[derive(Debug, Serialize)]
pub(crate) struct All {
    pub(crate) schedules: Vec<One>,
    /// Those that are not over first, then the newest.
    pub(crate) overrides: Vec<Shown>,
}

/// All schedules as they stand, and the overrides that were made last.
pub(crate) async fn all(app: &App) -> Result<All, EngineError> {
    let overrides = made(app).await?;
    let (settings, now) = (app.engine().settings(), app.now());
    let schedules = settings.roster.schedules().map(|schedule| one(&settings, schedule, now)).collect();
    Ok(All { schedules, overrides })
}

/// The overrides that were made last, and all that are not over: those first, then the newest.
pub(crate) async fn made(app: &App) -> Result<Vec<Shown>, EngineError> {
    let mut made = app.engine().overrides(LISTED_MAX).await?;
    let (settings, now) = (app.engine().settings(), app.now());
    let known: BTreeSet<OverrideId> = made.iter().map(|one| one.id).collect();
    let older = settings.overrides.iter().rev().filter(|one| one.until() > now && !known.contains(&one.id));
    made.extend(older.cloned());
    Ok(shown(made, now))
}

/// One schedule with its shifts for so many days. Blocks no longer than a few milliseconds a month.
pub(crate) fn ahead(settings: &Settings, schedule: &Schedule, now: Timestamp, days: u32) -> Ahead {
    let until = now + SignedDuration::from_hours(24 * i64::from(days.clamp(1, DAYS_MAX)));
    let slot = |shift: Shift| Slot {
        from: shift.from,
        until: shift.until,
        by: schedule.told_with_reason(shift.entry),
        overridden: matches!(shift.entry, Entry::Override(_)),
        people: shift.people,
    };
    let mut shifts: Vec<Slot> = schedule.shifts(now, until).into_iter().map(slot).collect();
    if let Some(last) = shifts.last_mut() {
        last.until = schedule.until(last.from).map_or(last.until, |end| end.max(last.until));
    }
    Ahead { one: one(settings, schedule, now), shifts }
}

/// The schedule of a name.
pub(crate) fn named<'a>(settings: &'a Settings, id: &str) -> Result<&'a Schedule, Problem> {
    let found = settings.roster.schedule(id);
    found.ok_or_else(|| Problem::not_found(format!("no schedule {id:?} in the settings")))
}

/// A date and a time in a schedule's zone, as browsers send it; `None` where nothing was typed.
pub(crate) fn typed_time(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>, Problem> {
    let text = text.trim().replace('T', " ");
    if text.is_empty() {
        return Ok(None);
    }
    let read = DateTime::strptime("%Y-%m-%d %H:%M", &text)
        .or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M:%S", &text));
    let at = read.ok().and_then(|civil| zone.to_timestamp(civil).ok());
    at.map(Some).ok_or_else(|| {
        let zone = zone.iana_name().unwrap_or("UTC");
        Problem::invalid(format!("{text:?} is no date and time; one is `2026-01-05 22:00`, in {zone}"))
    })
}

pub(crate) fn one(settings: &Settings, schedule: &Schedule, now: Timestamp) -> One {
    let (people, entry) = schedule.on_call(now);
    let until = schedule.until(now);
    One {
        id: schedule.name.clone(),
        zone: schedule.zone.iana_name().unwrap_or("UTC").to_owned(),
        roles: roles_of(settings, schedule),
        on_call: people.to_vec(),
        by: schedule.told_with_reason(entry),
        until,
        next: until.map_or_else(Vec::new, |until| schedule.on_call(until).0.to_vec()),
    }
}

pub(crate) fn shown(made: Vec<MadeOverride>, now: Timestamp) -> Vec<Shown> {
    let mut shown: Vec<Shown> =
        made.into_iter().map(|made| Shown { state: standing(&made, now), made }).collect();
    shown.sort_by_key(|shown| shown.state == Standing::Over);
    shown
}

/// It begins with the first of what it gives to anybody.
fn standing(made: &MadeOverride, now: Timestamp) -> Standing {
    let from = made.takes.iter().map(|take| take.from).min();
    Standing::at(now, from.unwrap_or(made.made_at), made.until())
}
