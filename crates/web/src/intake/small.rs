//! The small answers that senders and probes ask for beside their alerts.

use super::key;
use crate::app::App;
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

/// What Alertmanager's clients read of `GET /api/v2/status`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertmanagerStatus {
    cluster: Cluster,
    version_info: VersionInfo,
    config: Config,
    uptime: String,
}

#[derive(Serialize)]
struct Cluster {
    status: &'static str,
    peers: [String; 0],
}

#[derive(Serialize)]
struct VersionInfo {
    version: &'static str,
    branch: &'static str,
    revision: &'static str,
}

#[derive(Serialize)]
struct Config {
    original: &'static str,
}

pub(super) async fn status(
    State(app): State<App>,
    Path(sent): Path<String>,
) -> Result<Json<AlertmanagerStatus>, Problem> {
    key::source(&app, &sent).ok_or_else(Problem::sign_in)?;
    Ok(Json(AlertmanagerStatus {
        cluster: Cluster { status: "disabled", peers: [] },
        version_info: VersionInfo { version: env!("CARGO_PKG_VERSION"), branch: "evenkeel", revision: "" },
        config: Config { original: "" },
        uptime: app.started_at().to_string(),
    }))
}

pub(super) async fn healthy() -> &'static str {
    "OK\n"
}
