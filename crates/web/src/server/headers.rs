//! The headers that every answer carries, whatever route it came from.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// Nothing but our own files, no inline script or style, no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// `same-origin` and not `no-referrer`: under the latter browsers send `Origin: null` with our own forms, and without TLS
/// that is all there is to tell them from foreign ones. Links out of the console say nothing either way.
const REFERRER: &str = "same-origin";

/// What the console's answers carry. Whatever a handler set by itself stands.
pub(crate) fn console(mut response: Response) -> Response {
    let headers = response.headers_mut();
    hard(headers);
    // What is shown to someone signed in stays out of every cache unless its route says otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What the public page's answers carry.
pub(crate) fn public(mut response: Response) -> Response {
    hard(response.headers_mut());
    response
}

fn hard(headers: &mut HeaderMap) {
    let all: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, REFERRER),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in all {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
