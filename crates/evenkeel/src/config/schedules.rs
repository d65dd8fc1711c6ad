//! The setting `schedules`: who is on call when, in words such as `1 week` and `mon-fri 08:00-18:00`.
//!
//! Words are read once, while the settings are read, so that a schedule that stands can always be asked; so are the calendars
//! that layers name.

mod export;

use super::ics::{self, By, Kept, Known, Named};
use incident::{Calendar, Every, Layer, Override, PersonId, Rotation, Schedule, Turns, Weekdays, Window};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A turn of years is a mistake.
const DAYS_MAX: u32 = 366;
/// More layers than these nobody can keep apart.
const LAYERS_MAX: usize = 20;

/// Who is on call when.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleSetting {
    /// Its name in roles; no person has the same.
    pub(crate) id: String,
    /// The zone of its civil times, such as `Europe/Berlin`.
    #[serde(deserialize_with = "zone")]
    zone: TimeZone,
    /// The topmost first.
    #[serde(deserialize_with = "layers")]
    layers: Vec<LayerSetting>,
    /// Exceptions; the latest in the list counts.
    #[serde(default, deserialize_with = "overrides")]
    overrides: Vec<OverrideSetting>,
}

/// What is to be told of the calendars of a schedule.
#[derive(Default)]
pub(super) struct Told {
    /// Why files could not be read, and what counts in their place.
    pub(super) unread: Vec<String>,
    /// Why they could not be kept.
    pub(super) unkept: Vec<String>,
}

/// One layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "LayerWords")]
struct LayerSetting {
    turns: TurnsSetting,
    hours: Vec<Window>,
}

/// Where a layer has its turns from.
#[derive(Clone, Debug)]
enum TurnsSetting {
    /// People take turns.
    Rotation { people: Vec<Turn>, every: Every, from: DateTime },
    /// A calendar says it; what stands in it once it has been read.
    File { path: PathBuf, named: Named, calendar: Calendar },
}

/// A layer as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerWords {
    /// In turn; those in a list of their own share one.
    people: Option<Vec<Turn>>,
    /// How long a turn is: `12 hours`, `1 day`, `2 weeks`.
    #[serde(default, deserialize_with = "every")]
    every: Option<Every>,
    /// When the first turn begins, in the schedule's zone: `2026-01-05 09:00`.
    #[serde(default, deserialize_with = "first")]
    from: Option<DateTime>,
    /// When the layer counts: `mon-fri 08:00-18:00`; left out: always.
    #[serde(default, deserialize_with = "windows")]
    hours: Vec<Window>,
    /// A calendar in place of all these.
    ics: Option<PathBuf>,
    /// Where the calendar says who is meant.
    person: Option<By>,
    /// The calendar's word for a person → their id.
    names: Option<BTreeMap<String, String>>,
}

/// Whose turn it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Turn {
    One(String),
    Several(Vec<String>),
}

/// Somebody takes a stretch of time out of turn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideSetting {
    people: Vec<String>,
    #[serde(deserialize_with = "edge")]
    from: Edge,
    #[serde(deserialize_with = "edge")]
    until: Edge,
}

/// Where an override begins or ends.
#[derive(Clone, Copy, Debug)]
enum Edge {
    /// By the wall clock of the schedule's zone. A time that the clocks skip or repeat is read as calendars do.
    Civil(DateTime),
    /// In UTC.
    Instant(Timestamp),
}

impl Edge {
    fn instant(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Civil(civil) => zone.to_timestamp(civil).unwrap_or_default(),
            Self::Instant(at) => at,
        }
    }
}

impl TryFrom<LayerWords> for LayerSetting {
    type Error = String;

    fn try_from(words: LayerWords) -> Result<Self, String> {
        let LayerWords { people, every, from, hours, ics, person, names } = words;
        let turns = match (ics, people, every, from) {
            (Some(path), None, None, None) => {
                let named = Named { by: person.unwrap_or_default(), names: names.unwrap_or_default() };
                TurnsSetting::File { path, named, calendar: Calendar::default() }
            }
            (None, Some(people), Some(every), Some(from)) if person.is_none() && names.is_none() => {
                TurnsSetting::Rotation { people, every, from }
            }
            (Some(_), _, _, _) => {
                return Err(
                    "a layer with ics has neither people, every nor from: its calendar says them".to_owned()
                );
            }
            (None, _, _, _) if person.is_some() || names.is_some() => {
                return Err("person and names say what a calendar means, and the layer has no ics".to_owned());
            }
            (None, people, every, _) => {
                let missing = [("people", people.is_none()), ("every", every.is_none())];
                let missing = missing.iter().find(|(_, missing)| *missing).map_or("from", |(name, _)| name);
                return Err(format!("missing field `{missing}`; a layer has people, every and from, or ics"));
            }
        };
        Ok(Self { turns, hours })
    }
}

impl ScheduleSetting {
    /// Every person that it names, with its own name.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        let turns = self.layers.iter().filter_map(|layer| match &layer.turns {
            TurnsSetting::Rotation { people, .. } => Some(people),
            TurnsSetting::File { .. } => None,
        });
        let turns = turns.flatten().flat_map(Turn::people);
        let overrides = self.overrides.iter().flat_map(|one| &one.people);
        turns.chain(overrides).map(|person| (self.id.as_str(), person.as_str()))
    }

    /// Sees that overrides end after they begin. What is wrong is told in words.
    pub(super) fn check(&self) -> Result<(), String> {
        for one in &self.overrides {
            if one.until.instant(&self.zone) <= one.from.instant(&self.zone) {
                let why = "an override ends before it begins, or the clocks skip all of it";
                return Err(self.wrong(&format!("{why}: {:?} to {:?}", one.from, one.until)));
            }
        }
        Ok(())
    }

    /// Reads the calendars that it names, of which paths are relative to a folder. What is wrong is told in words.
    pub(super) fn settle(&mut self, folder: &Path, known: &Known) -> Result<(), String> {
        let zone = self.zone.clone();
        let read = self.files().try_for_each(|(path, named, calendar)| {
            *calendar = ics::read(&folder.join(path), &zone, named, known)?;
            Ok(())
        });
        read.map_err(|why: String| self.wrong(&why))
    }

    /// The same for a server that starts: where a calendar cannot be read, what was read of it last. What is to be told of them.
    pub(super) fn settle_with(&mut self, kept: &Kept, folder: &Path, known: &Known) -> Told {
        let zone = self.zone.clone();
        let mut told = Told::default();
        for (path, named, calendar) in self.files() {
            let served = kept.read(&folder.join(path), &zone, named, known);
            *calendar = served.calendar;
            told.unread.extend(served.unread);
            told.unkept.extend(served.unkept);
        }
        told
    }

    fn files(&mut self) -> impl Iterator<Item = (&Path, &Named, &mut Calendar)> {
        self.layers.iter_mut().filter_map(|layer| match &mut layer.turns {
            TurnsSetting::File { path, named, calendar } => Some((&**path, &*named, calendar)),
            TurnsSetting::Rotation { .. } => None,
        })
    }

    fn wrong(&self, why: &str) -> String {
        format!("schedule {:?}: {why}", self.id)
    }

    /// The schedule of these words.
    pub(super) fn schedule(&self) -> Schedule {
        let ids = |people: &[String]| people.iter().cloned().map(PersonId).collect::<Vec<_>>();
        let layer = |layer: &LayerSetting| Layer {
            turns: match &layer.turns {
                TurnsSetting::Rotation { people, every, from } => Turns::Rotation(Rotation {
                    turns: people.iter().map(|turn| ids(turn.people())).collect(),
                    every: *every,
                    from: *from,
                }),
                TurnsSetting::File { calendar, .. } => Turns::Calendar(calendar.clone()),
            },
            windows: layer.hours.clone(),
        };
        let exception = |one: &OverrideSetting| Override {
            people: ids(&one.people),
            from: one.from.instant(&self.zone),
            until: one.until.instant(&self.zone),
            made: None,
        };
        Schedule {
            name: self.id.clone(),
            zone: self.zone.clone(),
            layers: self.layers.iter().map(layer).collect(),
            overrides: self.overrides.iter().map(exception).collect(),
        }
    }
}

impl Turn {
    fn people(&self) -> &[String] {
        match self {
            Self::One(person) => core::slice::from_ref(person),
            Self::Several(people) => people,
        }
    }
}

pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|_| {
        D::Error::custom(format!("no time zone is called {name:?}; one is `Europe/Berlin`, another `UTC`"))
    })
}

pub(super) fn some_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeZone>, D::Error> {
    zone(deserializer).map(Some)
}

fn layers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LayerSetting>, D::Error> {
    let layers = Vec::<LayerSetting>::deserialize(deserializer)?;
    if layers.is_empty() || layers.len() > LAYERS_MAX {
        return Err(D::Error::custom(format!(
            "a schedule has 1 to {LAYERS_MAX} layers, not {}",
            layers.len()
        )));
    }
    let is_empty = |layer: &LayerSetting| match &layer.turns {
        TurnsSetting::Rotation { people, .. } => {
            people.is_empty() || people.iter().any(|turn| turn.people().is_empty())
        }
        TurnsSetting::File { .. } => false,
    };
    if layers.iter().any(is_empty) {
        return Err(D::Error::custom("a turn of nobody would be a gap"));
    }
    Ok(layers)
}

fn overrides<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OverrideSetting>, D::Error> {
    let overrides = Vec::<OverrideSetting>::deserialize(deserializer)?;
    if overrides.iter().any(|one| one.people.is_empty()) {
        return Err(D::Error::custom("an override by nobody would be a gap"));
    }
    let ends_first = |one: &&OverrideSetting| match (one.from, one.until) {
        (Edge::Civil(from), Edge::Civil(until)) => until <= from,
        (Edge::Instant(from), Edge::Instant(until)) => until <= from,
        // Known once the zone is.
        (Edge::Civil(_), Edge::Instant(_)) | (Edge::Instant(_), Edge::Civil(_)) => false,
    };
    match overrides.iter().find(ends_first) {
        Some(one) => Err(D::Error::custom(format!("an override ends at {:?}, before it begins", one.until))),
        None => Ok(overrides),
    }
}

fn every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Every>, D::Error> {
    let text = String::deserialize(deserializer)?;
    length(&text).map(Some).ok_or_else(|| {
        D::Error::custom(format!("{text:?} is no length of a turn; one is `12 hours`, `1 day` or `2 weeks`"))
    })
}

fn length(text: &str) -> Option<Every> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: u32 = number.parse().ok().filter(|number| (1..=DAYS_MAX * 24).contains(number))?;
    let every = match unit.trim().trim_end_matches('s') {
        "hour" => Every::Hours(number),
        "day" => Every::Days(number),
        "week" => Every::Days(number.checked_mul(7)?),
        _ => return None,
    };
    (!matches!(every, Every::Days(days) if days > DAYS_MAX)).then_some(every)
}

fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    civil(&text).map(Some).ok_or_else(|| {
        D::Error::custom(format!(
            "{text:?} is no date and time; one is `2026-01-05 09:00`, in the schedule's zone"
        ))
    })
}

/// Neither an offset, which the zone would silently overrule, nor a date alone.
fn civil(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y-%m-%d %H:%M", text.trim()).ok()
}

fn edge<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Edge, D::Error> {
    let text = String::deserialize(deserializer)?;
    // Of other offsets than UTC it would not be plain which clock is meant.
    let instant =
        || text.trim().ends_with('Z').then(|| text.trim().parse().ok().map(Edge::Instant)).flatten();
    civil(&text).map(Edge::Civil).or_else(instant).ok_or_else(|| {
        D::Error::custom(format!(
            "{text:?} is no date and time; one is `2026-01-05 09:00`, in the schedule's zone, another `2026-01-05T08:00:00Z`"
        ))
    })
}

pub(super) fn windows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Window>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| {
        window(text).ok_or_else(|| {
            D::Error::custom(format!(
                "{text:?} are no hours; some are `mon-fri 08:00-18:00` or `sat,sun 00:00-24:00`"
            ))
        })
    };
    texts.iter().map(read).collect()
}

fn window(text: &str) -> Option<Window> {
    let (on, hours) = text.trim().split_once(' ')?;
    let (from, to) = hours.trim().split_once('-')?;
    Some(Window { days: days(on)?, from: time(from)?, to: time(to)? })
}

/// `mon-fri`, or `sat,sun`.
pub(super) fn days(text: &str) -> Option<Weekdays> {
    let mut held = Weekdays::default();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        held = held.with(day);
        while day != last {
            day = day.next();
            held = held.with(day);
        }
    }
    Some(held)
}

fn weekday(text: &str) -> Option<Weekday> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index = names.iter().position(|name| text.trim().eq_ignore_ascii_case(name))?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

/// `24:00` is the midnight at the end of the day.
pub(super) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    if (hour, minute) == (24, 0) { Some(Time::midnight()) } else { Time::new(hour, minute, 0, 0).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layer: &str) -> Result<ScheduleSetting, String> {
        let text = format!("id = 'platform'\nzone = 'Europe/Berlin'\n[[layers]]\n{layer}");
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn words_become_a_schedule() {
        let setting = read(
            "people = ['ana', ['ben', 'cho']]\nevery = '1 week'\nfrom = '2026-01-05 09:00'\nhours = ['mon-fri 08:00-18:00', 'sat,sun 22:00-06:00']\n\
             [[overrides]]\npeople = ['dev']\nfrom = '2026-01-06 00:00'\nuntil = '2026-01-07 00:00'\n",
        )
        .unwrap();
        let named: Vec<_> = setting.named().map(|(_, person)| person).collect();
        assert_eq!(named, ["ana", "ben", "cho", "dev"]);
        let schedule = setting.schedule();
        let who = |at: &str| {
            let people = schedule.on_call(at.parse().unwrap()).0;
            people.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
        };
        assert_eq!(who("2026-01-05T12:00:00Z"), "ana");
        assert_eq!(who("2026-01-06T12:00:00Z"), "dev");
        assert_eq!(who("2026-01-05T17:30:00Z"), "", "half past six in Berlin");
        assert_eq!(who("2026-01-17T22:00:00Z"), "ben+cho", "a Saturday night");
    }

    #[test]
    fn a_layer_may_be_a_calendar() {
        let folder = tempfile::tempdir().unwrap();
        let event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Ana A.\nDTSTART:20260105T090000\nDURATION:PT8H\n\
                     RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n";
        std::fs::write(folder.path().join("oncall.ics"), event).unwrap();
        let mut setting = read(
            "ics = 'oncall.ics'\nnames = { 'Ana A.' = 'ana' }\nhours = ['mon-fri 00:00-12:00']\n\
             [[layers]]\npeople = ['ben']\nevery = '1 week'\nfrom = '2026-01-05 09:00'\n\
             [[overrides]]\npeople = ['dev']\nfrom = '2026-01-07T08:00:30Z'\nuntil = '2026-01-07 10:00'\n",
        )
        .unwrap();
        let known = Known::new([("ana".to_owned(), PersonId("ana".to_owned()))]);
        setting.settle(folder.path(), &known).unwrap();
        let schedule = setting.schedule();
        let who = |at: &str| schedule.on_call(at.parse().unwrap()).0.first().map(ToString::to_string);
        assert_eq!(who("2026-01-05T08:00:00Z").as_deref(), Some("ana"), "nine o'clock in Berlin");
        assert_eq!(who("2026-01-05T11:00:00Z").as_deref(), Some("ben"), "the calendar counts until noon");
        assert_eq!(who("2026-01-07T08:00:29Z").as_deref(), Some("ana"));
        assert_eq!(who("2026-01-07T08:00:30Z").as_deref(), Some("dev"), "to the second");
        assert_eq!(who("2026-01-07T09:00:00Z").as_deref(), Some("ana"));

        std::fs::write(folder.path().join("oncall.ics"), event.replace("Ana A.", "zoe")).unwrap();
        let said = setting.settle(folder.path(), &known).unwrap_err();
        assert!(
            said.starts_with("schedule \"platform\": ") && said.contains("oncall.ics: the event at line 2"),
            "{said}"
        );
    }

    #[test]
    fn words_that_say_nothing_are_refused_with_some_that_do() {
        for (layer, said) in [
            ("people = ['a']\nevery = 'weekly'\nfrom = '2026-01-05 09:00'", "length of a turn"),
            ("people = ['a']\nevery = '1 week'\nfrom = 'monday'", "no date and time"),
            (
                "people = ['a']\nevery = '1 week'\nfrom = '2026-01-05 09:00'\nhours = ['mon 8-18']",
                "are no hours",
            ),
            ("people = []\nevery = '1 week'\nfrom = '2026-01-05 09:00'", "a turn of nobody"),
            ("people = ['a']\nevery = '1 week'\nfrom = '2026-01-05T09:00-05:00'", "no date and time"),
            ("people = ['a']\nevery = '1 week'\nfrom = '2026-01-05'", "no date and time"),
            (
                "people = ['a']\nevery = '1 week'\nfrom = '2026-01-05 09:00'\n[[overrides]]\npeople = ['b']\nfrom = '2026-01-07 00:00'\nuntil = '2026-01-06 00:00'",
                "before it begins",
            ),
            ("ics = 'a.ics'\npeople = ['a']", "neither people, every nor from"),
            ("people = ['a']\nevery = '1 day'\nfrom = '2026-01-05 09:00'\nperson = 'summary'", "has no ics"),
            ("people = ['a']\nevery = '1 day'", "missing field `from`"),
            ("people = [[]]\nevery = '1 week'\nfrom = '2026-01-05 09:00'", "a turn of nobody"),
            ("people = ['a']\nevery = '0 days'\nfrom = '2026-01-05 09:00'", "length of a turn"),
            ("people = ['a']\nevery = '60 weeks'\nfrom = '2026-01-05 09:00'", "length of a turn"),
        ] {
            let refused = read(layer).unwrap_err();
            assert!(refused.contains(said), "{layer}: {refused}");
        }
        let layer = "[[layers]]\npeople = ['a']\nevery = '1 day'\nfrom = '2026-01-05 09:00'";
        let nowhere = format!("id = 'x'\nzone = 'Mars/Base'\n{layer}");
        let nowhere = toml::from_str::<ScheduleSetting>(&nowhere).unwrap_err();
        assert!(nowhere.message().contains("no time zone"), "{nowhere}");
    }
}
