//! The listeners: sockets, limits, time-outs, headers on every answer, and a calm end. Knows no route by name.

pub(crate) mod body;
mod connection;
mod headers;
mod listen;
mod panics;
mod places;
mod worded;

pub use listen::{Bound, ServeError, ServerConfig, bind, serve};

use crate::app::App;
use crate::error::{PageProblem, Problem};
use crate::routes::{self, Route};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;

/// The other end of the connection, for limits; behind a proxy that is the proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What any extractor but our own reads at most.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The console's listener as a service.
pub(crate) fn console(app: &App) -> Router {
    dressed(routes::console_routes(), app, headers::console)
}

/// The public page's listener as a service.
pub(crate) fn status(app: &App) -> Router {
    dressed(routes::status_routes(), app, headers::public)
}

fn dressed(routes: Vec<Route>, app: &App, headers: fn(Response) -> Response) -> Router {
    routes::router(routes)
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(panics::layer(&app.own.panics))
        .layer(axum::middleware::from_fn(worded::worded))
        .layer(axum::middleware::map_response(move |response: Response| async move { headers(response) }))
        .with_state(app.clone())
}

async fn nothing_here(uri: Uri) -> Response {
    told(&uri, Problem::not_found("there is nothing at this address"))
}

async fn not_that_method(uri: Uri) -> Response {
    let status = axum::http::StatusCode::METHOD_NOT_ALLOWED;
    told(&uri, Problem::new(status, "method", "this address does not answer that method"))
}

/// Programs read JSON, people read pages.
fn told(uri: &Uri, problem: Problem) -> Response {
    let program = ["/api/", "/in/", "/v2/"].iter().any(|prefix| uri.path().starts_with(prefix));
    if program { problem.into_response() } else { PageProblem(problem).into_response() }
}
