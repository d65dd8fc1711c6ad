//! The setting `schedules`: who is on call when, in words such as `1 week` and `mon-fri 08:00-18:00`.
//!
//! Words are read once, while the settings are read, so that a schedule that stands can always be asked.

use incident::{Every, Layer, Override, PersonId, Rotation, Schedule, Weekdays, Window};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

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

/// People who take turns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerSetting {
    /// In turn; those in a list of their own share one.
    people: Vec<Turn>,
    /// How long a turn is: `12 hours`, `1 day`, `2 weeks`.
    #[serde(deserialize_with = "every")]
    every: Every,
    /// When the first turn begins, in the schedule's zone: `2026-01-05 09:00`.
    #[serde(deserialize_with = "civil")]
    from: DateTime,
    /// When the layer counts: `mon-fri 08:00-18:00`; left out: always.
    #[serde(default, deserialize_with = "windows")]
    hours: Vec<Window>,
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
    #[serde(deserialize_with = "civil")]
    from: DateTime,
    #[serde(deserialize_with = "civil")]
    until: DateTime,
}

impl ScheduleSetting {
    /// Every person that it names, with its own name.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        let turns = self.layers.iter().flat_map(|layer| &layer.people).flat_map(Turn::people);
        let overrides = self.overrides.iter().flat_map(|one| &one.people);
        turns.chain(overrides).map(|person| (self.id.as_str(), person.as_str()))
    }

    /// The schedule of these words.
    pub(super) fn schedule(&self) -> Schedule {
        let ids = |people: &[String]| people.iter().cloned().map(PersonId).collect::<Vec<_>>();
        let layer = |layer: &LayerSetting| Layer {
            rotation: Rotation {
                turns: layer.people.iter().map(|turn| ids(turn.people())).collect(),
                every: layer.every,
                from: layer.from,
            },
            windows: layer.hours.clone(),
        };
        // An edge that the clocks skip or repeat is read as calendars do.
        let instant = |civil: DateTime| self.zone.to_timestamp(civil).unwrap_or_default();
        let exception = |one: &OverrideSetting| Override {
            people: ids(&one.people),
            from: instant(one.from),
            until: instant(one.until),
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
    let is_empty = |layer: &LayerSetting| {
        layer.people.is_empty() || layer.people.iter().any(|turn| turn.people().is_empty())
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
    match overrides.iter().find(|one| one.until <= one.from) {
        Some(one) => Err(D::Error::custom(format!("an override ends at {}, before it begins", one.until))),
        None => Ok(overrides),
    }
}

fn every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Every, D::Error> {
    let text = String::deserialize(deserializer)?;
    length(&text).ok_or_else(|| {
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

fn civil<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    // Neither an offset, which the zone would silently overrule, nor a date alone.
    DateTime::strptime("%Y-%m-%d %H:%M", text.trim()).map_err(|_| {
        D::Error::custom(format!(
            "{text:?} is no date and time; one is `2026-01-05 09:00`, in the schedule's zone"
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
