//! The page for programs, in the shape of Atlassian Statuspage's public API v2, which aggregators already read.

use super::page::{Site, is_well};
use super::told::Told;
use incident::Phase;
use jiff::Timestamp;
use serde::Serialize;

/// The page's own id: there is one.
const PAGE_ID: &str = "evenkeel0001";

type Json = Result<String, serde_json::Error>;

#[derive(Serialize)]
struct Page<'a> {
    id: &'a str,
    name: &'a str,
    url: &'a str,
    time_zone: &'a str,
    updated_at: String,
}

#[derive(Serialize)]
struct Status {
    indicator: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Component<'a> {
    id: String,
    name: &'a str,
    status: &'static str,
    created_at: String,
    updated_at: String,
    position: usize,
    description: Option<&'a str>,
    showcase: bool,
    start_date: Option<&'a str>,
    group_id: Option<&'a str>,
    page_id: &'a str,
    group: bool,
    only_show_if_degraded: bool,
}

#[derive(Serialize)]
struct Incident<'a> {
    id: &'a str,
    name: &'a str,
    status: &'static str,
    created_at: String,
    updated_at: String,
    monitoring_at: Option<String>,
    resolved_at: Option<String>,
    impact: &'static str,
    shortlink: String,
    started_at: String,
    page_id: &'a str,
    incident_updates: Vec<Update<'a>>,
    components: Vec<Component<'a>>,
    reminder_intervals: Option<&'a str>,
}

#[derive(Serialize)]
struct Update<'a> {
    id: String,
    status: &'static str,
    body: &'a str,
    incident_id: &'a str,
    created_at: String,
    updated_at: String,
    display_at: String,
    affected_components: Option<Vec<&'a str>>,
    deliver_notifications: bool,
    custom_tweet: Option<&'a str>,
    tweet_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Body<'a> {
    page: Page<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<Component<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incidents: Option<Vec<Incident<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_maintenances: Option<[&'a str; 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

pub(super) fn summary(site: &Site, told: &[Told]) -> Json {
    serde_json::to_string(&Body {
        components: Some(component_list(site, told)),
        incidents: Some(incident_list(site, told, |one| one.over_at.is_none())),
        scheduled_maintenances: Some([]),
        status: Some(overall(told)),
        ..body(site, told)
    })
}

pub(super) fn status(site: &Site, told: &[Told]) -> Json {
    serde_json::to_string(&Body { status: Some(overall(told)), ..body(site, told) })
}

pub(super) fn components(site: &Site, told: &[Told]) -> Json {
    serde_json::to_string(&Body { components: Some(component_list(site, told)), ..body(site, told) })
}

pub(super) fn incidents(site: &Site, told: &[Told]) -> Json {
    serde_json::to_string(&Body { incidents: Some(incident_list(site, told, |_| true)), ..body(site, told) })
}

pub(super) fn unresolved(site: &Site, told: &[Told]) -> Json {
    let current = incident_list(site, told, |one| one.over_at.is_none());
    serde_json::to_string(&Body { incidents: Some(current), ..body(site, told) })
}

fn body<'a>(site: &'a Site, told: &[Told]) -> Body<'a> {
    let page = Page {
        id: PAGE_ID,
        name: &site.title,
        url: &site.url,
        time_zone: "Etc/UTC",
        updated_at: stamp(changed_at(site, told)),
    };
    Body { page, components: None, incidents: None, scheduled_maintenances: None, status: None }
}

fn changed_at(site: &Site, told: &[Told]) -> Timestamp {
    told.iter().map(Told::changed_at).max().unwrap_or(site.started_at)
}

fn overall(told: &[Told]) -> Status {
    if told.iter().any(|one| one.over_at.is_none()) {
        Status { indicator: "minor", description: "Partially Degraded Service" }
    } else {
        Status { indicator: "none", description: "All Systems Operational" }
    }
}

fn component_list<'a>(site: &'a Site, told: &[Told]) -> Vec<Component<'a>> {
    let updated_at = stamp(changed_at(site, told));
    let component = |(at, name): (usize, &'a String)| Component {
        id: format!("component{:03}", at + 1),
        name,
        status: if is_well(site, told, name) { "operational" } else { "degraded_performance" },
        created_at: stamp(site.started_at),
        updated_at: updated_at.clone(),
        position: at + 1,
        description: None,
        showcase: true,
        start_date: None,
        group_id: None,
        page_id: PAGE_ID,
        group: false,
        only_show_if_degraded: false,
    };
    site.components.iter().enumerate().map(component).collect()
}

/// The latest 50, the newest first.
fn incident_list<'a>(site: &'a Site, told: &'a [Told], wanted: impl Fn(&Told) -> bool) -> Vec<Incident<'a>> {
    told.iter().filter(|one| wanted(one)).take(50).map(|one| incident(site, one)).collect()
}

fn incident<'a>(site: &'a Site, one: &'a Told) -> Incident<'a> {
    let monitoring = one.updates.iter().find(|update| update.phase == Phase::Monitoring);
    let alone = core::slice::from_ref(one);
    let hit = component_list(site, alone).into_iter().filter(|component| one.names(component.name));
    Incident {
        id: &one.id,
        name: &one.name,
        status: word(one.phase()),
        created_at: stamp(one.began_at()),
        updated_at: stamp(one.changed_at()),
        monitoring_at: monitoring.map(|update| stamp(update.at)),
        resolved_at: one.over_at.map(stamp),
        impact: "minor",
        shortlink: format!("{}#i-{}", site.url, one.id),
        started_at: stamp(one.began_at()),
        page_id: PAGE_ID,
        incident_updates: updates(one),
        components: hit.collect(),
        reminder_intervals: None,
    }
}

fn updates(one: &Told) -> Vec<Update<'_>> {
    let update = |update: &'_ super::told::ToldUpdate| (update.number, update.phase, update.at);
    let view = |(number, phase, at): (u32, Phase, Timestamp), body| Update {
        id: format!("{}{number:02}", one.id.get(..10).unwrap_or(&one.id)),
        status: word(phase),
        body,
        incident_id: &one.id,
        created_at: stamp(at),
        updated_at: stamp(at),
        display_at: stamp(at),
        affected_components: None,
        deliver_notifications: true,
        custom_tweet: None,
        tweet_id: None,
    };
    one.updates.iter().rev().map(|one| view(update(one), one.body.as_str())).collect()
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => "investigating",
        Phase::Identified => "identified",
        Phase::Monitoring => "monitoring",
        Phase::Resolved => "resolved",
    }
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
