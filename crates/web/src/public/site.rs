//! Whose page it is and what it is about, and how each component stands by what people were told.

use super::told::{Told, is_named};
use crate::auth::hash_hex;
use incident::words::{TITLE_CHARS_MAX, line};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Digits of a hash that name something in addresses: twelve in lower case, as Statuspage's ids are.
const ID_DIGITS: usize = 12;

/// What the public page is about.
#[derive(Clone, Debug)]
pub struct StatusPage {
    /// What it calls the company or product.
    pub title: String,
    /// Where it is at home: its days begin there.
    pub zone: TimeZone,
    /// What it shows, in order.
    pub components: Vec<Component>,
    /// The work that it tells of before it begins.
    pub planned: Vec<Planned>,
}

/// What the public page shows as one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// Its name for strangers.
    pub name: String,
    /// Under which heading it stands.
    pub group: Option<String>,
    /// What it is, in a line.
    pub about: Option<String>,
    /// The probes whose looks strangers may see as its uptime; without any, what was said is counted.
    pub probes: Vec<String>,
}

/// Work that strangers are told of before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is done, in a line.
    pub title: String,
    /// What it means for them.
    pub body: String,
    /// The components that it is about, by name.
    pub components: Vec<String>,
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// The page at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) zone: TimeZone,
    pub(crate) components: Vec<Component>,
    pub(crate) planned: Vec<Planned>,
    /// When what it says was last known to be true.
    pub(crate) now: Timestamp,
    /// Since when the page has kept a record.
    pub(crate) since: Timestamp,
    pub(crate) fresh: Freshness,
}

/// Whether what the page says could be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// Not since the page's moment.
    Stale,
}

/// How a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Operational,
    Maintenance,
    Ill,
}

/// Where planned work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Scheduled,
    InProgress,
    Completed,
}

impl Component {
    /// The same with harmless texts: one line each, and none that turns the direction of what follows.
    pub(crate) fn clean(&self) -> Self {
        let clean = |text: &String| line(text, TITLE_CHARS_MAX);
        Self {
            name: clean(&self.name),
            group: self.group.as_ref().map(clean),
            about: self.about.as_ref().map(clean),
            probes: self.probes.clone(),
        }
    }

    /// Twelve digits that stay the same as long as its name does.
    pub(crate) fn id(&self) -> String {
        id_of("component", &self.name)
    }
}

impl Planned {
    pub(crate) fn id(&self) -> String {
        id_of("planned", &format!("{} {}", self.from, self.title))
    }

    pub(crate) fn stage(&self, now: Timestamp) -> Stage {
        match now {
            now if now < self.from => Stage::Scheduled,
            now if now < self.until => Stage::InProgress,
            _ => Stage::Completed,
        }
    }

    /// When it last changed by itself.
    pub(crate) fn changed_at(&self, now: Timestamp, since: Timestamp) -> Timestamp {
        match self.stage(now) {
            Stage::Scheduled => since.min(self.from),
            Stage::InProgress => self.from,
            Stage::Completed => self.until,
        }
    }

    /// Whether it is about a component: one that it names, or any when it names none.
    pub(crate) fn is_about(&self, component: &Component) -> bool {
        self.components.is_empty() || self.components.contains(&component.name)
    }
}

impl Site {
    /// The day of a moment, where the page is at home.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// The moment at which a day begins there.
    pub(crate) fn begins(&self, day: Date) -> Timestamp {
        day.to_zoned_datetime(self.zone.clone()).map_or(Timestamp::UNIX_EPOCH, |begin| begin.timestamp())
    }

    /// Finds out which components each incident is about: those that its words name, or all when they name none. Words are
    /// long and looked through once.
    pub(crate) fn settle(&self, told: &mut [Told]) {
        for one in told {
            let (words, names) = (one.words(), || self.components.iter().map(|component| &component.name));
            let mut about: Vec<String> = names().filter(|name| is_named(&words, name)).cloned().collect();
            if about.is_empty() {
                about = names().cloned().collect();
            }
            one.about = about;
        }
    }

    pub(crate) fn standing(&self, told: &[Told], component: &Component) -> Standing {
        let mut current = told.iter().filter(|one| one.over_at.is_none());
        if current.any(|one| one.is_about(component)) {
            return Standing::Ill;
        }
        let mut working = self.in_progress();
        if working.any(|work| work.is_about(component)) {
            Standing::Maintenance
        } else {
            Standing::Operational
        }
    }

    pub(crate) fn in_progress(&self) -> impl Iterator<Item = &Planned> {
        self.planned.iter().filter(|work| work.stage(self.now) == Stage::InProgress)
    }

    /// How all of it stands.
    pub(crate) fn overall(&self, told: &[Told]) -> Standing {
        if told.iter().any(|one| one.over_at.is_none()) {
            return Standing::Ill;
        }
        if self.in_progress().next().is_some() { Standing::Maintenance } else { Standing::Operational }
    }

    /// The groups in the order in which they are first named, each with its components; those of none stand alone.
    pub(crate) fn groups(&self) -> Vec<(Option<&str>, Vec<&Component>)> {
        let mut groups: Vec<(Option<&str>, Vec<&Component>)> = Vec::new();
        for component in &self.components {
            let group = component.group.as_deref();
            match groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, members)) => members.push(component),
                None => groups.push((group, vec![component])),
            }
        }
        groups
    }

    /// The host of its address, for ids that stay the same for ever.
    pub(crate) fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or(rest)
    }
}

pub(crate) fn id_of(what: &str, name: &str) -> String {
    let mut id = hash_hex(&format!("{what}:{name}"));
    id.truncate(ID_DIGITS);
    id
}
