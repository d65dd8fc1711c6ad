//! The platform in front of the services: picks one by the `Host` header, runs it, logs the invocation, and answers.
//! An error raised by the worker becomes a 500 here and nowhere else. No rule about good or bad versions lives here.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::log::{Outcome, Record, ServiceName};
use crate::websocket;
use crate::worker::{self, Call, Exception, Reply, Upgrade};
use crate::world::{AppState, SANDBOX_APP, World};

/// The script name of the edge API in its logs.
pub(crate) const EDGE_SCRIPT: &str = "tabbi-api-practice";

/// What every request needs.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    pub(crate) world: Arc<World>,
    /// Open WebSockets, waited for at the end.
    pub(crate) sockets: TaskTracker,
}

/// The one service of both public listeners.
pub(crate) fn router(front: Front) -> Router {
    Router::new().fallback(answer).with_state(front)
}

/// A request's address as the log keeps it.
struct Target {
    method: String,
    host: String,
    path: String,
}

async fn answer(State(front): State<Front>, request: Request) -> Response {
    let target = Target::of(&request);
    match service_of(&target.host) {
        ServiceName::Edge => edge(&front, &target, request),
        ServiceName::Sandbox => sandbox_health(&front.world, &target),
        ServiceName::Backend => backend_health(&front.world, &target),
    }
}

/// Names of one service end alike, whoever's they are: the playbook writes a personal name for the sandbox.
fn service_of(host: &str) -> ServiceName {
    if host.ends_with(".modal.run") {
        ServiceName::Sandbox
    } else if host.ends_with(".convex.site") {
        ServiceName::Backend
    } else {
        ServiceName::Edge
    }
}

impl Target {
    fn of(request: &Request) -> Self {
        let named = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
        Self { method: request.method().to_string(), host, path: request.uri().path().to_owned() }
    }
}

fn edge(front: &Front, target: &Target, mut request: Request) -> Response {
    let version = front.world.live();
    let key = websocket::key_of(&request);
    let upgrade = if key.is_some() { Upgrade::Asked } else { Upgrade::NotAsked };
    let (method, path) = (target.method.as_str(), target.path.as_str());
    let mut call = Call { method, path, upgrade, version: &version, world: &front.world, notes: Vec::new() };
    let result = worker::handle(&mut call);
    let notes = call.notes;
    front.world.log.add(record(ServiceName::Edge, EDGE_SCRIPT, target, &result, notes));
    match (result, key) {
        (Ok(Reply { status: 101, .. }), Some(key)) => websocket::accept(&key, &mut request, &front.sockets),
        (Ok(reply), _) => respond(reply),
        (Err(_), _) => respond(Reply { status: 500, body: json!({ "error": "Something went wrong" }) }),
    }
}

fn sandbox_health(world: &World, target: &Target) -> Response {
    let result = Ok(match world.sandbox().state {
        AppState::Deployed => Reply { status: 200, body: json!({ "status": "ok", "app": SANDBOX_APP }) },
        AppState::Stopped => Reply { status: 404, body: json!({ "error": "app is stopped" }) },
    });
    finish(world, (ServiceName::Sandbox, "health"), target, result)
}

fn backend_health(world: &World, target: &Target) -> Response {
    let result = Ok(match target.path.as_str() {
        "/api/health" => Reply { status: 200, body: json!({ "status": "ok" }) },
        _ => Reply { status: 404, body: json!({ "error": "no such path" }) },
    });
    finish(world, (ServiceName::Backend, "http:health"), target, result)
}

fn finish(
    world: &World,
    (service, function): (ServiceName, &str),
    target: &Target,
    result: Result<Reply, Exception>,
) -> Response {
    let notes = vec![format!("{} {}", target.method, target.path)];
    world.log.add(record(service, function, target, &result, notes));
    match result {
        Ok(reply) => respond(reply),
        Err(Exception(text)) => respond(Reply { status: 500, body: json!({ "error": text }) }),
    }
}

fn record(
    service: ServiceName,
    function: &str,
    target: &Target,
    result: &Result<Reply, Exception>,
    notes: Vec<String>,
) -> Record {
    let (status, outcome, exceptions) = match result {
        Ok(reply) => (reply.status, Outcome::Ok, Vec::new()),
        Err(Exception(text)) => (500, Outcome::Exception, vec![text.clone()]),
    };
    Record {
        at_ms: clock::now_ms(),
        service,
        function: function.to_owned(),
        method: target.method.clone(),
        url: format!("https://{}{}", target.host, target.path),
        status,
        outcome,
        notes,
        exceptions,
    }
}

fn respond(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(reply.body)).into_response();
    if status == StatusCode::UPGRADE_REQUIRED {
        response.headers_mut().insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    }
    response.map(Body::new)
}
