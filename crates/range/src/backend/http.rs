//! The backend's requests: `/api/…` for the web page and for probes, the rest for the edge alone. Requests are read,
//! handed to a function, and answered as it says.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post as posted};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::gate::Gate;
use super::limits::Writes;
use super::sign_in::Pending;
use super::store::Store;
use super::turn::{Backend, Failure, Function, Kind, Turn};
use super::{admin, auth, github, messages, project, sessions, sign_in};
use crate::RangeError;
use crate::call::Caller;
use crate::provider::CALLBACK_PATH;
use crate::service::{Post, Rooms};

const HEALTH: Function = Function { name: "http:health", kind: Kind::Http };
/// Requests of the page and of the edge are a few words of JSON.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A batch of messages with pasted files in them.
const BATCH_BYTES_MAX: usize = 12 * 1024 * 1024;

type Room = State<Arc<Backend>>;

#[derive(Debug, Deserialize)]
struct Bearer {
    token: String,
}

/// Opens the database, and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    project::write_first(&post.dir)?;
    let backend = Arc::new(Backend {
        post: post.clone(),
        store: Store::open(post)?,
        deployment: Deployment::open(post)?,
        writes: Writes::default(),
        gate: Gate::default(),
        pending: Pending::default(),
        caller: Caller::new(&post.dir),
    });
    let page = Router::new()
        .route("/api/health", any(health))
        .route("/api/sessions", get(list))
        .route("/api/sessions/{id}/messages", get(history))
        .route("/api/auth/signout", posted(sign_out))
        .route("/api/auth/signin/github", get(sign_in))
        .route(CALLBACK_PATH, get(callback))
        .layer(from_fn_with_state(Arc::clone(&backend), allow_page));
    let edge = Router::new()
        .route("/tokens/validate", posted(validate))
        .route("/git-tokens", posted(git_token))
        .route("/sessions", posted(create))
        .route("/sessions/{id}", posted(change))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .route("/messages/sync", posted(sync).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)))
        .layer(from_fn(only_services));
    let public = page
        .merge(edge)
        .fallback(async || (StatusCode::NOT_FOUND, axum::Json(json!({ "error": "no such path" }))))
        .with_state(Arc::clone(&backend));
    Ok(Rooms { public, admin: admin::router(backend), https: None })
}

/// The edge calls by address. Whoever comes by a name came through the front, from outside; a web page that knows the
/// address cannot send JSON there without asking first, and is not answered.
async fn only_services(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is = |name, value: &str| text_of(headers, &name).is_some_and(|text| text.starts_with(value));
    match is(header::HOST, "127.0.0.1:") && is(header::CONTENT_TYPE, "application/json") {
        true => next.run(request).await,
        false => (StatusCode::NOT_FOUND, axum::Json(json!({ "error": "no such path" }))).into_response(),
    }
}

/// A browser shows answers to the product's own pages alone.
async fn allow_page(State(backend): Room, request: Request, next: Next) -> Response {
    let origin = text_of(request.headers(), &header::ORIGIN).map(str::to_owned);
    let asks_first = request.method() == Method::OPTIONS;
    let known = |origin: &str| backend.deployment.live().knows_origin(origin).unwrap_or(false);
    let origin = origin.filter(|origin| known(origin)).and_then(|origin| HeaderValue::from_str(&origin).ok());
    let mut response =
        if asks_first { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let what = HeaderValue::from_static("authorization, content-type");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, what);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    }
    response
}

async fn health(State(backend): Room, method: Method) -> Response {
    let mut turn = Turn::begin(&backend, HEALTH);
    turn.note(format!("{method} /api/health"));
    turn.end(Ok(json!({ "status": "ok", "practice": true })))
}

async fn validate(State(backend): Room, body: Bytes) -> Response {
    let mut turn = Turn::begin(&backend, auth::VALIDATE);
    let result = read(&body).and_then(|Bearer { token }| auth::validate(&mut turn, &token));
    turn.end(result)
}

async fn git_token(State(backend): Room, body: Bytes) -> Response {
    let mut turn = Turn::begin(&backend, github::TOKEN);
    let result = match read(&body) {
        Ok(Bearer { token }) => github::token(&mut turn, &token).await,
        Err(failure) => Err(failure),
    };
    turn.end(result)
}

async fn create(State(backend): Room, body: Bytes) -> Response {
    let mut turn = Turn::begin(&backend, sessions::CREATE);
    let result = read(&body).and_then(|begun| sessions::create(&mut turn, begun));
    turn.end_with(result, |value: Value| (StatusCode::CREATED, axum::Json(value)).into_response())
}

async fn change(State(backend): Room, Path(id): Path<String>, body: Bytes) -> Response {
    let mut turn = Turn::begin(&backend, sessions::CHANGE);
    let result = read(&body).and_then(|changed| sessions::change(&mut turn, &id, changed));
    turn.end(result)
}

async fn sync(State(backend): Room, body: Bytes) -> Response {
    let mut turn = Turn::begin(&backend, messages::SYNC);
    let result = match read(&body) {
        Ok(batch) => messages::sync(&mut turn, &batch).await,
        Err(failure) => Err(failure),
    };
    turn.end(result)
}

async fn list(State(backend): Room, headers: HeaderMap) -> Response {
    let mut turn = Turn::begin(&backend, sessions::LIST);
    let result = bearer(&headers).and_then(|token| sessions::list(&mut turn, &token));
    turn.end(result)
}

async fn history(State(backend): Room, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let mut turn = Turn::begin(&backend, messages::HISTORY);
    let result = bearer(&headers).and_then(|token| messages::history(&mut turn, &token, &id));
    turn.end(result)
}

async fn sign_out(State(backend): Room, headers: HeaderMap) -> Response {
    let mut turn = Turn::begin(&backend, auth::SIGN_OUT);
    let result = bearer(&headers).and_then(|token| auth::sign_out(&mut turn, &token));
    turn.end(result)
}

async fn sign_in(State(backend): Room, headers: HeaderMap, Query(wish): Query<sign_in::Wish>) -> Response {
    let mut turn = Turn::begin(&backend, sign_in::BEGIN);
    let host = text_of(&headers, &header::HOST).unwrap_or_default();
    let result = sign_in::begin(&mut turn, wish, host);
    turn.end_with(result, |address| Redirect::to(&address).into_response())
}

async fn callback(State(backend): Room, Query(back): Query<sign_in::Back>) -> Response {
    let mut turn = Turn::begin(&backend, sign_in::CALLBACK);
    let result = sign_in::end(&mut turn, back).await;
    turn.end_with(result, |address| Redirect::to(&address).into_response())
}

fn bearer(headers: &HeaderMap) -> Result<String, Failure> {
    let token = text_of(headers, &header::AUTHORIZATION).and_then(|text| text.strip_prefix("Bearer "));
    let token = token.map(|token| token.trim().to_owned());
    token.ok_or_else(|| Failure::refused(StatusCode::UNAUTHORIZED, "no token in the request"))
}

fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads a body; what is wrong with it is told.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::refused(StatusCode::BAD_REQUEST, format!("body: {error}")))
}
