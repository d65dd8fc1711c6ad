//! What is still to be done after incidents, all in one list.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Frame, Nav, html};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::ports::{Filter, Order};
use incident::Incident;

/// How many open incidents are looked through, and how many of those that ended last.
const INCIDENTS_MAX: u32 = 1_000;

/// What is still to be done.
#[derive(Template)]
#[template(path = "learn/action_items.html")]
pub(crate) struct ActionItemsPage {
    pub(crate) chrome: Chrome,
    pub(crate) items: Vec<Item>,
}

/// One thing to do.
pub(crate) struct Item {
    pub(crate) incident: String,
    pub(crate) incident_title: String,
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) owner: String,
    pub(crate) due: String,
}

pub(crate) async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let open = Filter { status: Some("open".to_owned()), limit: INCIDENTS_MAX, ..Filter::default() };
    let over = Filter { order: Order::Latest, limit: INCIDENTS_MAX, ..Filter::default() };
    let mut rows = app.engine().summaries(open).await?;
    rows.extend(app.engine().summaries(over).await?);
    let mut items = Vec::new();
    for row in rows.iter().filter(|row| row.action_items_open > 0) {
        items.extend(open_items(&*app.engine().incident(row.id).await?));
    }
    items.sort_by(|a, b| a.due.cmp(&b.due));
    html(&ActionItemsPage { chrome: frame.chrome("Action items", Nav::Learn, "/action-items"), items })
}

pub(crate) fn open_items(incident: &Incident) -> Vec<Item> {
    let open = incident.action_items.iter().enumerate().filter(|(_, item)| item.done_at.is_none());
    open.map(|(number, item)| Item {
        incident: incident.id.to_string(),
        incident_title: incident.title.clone(),
        number,
        title: item.title.clone(),
        owner: item.owner.as_ref().map_or_else(|| "nobody yet".to_owned(), ToString::to_string),
        due: item.due.map_or_else(|| "no date".to_owned(), |due| due.to_string()),
    })
    .collect()
}
