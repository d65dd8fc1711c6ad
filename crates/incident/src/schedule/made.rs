//! Overrides that people make while the system runs: somebody takes a stretch from whoever has it, or two people exchange two
//! shifts.
//!
//! They come before the overrides of the settings, and of several for the same time the one that was made last counts. Must
//! never be here: where they are kept.

use super::{Override, Schedule};
use crate::id::OverrideId;
use crate::people::{Actor, PersonId, Roster};
use crate::refusal::Refusal;
use crate::silence::EndedEarly;
use crate::words;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// No override lasts longer: what is to be so for good is changed in the settings.
pub const OVERRIDE_MAX: SignedDuration = SignedDuration::from_hours(92 * 24);
/// So many that have not ended there are at most.
pub const OVERRIDES_MAX: usize = 1_000;
/// None begins later than this.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// A reason is not longer.
const REASON_CHARS_MAX: usize = 500;
/// More people do not share a stretch.
const PEOPLE_MAX: usize = 20;

/// What somebody wants to be otherwise than the schedules have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideDraft {
    /// What.
    pub wish: OverrideWish,
    /// Why.
    pub reason: String,
}

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverrideWish {
    /// These people take a stretch, whoever has it.
    Take {
        /// Of which schedule.
        schedule: String,
        /// Who.
        people: Vec<PersonId>,
        /// From when on; `None`: from now.
        from: Option<Timestamp>,
        /// Until when.
        until: Timestamp,
    },
    /// Two people exchange two shifts.
    Swap {
        /// The one.
        first: SwapShift,
        /// The other.
        second: SwapShift,
    },
}

/// A person's shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapShift {
    /// Of which schedule.
    pub schedule: String,
    /// Whose.
    pub person: PersonId,
    /// An instant in it.
    pub at: Timestamp,
}

/// How an override came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideKind {
    /// Somebody takes a stretch.
    Override,
    /// Two people exchange two shifts.
    Swap,
}

/// An override that was made, with all that became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeOverride {
    /// Which.
    pub id: OverrideId,
    /// How often it was changed, the making counted.
    pub version: u64,
    /// How it came about.
    pub kind: OverrideKind,
    /// Why, in words.
    pub reason: String,
    /// Who has what by it; of a swap two.
    pub takes: Vec<Take>,
    /// Who made it.
    pub made_by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// Who ended it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedEarly>,
}

/// People who have a stretch of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Take {
    /// Of which schedule.
    pub schedule: String,
    /// Who.
    pub people: Vec<PersonId>,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// By whom an override was made, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBy {
    /// Which.
    pub id: OverrideId,
    /// By whom.
    pub by: Actor,
    /// Why, in words.
    pub reason: String,
}

impl MadeOverride {
    /// The override of a draft, for these schedules as they hold now.
    ///
    /// # Errors
    /// A [`Refusal`] when it cannot be meant.
    pub fn new(
        id: OverrideId,
        draft: OverrideDraft,
        by: Actor,
        now: Timestamp,
        roster: &Roster,
    ) -> Result<Self, Refusal> {
        if by.person().is_none() {
            return Err(Refusal::PersonNeeded);
        }
        let reason = words::line(&draft.reason, REASON_CHARS_MAX);
        if reason.is_empty() {
            return Err(Refusal::Missing {
                what: "a reason, for whoever wonders why it is not their turn".to_string(),
            });
        }
        let (kind, takes) = match draft.wish {
            OverrideWish::Take { schedule, people, from, until } => {
                let from = from.unwrap_or(now).max(now);
                (OverrideKind::Override, vec![Take { schedule, people, from, until }])
            }
            OverrideWish::Swap { first, second } => {
                (OverrideKind::Swap, swapped(&first, &second, now, roster)?)
            }
        };
        takes.iter().try_for_each(|take| take.check(now, roster))?;
        Ok(Self { id, version: 1, kind, reason, takes, made_by: by, made_at: now, ended: None })
    }

    /// The same, ended now: from now on the schedules have it as before.
    ///
    /// # Errors
    /// A [`Refusal`] when it is over.
    pub fn end(&self, by: Actor, now: Timestamp) -> Result<Self, Refusal> {
        if by.person().is_none() {
            return Err(Refusal::PersonNeeded);
        }
        if self.until() <= now {
            return Err(not_now(format!("{} is over since {}", self.id, self.until())));
        }
        Ok(Self { version: self.version + 1, ended: Some(EndedEarly { by, at: now }), ..self.clone() })
    }

    /// When the last of it ends, or it was ended.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let last = self.takes.iter().map(|take| take.until).max().unwrap_or(self.made_at);
        self.ended.as_ref().map_or(last, |ended| ended.at.min(last))
    }

    /// What of it counts for a schedule.
    pub fn of(&self, schedule: &str) -> impl Iterator<Item = Override> {
        let takes = self.takes.iter().filter(move |take| take.schedule == schedule);
        let until = self.until();
        takes.filter(move |take| take.from < until).map(move |take| Override {
            people: take.people.clone(),
            from: take.from,
            until: take.until.min(until),
            made: Some(MadeBy { id: self.id, by: self.made_by.clone(), reason: self.reason.clone() }),
        })
    }
}

impl Take {
    fn check(&self, now: Timestamp, roster: &Roster) -> Result<(), Refusal> {
        schedule(roster, &self.schedule)?;
        if self.people.is_empty() || self.people.len() > PEOPLE_MAX {
            return Err(not_now(format!("1 to {PEOPLE_MAX} people take it, not {}", self.people.len())));
        }
        if let Some(unknown) = self.people.iter().find(|person| roster.person(person).is_none()) {
            return Err(not_now(format!("nobody has the id {unknown:?}", unknown = unknown.0)));
        }
        if self.from.duration_since(now) > AHEAD_MAX {
            return Err(not_now(format!("it begins at {}, more than a year from now", self.from)));
        }
        let lasts = self.until.duration_since(self.from);
        if !lasts.is_positive() {
            return Err(not_now(format!("it would end at {}, before it begins", self.until)));
        }
        if lasts > OVERRIDE_MAX {
            let days = OVERRIDE_MAX.as_hours() / 24;
            return Err(not_now(format!(
                "it would last longer than {days} days; change the settings for that"
            )));
        }
        Ok(())
    }
}

fn not_now(why: String) -> Refusal {
    Refusal::NotNow { what: "override", why }
}

fn schedule<'a>(roster: &'a Roster, name: &str) -> Result<&'a Schedule, Refusal> {
    roster.schedule(name).ok_or_else(|| {
        let known: Vec<&str> = roster.schedules().map(|one| one.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
        not_now(format!("there is no schedule {name:?}; there is {known}"))
    })
}

/// What of two shifts is still to come, each with the other's person in it.
fn swapped(
    first: &SwapShift,
    second: &SwapShift,
    now: Timestamp,
    roster: &Roster,
) -> Result<Vec<Take>, Refusal> {
    if first.person == second.person {
        return Err(not_now(format!("both shifts are {}'s", first.person)));
    }
    Ok(vec![given(first, &second.person, now, roster)?, given(second, &first.person, now, roster)?])
}

/// A person's shift with somebody else in their place.
fn given(shift: &SwapShift, to: &PersonId, now: Timestamp, roster: &Roster) -> Result<Take, Refusal> {
    let SwapShift { schedule: name, person, at } = shift;
    let schedule = schedule(roster, name)?;
    let people = schedule.on_call(*at).0;
    if !people.contains(person) {
        let who = people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let who = if who.is_empty() { "nobody".to_string() } else { who };
        return Err(not_now(format!("{person} does not have {name:?} at {at}; {who} has")));
    }
    if people.contains(to) {
        return Err(not_now(format!("{to} shares the shift of {name:?} at {at}")));
    }
    let until = schedule.until(*at).ok_or_else(|| {
        not_now(format!(
            "the shift of {name:?} at {at} has no end; say from when until when somebody takes it"
        ))
    })?;
    if until <= now {
        return Err(not_now(format!("the shift of {name:?} at {at} is over since {until}")));
    }
    let from = schedule.since(*at, now).ok_or_else(|| {
        not_now(format!(
            "nobody can tell when the shift of {name:?} at {at} begins: the schedule changes too often until then; say from \
             when until when somebody takes it"
        ))
    })?;
    let in_place = |one: &PersonId| if one == person { to.clone() } else { one.clone() };
    Ok(Take { schedule: name.clone(), people: people.iter().map(in_place).collect(), from, until })
}
