//! Agents on other hosts: what they ask, and who is there.

use super::body::Sent;
use crate::app::App;
use crate::auth::{AgentCaller, ApiCaller};
use crate::error::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::ports::{
    AgentAsk, AgentLeave, AgentRefusal, AgentReport, AgentTake, AgentVersion, AgentView, AgentWork, Reported,
    Taken,
};
use serde::{Deserialize as _, Serialize};
use serde_json::Value;

#[derive(Serialize)]
pub(super) struct Listed {
    agents: Vec<AgentView>,
}

pub(super) async fn list(State(app): State<App>, _caller: ApiCaller) -> Json<Listed> {
    Json(Listed { agents: app.agents() })
}

/// Held for a while when there is nothing to do. The version is read first: what another one says may have another shape.
pub(super) async fn ask(
    State(app): State<App>,
    AgentCaller(name): AgentCaller,
    Sent(sent): Sent<Value>,
) -> Result<Json<AgentWork>, Problem> {
    let version = AgentVersion::deserialize(&sent).map_err(|error| unreadable(&error))?;
    version.is_served(&name)?;
    let ask: AgentAsk = read(sent)?;
    let mut closing = app.closing();
    tokio::select! {
        work = app.engine().agents().ask(&name, &ask) => Ok(Json(work?)),
        _ = closing.wait_for(|closing| *closing) => Ok(Json(AgentWork::default())),
    }
}

fn read<T: serde::de::DeserializeOwned>(sent: Value) -> Result<T, Problem> {
    serde_json::from_value(sent).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::invalid(format!("the body cannot be read: {error}"))
}

#[derive(Serialize)]
pub(super) struct TakenAs {
    taken: Taken,
}

pub(super) async fn take(
    State(app): State<App>,
    AgentCaller(name): AgentCaller,
    Sent(sent): Sent<AgentTake>,
) -> Json<TakenAs> {
    Json(TakenAs { taken: app.engine().agents().take(&name, &sent) })
}

#[derive(Serialize)]
pub(super) struct HeardAs {
    reported: Reported,
}

pub(super) async fn report(
    State(app): State<App>,
    AgentCaller(name): AgentCaller,
    Sent(sent): Sent<AgentReport>,
) -> Json<HeardAs> {
    Json(HeardAs { reported: app.engine().agents().report(&name, sent) })
}

pub(super) async fn leave(
    State(app): State<App>,
    AgentCaller(name): AgentCaller,
    Sent(sent): Sent<AgentLeave>,
) -> StatusCode {
    app.engine().agents().leave(&name, &sent.instance);
    StatusCode::NO_CONTENT
}

impl From<AgentRefusal> for Problem {
    fn from(refusal: AgentRefusal) -> Self {
        let (status, code) = match refusal {
            AgentRefusal::Version { .. } => (StatusCode::UPGRADE_REQUIRED, "agent-version"),
            AgentRefusal::NameInUse { .. } => (StatusCode::CONFLICT, "agent-name"),
            AgentRefusal::TooMany(_) => (StatusCode::SERVICE_UNAVAILABLE, "too-many-agents"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
