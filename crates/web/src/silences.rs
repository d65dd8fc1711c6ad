//! What the API and the console both show of silences: how each stands, what it holds back, and what one would.

use crate::app::App;
use crate::error::Problem;
use engine::EngineError;
use engine::ports::Filter;
use incident::{AlertStatus, Maintenance, Matchers, Silence, Summary};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many silences are listed, the newest first.
pub(crate) const LISTED_MAX: u32 = 200;

/// How many held alerts are counted.
pub(crate) const HELD_MAX: u32 = 10_000;

/// Through how many incidents, and how many alerts that are held back, a preview looks.
const LOOKED_MAX: u32 = 100;

/// How a silence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// It begins later.
    Waiting,
    /// It holds alerts back.
    Active,
    /// It is over.
    Over,
}

/// One silence and what it holds back now.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) silence: Silence,
    pub(crate) state: Standing,
    /// How many alerts it holds back now.
    pub(crate) holds: usize,
}

/// One window of the settings.
#[derive(Debug, Serialize)]
pub(crate) struct Window {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) matchers: Vec<String>,
    /// Until when it holds alerts back, while it does.
    pub(crate) until: Option<Timestamp>,
    /// When it comes next.
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) holds: usize,
}

/// Everything that may hold alerts back.
#[derive(Debug, Serialize)]
pub(crate) struct All {
    /// Those that are not over first, then the newest.
    pub(crate) silences: Vec<Shown>,
    pub(crate) windows: Vec<Window>,
}

/// An alert that is, or was, held back.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) key: String,
    /// The silence's id, or the window's.
    pub(crate) by: String,
    /// Since when.
    pub(crate) since: Timestamp,
    /// When it was over, if it is.
    pub(crate) over_at: Option<Timestamp>,
    /// How often it came.
    pub(crate) count: u32,
}

/// An alert that came lately and that these conditions cover.
#[derive(Debug, Serialize)]
pub(crate) struct Covered {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) key: String,
    /// Whether it fires still.
    pub(crate) firing: bool,
    pub(crate) last_at: Timestamp,
    /// Its incident, which a silence would not touch; `None` when it is held back already.
    pub(crate) incident: Option<String>,
}

/// What a silence would cover.
#[derive(Debug, Serialize)]
pub(crate) struct Preview {
    /// The newest first.
    pub(crate) alerts: Vec<Covered>,
    /// How many alerts were looked at.
    pub(crate) looked: usize,
}

/// The alerts that are held back now, the newest first.
pub(crate) async fn held_now(app: &App) -> Result<Vec<Summary>, EngineError> {
    rows(app, Some("held"), HELD_MAX).await
}

/// Everything that may hold alerts back, with how many of these it holds.
pub(crate) async fn all(app: &App, held_now: &[Summary]) -> Result<All, EngineError> {
    let now = app.now();
    let mut holds: BTreeMap<&str, usize> = BTreeMap::new();
    for row in held_now {
        *holds.entry(row.held_by.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let held = |name: &str| holds.get(name).copied().unwrap_or(0);
    let made = app.engine().silences(LISTED_MAX).await?;
    let mut silences: Vec<Shown> = made
        .into_iter()
        .map(|silence| Shown {
            state: Standing::at(now, silence.starts_at, silence.until()),
            holds: held(&silence.id.to_string()),
            silence,
        })
        .collect();
    silences.sort_by_key(|shown| shown.state == Standing::Over);
    let settings = app.engine().settings();
    let windows = settings.windows.iter().map(|window| shown(window, now, held(&window.id())));
    Ok(All { silences, windows: windows.collect() })
}

impl Standing {
    /// Of what holds from one moment to another.
    pub(crate) fn at(now: Timestamp, from: Timestamp, until: Timestamp) -> Self {
        if until <= now {
            Self::Over
        } else if from > now {
            Self::Waiting
        } else {
            Self::Active
        }
    }
}

fn shown(window: &Maintenance, now: Timestamp, holds: usize) -> Window {
    Window {
        id: window.id(),
        name: window.name.clone(),
        reason: window.reason.clone(),
        matchers: window.matchers.each().map(ToString::to_string).collect(),
        until: window.occurrence(now).map(|(_, until)| until),
        next_at: window.next(now),
        holds,
    }
}

/// The alerts that are, or were, held back: the newest first.
pub(crate) async fn held(
    app: &App,
    status: &str,
    by: Option<String>,
    limit: u32,
) -> Result<Vec<Held>, EngineError> {
    let filter = Filter { status: Some(status.to_owned()), text: by, limit, ..Filter::default() };
    let rows = app.engine().summaries(filter).await?;
    Ok(rows.into_iter().map(of_row).collect())
}

/// A row as it is shown.
pub(crate) fn of_row(row: Summary) -> Held {
    let key = row.keys.into_iter().next();
    let (source, key) = key.map(|key| (key.source, key.key)).unwrap_or_default();
    Held {
        title: row.title,
        source,
        key,
        by: row.held_by.unwrap_or_default(),
        since: row.opened_at,
        over_at: row.resolved_at,
        count: row.alert_count,
    }
}

/// Which of the alerts that came lately these conditions cover.
pub(crate) async fn preview(app: &App, matchers: &Matchers) -> Result<Preview, Problem> {
    let mut looked_through = rows(app, None, LOOKED_MAX).await?;
    looked_through.extend(rows(app, Some("held"), LOOKED_MAX).await?);
    looked_through.extend(rows(app, Some("passed"), LOOKED_MAX).await?);
    let (mut looked, mut alerts) = (0, Vec::new());
    for (row, states) in app.engine().alerts_of(looked_through).await? {
        looked += states.len();
        let is_incident = matches!(row.status.as_str(), "open" | "resolved");
        let covered = states.into_iter().filter(|state| matchers.hold_for(&state.alert));
        alerts.extend(covered.map(|state| Covered {
            title: state.alert.title,
            source: state.alert.key.source,
            key: state.alert.key.key,
            firing: state.status != AlertStatus::Resolved,
            last_at: state.last_at,
            incident: is_incident.then(|| row.id.to_string()),
        }));
    }
    alerts.sort_by_key(|alert| core::cmp::Reverse(alert.last_at));
    Ok(Preview { alerts, looked })
}

async fn rows(app: &App, status: Option<&str>, limit: u32) -> Result<Vec<Summary>, EngineError> {
    let filter = Filter { status: status.map(str::to_owned), limit, ..Filter::default() };
    app.engine().summaries(filter).await
}
