//! The platform around the worker: picks the live version, runs it, logs the invocation, and answers. An error raised
//! by the worker becomes a 500 here and nowhere else. No rule about good or bad versions lives here.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;

use super::limits::Rates;
use super::releases::Releases;
use super::session::CLASS;
use super::session::objects::{Object, Objects};
use super::session::state::{SessionAgent, Turn};
use super::settings::Settings;
use super::worker::{self, Call, Exception, Kind, Reply, Upgrade};
use super::{admin, project, socket, sweep};
use crate::call::Caller;
use crate::log::{Outcome, Record, ServiceName};
use crate::service::{Post, Rooms};
use crate::{RangeError, clock};

/// The script name of the edge API in its logs.
pub(crate) const EDGE_SCRIPT: &str = "tabbi-api-practice";
/// A body is a prompt with its quotes, and no more.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What every request needs.
#[derive(Debug)]
pub(super) struct Platform {
    pub(super) post: Post,
    pub(super) releases: Releases,
    pub(super) objects: Objects,
    pub(super) rates: Rates,
    pub(super) caller: Caller,
}

/// Opens deployments and sessions, and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    project::write_first(&post.dir)?;
    let platform = Arc::new(Platform {
        post: post.clone(),
        releases: Releases::open(post)?,
        objects: Objects::open(post.folder()?.join("objects"))?,
        rates: Rates::default(),
        caller: Caller::new(&post.dir),
    });
    post.life.tasks.spawn(sweep::run(Arc::clone(&platform)));
    let public = Router::new().fallback(answer).with_state(Arc::clone(&platform));
    Ok(Rooms { public, admin: admin::router(platform), https: None })
}

/// A request's address as the log keeps it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
}

impl Target {
    fn of(request: &Request) -> Self {
        let named = text_of(request.headers(), &header::HOST).unwrap_or_default();
        let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
        Self { method: request.method().to_string(), host, path: request.uri().path().to_owned() }
    }

    /// A label of few values for the numbers.
    fn route(&self) -> &'static str {
        let segments: Vec<&str> = self.path.split('/').filter(|s| !s.is_empty()).collect();
        match segments.as_slice() {
            ["health"] => "health",
            ["sessions"] => "sessions",
            ["sessions", _] => "session",
            ["sessions", _, "ws"] => "ws",
            ["sessions", _, "prompt"] => "prompt",
            ["sessions", _, "pause"] => "pause",
            ["sessions", _, "resume"] => "resume",
            _ => "other",
        }
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn answer(State(platform): State<Arc<Platform>>, mut request: Request) -> Response {
    let began = clock::instant();
    let target = Target::of(&request);
    let key = socket::key_of(request.headers());
    let changing = key.is_some().then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        let said = json!({ "error": format!("a body has at most {BODY_BYTES_MAX} bytes") });
        return respond(Reply { status: 413, body: said });
    };
    let mut call = Call {
        method: target.method.clone(),
        path: target.path.clone(),
        upgrade: if key.is_some() { Upgrade::Asked } else { Upgrade::NotAsked },
        origin: text_of(&head.headers, &header::ORIGIN).map(str::to_owned),
        bearer: bearer(&head.headers),
        body: body.into(),
        version: platform.releases.live(),
        platform: Arc::clone(&platform),
        notes: Vec::new(),
    };
    let result = worker::handle(&mut call).await;
    platform.log(&target, &result, core::mem::take(&mut call.notes), began.elapsed());
    let mut response = match (result, key, changing) {
        (Ok(Reply { status: 101, .. }), Some(key), Some(changing)) => {
            socket::accept(&key, changing, &head.headers, call.open(&target))
        }
        (Ok(reply), _, _) => respond(reply),
        (Err(Exception { kind: Kind::Raised, .. }), _, _) => {
            respond(Reply { status: 500, body: json!({ "error": "Something went wrong" }) })
        }
        (Err(Exception { kind: Kind::Cpu, .. }), _, _) => {
            let body = json!({ "error": "Something went wrong", "code": 1102 });
            respond(Reply { status: 503, body })
        }
    };
    allow_page(&call, response.headers_mut());
    response
}

/// From `Authorization: Bearer`, or from the subprotocols of a WebSocket: `bearer, TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    if let Some(token) =
        text_of(headers, &header::AUTHORIZATION).and_then(|text| text.strip_prefix("Bearer "))
    {
        return Some(token.trim().to_owned());
    }
    let mut offered = text_of(headers, &header::SEC_WEBSOCKET_PROTOCOL)?.split(',').map(str::trim);
    (offered.next() == Some("bearer")).then(|| offered.next().map(str::to_owned)).flatten()
}

/// A browser shows the answer to pages of allowed origins alone.
fn allow_page(call: &Call, headers: &mut HeaderMap) {
    let Some(origin) = &call.origin else { return };
    let allowed = Settings::of(&call.version).allows(origin).unwrap_or(false);
    if let (true, Ok(origin)) = (allowed, HeaderValue::from_str(origin)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        let what = HeaderValue::from_static("authorization, content-type");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, what);
        let how = HeaderValue::from_static("GET, POST, DELETE");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, how);
    }
}

fn respond(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let retry = reply.body.get("retry_after_s").and_then(serde_json::Value::as_i64);
    let mut response = (status, Json(reply.body)).into_response();
    if status == StatusCode::UPGRADE_REQUIRED {
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    if let Some(seconds) = retry {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.map(Body::new)
}

impl Platform {
    /// Runs an event of an object that came by no request, and logs it when there is something to say.
    pub(super) async fn object_event<T>(
        &self,
        object: &Object,
        what: &'static str,
        act: impl FnOnce(&mut SessionAgent, &mut Turn<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let mut notes = Vec::new();
        let result = object.event(&self.releases.live(), &mut notes, act).await;
        if !notes.is_empty() || result.is_err() {
            self.note(what, notes, result.as_ref().err());
        }
        result
    }

    /// Logs what happened without a request.
    pub(super) fn note(&self, what: &str, notes: Vec<String>, raised: Option<&Exception>) {
        let target =
            Target { method: what.to_ascii_uppercase(), host: String::new(), path: format!("/{CLASS}") };
        let result = match raised {
            Some(exception) => Err(exception.clone()),
            None => Ok(Reply { status: 200, body: serde_json::Value::Null }),
        };
        self.post.log.add(record(&target, &result, notes));
        if let Some(exception) = raised {
            self.count_exception(exception);
        }
    }

    pub(super) fn log(
        &self,
        target: &Target,
        result: &Result<Reply, Exception>,
        notes: Vec<String>,
        took: std::time::Duration,
    ) {
        let record = record(target, result, notes);
        let (route, status) = (target.route(), record.status.to_string());
        let metrics = &self.post.metrics;
        let labels = [("route", route), ("status", status.as_str())];
        metrics.count("edge_requests_total", "Requests by route and status.", &labels);
        metrics.observe("edge_request_seconds", "How long requests took.", &[("route", route)], took);
        if let Err(exception) = result {
            self.count_exception(exception);
        }
        self.post.log.add(record);
    }

    fn count_exception(&self, exception: &Exception) {
        let kind = match exception.kind {
            Kind::Raised => "raised",
            Kind::Cpu => "cpu",
        };
        let help = "Invocations that ended without an answer.";
        self.post.metrics.count("edge_exceptions_total", help, &[("kind", kind)]);
    }
}

fn record(target: &Target, result: &Result<Reply, Exception>, notes: Vec<String>) -> Record {
    let (status, outcome, exceptions) = match result {
        Ok(reply) => (reply.status, Outcome::Ok, Vec::new()),
        Err(Exception { kind: Kind::Raised, text }) => (500, Outcome::Exception, vec![text.clone()]),
        Err(Exception { kind: Kind::Cpu, text }) => (503, Outcome::ExceededCpu, vec![text.clone()]),
    };
    let url = match target.host.as_str() {
        "" => target.path.trim_start_matches('/').to_owned(),
        host => format!("https://{host}{}", target.path),
    };
    Record {
        at_ms: clock::now_ms(),
        service: ServiceName::Edge,
        function: EDGE_SCRIPT.to_owned(),
        method: target.method.clone(),
        url,
        status,
        outcome,
        notes,
        exceptions,
    }
}
