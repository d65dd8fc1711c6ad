//! Runbooks: take one, ask for a command, give or refuse the word for exactly that command, stop it, say how a step went.

use super::body::Sent;
use super::run_view::state_name;
use super::{Done, ask, count, incident_id, number};
use crate::app::App;
use crate::auth::{ApiWriter, invite};
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
    numbered(&app, who, &id, Command::RequestRun { request: sent }).await
}

/// Asks for a run, and says its number, the newest one that this caller asked for, and whether it begins.
async fn numbered(app: &App, who: ApiWriter, id: &str, command: Command) -> Answered {
    let actor = who.actor.clone();
    let Json(done) = ask(app, who, id, command).await?;
    let incident = app.engine().incident(incident_id(id)?).await?;
    let mine = incident.runs.iter().rposition(|run| run.asked_by == actor);
    let state = mine.and_then(|index| incident.runs.get(index)).map(|run| state_name(&run.state));
    Ok(Json(Done { number: mine.map(|index| count(index + 1)), state, ..done }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    source: String,
    /// As the incident gave it with the run.
    seen: String,
}

pub(super) async fn approve(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, run)): Path<(String, String)>,
    Sent(sent): Sent<Approve>,
) -> Answered {
    let run = number(&run, "run")?;
    let sight = app.own.sights.read(&sent.seen, &who.person, sent.source)?;
    let sponsor = invite::sponsor(&app, &who.person).await?;
    ask(&app, who, &id, Command::ApproveRun { run, sight, sponsor }).await
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

pub(super) async fn dry_run(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, run)): Path<(String, String)>,
) -> Answered {
    let run = number(&run, "run")?;
    numbered(&app, who, &id, Command::DryRun { run }).await
}

pub(super) async fn stop(
    State(app): State<App>,
    who: ApiWriter,
    Path((id, run)): Path<(String, String)>,
) -> Answered {
    let run = number(&run, "run")?;
    ask(&app, who, &id, Command::StopRun { run }).await
}
