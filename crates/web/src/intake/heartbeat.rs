//! Signs of life: taken at the addresses that people's scripts and services call already. A 2xx goes out only after the sign
//! is on disk.

use super::health::Fate;
use super::key;
use crate::app::App;
use crate::auth::{ApiCaller, bearer};
use crate::error::Problem;
use crate::routes::{Door, Route};
use crate::server::body::{self, BodyError};
use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Query, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use engine::ports::{HeartbeatView, Sign, SignRefusal, Token};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// More of a body is not read; the sign counts all the same.
const BODY_BYTES_MAX: usize = 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let source = Door::Source;
    vec![
        Route::get(Door::Read, "/api/heartbeats", list),
        Route::sign(source, "/api/heartbeats/{name}", own),
        Route::sign(source, "/api/heartbeats/{name}/{word}", own),
        Route::sign(source, "/in/{key}/heartbeats/{name}", plain),
        Route::sign(source, "/in/{key}/heartbeats/{name}/{word}", plain),
        Route::sign(source, "/ping/{key}/{name}", plain),
        Route::sign(source, "/ping/{key}/{name}/{word}", plain),
        Route::sign(source, "/v2/heartbeats/{name}/ping", pong),
        Route::sign(source, "/api/push/{key}", pushed),
        Route::sign(source, "/api/push/{key}/{name}", pushed),
    ]
}

#[derive(Serialize)]
struct Listed {
    heartbeats: Vec<HeartbeatView>,
}

async fn list(State(app): State<App>, _caller: ApiCaller) -> Json<Listed> {
    Json(Listed { heartbeats: app.parts.heartbeats.all() })
}

/// Who calls, and for which heartbeat.
struct Call {
    source: Arc<Token>,
    /// `None`: the one that has the source's name.
    name: Option<String>,
    /// What stands after the name.
    word: Option<String>,
    uri: Uri,
}

/// What a call means.
enum Meaning {
    Sign(Sign, String),
    /// Nothing: a word for the log, or the end of an alert that stands for life.
    Nothing(&'static str),
}

/// Our own address.
async fn own(state: State<App>, request: Request) -> Result<Response, Problem> {
    plain(state, request).await?;
    Ok(Json(serde_json::json!({ "ok": true })).into_response())
}

/// Alertmanager's webhooks, and addresses after the pattern of healthchecks.
async fn plain(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (call, body) = Call::read(&app, request).await?;
    let said = said(body).await?;
    let meaning = match call.word.as_deref() {
        None if is_resolved(&said) => Meaning::Nothing("the alert is resolved, which is no sign of life\n"),
        None => Meaning::Sign(Sign::Alive, String::new()),
        Some("start") => Meaning::Sign(Sign::Begun, String::new()),
        Some("fail") => Meaning::Sign(Sign::Failed, said),
        Some("log") => Meaning::Nothing("OK\n"),
        Some(word) => exit_status(word, &said)?,
    };
    match meaning {
        Meaning::Sign(sign, said) => take(&app, &call, sign, &said).await.map(|()| "OK\n".into_response()),
        Meaning::Nothing(words) => Ok(words.into_response()),
    }
}

/// As Opsgenie answers.
async fn pong(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (call, _) = Call::read(&app, request).await?;
    take(&app, &call, Sign::Alive, "").await?;
    let answer = serde_json::json!({
        "result": "PONG - Heartbeat received", "took": 0.0, "requestId": app.now().to_string(),
    });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

#[derive(Deserialize)]
struct Push {
    #[serde(default)]
    status: String,
    #[serde(default)]
    msg: String,
}

/// As Uptime Kuma's push monitors.
async fn pushed(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (call, _) = Call::read(&app, request).await?;
    let Query(push): Query<Push> =
        Query::try_from_uri(&call.uri).map_err(|error| Problem::invalid(format!("the query: {error}")))?;
    let sign = if push.status == "down" { Sign::Failed } else { Sign::Alive };
    take(&app, &call, sign, &push.msg).await?;
    Ok(Json(serde_json::json!({ "ok": true })).into_response())
}

async fn take(app: &App, call: &Call, sign: Sign, said: &str) -> Result<(), Problem> {
    let name = call.name.as_ref().unwrap_or(&call.source.name);
    let taken = app.parts.heartbeats.sign(name, sign, said).await;
    // A sign of life is no alert; but the source was heard.
    let fate =
        if matches!(taken, Err(SignRefusal::NotKept(_))) { Fate::Postponed } else { Fate::Accepted(0) };
    app.own.intake.count(&call.source.name, app.now(), fate);
    taken.map_err(|refusal| match refusal {
        SignRefusal::NoHeartbeat(_) => Problem::not_found(refusal.to_string()),
        SignRefusal::NotKept(_) => {
            tracing::error!(cause = %refusal, "a sign of life cannot be kept");
            let words = "the sign cannot be kept at the moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words).later(1)
        }
    })
}

impl Call {
    async fn read(app: &App, request: Request) -> Result<(Self, Body), Problem> {
        let (mut parts, body) = request.into_parts();
        let named = |params: &RawPathParams, name: &str| {
            let found = params.iter().find(|(parameter, _)| *parameter == name);
            found.map(|(_, value)| value.to_owned())
        };
        let params = RawPathParams::from_request_parts(&mut parts, app).await;
        let params = params.map_err(|error| Problem::not_found(error.to_string()))?;
        let key = named(&params, "key").or_else(|| beside(&parts));
        // A key that is nobody's is refused before a byte of the body is read.
        let source = key.and_then(|key| key::source(app, &key)).ok_or_else(Problem::sign_in)?;
        let (name, word) = (named(&params, "name"), named(&params, "word"));
        Ok((Self { source, name, word, uri: parts.uri }, body))
    }
}

/// The key that came in a header.
fn beside(parts: &Parts) -> Option<String> {
    let own = bearer(&parts.headers).or_else(|| genie(&parts.headers)).map(str::to_owned);
    own.or_else(|| key::beside(&parts.uri, &parts.headers))
}

/// As Opsgenie's callers send it.
fn genie(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("geniekey").then(|| key.trim())
}

/// What the body says, if anything that can be kept; our own command line sends it as a field.
async fn said(body: Body) -> Result<String, Problem> {
    match body::read(body, BODY_BYTES_MAX).await {
        Ok(bytes) => {
            let field = serde_json::from_slice::<Said>(&bytes).map(|sent| sent.said);
            Ok(field.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned()))
        }
        Err(BodyError::TooLarge { .. }) => Ok(String::new()),
        Err(error @ (BodyError::TooSlow | BodyError::Broken)) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct Said {
    said: String,
}

/// An alert that always fires stands for life. Its end, which Alertmanager sends where it is told to, stands for none.
fn is_resolved(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Webhook {
        status: String,
        #[serde(rename = "alerts")]
        _alerts: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_str::<Webhook>(body).is_ok_and(|webhook| webhook.status == "resolved")
}

fn exit_status(word: &str, said: &str) -> Result<Meaning, Problem> {
    let status: u8 = word.parse().map_err(|_| {
        Problem::not_found(format!("{word:?} is neither start, fail, log nor an exit status from 0 to 255"))
    })?;
    Ok(match status {
        0 => Meaning::Sign(Sign::Alive, String::new()),
        status => Meaning::Sign(Sign::Failed, format!("exit status {status}\n{said}").trim_end().to_owned()),
    })
}
