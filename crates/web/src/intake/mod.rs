//! Alerts come in here, in every format that `ingest` reads. A 2xx goes out only after the engine has kept the alerts.
//!
//! Knows of each format only where its key stands; what a body means and what a sender is told is `ingest`'s. Signs of life
//! come in beside them: they have no format.

mod deliver;
mod health;
mod heartbeat;
mod key;
mod small;

pub(crate) use health::IntakeCounts;
pub use health::{IntakeHealth, IntakeRejection};

use crate::app::App;
use crate::routes::{Door, Route};
use axum::extract::{Request, State};
use axum::response::Response;
use ingest::Format;

pub(crate) fn routes() -> Vec<Route> {
    let source = Door::Source;
    let mut routes = heartbeat::routes();
    routes.extend([
        Route::post(source, "/api/v2/alerts", prometheus),
        Route::post(source, "/in/{key}/api/v2/alerts", prometheus),
        Route::post(source, "/in/{key}/alertmanager", alertmanager),
        Route::post(source, "/in/{key}/alerts", generic),
        Route::post(source, "/api/alerts", generic),
        Route::post(source, "/v2/enqueue", pagerduty),
        Route::post(source, "/in/{key}/v2/enqueue", pagerduty),
        Route::get(source, "/in/{key}/api/v2/status", small::status),
        Route::get(Door::Open, "/-/healthy", small::healthy),
        Route::get(Door::Open, "/-/ready", small::healthy),
    ]);
    routes
}

async fn prometheus(State(app): State<App>, request: Request) -> Response {
    deliver::take(&app, Format::Prometheus, request).await
}

async fn alertmanager(State(app): State<App>, request: Request) -> Response {
    deliver::take(&app, Format::Alertmanager, request).await
}

async fn generic(State(app): State<App>, request: Request) -> Response {
    deliver::take(&app, Format::Generic, request).await
}

async fn pagerduty(State(app): State<App>, request: Request) -> Response {
    deliver::take(&app, Format::PagerDuty, request).await
}
