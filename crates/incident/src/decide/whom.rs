//! Whom a level wakes at this moment, and over which ways; or why there is nobody.

use super::{Draft, rest};
use crate::path::Level;
use crate::people::{Contact, Moment, PersonId};
use crate::schedule::Entry;
use crate::severity::Urgency;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The level that stands for everybody who can be woken.
pub(crate) const CATCH_ALL: &str = "catch-all";

/// Who is woken.
pub(super) struct Whom {
    /// The targets that they hold.
    pub(super) targets: Vec<String>,
    /// Each of them with each of their ways for what is so urgent.
    pub(super) ways: Vec<(PersonId, Contact)>,
}

impl Whom {
    /// Which entries of which schedules put them on call; empty where people are bound by name.
    pub(super) fn by_schedule(&self, now: &Moment<'_>) -> String {
        let schedules = self.targets.iter().flat_map(|target| now.roster.schedules_of(target));
        let told = schedules.map(|schedule| match schedule.on_call(now.at).1 {
            Entry::Nobody => String::new(),
            entry @ (Entry::Override(_) | Entry::Layer(_)) => {
                format!(", on call by {}", schedule.told(entry))
            }
        });
        told.collect()
    }
}

/// Whom to wake at a level but for one person who cannot; or why there is nobody. Where targets take turns, the one whose turn
/// it is, and the next of them when nobody there can be reached, or told at this hour while another can.
pub(super) fn at(
    draft: &Draft<'_>,
    level: &Level,
    round: u32,
    without: Option<&PersonId>,
) -> Result<Whom, String> {
    let of = |target: &str| Whom {
        targets: vec![target.to_string()],
        ways: ways(draft, target).into_iter().filter(|(person, _)| Some(person) != without).collect(),
    };
    let turn = draft.incident.id.chance().wrapping_add(u128::from(round));
    let in_turn = level.in_turn(if level.round_robin { turn } else { 0 });
    let mut found: Vec<Whom> = in_turn.map(of).filter(|whom| !whom.ways.is_empty()).collect();
    if found.is_empty() {
        return Err(nobody(draft, level, without));
    }
    if level.round_robin {
        let told = |whom: &Whom| whom.ways.iter().any(|(one, _)| rest::quiet_until(draft, one).is_none());
        let first = found.iter().position(told).unwrap_or(0);
        return Ok(found.swap_remove(first));
    }
    let mut all = Whom { targets: Vec::new(), ways: Vec::new() };
    for whom in found {
        all.targets.extend(whom.targets);
        // Who holds two of the targets is woken once.
        let new = |one: &PersonId| all.ways.iter().all(|(known, _)| known != one);
        let ways: Vec<_> = whom.ways.into_iter().filter(|(person, _)| new(person)).collect();
        all.ways.extend(ways);
    }
    Ok(all)
}

/// Everybody in the catch-all, but for one person who cannot while there is anybody else.
pub(super) fn in_the_catch_all(draft: &Draft<'_>, without: Option<&PersonId>) -> Whom {
    let all = ways(draft, CATCH_ALL);
    let others: Vec<_> = all.iter().filter(|(person, _)| Some(person) != without).cloned().collect();
    Whom { targets: vec![CATCH_ALL.to_string()], ways: if others.is_empty() { all } else { others } }
}

/// Everybody at a level who can be reached at this moment, whosever turn it is.
pub(super) fn on(draft: &Draft<'_>, level: &Level) -> Vec<PersonId> {
    let ways = level.targets.iter().flat_map(|target| ways(draft, target));
    ways.map(|(person, _)| person).collect()
}

fn ways(draft: &Draft<'_>, target: &str) -> Vec<(PersonId, Contact)> {
    reachable(draft.now, target, draft.incident.urgency())
}

/// Whom to wake for a target: each person with each of their ways for what is so urgent.
pub(crate) fn reachable(now: &Moment<'_>, target: &str, urgency: Urgency) -> Vec<(PersonId, Contact)> {
    let people =
        if target == CATCH_ALL { now.roster.catch_all() } else { now.roster.holders(target, now.at) };
    let contacts = people.iter().flat_map(|person| {
        now.roster.ways(person, urgency).map(|contact| (person.id.clone(), contact.clone()))
    });
    contacts.collect()
}

fn nobody(draft: &Draft<'_>, level: &Level, without: Option<&PersonId>) -> String {
    let target = level.name();
    match without {
        Some(person) if !on(draft, level).is_empty() => {
            format!("{person} cannot, and nobody else holds {target:?}")
        }
        Some(_) | None => nobody_because(draft.now, level),
    }
}

/// Why nobody of a level can be woken.
pub(crate) fn nobody_because(now: &Moment<'_>, level: &Level) -> String {
    let each = level.targets.iter().map(|target| unreachable_because(now, target));
    each.collect::<Vec<_>>().join("; ")
}

/// Why nobody can be woken for a target.
pub(crate) fn unreachable_because(now: &Moment<'_>, target: &str) -> String {
    let gap = now.roster.schedules_of(target).next();
    if !now.roster.holders(target, now.at).is_empty() {
        format!("whoever holds {target:?} has no way to be reached")
    } else if let Some(schedule) = gap {
        format!("nobody is on call for {target:?}: the schedule {:?} has a gap", schedule.name)
    } else {
        format!("nobody holds {target:?}; bind it to somebody in the settings")
    }
}
