//! Watch: who is on call, what is broken, and whether the pager itself is well.

use super::row::Row;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::intake::IntakeHealth;
use crate::view::{Chrome, Frame, Nav, Tag, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use engine::ports::{AgentRuns, AgentView, Filter, Order, Presence};
use engine::{EngineError, Settings};
use incident::words::clock;
use incident::{Channel, Finding, PersonId, Preflight, Roster, Schedule, Summary};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How many resolved incidents the page shows.
const RESOLVED_MAX: u32 = 6;

/// How many rows are asked for: more open incidents than anybody can look at.
const ROWS_MAX: u32 = 200;

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    said: String,
}

/// Watch.
#[derive(Template)]
#[template(path = "watch/page.html")]
pub(crate) struct WatchPage {
    pub(crate) chrome: Chrome,
    pub(crate) duty: Vec<Duty>,
    pub(crate) open: Vec<Row>,
    pub(crate) resolved: Vec<Row>,
    pub(crate) health: Health,
    pub(crate) severities: Vec<String>,
    pub(crate) me_on_call: bool,
    pub(crate) console_url: String,
    pub(crate) first: bool,
    /// How many alerts are held back by silences, in words; empty for none.
    pub(crate) held: String,
}

/// Who holds a role now.
pub(crate) struct Duty {
    pub(crate) role: String,
    pub(crate) people: Vec<String>,
    /// Until when, and who is next, where a schedule decides: `until Mon 5 Jan 09:00 UTC, then Ben`.
    pub(crate) turns: Vec<String>,
}

/// Whether the pager itself is well.
pub(crate) struct Health {
    pub(crate) storage: Tag,
    pub(crate) channels: Vec<Tag>,
    pub(crate) sources: Vec<SourceRow>,
    pub(crate) findings: Tag,
    /// How the days to come were found; `None` until they have been looked at.
    pub(crate) ahead: Option<Vec<AheadRow>>,
    pub(crate) agents: Vec<AgentRow>,
    /// What the public page says and is not so; `None` without such a page, or when it could not be looked up.
    pub(crate) untruths: Option<Vec<String>>,
}

/// One thing that would go wrong in the days to come.
pub(crate) struct AheadRow {
    pub(crate) grave: bool,
    pub(crate) said: String,
    pub(crate) fix: String,
}

/// One agent on another host.
pub(crate) struct AgentRow {
    pub(crate) name: String,
    pub(crate) state: Tag,
    /// Its host, version and limits, in words.
    pub(crate) words: String,
    /// What it has in hand: the incident's id and the run's number.
    pub(crate) at_work: Vec<(String, u32)>,
}

/// What one source has sent since the server started.
pub(crate) struct SourceRow {
    pub(crate) name: String,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) last_error: Option<String>,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let rows = rows(&app).await;
    let mut health = Health::new(&app, rows.as_ref().err());
    if !app.parts.status_url.is_empty() {
        let untruths = crate::public::untruths(&app).await.ok();
        health.untruths = untruths.map(|all| all.into_iter().map(|one| one.said).collect());
    }
    let chrome = frame.chrome("Watch", Nav::Watch, "/").saying(&wish.said);
    let settings = app.engine().settings();
    let page = watch(chrome, &frame, &settings, rows.unwrap_or_default(), health);
    let held = Filter { status: Some("held".to_owned()), limit: ROWS_MAX, ..Filter::default() };
    let held = held_words(app.engine().summaries(held).await.map_or(0, |rows| rows.len()));
    html(&WatchPage { console_url: app.parts.console_url.clone(), held, ..page })
}

/// Everything that is open, and what ended last.
async fn rows(app: &App) -> Result<Vec<Summary>, EngineError> {
    let open = Filter { status: Some("open".to_owned()), limit: ROWS_MAX, ..Filter::default() };
    let mut rows = app.engine().summaries(open).await?;
    let over = Filter { order: Order::Latest, limit: RESOLVED_MAX, ..Filter::default() };
    rows.extend(app.engine().summaries(over).await?);
    Ok(rows)
}

fn held_words(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "1 alert is".to_owned(),
        count if count < ROWS_MAX as usize => format!("{count} alerts are"),
        _ => format!("{ROWS_MAX} alerts or more are"),
    }
}

/// The page for these rows.
pub(crate) fn watch(
    chrome: Chrome,
    frame: &Frame,
    settings: &Settings,
    rows: Vec<Summary>,
    health: Health,
) -> WatchPage {
    let first = rows.is_empty();
    let (open, resolved): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.resolved_at.is_none());
    let me = PersonId(frame.person.clone());
    let duty = on_duty(settings, frame.now);
    WatchPage {
        chrome,
        me_on_call: settings
            .roster
            .roles()
            .any(|(role, _)| settings.roster.holders(role, frame.now).iter().any(|holder| holder.id == me)),
        duty,
        open: open.iter().map(|row| Row::new(row, frame.now)).collect(),
        resolved: resolved.iter().map(|row| Row::new(row, frame.now)).collect(),
        health,
        severities: settings.plan.severities().into_iter().map(|severity| severity.name).collect(),
        console_url: String::new(),
        first,
        held: String::new(),
    }
}

/// The playbook's targets in the order in which they are woken, then those that the settings' escalations add.
fn on_duty(settings: &Settings, now: Timestamp) -> Vec<Duty> {
    let mut roles: Vec<String> = Vec::new();
    let by_playbook = settings.plan.playbook.hops().map(|hop| &hop.target);
    let levels = settings.plan.policy.escalations.iter().flat_map(|policy| &policy.levels);
    for target in by_playbook.chain(levels.flat_map(|level| &level.targets)) {
        if !roles.contains(target) {
            roles.push(target.clone());
        }
    }
    let roster = &settings.roster;
    let duty = |role: String| Duty {
        people: names(roster, &role, now),
        turns: roster.schedules_of(&role).filter_map(|schedule| turn(roster, schedule, now)).collect(),
        role,
    };
    roles.into_iter().map(duty).collect()
}

fn names(roster: &Roster, role: &str, now: Timestamp) -> Vec<String> {
    roster.holders(role, now).into_iter().map(|person| person.name.clone()).collect()
}

/// Until when, and who is next.
fn turn(roster: &Roster, schedule: &Schedule, now: Timestamp) -> Option<String> {
    let until = schedule.until(now)?;
    let next = schedule.on_call(until).0;
    let next: Vec<&str> =
        next.iter().filter_map(|id| roster.person(id)).map(|person| person.name.as_str()).collect();
    let next = if next.is_empty() { "nobody".to_owned() } else { next.join(", ") };
    let civil = until.to_zoned_datetime(schedule.zone.clone()).strftime("%a %-d %b %H:%M %Z");
    Some(format!("until {civil}, then {next}"))
}

impl Health {
    fn new(app: &App, storage: Option<&EngineError>) -> Self {
        let settings = app.engine().settings();
        let findings = settings.plan.playbook.diagnostics.len();
        Self {
            storage: match (storage, app.engine().storage_fault()) {
                (Some(_), _) => Tag::loud("cannot be read: see the server's log"),
                (None, Some(fault)) => {
                    Tag::loud(format!("keeps nothing since {}: {}", clock(fault.since), fault.why))
                }
                (None, None) => Tag::good("readable"),
            },
            channels: channels(&settings.roster),
            sources: sources(app),
            findings: if findings == 0 {
                Tag::good("no findings")
            } else {
                Tag::info(format!("{findings} findings"))
            },
            ahead: app.parts.ahead.borrow().as_ref().map(ahead),
            agents: app.agents().into_iter().map(AgentRow::new).collect(),
            untruths: None,
        }
    }
}

/// At most so many of them are shown; the rest are `evenkeel preflight`'s.
const AHEAD_MAX: usize = 8;

fn ahead(found: &Preflight) -> Vec<AheadRow> {
    let row = |one: &Finding| AheadRow {
        grave: one.trouble.is_grave(),
        said: one.said.clone(),
        fix: one.fix.clone(),
    };
    found.findings.iter().take(AHEAD_MAX).map(row).collect()
}

/// Over what people can be reached, and how many of them.
pub(crate) fn channels(roster: &Roster) -> Vec<Tag> {
    let mut counts: BTreeMap<Channel, u32> = BTreeMap::new();
    for contact in roster.people().flat_map(|person| &person.contacts) {
        *counts.entry(contact.channel).or_default() += 1;
    }
    counts.into_iter().map(|(channel, count)| Tag::plain(format!("{} · {count}", channel.name()))).collect()
}

impl AgentRow {
    fn new(agent: AgentView) -> Self {
        let heard = agent.heard_at.map_or_else(String::new, |at| format!(" since {}", clock(at)));
        let state = match agent.presence {
            Presence::Present => Tag::good("is there"),
            Presence::Away => Tag::bad(format!("away{heard}")),
            Presence::Never => Tag::warn("not heard yet"),
        };
        let mut words = Vec::new();
        if let Some(own) = agent.own {
            words.push(format!("on {}", own.host));
            words.extend(agent.version.map(|version| format!("Evenkeel {version}")));
            words.extend((own.runs == AgentRuns::LooksOnly).then(|| "only looks".to_owned()));
            words.extend(own.looks_unheld.map(|why| format!("cannot confine looks: {why}")));
        }
        let at_work = agent.at_work.iter().map(|order| (order.incident.to_string(), order.run));
        Self { name: agent.name, state, words: words.join(", "), at_work: at_work.collect() }
    }
}

fn sources(app: &App) -> Vec<SourceRow> {
    app.intake_counts().into_iter().map(SourceRow::new).collect()
}

impl SourceRow {
    fn new(health: IntakeHealth) -> Self {
        Self {
            name: health.source,
            accepted: health.accepted,
            rejected: health.rejected,
            last_error: health.last_rejection.map(|last| match last.path.as_str() {
                "" => format!("{} at {}: {}", last.format, clock(last.at), last.why),
                path => format!("{} at {}: {path} {}", last.format, clock(last.at), last.why),
            }),
        }
    }
}
