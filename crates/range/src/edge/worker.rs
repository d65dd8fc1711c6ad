//! The code of the practice edge API, as it would run inside one version of a worker. It fails by itself when its
//! version lacks a setting; the platform around it ([`super::platform`]) turns that into a 500. No sockets and no files
//! here.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Version;
use super::platform::Platform;
use super::routes;
use super::settings::{RATE_LIMIT_PER_MINUTE, SESSION_STORE, Settings};
use crate::call::CallError;
use crate::clock;
use crate::log::ServiceName;

use super::session::start::BACKEND_WAIT;

/// One request as the worker sees it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) upgrade: Upgrade,
    /// The web page that asks, when one does.
    pub(super) origin: Option<String>,
    /// The token of whoever asks, from either header.
    pub(super) bearer: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) version: Version,
    pub(super) platform: Arc<Platform>,
    /// What the worker printed.
    pub(super) notes: Vec<String>,
}

/// Whether the request asks to become a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upgrade {
    Asked,
    NotAsked,
}

/// What the worker answers.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// Why the platform ended an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code raised an error and did not catch it.
    Raised,
    /// It used up its processor time.
    Cpu,
}

/// An invocation that ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) kind: Kind,
    pub(super) text: String,
}

impl Exception {
    pub(super) fn raised(text: String) -> Self {
        Self { kind: Kind::Raised, text }
    }
}

/// What ends a handler early: an answer, or an error of its own.
#[derive(Debug)]
pub(super) enum Stop {
    Reply(Reply),
    Exception(Exception),
}

impl From<Exception> for Stop {
    fn from(exception: Exception) -> Self {
        Self::Exception(exception)
    }
}

/// Runs the worker for one request.
pub(super) async fn handle(call: &mut Call) -> Result<Reply, Exception> {
    let store = Settings::of(&call.version).text(SESSION_STORE)?.to_owned();
    let path = call.path.clone();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let answered = match (call.method.as_str(), segments.as_slice()) {
        ("GET" | "HEAD", ["health"]) => Ok(health(&call.version, &store)),
        ("OPTIONS", _) => preflight(call),
        ("POST", ["sessions"]) => routes::create(call).await,
        ("GET" | "HEAD", ["sessions", id]) => routes::show(call, id).await,
        ("DELETE", ["sessions", id]) => routes::end(call, id).await,
        ("GET" | "HEAD", ["sessions", id, "ws"]) => routes::open_socket(call, id).await,
        ("POST", ["sessions", id, "prompt"]) => routes::prompt(call, id).await,
        ("POST", ["sessions", id, "pause"]) => routes::pause(call, id).await,
        ("POST", ["sessions", id, "resume"]) => routes::resume(call, id).await,
        (
            _,
            ["health" | "sessions"] | ["sessions", _] | ["sessions", _, "ws" | "prompt" | "pause" | "resume"],
        ) => Ok(reply(405, json!({ "error": "method not allowed" }))),
        _ => Ok(reply(404, json!({ "error": "no such path" }))),
    };
    match answered {
        Ok(reply) | Err(Stop::Reply(reply)) => Ok(reply),
        Err(Stop::Exception(exception)) => Err(exception),
    }
}

/// What a browser asks before it sends a request of another origin.
fn preflight(call: &mut Call) -> Result<Reply, Stop> {
    let origin = call.origin.clone().unwrap_or_default();
    if Settings::of(&call.version).allows(&origin)? {
        return Ok(reply(204, Value::Null));
    }
    call.notes.push(format!("CORS refused: origin {origin:?} is not in ALLOWED_ORIGINS"));
    Ok(reply(403, json!({ "error": "origin not allowed" })))
}

fn health(version: &Version, store: &str) -> Reply {
    reply(200, json!({ "status": "ok", "version": version.number, "session_store": store, "practice": true }))
}

/// Who asks: the backend knows the token, and they have not asked too often.
pub(super) async fn who(call: &mut Call) -> Result<(String, String), Stop> {
    let Some(token) = call.bearer.clone() else {
        call.notes.push("no token in the request".to_owned());
        return Err(Stop::Reply(reply(401, json!({ "error": "Unauthorized" }))));
    };
    let asked = json!({ "token": token });
    let known =
        call.platform.caller.post(ServiceName::Backend, "/tokens/validate", &asked, BACKEND_WAIT).await;
    let user = match known {
        Ok(known) => known["user"].as_str().unwrap_or("unknown").to_owned(),
        Err(error) => return Err(Stop::Reply(not_known(call, &error))),
    };
    let limit = Settings::of(&call.version).number(RATE_LIMIT_PER_MINUTE)?;
    if let Err(wait_s) = call.platform.rates.take(&user, limit, clock::now_ms()) {
        call.notes.push(format!("rate limit: {user} has made more than {limit} requests this minute"));
        call.platform.post.metrics.count("edge_rate_limited_total", "Requests over the limit.", &[]);
        let said = json!({ "error": "Too many requests", "retry_after_s": wait_s });
        return Err(Stop::Reply(reply(429, said)));
    }
    Ok((user, token))
}

/// A token that is not good is the client's affair; a backend that does not answer is ours.
fn not_known(call: &mut Call, error: &CallError) -> Reply {
    match error {
        CallError::Refused { status, said, .. } if status.as_u16() == 401 => {
            call.notes.push(format!("token refused: {said}"));
            reply(401, json!({ "error": "Unauthorized" }))
        }
        CallError::Refused { .. }
        | CallError::Missing(_)
        | CallError::Unreachable { .. }
        | CallError::Late { .. } => {
            call.notes.push(format!("token not checked: {error}"));
            reply(503, json!({ "error": "Something went wrong", "reason": error.to_string() }))
        }
    }
}

pub(super) fn reply(status: u16, body: Value) -> Reply {
    Reply { status, body }
}
