//! Accounts for further people.

use crate::app::App;
use crate::auth::ApiPerson;
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Invited {
    person: String,
    link: String,
    /// Where two people are asked, this person and whoever saw the link count as one.
    sponsor: Option<String>,
    expires_at: Timestamp,
}

/// A one-time link by which a person sets their password.
pub(super) async fn invite(
    State(app): State<App>,
    ApiPerson(who): ApiPerson,
    Path(person): Path<String>,
) -> Result<Json<Invited>, Problem> {
    let made = crate::auth::invite::link(&app, &who, &person).await?;
    Ok(Json(Invited { person, link: made.link, sponsor: made.sponsor, expires_at: made.expires_at }))
}
