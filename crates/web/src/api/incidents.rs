//! Incidents: list, report, show, and why somebody was woken or not.

use super::body::Sent;
use super::view::IncidentView;
use super::{Done, incident_id};
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use engine::Report;
use engine::ports::{Filter, Scope};
use incident::{Moment, Summary, WhyLine};
use serde::{Deserialize, Serialize};

/// The longest list.
const LIMIT_MAX: u32 = 1_000;

#[derive(Deserialize)]
pub(super) struct Wanted {
    status: Option<String>,
    text: Option<String>,
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub(super) struct Listed {
    incidents: Vec<Summary>,
}

pub(super) async fn list(
    State(app): State<App>,
    _caller: ApiCaller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Listed>, Problem> {
    let status = wanted.status.filter(|status| !status.is_empty());
    if let Some(other) = status.as_deref().filter(|status| !matches!(*status, "open" | "resolved")) {
        return Err(Problem::invalid(format!("status is open or resolved, not {other:?}")));
    }
    let text = wanted.text.filter(|text| !text.trim().is_empty());
    let filter = Filter { status, text, limit: wanted.limit.min(LIMIT_MAX), ..Filter::default() };
    Ok(Json(Listed { incidents: app.engine().summaries(filter).await? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reported {
    title: String,
    #[serde(default)]
    description: String,
    severity: Option<String>,
}

pub(super) async fn report(
    State(app): State<App>,
    who: ApiWriter,
    Sent(sent): Sent<Reported>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let report = Report {
        title: sent.title,
        description: sent.description,
        severity: sent.severity.filter(|severity| !severity.is_empty()),
        by: who.person,
    };
    let answer = app.engine().report(report).await?;
    Ok((StatusCode::CREATED, Json(answer.into())))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<IncidentView>, Problem> {
    let id = incident_id(&id)?;
    let incident = app.engine().incident(id).await?;
    let events = app.engine().history(id).await?;
    let now = app.now();
    let view = IncidentView::of(&incident, &events, now);
    Ok(Json(match caller.person.filter(|_| caller.scope == Scope::Respond) {
        Some(person) => view.shown_to(&person, &app.own.sights, &incident, now),
        None => view,
    }))
}

#[derive(Serialize)]
pub(super) struct Why {
    why: Vec<WhyLine>,
}

pub(super) async fn why(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<Why>, Problem> {
    let incident = app.engine().incident(incident_id(&id)?).await?;
    let settings = app.engine().settings();
    let silences = incident::Silences::none();
    let now = Moment { at: app.now(), roster: &settings.roster, silences: &silences };
    Ok(Json(Why { why: incident::why(&incident, &now) }))
}
