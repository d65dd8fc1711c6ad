//! The pages for people, in one language each: where all of it stands, the history by month, one incident, and what others
//! put into a frame.

use super::frame::{Frame, Moment, Place, frame, moment, percent};
use super::history::{Bar, By, Day};
use super::lang::{Lang, Words};
use super::site::{Component, Planned, Site, Stage, Standing};
use super::told::{Told, ToldUpdate};
use askama::Template;
use incident::words::duration;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};
use std::collections::BTreeMap;

/// How many days of incidents stand on the page itself; its words say so.
const DAYS: i32 = 14;

/// Where all of it stands.
#[derive(Template)]
#[template(path = "public/home.html")]
struct Home<'a> {
    f: Frame<'a>,
    standing: Standing,
    sentence: String,
    current: Vec<IncidentView<'a>>,
    planned: Vec<IncidentView<'a>>,
    groups: Vec<Group<'a>>,
    days: Vec<DayView<'a>>,
}

/// What others put into a frame.
#[derive(Template)]
#[template(path = "public/embed.html")]
struct Embed<'a> {
    f: Frame<'a>,
    standing: Standing,
    sentence: String,
}

/// One incident, or planned work.
#[derive(Template)]
#[template(path = "public/one.html")]
struct One<'a> {
    f: Frame<'a>,
    incident: IncidentView<'a>,
}

/// The months, or one of them.
#[derive(Template)]
#[template(path = "public/history.html")]
struct History<'a> {
    f: Frame<'a>,
    heading: String,
    months: Vec<MonthLink>,
    days: Vec<DayView<'a>>,
}

pub(crate) struct MonthLink {
    name: String,
    path: String,
    incidents: String,
}

struct Group<'a> {
    name: Option<&'a str>,
    members: Vec<ComponentView<'a>>,
}

struct ComponentView<'a> {
    name: &'a str,
    about: &'a str,
    id: String,
    standing: Standing,
    state: &'static str,
    days: Vec<DayBar>,
    up: Option<String>,
    by: &'static str,
    measured: String,
    not_measured: Option<String>,
}

struct DayBar {
    level: &'static str,
    text: String,
}

struct IncidentView<'a> {
    id: &'a str,
    name: &'a str,
    phase: &'static str,
    over: bool,
    /// Whether it has a page of its own.
    page: bool,
    until: Option<Moment>,
    updates: Vec<UpdateView<'a>>,
}

struct UpdateView<'a> {
    phase: &'static str,
    body: &'a str,
    at: Moment,
}

struct DayView<'a> {
    date: String,
    id: String,
    /// Whether a current incident began on it; that stands above.
    goes_on: bool,
    incidents: Vec<IncidentView<'a>>,
}

/// Everything that pages are rendered from.
pub(crate) struct Matter<'a> {
    pub(crate) site: &'a Site,
    /// The newest first.
    pub(crate) told: &'a [Told],
    /// By the day on which they began.
    pub(crate) began: &'a BTreeMap<Date, Vec<usize>>,
    /// Planned work with its ids, the first to begin first.
    pub(crate) planned: &'a [(String, Planned)],
    /// One for each component, in their order.
    pub(crate) bars: &'a [Bar],
    /// How many of the incidents have a page of their own.
    pub(crate) pages_max: usize,
}

type Rendered = Result<String, askama::Error>;

impl<'a> Matter<'a> {
    pub(crate) fn home(&self, place: Place<'_>) -> Rendered {
        let (site, lang) = (self.site, place.lang);
        let now = site.now;
        let shown = |stage: Stage| stage != Stage::Completed;
        let planned = self.planned.iter().filter(|(_, work)| shown(work.stage(now)));
        let page = Home {
            f: frame(site, place),
            standing: site.overall(self.told),
            sentence: self.sentence(lang),
            current: self.current().map(|(at, one)| self.incident(at, one, lang)).collect(),
            planned: planned.map(|work| self.work(work, lang)).collect(),
            groups: self.groups(lang),
            days: (0..DAYS).map(|back| self.day(site.day(now).saturating_sub(back.days()), lang)).collect(),
        };
        page.render()
    }

    pub(crate) fn embed(&self, place: Place<'_>) -> Rendered {
        let sentence = self.sentence(place.lang);
        Embed { f: frame(self.site, place), standing: self.site.overall(self.told), sentence }.render()
    }

    pub(crate) fn of_incident(&self, at: usize, one: &'a Told, place: Place<'_>) -> Rendered {
        let incident = self.incident(at, one, place.lang);
        One { f: frame(self.site, place), incident }.render()
    }

    pub(crate) fn of_work(&self, work: &'a (String, Planned), place: Place<'_>) -> Rendered {
        let incident = self.work(work, place.lang);
        One { f: frame(self.site, place), incident }.render()
    }

    /// The list of months.
    pub(crate) fn months(&self, months: &[Date], place: Place<'_>) -> Rendered {
        let lang = place.lang;
        let link = |first: &Date| MonthLink {
            name: (lang.month)(*first),
            path: first.strftime("%Y-%m").to_string(),
            incidents: (lang.incidents)(self.in_month(*first)),
        };
        let heading = lang.words.history.to_owned();
        let months = months.iter().map(link).collect();
        History { f: frame(self.site, place), heading, months, days: Vec::new() }.render()
    }

    /// One month, its last day first; days on which nothing began are left out.
    pub(crate) fn month(&self, first: Date, place: Place<'_>) -> Rendered {
        let lang = place.lang;
        let mut days: Vec<DayView<'_>> = days_of(first).map(|day| self.day(day, lang)).collect();
        days.retain(|day| day.goes_on || !day.incidents.is_empty());
        days.reverse();
        let heading = (lang.month)(first);
        History { f: frame(self.site, place), heading, months: Vec::new(), days }.render()
    }

    fn in_month(&self, first: Date) -> usize {
        self.began.range(first..=first.last_of_month()).map(|(_, began)| began.len()).sum()
    }

    fn current(&self) -> impl Iterator<Item = (usize, &'a Told)> {
        self.told.iter().enumerate().filter(|(_, one)| one.over_at.is_none())
    }

    fn sentence(&self, lang: &'static Lang) -> String {
        match self.site.overall(self.told) {
            Standing::Operational => lang.words.well.to_owned(),
            Standing::Maintenance => lang.words.maintenance.to_owned(),
            Standing::Ill => (lang.degraded)(self.current().count()),
        }
    }

    fn groups(&self, lang: &'static Lang) -> Vec<Group<'a>> {
        let groups = self.site.groups().into_iter();
        let group = |(name, members): (_, Vec<&'a Component>)| Group {
            name,
            members: members.into_iter().filter_map(|component| self.component(component, lang)).collect(),
        };
        groups.map(group).collect()
    }

    fn component(&self, component: &'a Component, lang: &'static Lang) -> Option<ComponentView<'a>> {
        let w = &lang.words;
        let standing = self.site.standing(self.told, component);
        let at = self.site.components.iter().position(|one| one == component);
        let bar = at.and_then(|at| self.bars.get(at))?;
        let missing = bar.window - bar.measured;
        Some(ComponentView {
            name: &component.name,
            about: component.about.as_deref().unwrap_or_default(),
            id: component.id(),
            standing,
            state: match standing {
                Standing::Operational => w.operational,
                Standing::Maintenance => w.under_maintenance,
                Standing::Ill => w.ill,
            },
            days: bar.days.iter().map(|day| day_bar(day, lang)).collect(),
            up: bar.up.map(|up| percent(up, lang)),
            by: match bar.by {
                By::Probes => w.by_probes,
                By::Words => w.by_words,
            },
            measured: duration(bar.measured),
            not_measured: (missing >= SignedDuration::from_mins(1)).then(|| duration(missing)),
        })
    }

    fn incident(&self, at: usize, one: &'a Told, lang: &'static Lang) -> IncidentView<'a> {
        let view = |update: &'a ToldUpdate| UpdateView {
            phase: lang.phase(update.phase),
            body: &update.body,
            at: moment(self.site, update.at, lang),
        };
        let mut updates: Vec<UpdateView<'a>> = one.updates.iter().rev().map(view).collect();
        if let Some(over) = one.over_unsaid() {
            let phase = lang.words.resolved;
            updates.insert(0, UpdateView { phase, body: "", at: moment(self.site, over, lang) });
        }
        IncidentView {
            id: &one.id,
            name: &one.name,
            phase: lang.phase(one.phase()),
            over: one.over_at.is_some(),
            page: at < self.pages_max,
            until: None,
            updates,
        }
    }

    fn work(&self, (id, work): &'a (String, Planned), lang: &'static Lang) -> IncidentView<'a> {
        let w: &'static Words = &lang.words;
        let (phase, over) = match work.stage(self.site.now) {
            Stage::Scheduled => (w.scheduled, false),
            Stage::InProgress => (w.in_progress, false),
            Stage::Completed => (w.completed, true),
        };
        let update =
            UpdateView { phase: w.planned, body: &work.body, at: moment(self.site, work.from, lang) };
        let until = Some(moment(self.site, work.until, lang));
        IncidentView { id, name: &work.title, phase, over, page: true, until, updates: vec![update] }
    }

    /// What began on a day and is over.
    fn day(&self, day: Date, lang: &'static Lang) -> DayView<'a> {
        let began = self.began.get(&day).into_iter().flatten();
        let began: Vec<(usize, &'a Told)> = began.filter_map(|at| Some((*at, self.told.get(*at)?))).collect();
        let over = began.iter().filter(|(_, one)| one.over_at.is_some());
        let mut incidents: Vec<IncidentView<'a>> =
            over.map(|(at, one)| self.incident(*at, one, lang)).collect();
        let done = |(_, work): &&'a (String, Planned)| {
            work.stage(self.site.now) == Stage::Completed && self.site.day(work.from) == day
        };
        incidents.extend(self.planned.iter().filter(done).map(|work| self.work(work, lang)));
        let goes_on = began.iter().any(|(_, one)| one.over_at.is_none());
        DayView { date: (lang.date)(day), id: day.to_string(), goes_on, incidents }
    }
}

fn days_of(first: Date) -> impl Iterator<Item = Date> {
    (0..i32::from(first.days_in_month())).map(move |day| first.saturating_add(day.days()))
}

/// `22 August 2026: 99.2 % up, 1 incident`.
fn day_bar(day: &Day, lang: &'static Lang) -> DayBar {
    let w = &lang.words;
    let mut text = format!("{}: ", (lang.date)(day.date));
    match day.up {
        Some(up) => {
            text.push_str(&percent(up, lang));
            text.push(' ');
            text.push_str(w.up);
        }
        None => text.push_str(w.not_measured),
    }
    if day.incidents > 0 {
        text.push_str(if lang.code == "ja" { "、" } else { ", " });
        text.push_str(&(lang.incidents)(day.incidents));
    }
    let level = match (day.up.map(|up| up.0), day.incidents) {
        (None, 0) => "n",
        (Some(10_000), 0) => "u",
        (Some(9_900..) | None, _) => "w",
        (Some(_), _) => "b",
    };
    DayBar { level, text }
}
