//! All incidents, to be looked through and searched.

use super::row::Row;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Frame, Nav, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use engine::ports::Filter;
use serde::Deserialize;

/// How many rows one list holds.
const ROWS_MAX: u32 = 200;

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    status: String,
    #[serde(default)]
    text: String,
}

/// All incidents.
#[derive(Template)]
#[template(path = "incident/list.html")]
pub(crate) struct ListPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<Row>,
    pub(crate) text: String,
    pub(crate) status: String,
    pub(crate) full: bool,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let text = Some(wish.text.trim().to_owned()).filter(|text| !text.is_empty());
    let status = Some(wish.status.clone()).filter(|status| status == "open" || status == "resolved");
    let rows = app.engine().summaries(Filter { status, text, limit: ROWS_MAX, ..Filter::default() }).await?;
    html(&ListPage {
        chrome: frame.chrome("Incidents", Nav::Incidents, "/incidents"),
        full: rows.len() >= ROWS_MAX as usize,
        rows: rows.iter().map(|row| Row::new(row, frame.now)).collect(),
        text: wish.text,
        status: wish.status,
    })
}
