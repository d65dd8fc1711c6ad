//! Runbooks: take one, ask for a command, give or refuse the word for exactly that command, say how a step went.

use super::body::Sent;
use super::{Done, ask, count, incident_id, number};
use crate::app::App;
use crate::auth::ApiWriter;
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use incident::{Command, RunAsk, StepOutcome};
use serde::Deserialize;

type Answered = Result<Json<Done>, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choose {
    runbook: String,
}

pub(super) async fn choose(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Choose>,
) -> Answered {
    ask(&app, who, &id, Command::ChooseRunbook { runbook: sent.runbook }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    outcome: StepOutcome,
}

pub(super) async fn mark(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, step)): Path<(String, String)>,
    Sent(sent): Sent<Mark>,
) -> Answered {
    let step = number(&step, "step")?;
    ask(&app, who, &id, Command::MarkStep { step, outcome: sent.outcome }).await
}

pub(super) async fn request(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<RunAsk>,
) -> Answered {
    let actor = who.actor.clone();
    let Json(done) = ask(&app, who, &id, Command::RequestRun { request: sent }).await?;
    let incident = app.engine().incident(incident_id(&id)?).await?;
    // The newest run that this caller asked for.
    let mine = incident.runs.iter().rposition(|run| run.asked_by == actor);
    Ok(Json(Done { number: mine.map(|index| count(index + 1)), ..done }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    source: String,
}

pub(super) async fn approve(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, run)): Path<(String, String)>,
    Sent(sent): Sent<Approve>,
) -> Answered {
    let run = number(&run, "run")?;
    ask(&app, who, &id, Command::ApproveRun { run, source: sent.source }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reject {
    #[serde(default)]
    reason: String,
}

pub(super) async fn reject(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, run)): Path<(String, String)>,
    Sent(sent): Sent<Reject>,
) -> Answered {
    let run = number(&run, "run")?;
    ask(&app, who, &id, Command::RejectRun { run, reason: sent.reason }).await
}
