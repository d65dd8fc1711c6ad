//! An address or a query that cannot be read is refused by the library in bare words; here they become a failure like any
//! other: a problem for programs, a page for people.

use crate::error::Problem;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

/// The longest refusal that is kept.
const WORDS_BYTES_MAX: usize = 1_024;

/// Answers, with bare refusals dressed.
pub(super) async fn worded(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if !is_bare(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    match super::body::text(body, WORDS_BYTES_MAX).await {
        Ok(words) => super::told(&uri, Problem::new(parts.status, "address", words)),
        Err(_) => Response::from_parts(parts, Body::empty()),
    }
}

/// None of our own refusals is plain text.
fn is_bare(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    response.status().is_client_error() && kind.is_some_and(|kind| kind.starts_with(b"text/plain"))
}
