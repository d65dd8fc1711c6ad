//! Calendars over HTTP. A program that asks again with the tag of what it has gets nothing new until there is.

use super::address::opens;
use super::shifts::{Whose, calendar};
use crate::app::App;
use crate::auth::hash_hex;
use crate::error::Problem;
use crate::public::is_kept;
use crate::routes::{Door, Route};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use incident::PersonId;
use serde::Deserialize;

/// Digits of a calendar's hash in its tag.
const TAG_DIGITS: usize = 24;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        of("/calendar/people/{file}", |id| Whose::Person(PersonId(id))),
        of("/calendar/schedules/{file}", Whose::Schedule),
    ]
}

#[derive(Deserialize)]
struct Brought {
    #[serde(default)]
    key: String,
}

/// The route of one kind of calendar.
fn of(path: &'static str, whose: fn(String) -> Whose) -> Route {
    let read = move |State(app): State<App>,
                     Path(name): Path<String>,
                     Query(brought): Query<Brought>,
                     headers: HeaderMap| async move {
        linked(&app, whose(without_suffix(&name)), &brought.key, &headers).await
    };
    Route::get(Door::Link, path, read)
}

fn without_suffix(file: &str) -> String {
    file.strip_suffix(".ics").unwrap_or(file).to_owned()
}

/// A key that opens something else is told as one that opens nothing, and so is a calendar that is not there.
async fn linked(app: &App, whose: Whose, key: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    if !opens(app, key, &whose) {
        return Err(Problem::not_found(
            "no such calendar; its address may have been renewed: ask for it on the page of schedules",
        ));
    }
    file(app, whose, asked).await
}

/// Refused unless there is such a schedule or person.
pub(crate) fn known(app: &App, whose: &Whose) -> Result<(), Problem> {
    let settings = app.engine().settings();
    let (there, what, id) = match whose {
        Whose::Schedule(id) => (settings.roster.schedule(id).is_some(), "schedule", id),
        Whose::Person(id) => (settings.roster.person(id).is_some(), "person", &id.0),
    };
    if there { Ok(()) } else { Err(Problem::not_found(format!("no {what} {id:?} in the settings"))) }
}

/// A calendar as an answer.
pub(crate) async fn file(app: &App, whose: Whose, asked: &HeaderMap) -> Result<Response, Problem> {
    known(app, &whose)?;
    let name = format!("{}.ics", whose.path().1.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    let (settings, now) = (app.engine().settings(), app.now());
    // Years of turns are gone through: not on a thread that others wait for.
    let made = tokio::task::spawn_blocking(move || calendar(&settings, &whose, now)).await;
    let text = made.map_err(|error| Problem::bug(&error))?.unwrap_or_default();
    let tag = format!("\"{}\"", hash_hex(&text).get(..TAG_DIGITS).unwrap_or_default());
    let headers = [
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
        (header::ETAG, tag.clone()),
    ];
    if is_kept(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, text).into_response())
}
