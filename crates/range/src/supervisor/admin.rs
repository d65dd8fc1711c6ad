//! The supervisor's own listener: which services run, and holding, releasing and restarting them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::{Wanted, Watch};
use crate::admin::closed_to_pages;
use crate::log::ServiceName;

pub(super) fn router(watch: Watch) -> Router {
    let routes = Router::new()
        .route("/services", get(async |State(watch): State<Watch>| Json(watch.standings().clone())))
        .route("/services/{name}/{act}", post(act))
        .with_state(watch);
    closed_to_pages(routes)
}

/// `hold` ends a service and keeps it down, `release` starts it again, `restart` ends it and starts it again.
async fn act(State(watch): State<Watch>, Path((name, act)): Path<(String, String)>) -> Response {
    let mind = ServiceName::from_text(&name).and_then(|service| watch.minds.get(&service));
    let Some(mind) = mind else {
        return (StatusCode::CONFLICT, format!("this range has no service {name}")).into_response();
    };
    let wanted = match act.as_str() {
        "hold" => Wanted::Held,
        "release" | "restart" => Wanted::Up,
        other => return (StatusCode::CONFLICT, format!("nobody can {other} a service")).into_response(),
    };
    mind.send_if_modified(|mind| {
        let changes = mind.wanted != wanted || act == "restart";
        mind.wanted = wanted;
        mind.turn += u32::from(act == "restart");
        changes
    });
    if let Some(service) = ServiceName::from_text(&name) {
        watch.note(service, |standing| standing.wanted = wanted);
    }
    Json(watch.standings().clone()).into_response()
}
