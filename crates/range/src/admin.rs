//! What every service's admin listener has: the guard that closes it to web pages, and the log for the tools that
//! follow it. A request needs a header that a browser would have to ask for first, and a literal address as its host.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::RangeError;
use crate::log::{Log, Record};

/// The header that tells our own client from a web page.
pub(crate) const HEADER: &str = "x-evenkeel-range";
/// Orders are a few words of JSON.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Which part of the log to send.
#[derive(Debug, Deserialize)]
struct LogQuery {
    #[serde(default)]
    history: usize,
    #[serde(default)]
    follow: Follow,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Follow {
    Yes,
    #[default]
    No,
}

#[derive(Debug, Clone)]
struct Logged {
    log: Log,
    end: CancellationToken,
}

/// A service's own admin routes with the log beside them, behind the guard.
pub(crate) fn guarded(own: Router, log: Log, end: CancellationToken) -> Router {
    let logged = Router::new().route("/log", get(send_log)).with_state(Logged { log, end });
    closed_to_pages(logged.merge(own))
}

/// Lets our own client through, and nobody else.
pub(crate) fn closed_to_pages(router: Router) -> Router {
    router.layer(from_fn(only_our_own_client)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn only_our_own_client(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if headers.contains_key(HEADER) && host.starts_with("127.0.0.1") {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this endpoint is for the practice tools").into_response()
    }
}

/// The answer to an order that was not carried out: 409 in words for a person, or 500.
pub(crate) fn refuse(error: &RangeError) -> Response {
    let status = match error {
        RangeError::Refused(_) => StatusCode::CONFLICT,
        RangeError::File { .. }
        | RangeError::State { .. }
        | RangeError::Listen { .. }
        | RangeError::Service { .. }
        | RangeError::Certificate(_)
        | RangeError::AlreadyRunning { .. }
        | RangeError::NotRunning { .. }
        | RangeError::NoDirectory
        | RangeError::Unreachable { .. }
        | RangeError::Answer { .. }
        | RangeError::Output(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, error.to_string()).into_response()
}

async fn send_log(State(logged): State<Logged>, Query(query): Query<LogQuery>) -> Response {
    let (history, feed) = logged.log.follow(query.history);
    let past = stream::iter(history);
    let body = match query.follow {
        Follow::No => Body::from_stream(past.map(|record| line(&record))),
        Follow::Yes => Body::from_stream(
            past.chain(later(feed)).map(|record| line(&record)).take_until(logged.end.cancelled_owned()),
        ),
    };
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// A tail that cannot keep up loses records, as the real tools do, and goes on.
fn later(feed: broadcast::Receiver<Arc<Record>>) -> impl stream::Stream<Item = Arc<Record>> {
    BroadcastStream::new(feed).filter_map(async |received| received.ok())
}

fn line(record: &Record) -> Result<String, Infallible> {
    let mut text =
        serde_json::to_string(record).expect("a record holds only text, numbers and lists of text");
    text.push('\n');
    Ok(text)
}
