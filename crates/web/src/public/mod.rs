//! The public status page: what people were told, what probes saw where the settings say that strangers may know, and nothing
//! else. Rendered and packed when something changes, served from memory, so that it answers while storage does not. No
//! cookies, no scripts, nothing from elsewhere.

mod api;
mod badge;
mod board;
mod copy;
mod doc;
mod feeds;
mod frame;
mod history;
mod keep;
mod lang;
mod page;
mod render;
mod site;
mod told;
mod truth;

pub(crate) use board::Board;
pub(crate) use copy::{Copy, copy};
pub(crate) use doc::is_kept;
pub(crate) use keep::{keep, untruths};
pub use site::{Component, Planned, StatusPage};
pub(crate) use truth::Untruth;

use crate::app::App;
use crate::routes::{Door, Route};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes =
        vec![Route::get(Door::Open, "/", document), Route::get(Door::Open, "/{*path}", document)];
    routes.extend(crate::view::assets::routes());
    routes
}

async fn document(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    app.own.board.answer(uri.path(), &headers)
}

#[cfg(test)]
mod tests;
