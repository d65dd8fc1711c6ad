//! The code of the practice edge API, as it would run inside one version of a worker. It fails by itself when its
//! version lacks a setting; the platform around it ([`super::platform`]) turns that into a 500. No HTTP types here.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::Version;
use super::deployment::SESSION_STORE;
use super::platform::Platform;
use crate::log::ServiceName;
use crate::{chance, clock};

/// Sessions remembered; the oldest is forgotten first.
const SESSIONS_MAX: usize = 500;
/// A sandbox that is not there by then never will be.
const CREATE_WAIT: Duration = Duration::from_secs(30);
/// The backend answers in milliseconds when it is well.
const BACKEND_WAIT: Duration = Duration::from_secs(10);

/// One coding session.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Session {
    id: String,
    state: &'static str,
    created_ms: i64,
}

/// The sessions that are remembered, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(VecDeque<Session>);

/// One request as the worker sees it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) upgrade: Upgrade,
    pub(crate) version: &'a Version,
    pub(crate) platform: &'a Platform,
    /// What the worker printed.
    pub(crate) notes: Vec<String>,
}

/// Whether the request asks to become a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upgrade {
    Asked,
    NotAsked,
}

/// What the worker answers.
#[derive(Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// An error which the worker raised and did not catch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exception(pub(crate) String);

/// Runs the worker for one request.
pub(crate) async fn handle(call: &mut Call<'_>) -> Result<Reply, Exception> {
    let store = setting(call.version, SESSION_STORE)?;
    let segments: Vec<&str> = call.path.split('/').filter(|s| !s.is_empty()).collect();
    match (call.method, segments.as_slice()) {
        ("GET" | "HEAD", ["health"]) => Ok(health(call.version, store)),
        ("POST", ["sessions"]) => create_session(call).await,
        ("GET" | "HEAD", ["sessions", id]) => Ok(show_session(call, id)),
        ("GET" | "HEAD", ["sessions", id, "ws"]) => Ok(open_socket(call, id)),
        (_, ["health" | "sessions"] | ["sessions", _] | ["sessions", _, "ws"]) => {
            Ok(reply(405, json!({ "error": "method not allowed" })))
        }
        _ => Ok(reply(404, json!({ "error": "no such path" }))),
    }
}

fn setting<'a>(version: &'a Version, name: &str) -> Result<&'a str, Exception> {
    version.settings.get(name).map(String::as_str).ok_or_else(|| {
        Exception(format!("Error: required setting {name} is missing in version {}", version.number))
    })
}

fn health(version: &Version, store: &str) -> Reply {
    reply(200, json!({ "status": "ok", "version": version.number, "session_store": store, "practice": true }))
}

async fn create_session(call: &mut Call<'_>) -> Result<Reply, Exception> {
    let pause_ms = setting(call.version, "AUTO_PAUSE_TIMEOUT_MS")?.to_owned();
    let session = Session { id: chance::short_id("ses"), state: "running", created_ms: clock::now_ms() };
    let caller = &call.platform.caller;
    let wanted = json!({ "session": session.id, "repository": "demo", "token": "none" });
    let row = json!({ "id": session.id, "user": "none", "repository": "demo" });
    let bearer = json!({ "token": "tok_practice" });
    let made = async {
        caller.post(ServiceName::Backend, "/tokens/validate", &bearer, BACKEND_WAIT).await?;
        caller.post(ServiceName::Sandbox, "/sandboxes", &wanted, CREATE_WAIT).await?;
        caller.post(ServiceName::Backend, "/sessions", &row, BACKEND_WAIT).await
    };
    if let Err(error) = made.await {
        call.notes.push(format!("Failed to create session: {error}"));
        return Ok(reply(503, json!({ "error": "Failed to create session" })));
    }
    call.notes.push(format!("alarm set: pause {} after {pause_ms} ms", session.id));
    let mut sessions = call.platform.sessions.lock().unwrap_or_else(PoisonError::into_inner);
    if sessions.0.len() == SESSIONS_MAX {
        sessions.0.pop_front();
    }
    sessions.0.push_back(session.clone());
    Ok(reply(201, json!(session)))
}

fn show_session(call: &mut Call<'_>, id: &str) -> Reply {
    let sessions = call.platform.sessions.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(session) = sessions.0.iter().find(|session| session.id == id) else {
        return reply(404, json!({ "error": "no such session" }));
    };
    call.notes.push(format!("streaming state of {id}"));
    reply(200, json!(session))
}

fn open_socket(call: &mut Call<'_>, id: &str) -> Reply {
    match call.upgrade {
        Upgrade::Asked => {
            call.notes.push(format!("ws upgrade accepted for {id}"));
            reply(101, Value::Null)
        }
        Upgrade::NotAsked => {
            call.notes.push(format!("ws upgrade header missing for {id}"));
            reply(426, json!({ "error": "Upgrade Required" }))
        }
    }
}

fn reply(status: u16, body: Value) -> Reply {
    Reply { status, body }
}
