//! The playbook in force, and which runbook fits a text.

use crate::app::App;
use crate::auth::ApiCaller;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use playbook::{Signal, match_runbooks};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) async fn show(State(app): State<App>, _caller: ApiCaller) -> Response {
    Json(&app.engine().settings().plan.playbook).into_response()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    text: String,
}

#[derive(Serialize)]
pub(super) struct Matches {
    matches: Vec<Match>,
}

#[derive(Serialize)]
struct Match {
    runbook: String,
    title: String,
    score: u32,
    reasons: Vec<String>,
}

pub(super) async fn matches(
    State(app): State<App>,
    _caller: ApiCaller,
    Query(asked): Query<Asked>,
) -> Json<Matches> {
    let settings = app.engine().settings();
    let playbook = &settings.plan.playbook;
    let signal = Signal { title: &asked.text, description: "", labels: &BTreeMap::new() };
    let found = match_runbooks(playbook, &signal).into_iter().map(|found| Match {
        title: playbook.runbook(&found.runbook).map(|runbook| runbook.title.clone()).unwrap_or_default(),
        runbook: found.runbook,
        score: found.score,
        reasons: found.reasons,
    });
    Json(Matches { matches: found.collect() })
}
