//! Forms by which a signed-in person lets others in: a key for a source, an invitation for a person. Each is shown once.

use crate::app::App;
use crate::auth::{NewToken, Posted, invite, keep_token};
use crate::error::PageProblem;
use crate::pages::settings::made;
use crate::view::{Frame, html};
use axum::extract::State;
use axum::response::Response;
use engine::ports::Scope;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Key {
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Invitee {
    person: String,
}

pub(super) async fn key(
    State(app): State<App>,
    Posted(who, sent): Posted<Key>,
) -> Result<Response, PageProblem> {
    let name = sent.name.trim().to_owned();
    let heading = format!("The key of the source {name}");
    let secret = keep_token(&app, NewToken { name, scope: Scope::Alerts, person: None }).await?;
    html(&made(&Frame::new(&app, &who), heading, secret))
}

pub(super) async fn invitation(
    State(app): State<App>,
    Posted(who, sent): Posted<Invitee>,
) -> Result<Response, PageProblem> {
    let person = sent.person.trim();
    let made_link = invite::link(&app, &who.person, person).await?;
    let heading = format!("The link by which {person} sets a password, once, within three days");
    html(&made(&Frame::new(&app, &who), heading, made_link.link))
}
