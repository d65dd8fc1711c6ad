//! The supervisor's own listener: which services run, and holding, releasing and restarting them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::{Wanted, Watch, faults};
use crate::admin::closed_to_pages;
use crate::faults::{Shown, Switch};
use crate::log::ServiceName;

pub(super) fn router(watch: Watch) -> Router {
    let routes = Router::new()
        .route("/services", get(async |State(watch): State<Watch>| Json(watch.standings().clone())))
        .route("/services/{name}/{act}", post(act))
        .route("/faults", get(async |State(watch): State<Watch>| Json(faults::shown(&watch))))
        .route("/faults/{name}", post(set_fault))
        .with_state(watch);
    closed_to_pages(routes)
}

/// `hold` ends a service and keeps it down, `release` starts it again, `restart` ends it and starts it again.
async fn act(State(watch): State<Watch>, Path((name, act)): Path<(String, String)>) -> Response {
    let (wanted, restart) = match act.as_str() {
        "hold" => (Wanted::Held, false),
        "release" => (Wanted::Up, false),
        "restart" => (Wanted::Up, true),
        other => return refused(format!("nobody can {other} a service")),
    };
    match ServiceName::from_text(&name) {
        Some(service) if watch.set(service, wanted, restart) => {
            Json(watch.standings().clone()).into_response()
        }
        Some(_) | None => refused(format!("this range has no service {name}")),
    }
}

async fn set_fault(
    State(watch): State<Watch>,
    Path(name): Path<String>,
    Json(switch): Json<Switch>,
) -> Response {
    match faults::set(&watch, &name, switch.on) {
        true => Json(Shown { name, on: switch.on }).into_response(),
        false => refused(format!("the supervisor has no fault {name}")),
    }
}

fn refused(why: String) -> Response {
    (StatusCode::CONFLICT, why).into_response()
}
