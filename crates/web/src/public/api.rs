//! The page for programs, in the shape of Atlassian Statuspage's public API v2, which aggregators already read.

use super::site::{self, Planned, Site, Stage, Standing};
use super::told::{Told, ToldUpdate};
use incident::Phase;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// The page's own id: there is one.
const PAGE_ID: &str = "evenkeel0001";

/// How many incidents, and how much planned work, is listed at most.
const LISTED_MAX: usize = 50;

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

#[derive(Clone, Serialize)]
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
    group_id: Option<String>,
    page_id: &'a str,
    group: bool,
    only_show_if_degraded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Incident<'a> {
    id: String,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_until: Option<String>,
}

#[derive(Serialize)]
struct Update<'a> {
    id: String,
    status: &'static str,
    body: &'a str,
    incident_id: String,
    created_at: String,
    updated_at: String,
    display_at: String,
    affected_components: Option<Vec<Affected<'a>>>,
    deliver_notifications: bool,
    custom_tweet: Option<&'a str>,
    tweet_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Affected<'a> {
    code: String,
    name: &'a str,
    old_status: &'static str,
    new_status: &'static str,
}

#[derive(Serialize)]
struct Body<'a> {
    page: Page<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<Component<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incidents: Option<Vec<Incident<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_maintenances: Option<Vec<Incident<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

/// Each document by its name below `/api/v2/`.
pub(super) fn all(site: &Site, told: &[Told]) -> Vec<(&'static str, Json)> {
    let made = |body: Body<'_>| serde_json::to_string(&body);
    let list = component_list(site, told);
    let incidents = |wanted: fn(&Told) -> bool| Some(incident_list(site, &list, told, wanted));
    let works = |wanted: fn(Stage) -> bool| Some(work_list(site, &list, wanted));
    let body = || body(site, told);
    let components = || Some(list.clone());
    let open: fn(&Told) -> bool = |one| one.over_at.is_none();
    vec![
        (
            "summary",
            made(Body {
                components: components(),
                incidents: incidents(open),
                scheduled_maintenances: works(|stage| stage != Stage::Completed),
                status: Some(overall(site, told)),
                ..body()
            }),
        ),
        ("status", made(Body { status: Some(overall(site, told)), ..body() })),
        ("components", made(Body { components: components(), ..body() })),
        ("incidents", made(Body { incidents: incidents(|_| true), ..body() })),
        ("incidents/unresolved", made(Body { incidents: incidents(open), ..body() })),
        ("scheduled-maintenances", made(Body { scheduled_maintenances: works(|_| true), ..body() })),
        (
            "scheduled-maintenances/upcoming",
            made(Body { scheduled_maintenances: works(|stage| stage == Stage::Scheduled), ..body() }),
        ),
        (
            "scheduled-maintenances/active",
            made(Body { scheduled_maintenances: works(|stage| stage == Stage::InProgress), ..body() }),
        ),
    ]
}

fn body<'a>(site: &'a Site, told: &[Told]) -> Body<'a> {
    let page = Page {
        id: PAGE_ID,
        name: &site.title,
        url: &site.url,
        time_zone: site.zone.iana_name().filter(|name| *name != "UTC").unwrap_or("Etc/UTC"),
        updated_at: stamp(changed_at(site, told)),
    };
    Body { page, components: None, incidents: None, scheduled_maintenances: None, status: None }
}

fn changed_at(site: &Site, told: &[Told]) -> Timestamp {
    let works = site.planned.iter().map(|work| work.changed_at(site.now, site.since));
    told.iter().map(Told::changed_at).chain(works).max().unwrap_or(site.since)
}

/// In the words that programs look for, whatever the page's language.
fn overall(site: &Site, told: &[Told]) -> Status {
    match site.overall(told) {
        Standing::Ill => Status { indicator: "minor", description: "Partially Degraded Service" },
        Standing::Maintenance => {
            Status { indicator: "maintenance", description: "Service Under Maintenance" }
        }
        Standing::Operational => Status { indicator: "none", description: "All Systems Operational" },
    }
}

fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Ill => "degraded_performance",
        Standing::Maintenance => "under_maintenance",
        Standing::Operational => "operational",
    }
}

/// Every component, each group before the first of its own.
fn component_list<'a>(site: &'a Site, told: &[Told]) -> Vec<Component<'a>> {
    let updated_at = stamp(changed_at(site, told));
    let made = |id: String, name: &'a str, standing| Component {
        id,
        name,
        status: standing_word(standing),
        created_at: stamp(site.since),
        updated_at: updated_at.clone(),
        position: 0,
        description: None,
        showcase: true,
        start_date: None,
        group_id: None,
        page_id: PAGE_ID,
        group: false,
        only_show_if_degraded: false,
        components: None,
    };
    let mut list = Vec::new();
    for (name, members) in site.groups() {
        let worst = members.iter().map(|member| site.standing(told, member)).max();
        let group_id = name.map(|name| site::id_of("group", name));
        if let (Some(name), Some(id), Some(worst)) = (name, group_id.clone(), worst) {
            let ids = members.iter().map(|member| member.id()).collect();
            let group = made(id, name, worst);
            list.push(Component { showcase: false, group: true, components: Some(ids), ..group });
        }
        list.extend(members.into_iter().map(|member| Component {
            description: member.about.as_deref(),
            group_id: group_id.clone(),
            ..made(member.id(), &member.name, site.standing(told, member))
        }));
    }
    for (at, component) in list.iter_mut().enumerate() {
        component.position = at + 1;
    }
    list
}

/// Those of the listed components that something is about.
fn hit<'a>(
    site: &Site,
    list: &[Component<'a>],
    is_hit: impl Fn(&site::Component) -> bool,
) -> Vec<Component<'a>> {
    let ids: BTreeSet<String> =
        site.components.iter().filter(|one| is_hit(one)).map(site::Component::id).collect();
    list.iter().filter(|one| !one.group && ids.contains(&one.id)).cloned().collect()
}

/// The latest, the newest first.
fn incident_list<'a>(
    site: &'a Site,
    list: &[Component<'a>],
    told: &'a [Told],
    wanted: impl Fn(&Told) -> bool,
) -> Vec<Incident<'a>> {
    told.iter().filter(|one| wanted(one)).take(LISTED_MAX).map(|one| incident(site, list, one)).collect()
}

fn incident<'a>(site: &'a Site, list: &[Component<'a>], one: &'a Told) -> Incident<'a> {
    let monitoring = one.updates.iter().find(|update| update.phase == Phase::Monitoring);
    Incident {
        id: one.id.clone(),
        name: &one.name,
        status: word(one.phase()),
        created_at: stamp(one.began_at()),
        updated_at: stamp(one.changed_at()),
        monitoring_at: monitoring.map(|update| stamp(update.at)),
        resolved_at: one.over_at.map(stamp),
        impact: "minor",
        shortlink: format!("{}/incidents/{}/", site.url, one.id),
        started_at: stamp(one.began_at()),
        page_id: PAGE_ID,
        incident_updates: updates(site, one),
        components: hit(site, list, |component| one.is_about(component)),
        reminder_intervals: None,
        scheduled_for: None,
        scheduled_until: None,
    }
}

fn updates<'a>(site: &'a Site, one: &'a Told) -> Vec<Update<'a>> {
    let view = |update: &'a ToldUpdate| Update {
        affected_components: affected(site, one, update),
        ..said(&one.id, update.number, word(update.phase), &update.body, update.at)
    };
    one.updates.iter().rev().map(view).collect()
}

fn said<'a>(incident: &str, number: u32, status: &'static str, body: &'a str, at: Timestamp) -> Update<'a> {
    Update {
        id: site::id_of("update", &format!("{incident}/{number}")),
        status,
        body,
        incident_id: incident.to_owned(),
        created_at: stamp(at),
        updated_at: stamp(at),
        display_at: stamp(at),
        affected_components: None,
        deliver_notifications: true,
        custom_tweet: None,
        tweet_id: None,
    }
}

/// What the first words did to the components that they concern, and the last ones undid.
fn affected<'a>(site: &'a Site, one: &Told, update: &ToldUpdate) -> Option<Vec<Affected<'a>>> {
    let (well, ill) = (standing_word(Standing::Operational), standing_word(Standing::Ill));
    let (old_status, new_status) = match (update.number, update.phase) {
        (_, Phase::Resolved) => (ill, well),
        (1, _) => (well, ill),
        (_, Phase::Investigating | Phase::Identified | Phase::Monitoring) => return None,
    };
    let concerned = site.components.iter().filter(|component| one.is_about(component));
    let view = |component: &'a site::Component| Affected {
        code: component.id(),
        name: &component.name,
        old_status,
        new_status,
    };
    Some(concerned.map(view).collect())
}

/// Planned work: what comes next first, then what is over, the newest first.
fn work_list<'a>(
    site: &'a Site,
    list: &[Component<'a>],
    wanted: impl Fn(Stage) -> bool,
) -> Vec<Incident<'a>> {
    let mut works: Vec<&Planned> = site.planned.iter().filter(|work| wanted(work.stage(site.now))).collect();
    let turn = |work: &&Planned| match work.stage(site.now) {
        Stage::Completed => (1, -work.from.as_second()),
        Stage::Scheduled | Stage::InProgress => (0, work.from.as_second()),
    };
    works.sort_by_key(turn);
    works.into_iter().take(LISTED_MAX).map(|work| planned(site, list, work)).collect()
}

fn planned<'a>(site: &'a Site, list: &[Component<'a>], work: &'a Planned) -> Incident<'a> {
    let id = work.id();
    let stage = work.stage(site.now);
    let told_at = site.since.min(work.from);
    let begun = stage != Stage::Scheduled;
    let mut updates = vec![said(&id, 1, "scheduled", &work.body, told_at)];
    if begun {
        updates.insert(0, said(&id, 2, "in_progress", "", work.from));
    }
    if stage == Stage::Completed {
        updates.insert(0, said(&id, 3, "completed", "", work.until));
    }
    Incident {
        name: &work.title,
        status: match stage {
            Stage::Scheduled => "scheduled",
            Stage::InProgress => "in_progress",
            Stage::Completed => "completed",
        },
        created_at: stamp(told_at),
        updated_at: stamp(work.changed_at(site.now, site.since)),
        monitoring_at: None,
        resolved_at: (stage == Stage::Completed).then(|| stamp(work.until)),
        impact: "maintenance",
        shortlink: format!("{}/incidents/{id}/", site.url),
        started_at: stamp(work.from),
        page_id: PAGE_ID,
        incident_updates: updates,
        components: hit(site, list, |component| work.is_about(component)),
        reminder_intervals: None,
        scheduled_for: Some(stamp(work.from)),
        scheduled_until: Some(stamp(work.until)),
        id,
    }
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
