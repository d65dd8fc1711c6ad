//! What an agent answers: its health, its sessions and their messages, its events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::AgentSettings;
use super::stream::Feed;
use super::work::{self, NotDone};
use crate::chance;

/// Sessions of one agent; there is one for each resume.
const SESSIONS_MAX: usize = 64;
/// Messages of one session.
const MESSAGES_MAX: usize = 1_000;
/// What is kept of a prompt; the edge has all of it.
const KEPT_CHARS_MAX: usize = 400;
/// A prompt with its quotes, and no more.
const BODY_BYTES_MAX: usize = 512 * 1024;
/// What a container that took too much memory ends with.
const OUT_OF_MEMORY: i32 = 137;

#[derive(Debug, Clone)]
struct Agent {
    workspace: PathBuf,
    feed: Feed,
    /// Why it is not well.
    ailing: Option<String>,
    sessions: Arc<Mutex<BTreeMap<String, Vec<Message>>>>,
}

#[derive(Debug, Clone, Serialize)]
struct Message {
    id: String,
    role: &'static str,
    text: String,
}

/// Its routes over one workspace; its streams end when the token does.
pub(super) fn router(workspace: &Path, settings: &AgentSettings, end: CancellationToken) -> Router {
    let ailing = serde_json::from_str::<Value>(&settings.config).err();
    let ailing = ailing.map(|error| format!("configuration cannot be read: {error}"));
    if let Some(why) = &ailing {
        super::print(why);
    }
    let agent = Agent {
        workspace: workspace.to_owned(),
        feed: Feed::new(settings.stream_bytes_max, end),
        ailing,
        sessions: Arc::default(),
    };
    Router::new()
        .route("/global/health", get(health))
        .route("/session", post(open).get(list))
        .route("/session/{id}/message", post(message).get(messages))
        .route("/event", get(async |State(agent): State<Agent>| agent.feed.listen()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(agent)
}

async fn health(State(agent): State<Agent>) -> Response {
    match agent.ailing {
        None => Json(json!({ "healthy": true, "practice": true })).into_response(),
        Some(why) => {
            let said = json!({ "healthy": false, "error": why });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(said)).into_response()
        }
    }
}

async fn open(State(agent): State<Agent>) -> Response {
    let id = chance::short_id("ses");
    let mut sessions = agent.sessions();
    if sessions.len() >= SESSIONS_MAX {
        let error = format!("an agent has at most {SESSIONS_MAX} sessions");
        return (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response();
    }
    sessions.insert(id.clone(), Vec::new());
    Json(json!({ "id": id })).into_response()
}

async fn list(State(agent): State<Agent>) -> Json<Value> {
    let ids: Vec<Value> = agent.sessions().keys().map(|id| json!({ "id": id })).collect();
    Json(json!(ids))
}

async fn messages(State(agent): State<Agent>, UrlPath(session): UrlPath<String>) -> Response {
    match agent.sessions().get(&session) {
        Some(messages) => Json(messages.clone()).into_response(),
        None => no_such(&session),
    }
}

async fn message(
    State(agent): State<Agent>,
    UrlPath(session): UrlPath<String>,
    Json(asked): Json<Value>,
) -> Response {
    let Some(text) = asked["parts"][0]["text"].as_str() else {
        let error = "parts: the first one has a text";
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    };
    match agent.sessions().get(&session).map(Vec::len) {
        None => return no_such(&session),
        Some(MESSAGES_MAX..) => {
            let error = format!("a session has at most {MESSAGES_MAX} messages");
            return (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response();
        }
        Some(_) => {}
    }
    let said = match work::answer(&agent.workspace, text) {
        Ok(said) => said,
        Err(NotDone::OutOfMemory) => {
            super::print("out of memory: killed");
            std::process::exit(OUT_OF_MEMORY);
        }
    };
    let id = chance::short_id("msg");
    agent.tell_in_pieces(&session, &id, &said);
    let text = text.chars().take(KEPT_CHARS_MAX).collect();
    let asked = Message { id: chance::short_id("msg"), role: "user", text };
    let answer = Message { id: id.clone(), role: "assistant", text: said };
    if let Some(messages) = agent.sessions().get_mut(&session) {
        messages.extend([asked, answer]);
    }
    Json(json!({ "messageID": id })).into_response()
}

fn no_such(session: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no session {session}") }))).into_response()
}

impl Agent {
    fn tell_in_pieces(&self, session: &str, message: &str, said: &str) {
        let part = chance::short_id("prt");
        for piece in said.split_inclusive(' ') {
            let part = json!({ "id": part, "type": "text", "text": piece });
            let more = json!({ "sessionID": session, "messageID": message, "part": part });
            self.feed.tell("message.part.updated", &more);
        }
        self.feed.tell("message.completed", &json!({ "sessionID": session, "messageID": message }));
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Message>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
