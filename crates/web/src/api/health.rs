//! Whether the server answers, and what came in.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::intake::IntakeHealth;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

/// Asks nothing of anyone, so that it answers at once. What the storage said stays with those who are signed in.
pub(super) async fn health(State(app): State<App>) -> Result<Json<Health>, Problem> {
    match app.engine().storage_fault() {
        None => Ok(Json(Health { status: "ok" })),
        Some(fault) => {
            let words = format!("the storage has kept nothing since {}", fault.since);
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "storage-refuses", words).later(1))
        }
    }
}

#[derive(Serialize)]
pub(super) struct Intake {
    sources: Vec<IntakeHealth>,
    panics: u64,
}

pub(super) async fn intake(State(app): State<App>, _caller: ApiCaller) -> Json<Intake> {
    Json(Intake { sources: app.intake_counts(), panics: app.panics() })
}
