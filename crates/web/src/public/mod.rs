//! The public status page: what people were told, and nothing else. Rendered when something changes, served from memory,
//! so that it answers while storage does not. No cookies, no scripts, nothing from elsewhere.

mod api;
mod board;
mod keep;
mod page;
mod told;

pub(crate) use board::{Board, is_kept};
pub(crate) use keep::keep;

use crate::app::App;
use crate::routes::{Door, Route};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use board::Docs;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get(Door::Open, "/", page),
        Route::get(Door::Open, "/history.atom", feed),
        Route::get(Door::Open, "/api/v2/summary.json", summary),
        Route::get(Door::Open, "/api/v2/status.json", status),
        Route::get(Door::Open, "/api/v2/components.json", components),
        Route::get(Door::Open, "/api/v2/incidents.json", incidents),
        Route::get(Door::Open, "/api/v2/incidents/unresolved.json", unresolved),
    ];
    routes.extend(crate::view::assets::routes());
    routes
}

async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs: &Docs| &docs.page)
}

async fn feed(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.feed)
}

async fn summary(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.summary)
}

async fn status(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.status)
}

async fn components(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.components)
}

async fn incidents(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.incidents)
}

async fn unresolved(State(app): State<App>, headers: HeaderMap) -> Response {
    app.own.board.answer(&headers, |docs| &docs.unresolved)
}

#[cfg(test)]
mod tests;
