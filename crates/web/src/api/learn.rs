//! After the incident: the postmortem and what is to be done.

use super::body::Sent;
use super::{Done, ask, count, incident_id, number};
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use incident::{Command, PersonId, absolute_links};
use jiff::Timestamp;
use jiff::civil::Date;
use playbook::Obligation;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Stage {
    name: String,
    due_at: Timestamp,
}

#[derive(Serialize)]
struct Postmortem {
    /// 0 while it is only a draft from the events.
    revision: u32,
    obligation: Option<Obligation>,
    stages: Vec<Stage>,
    text: String,
}

/// As last saved, else drafted from the events. Markdown for whoever asks for it, else JSON.
pub(super) async fn show(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = incident_id(&id)?;
    let incident = app.engine().incident(id).await?;
    let text = app.postmortem(&incident).await?;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/markdown") {
        // Read elsewhere, so that a link without a host would lead nowhere. In JSON the text stays as it is saved.
        let text = absolute_links(&text, id, &app.parts.console_url);
        return Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response());
    }
    let state = &incident.postmortem;
    let stages = state.stages.iter().map(|(name, due_at)| Stage { name: name.clone(), due_at: *due_at });
    let found =
        Postmortem { revision: state.revision, obligation: state.obligation, stages: stages.collect(), text };
    Ok(Json(found).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Save {
    text: String,
    revision: u32,
}

pub(super) async fn save(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(Save { text, revision }): Sent<Save>,
) -> Result<Json<Done>, Problem> {
    ask(&app, who, &id, Command::SavePostmortem { text, revision }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    title: String,
    owner: Option<PersonId>,
    due: Option<Date>,
}

pub(super) async fn add(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(Add { title, owner, due }): Sent<Add>,
) -> Result<Json<Done>, Problem> {
    let Json(done) = ask(&app, who, &id, Command::AddActionItem { title, owner, due }).await?;
    let incident = app.engine().incident(done.incident).await?;
    let last = count(incident.action_items.len()).checked_sub(1);
    Ok(Json(Done { number: last, ..done }))
}

pub(super) async fn complete(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, item)): Path<(String, String)>,
) -> Result<Json<Done>, Problem> {
    let item = number(&item, "action item")?;
    ask(&app, who, &id, Command::CompleteActionItem { item }).await
}
