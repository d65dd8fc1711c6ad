//! Schedules: who is on call at an instant, and by which entry.
//!
//! A schedule has one answer for each instant: the latest override that covers it, else the topmost layer that has
//! somebody. Layers turn at civil times of the schedule's zone, so nine o'clock stays nine o'clock when the clocks
//! change; docs/schedules.md states what happens to a time that is skipped or comes twice. Must never be here: the
//! present, which comes with the question, and the data of time zones, which the program hands in.

mod calendar;
mod hours;
mod made;
mod rotation;
mod shifts;
mod window;

pub use calendar::{Again, Calendar, Recurring, Stint};
pub use hours::Hours;
pub use made::{
    MadeBy, MadeOverride, OVERRIDE_MAX, OVERRIDES_MAX, OverrideDraft, OverrideKind, OverrideWish, SwapShift,
    Take,
};
pub use rotation::{Every, Rotation, instant};
pub use shifts::Shift;
pub use window::{Weekdays, Window};

use crate::people::PersonId;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Who is on call when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name in settings, such as `platform`.
    pub name: String,
    /// Where its civil times hold.
    pub zone: TimeZone,
    /// The topmost first: one that has somebody hides those below it.
    pub layers: Vec<Layer>,
    /// Exceptions; of those that cover the same instant the latest in the list counts.
    pub overrides: Vec<Override>,
}

/// Who is on call by one layer, and when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Whose turn it is.
    pub turns: Turns,
    /// When the layer counts; empty: always.
    pub windows: Vec<Window>,
}

/// Where a layer has its turns from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turns {
    /// People take turns.
    Rotation(Rotation),
    /// A calendar says whose turn it is.
    Calendar(Calendar),
}

/// Somebody takes a stretch of time out of turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who takes it.
    pub people: Vec<PersonId>,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Who made it while the system ran; `None`: it stands in the settings.
    pub made: Option<MadeBy>,
}

/// Which entry of a schedule decides at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An override, by its place in the list.
    Override(usize),
    /// A layer, by its place from the top.
    Layer(usize),
    /// None: nobody is on call.
    Nobody,
}

impl Schedule {
    /// Who is on call at an instant, and by which entry.
    #[must_use]
    pub fn on_call(&self, at: Timestamp) -> (Cow<'_, [PersonId]>, Entry) {
        self.on_call_by(at, |_| true)
    }

    /// The same as if nobody had made an override.
    #[must_use]
    pub fn on_call_as_set(&self, at: Timestamp) -> (Cow<'_, [PersonId]>, Entry) {
        self.on_call_by(at, |one| one.made.is_none())
    }

    fn on_call_by(&self, at: Timestamp, counts: impl Fn(&Override) -> bool) -> (Cow<'_, [PersonId]>, Entry) {
        let mut overrides = self.overrides.iter().enumerate().rev();
        let covers = |one: &Override| one.from <= at && at < one.until && counts(one);
        if let Some((index, found)) = overrides.find(|(_, one)| covers(one)) {
            return (Cow::Borrowed(&found.people), Entry::Override(index));
        }
        let now = self.zone.to_datetime(at);
        for (index, layer) in self.layers.iter().enumerate() {
            if layer.counts(now)
                && let Some(people) = layer.turns.now(at, &self.zone)
            {
                return (people, Entry::Layer(index));
            }
        }
        (Cow::Borrowed(&[]), Entry::Nobody)
    }

    /// The same with overrides that people made, as far as they name people who are there; they come before its own.
    #[must_use]
    pub fn with_made(&self, made: &[MadeOverride], is_there: impl Fn(&PersonId) -> bool) -> Self {
        let mut schedule = self.clone();
        let of_it = made.iter().flat_map(|one| one.of(&self.name));
        schedule.overrides.extend(of_it.filter_map(|mut one| {
            one.people.retain(&is_there);
            (!one.people.is_empty()).then_some(one)
        }));
        schedule
    }

    /// An entry in words, such as `layer 1 of "platform"`, and who made it. Why they did is theirs to tell: it may be private, and
    /// goes out in no page.
    #[must_use]
    pub fn told(&self, entry: Entry) -> String {
        match entry {
            Entry::Override(_) => match self.made(entry) {
                Some(made) => format!("an override of {:?} that {} made", self.name, made.by),
                None => format!("an override of {:?}", self.name),
            },
            Entry::Layer(index) => format!("layer {} of {:?}", index + 1, self.name),
            Entry::Nobody => format!("a gap of {:?}", self.name),
        }
    }

    /// The same with the reason, for people who are signed in.
    #[must_use]
    pub fn told_with_reason(&self, entry: Entry) -> String {
        let reason = self.made(entry).map(|made| format!(": {}", made.reason)).unwrap_or_default();
        format!("{}{reason}", self.told(entry))
    }

    /// By whom an entry was made, if somebody made it while the system ran.
    pub(crate) fn made(&self, entry: Entry) -> Option<&MadeBy> {
        match entry {
            Entry::Override(index) => self.overrides.get(index)?.made.as_ref(),
            Entry::Layer(_) | Entry::Nobody => None,
        }
    }
}

impl Turns {
    /// Who is on call by them; `None`: nobody.
    fn now(&self, at: Timestamp, zone: &TimeZone) -> Option<Cow<'_, [PersonId]>> {
        match self {
            Self::Rotation(rotation) => rotation.turn(at, zone).map(Cow::Borrowed),
            Self::Calendar(calendar) => {
                Some(calendar.on_call(at)).filter(|people| !people.is_empty()).map(Cow::Owned)
            }
        }
    }
}

impl Layer {
    /// Everybody who has a turn by it, as often as they do.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        let (rotation, calendar) = match &self.turns {
            Turns::Rotation(rotation) => (Some(rotation.turns.iter().flatten()), None),
            Turns::Calendar(calendar) => (None, Some(calendar.people())),
        };
        rotation.into_iter().flatten().chain(calendar.into_iter().flatten())
    }

    fn counts(&self, now: jiff::civil::DateTime) -> bool {
        self.windows.is_empty() || self.windows.iter().any(|window| window.covers(now))
    }
}
