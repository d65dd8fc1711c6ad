//! The practice sandbox app: deployed, stopped, rolled over, rolled back. Its sandboxes are names only, its agent says
//! back what it is told.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post as posted};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::agent;
use crate::admin::refuse;
use crate::clock;
use crate::log::{Log, Outcome, Record, ServiceName};
use crate::service::{Post, Rooms};
use crate::state_file::{read_json, write_json};
use crate::{RangeError, chance};

/// The name of the only app of the practice sandbox service.
pub(crate) const SANDBOX_APP: &str = "coding-agent-sandbox";

/// Whether the sandbox app serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppState {
    /// Containers run.
    Deployed,
    /// Stopped; nothing runs until it is deployed again.
    Stopped,
}

/// The practice sandbox app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sandbox {
    /// Its id, `ap_…`.
    pub(crate) app_id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it serves.
    pub(crate) state: AppState,
    /// Counts deployments, rollovers and rollbacks.
    pub(crate) version: u32,
    /// Since when it is in this state, milliseconds since 1970.
    pub(crate) since_ms: i64,
}

/// What can be done to the sandbox app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppAction {
    Deploy,
    Stop,
    Rollover,
    Rollback,
}

/// What to do to the sandbox app.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AppOrder {
    pub(crate) action: AppAction,
}

#[derive(Debug, Clone)]
struct Room {
    app: Arc<Mutex<Sandbox>>,
    path: PathBuf,
    log: Log,
    /// Where its agent answers.
    own_url: String,
}

pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let path = post.folder()?.join("app.json");
    let app = read_json(&path)?.unwrap_or_else(Sandbox::first);
    write_json(&path, &app)?;
    let own_url = format!("http://{}/agent", post.http);
    let room = Room { app: Arc::new(Mutex::new(app)), path, log: post.log.clone(), own_url };
    let public = Router::new()
        .route("/", any(health))
        .route("/sandboxes", posted(create))
        .route("/sandboxes/{id}/{act}", posted(act_on_sandbox))
        .fallback(async || (StatusCode::NOT_FOUND, Json(json!({ "error": "no such path" }))))
        .with_state(room.clone())
        .nest("/agent", agent::router(post.life.end.clone()));
    let admin = Router::new().route("/app", get(show).post(order)).with_state(room);
    Ok(Rooms { public, admin, https: None })
}

async fn health(State(room): State<Room>, method: Method) -> Response {
    match room.app().state {
        AppState::Deployed => {
            room.note("health", format!("{method} /"));
            Json(json!({ "status": "ok", "practice": true })).into_response()
        }
        AppState::Stopped => stopped(StatusCode::NOT_FOUND),
    }
}

fn stopped(status: StatusCode) -> Response {
    (status, Json(json!({ "error": "sandbox app is stopped" }))).into_response()
}

async fn create(State(room): State<Room>, Json(body): Json<Value>) -> Response {
    if room.app().state == AppState::Stopped {
        return stopped(StatusCode::SERVICE_UNAVAILABLE);
    }
    let id = chance::short_id("sb");
    let session = body["session"].as_str().unwrap_or_default();
    room.note("create_sandbox", format!("create_sandbox session={session} sandbox={id} ready"));
    let body = json!({ "id": id, "state": "running", "agent_url": room.own_url });
    (StatusCode::CREATED, Json(body)).into_response()
}

async fn act_on_sandbox(
    State(room): State<Room>,
    axum::extract::Path((id, act)): axum::extract::Path<(String, String)>,
) -> Response {
    let state = match act.as_str() {
        "pause" => "paused",
        "resume" => "running",
        "terminate" => "terminated",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    room.note("sandbox", format!("sandbox {id} is {state}"));
    Json(json!({ "id": id, "state": state, "agent_url": room.own_url })).into_response()
}

async fn show(State(room): State<Room>) -> Json<Sandbox> {
    Json(room.app().clone())
}

async fn order(State(room): State<Room>, Json(order): Json<AppOrder>) -> Response {
    let changed = {
        let mut app = room.app();
        let mut next = app.clone();
        next.act(order.action).and_then(|()| write_json(&room.path, &next)).map(|()| {
            *app = next.clone();
            next
        })
    };
    match changed {
        Ok(app) => {
            room.note("app", format!("app {} is {:?}", app.name, app.state));
            Json(app).into_response()
        }
        Err(error) => refuse(&error),
    }
}

impl Room {
    fn app(&self) -> MutexGuard<'_, Sandbox> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, function: &str, text: String) {
        self.log.add(Record {
            at_ms: clock::now_ms(),
            service: ServiceName::Sandbox,
            function: function.to_owned(),
            method: String::new(),
            url: String::new(),
            status: 200,
            outcome: Outcome::Ok,
            notes: vec![text],
            exceptions: Vec::new(),
        });
    }
}

impl Sandbox {
    fn first() -> Self {
        Self {
            app_id: chance::short_id("ap"),
            name: SANDBOX_APP.to_owned(),
            state: AppState::Deployed,
            version: 1,
            since_ms: clock::now_ms(),
        }
    }

    fn act(&mut self, action: AppAction) -> Result<(), RangeError> {
        let stopped = self.state == AppState::Stopped;
        self.state = match action {
            AppAction::Deploy => AppState::Deployed,
            AppAction::Stop if stopped => return Err(self.refusal("is already stopped")),
            AppAction::Stop => AppState::Stopped,
            AppAction::Rollover | AppAction::Rollback if stopped => {
                return Err(self.refusal("is stopped; deploy it first"));
            }
            AppAction::Rollover => AppState::Deployed,
            AppAction::Rollback if self.version < 2 => return Err(self.refusal("has no earlier version")),
            AppAction::Rollback => AppState::Deployed,
        };
        if action != AppAction::Stop {
            self.version += 1;
        }
        self.since_ms = clock::now_ms();
        Ok(())
    }

    fn refusal(&self, why: &str) -> RangeError {
        RangeError::Refused(format!("app {} {why}", self.name))
    }
}
