//! The local admin endpoint: what the stand-in tools and the command line ask of the running stack. Loopback only, and
//! closed to web pages: a request needs a header that a browser would have to ask for first, and a literal address as
//! its host.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::deployment::Credit;
use crate::log::{Record, ServiceName};
use crate::world::{AppAction, World};
use crate::{Deployment, Fitness, RangeError};

/// The header that tells our own client from a web page.
pub(crate) const HEADER: &str = "x-evenkeel-range";
/// Orders are a few words of JSON.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// A new version to upload.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeployOrder {
    pub(crate) fitness: Fitness,
    pub(crate) author: String,
    pub(crate) message: String,
}

/// An older version to put back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RollbackOrder {
    pub(crate) target: Option<String>,
    pub(crate) author: String,
    pub(crate) message: String,
}

/// The deployment before and after an order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) before: Deployment,
    pub(crate) after: Deployment,
}

/// What to do to the sandbox app.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AppOrder {
    pub(crate) action: AppAction,
}

/// Which part of the log to send.
#[derive(Debug, Deserialize)]
struct LogQuery {
    service: ServiceName,
    #[serde(default)]
    history: usize,
    #[serde(default)]
    follow: Follow,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Follow {
    Yes,
    #[default]
    No,
}

#[derive(Debug, Clone)]
struct Admin {
    world: Arc<World>,
    end: CancellationToken,
}

/// The admin routes over one stack; streams end when the token does.
pub(crate) fn router(world: Arc<World>, end: CancellationToken) -> Router {
    Router::new()
        .route("/status", get(async |State(admin): State<Admin>| Json(admin.world.status())))
        .route("/deployments", get(async |State(admin): State<Admin>| Json(admin.world.deployments())))
        .route("/deploy", post(deploy))
        .route("/rollback", post(roll_back))
        .route("/app", get(async |State(admin): State<Admin>| Json(admin.world.sandbox())).post(act_on_app))
        .route("/log", get(log))
        .layer(from_fn(only_our_own_client))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Admin { world, end })
}

async fn only_our_own_client(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if headers.contains_key(HEADER) && host.starts_with("127.0.0.1") {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this endpoint is for the practice tools").into_response()
    }
}

async fn deploy(State(admin): State<Admin>, Json(order): Json<DeployOrder>) -> Response {
    let DeployOrder { fitness, author, message } = order;
    changed(&admin.world, |world| world.deploy(fitness, Credit { author, message }))
}

async fn roll_back(State(admin): State<Admin>, Json(order): Json<RollbackOrder>) -> Response {
    let RollbackOrder { target, author, message } = order;
    changed(&admin.world, |world| world.roll_back(target.as_deref(), Credit { author, message }))
}

fn changed(world: &World, act: impl FnOnce(&World) -> Result<Deployment, RangeError>) -> Response {
    let Some(before) = world.deployments().into_iter().next() else {
        return refuse(&RangeError::Refused("no deployment".to_owned()));
    };
    match act(world) {
        Ok(after) => Json(Changed { before, after }).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn act_on_app(State(admin): State<Admin>, Json(order): Json<AppOrder>) -> Response {
    match admin.world.act_on_sandbox(order.action) {
        Ok(sandbox) => Json(sandbox).into_response(),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &RangeError) -> Response {
    let status = match error {
        RangeError::Refused(_) => StatusCode::CONFLICT,
        RangeError::File { .. }
        | RangeError::State { .. }
        | RangeError::Listen { .. }
        | RangeError::Certificate(_)
        | RangeError::AlreadyRunning { .. }
        | RangeError::NotRunning { .. }
        | RangeError::NoDirectory
        | RangeError::Unreachable { .. }
        | RangeError::Answer { .. }
        | RangeError::Output(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, error.to_string()).into_response()
}

async fn log(State(admin): State<Admin>, Query(query): Query<LogQuery>) -> Response {
    let (history, feed) = admin.world.log.follow(query.service, query.history);
    let past = stream::iter(history);
    let body = match query.follow {
        Follow::No => Body::from_stream(past.map(|record| line(&record))),
        Follow::Yes => Body::from_stream(
            past.chain(later(feed, query.service))
                .map(|record| line(&record))
                .take_until(admin.end.cancelled_owned()),
        ),
    };
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// A tail that cannot keep up loses records, as the real tools do, and goes on.
fn later(
    feed: broadcast::Receiver<Arc<Record>>,
    service: ServiceName,
) -> impl stream::Stream<Item = Arc<Record>> {
    BroadcastStream::new(feed)
        .filter_map(async |received| received.ok())
        .filter(move |record| core::future::ready(record.service == service))
}

fn line(record: &Record) -> Result<String, Infallible> {
    let mut text =
        serde_json::to_string(record).expect("a record holds only text, numbers and lists of text");
    text.push('\n');
    Ok(text)
}
