//! Whether the server answers, and what came in.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::intake::IntakeHealth;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Asks nothing of anyone, so that it answers at once. What the storage said stays with those who are signed in.
pub(super) async fn health(State(app): State<App>) -> Result<Json<Health>, Problem> {
    keeps(&app)?;
    Ok(Json(OK))
}

/// A core that has not come round for so long does not wait for its storage any more: it stands still.
const STANDS_STILL: SignedDuration = SignedDuration::from_secs(60);

/// Whether the core lives: what falls due is fired, and what is asked is decided. Asks nothing of anyone.
pub(crate) async fn alive(State(app): State<App>) -> Result<Json<Health>, Problem> {
    if app.now().duration_since(app.engine().turned_at()) <= STANDS_STILL {
        return Ok(Json(OK));
    }
    let words = format!("the core has not come round for {} s", STANDS_STILL.as_secs());
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "core-stands-still", words).later(1))
}

/// Whether it turns, and what it decides is kept: alerts may come.
pub(crate) async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    turns(&app).await?;
    keeps(&app)?;
    Ok(Json(OK))
}

async fn turns(app: &App) -> Result<(), Problem> {
    app.engine().vitals().await.map(drop).map_err(|error| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "core-stands-still", error.to_string()).later(1)
    })
}

fn keeps(app: &App) -> Result<(), Problem> {
    match app.engine().storage_fault() {
        None => Ok(()),
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
