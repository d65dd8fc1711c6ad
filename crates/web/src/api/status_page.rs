//! The public page for whoever keeps it: a copy of it for another host, and whether it tells the truth.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::public::{Copy, Untruth, copy, untruths};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

/// What the page says and is not so.
#[derive(Serialize)]
pub(super) struct Check {
    findings: Vec<Untruth>,
}

pub(super) async fn check(State(app): State<App>, _caller: ApiCaller) -> Result<Json<Check>, Problem> {
    if app.parts.status_url.is_empty() {
        return Err(Problem::not_found("this server has no status page: status_listen gives it an address"));
    }
    Ok(Json(Check { findings: untruths(&app).await? }))
}

pub(super) async fn copied(State(app): State<App>, _caller: ApiCaller) -> Result<Json<Copy>, Problem> {
    let Some(docs) = app.own.board.docs() else {
        let words = "the status page is not rendered: the settings give it no address, or the server has just started";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words).later(1));
    };
    let made = tokio::task::spawn_blocking(move || copy(&app, &docs)).await;
    Ok(Json(made.map_err(|error| Problem::bug(&error))??))
}
