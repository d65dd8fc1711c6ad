//! Accounts for further people.

use crate::app::App;
use crate::auth::ApiWriter;
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use incident::PersonId;
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Invited {
    person: String,
    link: String,
    expires_at: Timestamp,
}

/// A one-time link by which a person sets their password. Nobody takes over somebody else's account this way: who has
/// one already can only be invited by themselves, or by whoever runs the server, at its command line.
pub(super) async fn invite(
    State(app): State<App>,
    who: ApiWriter,
    Path(person): Path<String>,
) -> Result<Json<Invited>, Problem> {
    let asked = person.clone();
    let account = app.access(move |access| access.account(&asked)).await?;
    if account.is_some() && who.person != PersonId(person.clone()) {
        return Err(Problem::forbidden(format!(
            "{person} has an account already and can change it only by themselves"
        )));
    }
    let made = crate::auth::invite::link(&app, &person).await?;
    Ok(Json(Invited { person, link: made.link, expires_at: made.expires_at }))
}
