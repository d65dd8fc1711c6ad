//! Everything that is served, from what strangers were told: each document at its address, in each language. Pure but for
//! the packing.

use super::api;
use super::badge;
use super::board::Docs;
use super::doc::{Doc, Kind};
use super::feeds::Feed;
use super::frame::{FRAMED, POLICY, Place};
use super::history::{self, Bar, Hours};
use super::lang::{self, Lang};
use super::page::Matter;
use super::site::{Planned, Site};
use super::told::Told;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How many incidents have a page of their own, in each language; older ones stand in the history of their month.
pub(crate) const INCIDENT_PAGES_MAX: usize = 200;

/// How many months the history goes back.
const MONTHS_MAX: usize = 36;

/// What a folder's page is called where a copy of the page lies.
pub(crate) const INDEX: &str = "index.html";

/// Renders all of it. What is the same as before is not packed again.
pub(crate) fn render(site: &Site, mut told: Vec<Told>, hours: &Hours, before: Option<&Docs>) -> Docs {
    site.settle(&mut told);
    told.sort_by_key(|one| (core::cmp::Reverse(one.began_at()), one.id.clone()));
    let mut planned: Vec<(String, Planned)> =
        site.planned.iter().map(|work| (work.id(), work.clone())).collect();
    planned.sort_by_key(|(id, work)| (work.from, id.clone()));
    let bars: Vec<Bar> =
        site.components.iter().map(|component| history::bar(site, &told, component, hours)).collect();
    let mut began: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (at, one) in told.iter().enumerate() {
        began.entry(site.day(one.began_at())).or_default().push(at);
    }
    let pages_max = INCIDENT_PAGES_MAX;
    let matter = Matter { site, told: &told, began: &began, planned: &planned, bars: &bars, pages_max };
    let mut press = Press { before, docs: Docs::as_of_moment(site.now) };
    for lang in lang::ALL {
        press.pages(&matter, lang);
    }
    press.feeds(site, &told);
    press.pictures(site, &told);
    press.api(site, &told);
    press.docs
}

/// Puts documents at their addresses.
struct Press<'a> {
    before: Option<&'a Docs>,
    docs: Docs,
}

impl Press<'_> {
    fn put(&mut self, path: String, kind: Kind, lang: Option<&Lang>, text: String) {
        let policy = match kind {
            Kind::Page => Some(POLICY.as_str()),
            Kind::Embed => Some(FRAMED.as_str()),
            Kind::Json | Kind::Atom | Kind::Rss | Kind::JsonFeed | Kind::Svg => None,
        };
        let code = lang.map(|lang| lang.code);
        self.docs.put(self.before, path, text, |text| Doc::new(kind, code, policy, text));
    }

    /// A page in its language; and once more without one in its address, as a copy of the page shows it: no server there
    /// asks what the reader likes. No request has such an address, which begins with no slash.
    fn page(&mut self, place: Place<'_>, render: impl Fn(Place<'_>) -> Result<String, askama::Error>) {
        self.put(place.address(), Kind::Page, Some(place.lang), render(place).unwrap_or_default());
        if core::ptr::eq(place.lang, lang::ALL[0]) {
            let bare = Place { depth: place.depth - 1, ..place };
            let path = format!("{}{INDEX}", place.path);
            self.put(path, Kind::Page, Some(place.lang), render(bare).unwrap_or_default());
        }
    }

    fn pages(&mut self, matter: &Matter<'_>, lang: &'static Lang) {
        let home = Place::new(lang, "");
        self.page(home, |place| matter.home(place));
        let embed = Place::new(lang, "embed/");
        self.put(embed.address(), Kind::Embed, Some(lang), matter.embed(embed).unwrap_or_default());
        let months = months(matter.site, matter.began);
        let history = Place::new(lang, "history/");
        self.page(history, |place| matter.months(&months, place));
        for month in months {
            let path = format!("history/{}/", month.strftime("%Y-%m"));
            let place = Place::new(lang, &path);
            self.page(place, |place| matter.month(month, place));
        }
        for (at, one) in matter.told.iter().enumerate().take(INCIDENT_PAGES_MAX) {
            let path = format!("incidents/{}/", one.id);
            let place = Place::new(lang, &path);
            self.page(place, |place| matter.of_incident(at, one, place));
        }
        for work in matter.planned {
            let path = format!("incidents/{}/", work.0);
            let place = Place::new(lang, &path);
            self.page(place, |place| matter.of_work(work, place));
        }
    }

    fn feeds(&mut self, site: &Site, told: &[Told]) {
        self.feed("/", &Feed::of_all(site, told.iter()));
        for component in &site.components {
            let id = component.id();
            let own = told.iter().filter(|one| one.is_about(component));
            let feed = Feed::of_component(site, own, &component.name, &id);
            self.feed(&format!("/components/{id}/"), &feed);
        }
    }

    fn feed(&mut self, folder: &str, feed: &Feed<'_>) {
        self.put(format!("{folder}history.atom"), Kind::Atom, None, feed.atom());
        self.put(format!("{folder}history.rss"), Kind::Rss, None, feed.rss());
        self.put(format!("{folder}feed.json"), Kind::JsonFeed, None, feed.json());
    }

    fn pictures(&mut self, site: &Site, told: &[Told]) {
        let overall = site.overall(told);
        self.put("/badge.svg".to_owned(), Kind::Svg, None, badge::badge(&site.title, overall));
        self.put("/icon.svg".to_owned(), Kind::Svg, None, badge::icon(overall));
        for component in &site.components {
            let path = format!("/components/{}/badge.svg", component.id());
            let picture = badge::badge(&component.name, site.standing(told, component));
            self.put(path, Kind::Svg, None, picture);
        }
    }

    fn api(&mut self, site: &Site, told: &[Told]) {
        for (name, json) in api::all(site, told) {
            self.put(format!("/api/v2/{name}.json"), Kind::Json, None, json.unwrap_or_default());
        }
    }
}

/// The months from the first of which something is told until now, the last one first.
fn months(site: &Site, began: &BTreeMap<Date, Vec<usize>>) -> Vec<Date> {
    let first = began.keys().next().copied();
    let last = site.day(site.now).first_of_month();
    let first = first.unwrap_or(last).first_of_month();
    let back = (0_i64..).map(|back| last.saturating_sub(back.months()));
    back.take_while(|month| *month >= first).take(MONTHS_MAX).collect()
}
