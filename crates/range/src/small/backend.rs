//! A backend that knows every token and stores nothing.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post as posted};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock;
use crate::log::{Log, Outcome, Record, ServiceName};
use crate::service::{Post, Rooms};
use crate::{RangeError, chance};

/// How long a token is said to be good.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Deserialize)]
struct SignIn {
    login: String,
    return_to: String,
}

pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let public = Router::new()
        .route("/api/health", any(health))
        .route("/tokens/validate", posted(validate))
        .route("/git-tokens", posted(git_token))
        .route("/sessions", posted(store_session))
        .route("/messages/sync", posted(sync))
        .route("/sessions/{id}", posted(async || Json(json!({}))))
        .route("/api/auth/signin/github", get(sign_in))
        .fallback(async || (StatusCode::NOT_FOUND, Json(json!({ "error": "no such path" }))))
        .with_state(post.log.clone());
    Ok(Rooms { public, admin: Router::new(), https: None })
}

async fn health(State(log): State<Log>, method: Method) -> Response {
    note(&log, "http:health", &format!("{method} /api/health"));
    Json(json!({ "status": "ok" })).into_response()
}

async fn validate(State(log): State<Log>, Json(body): Json<Value>) -> Response {
    let user = body["token"].as_str().and_then(|token| token.strip_prefix("tok_"));
    let Some(user) = user else {
        note(&log, "auth:validateToken", "validate-token refused: token unknown");
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "token unknown" }))).into_response();
    };
    note(&log, "auth:validateToken", "validate-token ok");
    Json(json!({ "user": user, "expires_ms": expiry() })).into_response()
}

async fn git_token(State(log): State<Log>) -> Response {
    note(&log, "github:token", "token refreshed");
    Json(json!({ "token": chance::short_id("gho") })).into_response()
}

async fn store_session(State(log): State<Log>, Json(body): Json<Value>) -> Response {
    let id = body["id"].as_str().unwrap_or_default();
    note(&log, "sessions:createSession", &format!("sessions row stored for {id}"));
    (StatusCode::CREATED, Json(json!({}))).into_response()
}

async fn sync(State(log): State<Log>, Json(body): Json<Value>) -> Response {
    let stored = body["messages"].as_array().map_or(0, Vec::len);
    let session = body["session"].as_str().unwrap_or_default();
    note(&log, "messages:sync", &format!("{stored} messages of {session} stored"));
    Json(json!({ "stored": stored })).into_response()
}

async fn sign_in(State(log): State<Log>, Query(asked): Query<SignIn>) -> Response {
    let SignIn { login, return_to } = asked;
    note(&log, "auth:signIn", &format!("{login} signed in"));
    Redirect::to(&format!("{return_to}#token=tok_{login}&name={login}")).into_response()
}

fn expiry() -> i64 {
    clock::now_ms().saturating_add(i64::try_from(TOKEN_LIFE.as_millis()).unwrap_or(i64::MAX))
}

fn note(log: &Log, function: &str, text: &str) {
    log.add(Record {
        at_ms: clock::now_ms(),
        service: ServiceName::Backend,
        function: function.to_owned(),
        method: String::new(),
        url: String::new(),
        status: 200,
        outcome: Outcome::Ok,
        notes: vec![text.to_owned()],
        exceptions: Vec::new(),
    });
}
