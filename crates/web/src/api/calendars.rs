//! Schedules as calendars: read with a token, or by an address that is made here and carries a secret of its own.

use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::calendar::{self, Whose};
use crate::error::Problem;
use crate::routes::{Door, Route};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use incident::PersonId;
use serde::Serialize;

pub(super) fn routes() -> Vec<Route> {
    let schedules = of("/api/schedules/{schedule}/calendar", Whose::Schedule);
    let people = of("/api/people/{person}/calendar", |id| Whose::Person(PersonId(id)));
    schedules.into_iter().chain(people).collect()
}

/// The routes of one kind of calendar.
fn of(path: &'static str, whose: fn(String) -> Whose) -> [Route; 3] {
    let read = move |State(app): State<App>, _: ApiCaller, Path(id): Path<String>, headers: HeaderMap| async move {
        calendar::file(&app, whose(id), &headers).await
    };
    let make = move |State(app): State<App>, who: ApiWriter, Path(id): Path<String>| async move {
        renew(&app, &who, whose(id)).await
    };
    let end = move |State(app): State<App>, who: ApiWriter, Path(id): Path<String>| async move {
        forget(&app, &who, whose(id)).await
    };
    [
        Route::get(Door::Read, path, read),
        Route::post(Door::Respond, path, make),
        Route::delete(Door::Respond, path, end),
    ]
}

/// An address for a calendar program.
#[derive(Serialize)]
struct Address {
    url: String,
}

async fn renew(app: &App, who: &ApiWriter, whose: Whose) -> Result<(StatusCode, Json<Address>), Problem> {
    calendar::known(app, &whose)?;
    let url = calendar::renew(app, &whose, &who.person).await?;
    Ok((StatusCode::CREATED, Json(Address { url })))
}

async fn forget(app: &App, who: &ApiWriter, whose: Whose) -> Result<StatusCode, Problem> {
    if calendar::forget(app, &whose, &who.person).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found("you have no address for this calendar"))
}
