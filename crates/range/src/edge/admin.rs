//! The edge's own listener for `wrangler`, for faults and for a look at it: deployments and their orders.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::deployment::{Credit, Deployment, Version};
use super::faults::{self, WRONG_VERSIONS};
use super::platform::Platform;
use super::releases::Releases;
use super::session::lost::{self, SandboxEnded};
use super::settings::{self, Values};
use crate::admin::refuse;
use crate::faults::{Shown, Switch, WrongVersion};
use crate::{RangeError, clock};

/// The window of the counters in [`EdgeStatus`], milliseconds.
const WINDOW_MS: i64 = 60_000;

/// A look at the edge API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeStatus {
    /// The version that takes all traffic.
    pub live: Version,
    /// Requests during the last minute.
    pub requests_1m: usize,
    /// Those of them that were answered with 5xx.
    pub errors_1m: usize,
}

/// A new version to upload.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeployOrder {
    /// Its settings; those of a whole version when nobody says.
    #[serde(default)]
    pub(crate) settings: Option<Values>,
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

pub(super) fn router(platform: Arc<Platform>) -> Router {
    Router::new()
        .route("/status", get(status))
        .route(
            "/deployments",
            get(async |State(platform): State<Arc<Platform>>| Json(platform.releases.all())),
        )
        .route("/deploy", post(deploy))
        .route("/rollback", post(roll_back))
        .route("/sandboxes/ended", post(sandbox_ended))
        .route("/faults", get(list_faults))
        .route("/faults/{name}", post(set_fault))
        .with_state(platform)
}

async fn status(State(platform): State<Arc<Platform>>) -> Json<EdgeStatus> {
    let (requests_1m, errors_1m) = platform.post.log.counts(clock::now_ms() - WINDOW_MS);
    Json(EdgeStatus { live: platform.releases.live(), requests_1m, errors_1m })
}

async fn deploy(State(platform): State<Arc<Platform>>, Json(order): Json<DeployOrder>) -> Response {
    let DeployOrder { settings, author, message } = order;
    let settings = settings.unwrap_or_else(settings::whole);
    changed(&platform.releases, |all| all.deploy(settings, Credit { author, message }))
}

async fn roll_back(State(platform): State<Arc<Platform>>, Json(order): Json<RollbackOrder>) -> Response {
    let RollbackOrder { target, author, message } = order;
    changed(&platform.releases, |all| all.roll_back(target.as_deref(), Credit { author, message }))
}

fn changed(releases: &Releases, act: impl FnOnce(&Releases) -> Result<Deployment, RangeError>) -> Response {
    let Some(before) = releases.all().into_iter().next() else {
        return refuse(&RangeError::Refused("no deployment".to_owned()));
    };
    match act(releases) {
        Ok(after) => Json(Changed { before, after }).into_response(),
        Err(error) => refuse(&error),
    }
}

/// The sandbox service tells of a sandbox that ended without an order of ours.
async fn sandbox_ended(
    State(platform): State<Arc<Platform>>,
    Json(ended): Json<SandboxEnded>,
) -> Json<Value> {
    let Some(object) = platform.objects.find(&ended.session) else {
        return Json(json!({ "known": false }));
    };
    lost::sandbox_ended(&platform, &object, &ended).await;
    Json(json!({ "known": true }))
}

async fn list_faults(State(platform): State<Arc<Platform>>) -> Json<Vec<Shown>> {
    let live = platform.releases.live();
    let shown = |wrong: &WrongVersion| Shown { name: wrong.name.to_owned(), on: wrong.is_in(&live.settings) };
    Json(WRONG_VERSIONS.iter().map(shown).collect())
}

/// A fault is a deployment by somebody who means well; setting it back is one more, by the range.
async fn set_fault(
    State(platform): State<Arc<Platform>>,
    Path(name): Path<String>,
    Json(switch): Json<Switch>,
) -> Response {
    let Some(wrong) = faults::named(&name) else {
        return refuse(&RangeError::Refused(format!("the edge has no fault {name}")));
    };
    let live = platform.releases.live().settings;
    if wrong.is_in(&live) == switch.on {
        return Json(Shown { name, on: switch.on }).into_response();
    }
    let (author, message, values) = match switch.on {
        true => ("deployer@example.test", wrong.message.to_owned(), wrong.put_into(live)),
        false => {
            ("range@example.test", format!("Set back {name}"), wrong.take_out_of(live, &settings::whole()))
        }
    };
    match platform.releases.deploy(values, Credit { author: author.to_owned(), message }) {
        Ok(_) => Json(Shown { name, on: switch.on }).into_response(),
        Err(error) => refuse(&error),
    }
}
