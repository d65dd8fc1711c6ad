//! The feeds: Atom, RSS and JSON Feed, of all that was told and of each component. One entry an update, each with an id that
//! stays the same for ever. In English, since a feed has no reader whose language it could ask.

use super::site::Site;
use super::told::Told;
use askama::Template;
use incident::Phase;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// How many updates a feed holds.
const FEED_MAX: usize = 50;

/// A feed of a kind that is written in XML.
#[derive(Template)]
#[template(path = "public/atom.xml", escape = "html")]
struct Atom<'a> {
    feed: &'a Feed<'a>,
}

#[derive(Template)]
#[template(path = "public/rss.xml", escape = "html")]
struct Rss<'a> {
    feed: &'a Feed<'a>,
}

/// What every kind of feed is made of.
pub(crate) struct Feed<'a> {
    title: &'a str,
    /// What readers of feeds list it as.
    name: String,
    url: &'a str,
    host: &'a str,
    /// Where its files lie below the page's address: ``, `components/0123456789ab/`.
    folder: String,
    /// What its own id ends in.
    own: String,
    updated: Timestamp,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    incident: &'a str,
    number: u32,
    title: String,
    at: Timestamp,
    body: &'a str,
}

impl Entry<'_> {
    /// Its words as readers of RSS take them: as HTML, so what looks like it is escaped, and lines stay lines.
    fn html(&self) -> String {
        let escaped = self.body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        escaped.replace('\n', "<br>")
    }
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    url: String,
    title: &'a str,
    content_text: &'a str,
    date_published: String,
}

impl<'a> Feed<'a> {
    /// Of all that was told.
    pub(crate) fn of_all(site: &'a Site, told: impl Iterator<Item = &'a Told>) -> Self {
        Self::new(site, told, feed_name(&site.title), String::new())
    }

    /// Of what was told of one component.
    pub(crate) fn of_component(
        site: &'a Site,
        told: impl Iterator<Item = &'a Told>,
        name: &str,
        id: &str,
    ) -> Self {
        Self::new(site, told, format!("{}: {name}", feed_name(&site.title)), format!("components/{id}/"))
    }

    fn new(site: &'a Site, told: impl Iterator<Item = &'a Told>, name: String, folder: String) -> Self {
        let mut entries: Vec<Entry<'a>> = told.flat_map(entries).collect();
        entries.sort_by_key(|entry| (core::cmp::Reverse(entry.at), entry.incident, entry.number));
        entries.truncate(FEED_MAX);
        Self {
            title: &site.title,
            name,
            url: &site.url,
            host: site.host(),
            own: folder.strip_suffix('/').map(|folder| format!("/{folder}")).unwrap_or_default(),
            folder,
            updated: entries.first().map_or(site.since, |entry| entry.at),
            entries,
        }
    }

    pub(crate) fn atom(&self) -> String {
        Atom { feed: self }.render().unwrap_or_default()
    }

    pub(crate) fn rss(&self) -> String {
        Rss { feed: self }.render().unwrap_or_default()
    }

    pub(crate) fn json(&self) -> String {
        let items = self.entries.iter().map(|entry| Item {
            id: self.id(entry),
            url: self.link(entry),
            title: &entry.title,
            content_text: entry.body,
            date_published: iso(entry.at),
        });
        let feed = JsonFeed {
            version: "https://jsonfeed.org/version/1.1",
            title: &self.name,
            home_page_url: format!("{}/", self.url),
            feed_url: format!("{}/{}feed.json", self.url, self.folder),
            items: items.collect(),
        };
        serde_json::to_string(&feed).unwrap_or_default()
    }

    fn id(&self, entry: &Entry<'_>) -> String {
        format!("tag:{},2026:status/{}/{}", self.host, entry.incident, entry.number)
    }

    fn link(&self, entry: &Entry<'_>) -> String {
        format!("{}/incidents/{}/", self.url, entry.incident)
    }
}

fn entries(one: &Told) -> impl Iterator<Item = Entry<'_>> {
    let said = one.updates.iter().map(|update| Entry {
        incident: &one.id,
        number: update.number,
        title: format!("{}: {}", update.phase.name(), one.name),
        at: update.at,
        body: &update.body,
    });
    // Over without a last word: readers of the feed hear of it all the same. Numbers of updates begin at 1.
    let over = one.over_unsaid().map(|at| Entry {
        incident: &one.id,
        number: 0,
        title: format!("{}: {}", Phase::Resolved.name(), one.name),
        at,
        body: "",
    });
    said.chain(over)
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As RSS writes a time.
fn rfc2822(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A page that calls itself a status already is not called so twice.
fn feed_name(title: &str) -> String {
    if title.to_lowercase().ends_with("status") { title.to_owned() } else { format!("{title} status") }
}
