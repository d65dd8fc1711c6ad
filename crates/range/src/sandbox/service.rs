//! What the sandbox service answers: to the edge (sandboxes are made, paused, resumed, ended), to probes (the app's
//! health), and to `modal` on the admin listener.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post as posted};
use axum::{Json, Router};
use serde_json::json;

use super::app::{App, AppOrder};
use super::birth::{self, NotMade, Wish};
use super::fleet::Fleet;
use super::kept::{Kept, Stage};
use super::told::Lost;
use super::{faults, git, project, wire};
use crate::RangeError;
use crate::admin::refuse;
use crate::service::{Post, Rooms};

type Shared = State<Arc<Fleet>>;

/// Makes the repositories, finds what is there already, and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let repositories = post.folder()?.join("repositories");
    git::make_repositories(&repositories).await?;
    project::write_first(&post.dir)?;
    let fleet = Arc::new(Fleet::open(post, format!("http://{}/git", post.http))?);
    fleet.take_over();
    let public = Router::new()
        .route("/", any(health))
        .route("/sandboxes", posted(create))
        .route("/sandboxes/{id}", get(show))
        .route("/sandboxes/{id}/{act}", posted(act))
        .fallback(async || (StatusCode::NOT_FOUND, Json(json!({ "error": "no such path" }))))
        .with_state(Arc::clone(&fleet))
        .nest("/git", wire::router(repositories));
    let admin = Router::new()
        .route("/app", get(show_app).post(order))
        .route("/containers", get(async |State(fleet): Shared| Json(fleet.all())))
        .route("/containers/{id}/stop", posted(stop_container))
        .with_state(Arc::clone(&fleet))
        .merge(faults::router(fleet));
    Ok(Rooms { public, admin, https: None })
}

async fn health(State(fleet): Shared, method: Method) -> Response {
    if fleet.live().is_none() {
        return refused(StatusCode::NOT_FOUND, &NotMade::Stopped);
    }
    fleet.note("health", format!("{method} /"));
    Json(json!({ "status": "ok", "practice": true })).into_response()
}

async fn create(State(fleet): Shared, Json(wish): Json<Wish>) -> Response {
    let made = birth::create(&fleet, wish).await;
    let result = if made.is_ok() { "made" } else { "failed" };
    fleet.post.metrics.count("sandbox_creates_total", "Requests for a sandbox.", &[("result", result)]);
    match made {
        Ok(kept) => (StatusCode::CREATED, Json(shown(&kept))).into_response(),
        Err(why) => {
            fleet.log("create_sandbox", status_of(&why).as_u16(), format!("create_sandbox failed: {why}"));
            refused(status_of(&why), &why)
        }
    }
}

async fn show(State(fleet): Shared, Path(id): Path<String>) -> Response {
    match fleet.find(&id) {
        Some(kept) => Json(shown(&kept)).into_response(),
        None => no_such(&id),
    }
}

async fn act(State(fleet): Shared, Path((id, act)): Path<(String, String)>) -> Response {
    let done = match act.as_str() {
        "pause" => fleet.pause(&id).await,
        "terminate" => fleet.terminate(&id).await,
        "resume" => match birth::resume(&fleet, &id).await {
            Ok(kept) => return Json(shown(&kept)).into_response(),
            Err(why) => {
                fleet.log(
                    "sandbox",
                    status_of(&why).as_u16(),
                    format!("sandbox {id} was not resumed: {why}"),
                );
                return refused(status_of(&why), &why);
            }
        },
        _ => return (StatusCode::NOT_FOUND, Json(json!({ "error": "no such path" }))).into_response(),
    };
    match (done, fleet.find(&id)) {
        (true, Some(kept)) => Json(shown(&kept)).into_response(),
        (true, None) => Json(json!({ "id": id, "state": "terminated" })).into_response(),
        (false, Some(kept)) => {
            let error = format!("sandbox {id} cannot {act}: it is {}", stage(&kept));
            (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response()
        }
        (false, None) => no_such(&id),
    }
}

async fn show_app(State(fleet): Shared) -> Json<App> {
    Json(fleet.app())
}

async fn order(State(fleet): Shared, Json(order): Json<AppOrder>) -> Response {
    match fleet.order(&order).await {
        Ok(app) => Json(app).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn stop_container(State(fleet): Shared, Path(id): Path<String>) -> Response {
    let Some(kept) = fleet.find(&id) else { return no_such(&id) };
    if !fleet.terminate(&id).await {
        return refuse(&RangeError::Refused(format!(
            "container of {id} cannot be stopped: it is {}",
            stage(&kept)
        )));
    }
    fleet.tell_later(kept, Lost::Gone, "sandbox was stopped by its operator");
    Json(json!({ "id": id, "state": "terminated" })).into_response()
}

fn shown(kept: &Kept) -> serde_json::Value {
    json!({ "id": kept.id, "state": kept.state, "session": kept.session, "agent_url": kept.agent_url })
}

fn stage(kept: &Kept) -> &'static str {
    match kept.state {
        Stage::Starting => "starting",
        Stage::Running => "running",
        Stage::Paused => "paused",
    }
}

fn no_such(id: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no sandbox {id}") }))).into_response()
}

fn refused(status: StatusCode, why: &NotMade) -> Response {
    (status, Json(json!({ "error": why.to_string() }))).into_response()
}

fn status_of(why: &NotMade) -> StatusCode {
    match why {
        NotMade::Unknown(_) => StatusCode::UNPROCESSABLE_ENTITY,
        NotMade::NoSnapshot(_) => StatusCode::CONFLICT,
        NotMade::Late { .. } => StatusCode::GATEWAY_TIMEOUT,
        NotMade::Stopped
        | NotMade::Full(_)
        | NotMade::Clone { .. }
        | NotMade::Unhealthy(_)
        | NotMade::Agent(_) => StatusCode::SERVICE_UNAVAILABLE,
        NotMade::Range(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
