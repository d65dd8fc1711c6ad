//! Forms for afterwards: action items and the postmortem.

use super::tell::unix_lines;
use super::{Form, Nothing, ask};
use crate::app::App;
use crate::auth::Posted;
use crate::error::{PageProblem, Problem};
use crate::pages::{incident_id, postmortem};
use crate::view::Said;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use incident::{Command, PersonId};
use serde::Deserialize;

type Done = Result<Response, PageProblem>;

#[derive(Deserialize)]
pub(super) struct Item {
    title: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    due: String,
}

#[derive(Deserialize)]
pub(super) struct Save {
    text: String,
    revision: u32,
}

pub(super) async fn add_item(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Item>,
) -> Done {
    let due = match sent.due.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::invalid(format!("not a date: {text:?}")))?),
    };
    let owner = Some(PersonId(sent.owner)).filter(|owner| !owner.0.is_empty());
    let command = Command::AddActionItem { title: sent.title, owner, due };
    ask(&app, &who, &id, Form::new(command, Said::Item, "after")).await
}

pub(super) async fn complete_item(
    State(app): State<App>,
    Path((id, item)): Path<(String, u32)>,
    Posted(who, Nothing {}): Posted<Nothing>,
) -> Done {
    ask(&app, &who, &id, Form::new(Command::CompleteActionItem { item }, Said::ItemDone, "after")).await
}

pub(super) async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Save>,
) -> Done {
    let id = incident_id(&id)?;
    let text = unix_lines(&sent.text);
    let command = Command::SavePostmortem { text: text.clone(), revision: sent.revision };
    match app.engine().ask(id, who.actor.clone(), command).await {
        Ok(_) => Ok(Redirect::to(&format!("/incidents/{id}/postmortem?said=saved")).into_response()),
        Err(error) => postmortem::refused(&app, &who, id, error.into(), text).await,
    }
}
