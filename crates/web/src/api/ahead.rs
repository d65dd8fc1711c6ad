//! What would go wrong in the days to come.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use incident::Preflight;

pub(super) async fn show(State(app): State<App>, _caller: ApiCaller) -> Result<Json<Preflight>, Problem> {
    let found = app.parts.ahead.borrow().clone();
    found.map(Json).ok_or_else(|| {
        let words = "the days to come have not been looked through yet";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-yet", words).later(1)
    })
}
