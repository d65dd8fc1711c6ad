//! The platform around the worker: picks the live version, runs it, logs the invocation, and answers. An error raised
//! by the worker becomes a 500 here and nowhere else. No rule about good or bad versions lives here.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;

use super::releases::Releases;
use super::worker::{self, Call, Exception, Reply, Upgrade};
use super::{admin, websocket};
use crate::call::Caller;
use crate::log::{Outcome, Record, ServiceName};
use crate::service::{Post, Rooms};
use crate::{RangeError, clock};

/// The script name of the edge API in its logs.
pub(crate) const EDGE_SCRIPT: &str = "tabbi-api-practice";

/// What every request needs.
#[derive(Debug)]
pub(super) struct Platform {
    pub(super) post: Post,
    pub(super) releases: Releases,
    pub(super) sessions: Mutex<worker::Sessions>,
    pub(super) caller: Caller,
}

/// Opens the deployments and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let platform = Arc::new(Platform {
        post: post.clone(),
        releases: Releases::open(post)?,
        sessions: Mutex::default(),
        caller: Caller::new(&post.dir),
    });
    let public = Router::new().fallback(answer).with_state(Arc::clone(&platform));
    Ok(Rooms { public, admin: admin::router(platform), https: None })
}

/// A request's address as the log keeps it.
struct Target {
    method: String,
    host: String,
    path: String,
}

impl Target {
    fn of(request: &Request) -> Self {
        let named = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
        Self { method: request.method().to_string(), host, path: request.uri().path().to_owned() }
    }
}

async fn answer(State(platform): State<Arc<Platform>>, mut request: Request) -> Response {
    let target = Target::of(&request);
    let version = platform.releases.live();
    let key = websocket::key_of(&request);
    let upgrade = if key.is_some() { Upgrade::Asked } else { Upgrade::NotAsked };
    let (method, path) = (target.method.as_str(), target.path.as_str());
    let mut call = Call { method, path, upgrade, version: &version, platform: &platform, notes: Vec::new() };
    let result = worker::handle(&mut call).await;
    let notes = call.notes;
    platform.post.log.add(record(&target, &result, notes));
    match (result, key) {
        (Ok(Reply { status: 101, .. }), Some(key)) => {
            websocket::accept(&key, &mut request, &platform.post.life.tasks)
        }
        (Ok(reply), _) => respond(reply),
        (Err(_), _) => respond(Reply { status: 500, body: json!({ "error": "Something went wrong" }) }),
    }
}

fn record(target: &Target, result: &Result<Reply, Exception>, notes: Vec<String>) -> Record {
    let (status, outcome, exceptions) = match result {
        Ok(reply) => (reply.status, Outcome::Ok, Vec::new()),
        Err(Exception(text)) => (500, Outcome::Exception, vec![text.clone()]),
    };
    Record {
        at_ms: clock::now_ms(),
        service: ServiceName::Edge,
        function: EDGE_SCRIPT.to_owned(),
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
