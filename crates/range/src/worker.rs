//! The code of the practice edge API, as it would run inside one version of a worker. It fails by itself when its
//! version lacks a setting; the platform around it ([`crate::front`]) turns that into a 500. No HTTP types here.

use serde_json::{Value, json};

use crate::Version;
use crate::deployment::SESSION_STORE;
use crate::log::ServiceName;
use crate::world::{AppState, World};

/// One request as the worker sees it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) upgrade: Upgrade,
    pub(crate) version: &'a Version,
    pub(crate) world: &'a World,
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
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Exception> {
    let store = setting(call.version, SESSION_STORE)?;
    let segments: Vec<&str> = call.path.split('/').filter(|s| !s.is_empty()).collect();
    match (call.method, segments.as_slice()) {
        ("GET" | "HEAD", ["health"]) => Ok(health(call.version, store)),
        ("POST", ["sessions"]) => create_session(call),
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

fn create_session(call: &mut Call<'_>) -> Result<Reply, Exception> {
    let pause_ms = setting(call.version, "AUTO_PAUSE_TIMEOUT_MS")?.to_owned();
    call.world.note(ServiceName::Backend, "auth:validateToken", 200, "validate-token ok".to_owned());
    if call.world.sandbox().state == AppState::Stopped {
        call.notes.push("Failed to create session: sandbox app is stopped".to_owned());
        return Ok(reply(503, json!({ "error": "Failed to create session" })));
    }
    let session = call.world.add_session();
    let text = format!("create_sandbox session={} ready", session.id);
    call.world.note(ServiceName::Sandbox, "create_sandbox", 200, text);
    let text = format!("sessions row stored for {}", session.id);
    call.world.note(ServiceName::Backend, "sessions:createSession", 200, text);
    call.notes.push(format!("alarm set: pause {} after {pause_ms} ms", session.id));
    Ok(reply(201, json!(session)))
}

fn show_session(call: &mut Call<'_>, id: &str) -> Reply {
    let Some(session) = call.world.session(id) else {
        return reply(404, json!({ "error": "no such session" }));
    };
    call.notes.push(format!("streaming state of {id}"));
    call.world.note(ServiceName::Backend, "messages:list", 200, format!("messages of {id} read"));
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
