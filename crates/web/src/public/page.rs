//! The page and its feed, rendered from what strangers were told.

use super::api;
use super::board::{Doc, Docs};
use super::told::{Told, ToldUpdate};
use crate::view::assets;
use askama::Template;
use incident::Phase;
use incident::words::{clock, date};
use jiff::{SignedDuration, Timestamp};

/// How many days of history the page shows.
const DAYS: i64 = 14;

/// How many updates the feed holds.
const FEED_MAX: usize = 50;

/// Whose page it is.
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) components: Vec<String>,
    pub(crate) now: Timestamp,
    pub(crate) started_at: Timestamp,
}

/// The status page.
#[derive(Template)]
#[template(path = "public/page.html")]
struct StatusPage<'a> {
    tokens: String,
    style: String,
    icons: String,
    title: &'a str,
    well: bool,
    sentence: String,
    components: Vec<ComponentView<'a>>,
    current: Vec<IncidentView>,
    days: Vec<Day>,
}

struct ComponentView<'a> {
    name: &'a str,
    well: bool,
}

struct IncidentView {
    id: String,
    name: String,
    phase: &'static str,
    updates: Vec<UpdateView>,
}

struct UpdateView {
    phase: &'static str,
    body: String,
    at: Moment,
}

struct Moment {
    iso: String,
    text: String,
}

struct Day {
    date: String,
    /// Whether a current incident began on it; that stands above.
    goes_on: bool,
    incidents: Vec<IncidentView>,
}

/// The feed.
#[derive(Template)]
#[template(path = "public/feed.xml", escape = "html")]
struct Feed<'a> {
    title: &'a str,
    /// What readers of feeds list it as.
    name: String,
    url: &'a str,
    host: &'a str,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    incident: String,
    number: u32,
    title: String,
    at: Timestamp,
    updated: String,
    body: String,
}

/// Everything that is served.
pub(crate) fn render(site: &Site, mut told: Vec<Told>) -> Docs {
    told.sort_by_key(|one| (core::cmp::Reverse(one.began_at()), one.id.clone()));
    let json = "application/json; charset=utf-8";
    let doc = |text: Result<String, serde_json::Error>| Doc::new(json, text.unwrap_or_default());
    let page = page(site, &told);
    let feed = feed(site, &told);
    Docs {
        page: Doc::new("text/html; charset=utf-8", page.render().unwrap_or_default()),
        feed: Doc::new("application/atom+xml; charset=utf-8", feed.render().unwrap_or_default()),
        summary: doc(api::summary(site, &told)),
        status: doc(api::status(site, &told)),
        components: doc(api::components(site, &told)),
        incidents: doc(api::incidents(site, &told)),
        unresolved: doc(api::unresolved(site, &told)),
    }
}

/// Whether a component is well: no current incident's words name it, unless they name no component at all.
pub(crate) fn is_well(site: &Site, told: &[Told], component: &str) -> bool {
    let mut current = told.iter().filter(|one| one.over_at.is_none());
    !current.any(|one| one.names(component) || !site.components.iter().any(|component| one.names(component)))
}

fn page<'a>(site: &'a Site, told: &[Told]) -> StatusPage<'a> {
    let current: Vec<&Told> = told.iter().filter(|one| one.over_at.is_none()).collect();
    let component = |name: &'a String| ComponentView { name, well: is_well(site, told, name) };
    StatusPage {
        tokens: assets::tokens(),
        style: assets::status(),
        icons: assets::icons(),
        title: &site.title,
        well: current.is_empty(),
        sentence: sentence(current.len()),
        components: site.components.iter().map(component).collect(),
        current: current.into_iter().map(incident_view).collect(),
        days: days(site, told),
    }
}

fn sentence(current: usize) -> String {
    match current {
        0 => "All systems operational".to_owned(),
        1 => "Service is degraded: one incident".to_owned(),
        more => format!("Service is degraded: {more} incidents"),
    }
}

fn incident_view(one: &Told) -> IncidentView {
    let mut updates: Vec<UpdateView> = one.updates.iter().rev().map(update_view).collect();
    let said = one.updates.last().is_some_and(|last| last.phase == Phase::Resolved);
    if let (Some(over), false) = (one.over_at, said) {
        updates.insert(0, UpdateView { phase: "Resolved", body: String::new(), at: moment(over) });
    }
    IncidentView { id: one.id.clone(), name: one.name.clone(), phase: one.phase().name(), updates }
}

fn update_view(update: &ToldUpdate) -> UpdateView {
    UpdateView { phase: update.phase.name(), body: update.body.clone(), at: moment(update.at) }
}

fn moment(at: Timestamp) -> Moment {
    Moment { iso: at.to_string(), text: format!("{}, {}", date(at), clock(at)) }
}

/// The last days, today first, each with what began on it and is over.
fn days(site: &Site, told: &[Told]) -> Vec<Day> {
    let day = |back: i64| {
        let name = date(site.now - SignedDuration::from_hours(24 * back));
        let own = told.iter().filter(|one| one.over_at.is_some() && date(one.began_at()) == name);
        let goes_on = told.iter().any(|one| one.over_at.is_none() && date(one.began_at()) == name);
        Day { incidents: own.map(incident_view).collect(), goes_on, date: name }
    };
    (0..DAYS).map(day).collect()
}

fn feed<'a>(site: &'a Site, told: &[Told]) -> Feed<'a> {
    let entry = |one: &Told, update: &ToldUpdate| Entry {
        incident: one.id.clone(),
        number: update.number,
        title: format!("{}: {}", update.phase.name(), one.name),
        at: update.at,
        updated: update.at.to_string(),
        body: update.body.clone(),
    };
    let mut entries: Vec<Entry> =
        told.iter().flat_map(|one| one.updates.iter().map(move |update| entry(one, update))).collect();
    entries.sort_by_key(|entry| core::cmp::Reverse(entry.at));
    entries.truncate(FEED_MAX);
    Feed {
        title: &site.title,
        name: feed_name(&site.title),
        url: &site.url,
        host: host(&site.url),
        updated: entries.first().map_or_else(|| site.started_at.to_string(), |entry| entry.updated.clone()),
        entries,
    }
}

/// A page that calls itself a status already is not called so twice.
fn feed_name(title: &str) -> String {
    if title.to_lowercase().ends_with("status") { title.to_owned() } else { format!("{title} status") }
}

/// The host of an address, for ids that stay the same for ever.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}
