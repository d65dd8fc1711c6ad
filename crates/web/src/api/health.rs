//! Whether the server answers, and what came in.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::intake::IntakeHealth;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

/// Asks nothing of anyone, so that it answers at once.
pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[derive(Serialize)]
pub(super) struct Intake {
    sources: Vec<IntakeHealth>,
    panics: u64,
}

pub(super) async fn intake(State(app): State<App>, _caller: ApiCaller) -> Json<Intake> {
    Json(Intake { sources: app.intake_counts(), panics: app.panics() })
}
