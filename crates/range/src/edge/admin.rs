//! The edge's own listener for `wrangler`, for faults and for a look at it: deployments and their orders.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::deployment::{Credit, Deployment, Fitness, Version};
use super::platform::Platform;
use super::releases::Releases;
use crate::admin::refuse;
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

pub(super) fn router(platform: Arc<Platform>) -> Router {
    Router::new()
        .route("/status", get(status))
        .route(
            "/deployments",
            get(async |State(platform): State<Arc<Platform>>| Json(platform.releases.all())),
        )
        .route("/deploy", post(deploy))
        .route("/rollback", post(roll_back))
        .with_state(platform)
}

async fn status(State(platform): State<Arc<Platform>>) -> Json<EdgeStatus> {
    let (requests_1m, errors_1m) = platform.post.log.counts(clock::now_ms() - WINDOW_MS);
    Json(EdgeStatus { live: platform.releases.live(), requests_1m, errors_1m })
}

async fn deploy(State(platform): State<Arc<Platform>>, Json(order): Json<DeployOrder>) -> Response {
    let DeployOrder { fitness, author, message } = order;
    changed(&platform.releases, |all| all.deploy(fitness, Credit { author, message }))
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
