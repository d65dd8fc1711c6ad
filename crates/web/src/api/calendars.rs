//! Schedules as calendars: read with a token, or by an address that is made here and carries a secret of its own.

use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::calendar::{self, Whose};
use crate::error::Problem;
use crate::routes::{Door, Route};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use incident::PersonId;
use serde::Serialize;

pub(super) fn routes() -> Vec<Route> {
    let (schedule, person) = ("/api/schedules/{schedule}/calendar", "/api/people/{person}/calendar");
    vec![
        Route::get(Door::Read, schedule, of_schedule),
        Route::post(Door::Respond, schedule, renew_schedule),
        Route::delete(Door::Respond, schedule, forget_schedule),
        Route::get(Door::Read, person, of_person),
        Route::post(Door::Respond, person, renew_person),
        Route::delete(Door::Respond, person, forget_person),
    ]
}

/// An address for a calendar program.
#[derive(Serialize)]
struct Address {
    url: String,
}

async fn of_schedule(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    calendar::file(&app, Whose::Schedule(id), &headers).await
}

async fn of_person(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    calendar::file(&app, Whose::Person(PersonId(id)), &headers).await
}

async fn renew_schedule(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Address>), Problem> {
    renew(&app, &who, Whose::Schedule(id)).await
}

async fn renew_person(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Address>), Problem> {
    renew(&app, &who, Whose::Person(PersonId(id))).await
}

async fn renew(app: &App, who: &ApiWriter, whose: Whose) -> Result<(StatusCode, Json<Address>), Problem> {
    calendar::known(app, &whose)?;
    let url = calendar::renew(app, &whose, &who.person).await?;
    Ok((StatusCode::CREATED, Json(Address { url })))
}

async fn forget_schedule(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    forget(&app, &who, Whose::Schedule(id)).await
}

async fn forget_person(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    forget(&app, &who, Whose::Person(PersonId(id))).await
}

async fn forget(app: &App, who: &ApiWriter, whose: Whose) -> Result<StatusCode, Problem> {
    if calendar::forget(app, &whose, &who.person).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found("you have no address for this calendar"))
}
