//! What changes, as it changes: server-sent events that name an incident and its version, and nothing more.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::streams;
use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use core::convert::Infallible;
use core::time::Duration;
use futures_util::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;

/// How often an idle stream says that it is alive.
const BEAT: Duration = Duration::from_secs(15);

pub(super) async fn events(State(app): State<App>, _caller: ApiCaller) -> Result<Response, Problem> {
    let place = app.own.streams.take()?;
    let changes = BroadcastStream::new(app.engine().feed()).map(move |change| {
        let _held = &place;
        let event = match change {
            Ok(change) => Event::default()
                .event("change")
                .data(format!("{{\"incident\":\"{}\",\"version\":{}}}", change.incident, change.version)),
            // Too slow to keep up: whoever reads this looks at everything anew.
            Err(_) => Event::default().event("missed").data("{}"),
        };
        Ok::<_, Infallible>(event)
    });
    let stream = Sse::new(changes.take_until(Box::pin(streams::end(&app))))
        .keep_alive(KeepAlive::new().interval(BEAT));
    Ok(([(HeaderName::from_static("x-accel-buffering"), "no")], stream).into_response())
}
