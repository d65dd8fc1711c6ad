//! A schedule over a stretch of time, shift by shift; gaps are shifts of nobody.

use super::window::edges as window_edges;
use super::{Entry, Schedule, Turns};
use crate::people::PersonId;
use alloc::vec::Vec;
use jiff::{Timestamp, ToSpan};

/// A stretch in which the same people are on call by the same entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Who is on call; empty: a gap.
    pub people: Vec<PersonId>,
    /// By which entry.
    pub entry: Entry,
}

/// More shifts than these are not listed: years of hourly turns.
const SHIFTS_MAX: usize = 20_000;

impl Schedule {
    /// The shifts from one instant to another, without a gap between them.
    #[must_use]
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut at = from;
        for _ in 0..SHIFTS_MAX {
            if at >= until {
                break;
            }
            let (people, entry) = self.on_call(at);
            let next = self.next_change(at).unwrap_or(until).min(until);
            match shifts.last_mut().filter(|last| last.entry == entry && *last.people == *people) {
                Some(last) => last.until = next,
                None => shifts.push(Shift { from: at, until: next, people: people.to_vec(), entry }),
            }
            at = next;
        }
        shifts
    }

    /// The end of the shift that an instant lies in; `None` when nothing changes in the time that is looked at.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Option<Timestamp> {
        let horizon = at.checked_add((24 * 400).hours()).ok()?;
        let now = self.on_call(at);
        let mut next = at;
        for _ in 0..SHIFTS_MAX {
            next = self.next_change(next).filter(|next| *next < horizon)?;
            if self.on_call(next) != now {
                return Some(next);
            }
        }
        None
    }

    /// The beginning of the shift that an instant lies in, or the earliest instant that counts where it began before that;
    /// `None` when there are more changes between the two than are looked at.
    #[must_use]
    pub fn since(&self, at: Timestamp, earliest: Timestamp) -> Option<Timestamp> {
        if at <= earliest {
            return Some(earliest);
        }
        let shifts = self.shifts(earliest, at.checked_add(1.second()).ok()?);
        shifts.iter().find(|shift| at < shift.until).map(|shift| shift.from)
    }

    /// The next instant at which the answer may be another.
    fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let edges = self.overrides.iter().flat_map(|one| [one.from, one.until]);
        let rotations = self.layers.iter().filter_map(|layer| match &layer.turns {
            Turns::Rotation(rotation) => Some(rotation),
            Turns::Calendar(_) => None,
        });
        let handoffs = rotations.filter_map(|rotation| rotation.next_handoff(at, &self.zone));
        let calendars = self.layers.iter().filter_map(|layer| match &layer.turns {
            Turns::Calendar(calendar) => Some(calendar),
            Turns::Rotation(_) => None,
        });
        let events = calendars.flat_map(|calendar| calendar.edges(at));
        let windows = self.layers.iter().flat_map(|layer| &layer.windows);
        let windows = window_edges(windows, &self.zone, at);
        edges.chain(handoffs).chain(events).chain(windows).filter(|edge| *edge > at).min()
    }
}
