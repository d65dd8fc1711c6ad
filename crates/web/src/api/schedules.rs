//! Schedules: who is on call, whose shifts come, and overrides and swaps that people make.

use super::body::Sent;
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::error::Problem;
use crate::routes::{Door, Route};
use crate::schedules::{self, Ahead, All, DAYS, DAYS_MAX};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use incident::{MadeOverride, OverrideDraft, OverrideId, OverrideWish, ParseIdError, PersonId, SwapShift};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(Door::Read, "/api/schedules", list),
        Route::get(Door::Read, "/api/schedules/{schedule}", show),
        Route::post(Door::Respond, "/api/schedules/{schedule}/overrides", take),
        Route::post(Door::Respond, "/api/schedules/{schedule}/swaps", swap),
        Route::delete(Door::Respond, "/api/schedules/{schedule}/overrides/{id}", end),
    ]
}

async fn list(State(app): State<App>, _caller: ApiCaller) -> Result<Json<All>, Problem> {
    Ok(Json(schedules::all(&app).await?))
}

#[derive(Deserialize)]
struct Wish {
    days: Option<u32>,
}

async fn show(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Json<Ahead>, Problem> {
    let days = wish.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::invalid(format!("days is {days}; it must be from 1 to {DAYS_MAX}")));
    }
    let settings = app.engine().settings();
    let schedule = schedules::named(&settings, &id)?;
    Ok(Json(schedules::ahead(&settings, schedule, app.now(), days)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    people: Vec<PersonId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    lasts_min: Option<u32>,
    reason: String,
}

async fn take(
    State(app): State<App>,
    who: ApiWriter,
    Path(schedule): Path<String>,
    Sent(sent): Sent<Take>,
) -> Result<(StatusCode, Json<MadeOverride>), Problem> {
    schedules::named(&app.engine().settings(), &schedule)?;
    let from = sent.from.unwrap_or_else(|| app.now());
    let until = match (sent.until, sent.lasts_min) {
        (Some(at), None) => at,
        (None, Some(minutes)) => from
            .checked_add(SignedDuration::from_mins(i64::from(minutes)))
            .map_err(|_| Problem::invalid("lasts_min is longer than time goes on"))?,
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::invalid("say when it ends by one of until and lasts_min"));
        }
    };
    let wish = OverrideWish::Take { schedule, people: sent.people, from: sent.from, until };
    make(&app, who, OverrideDraft { wish, reason: sent.reason }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swap {
    person: PersonId,
    at: Timestamp,
    with: With,
    reason: String,
}

/// The other shift.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct With {
    /// Left out: of the same schedule.
    schedule: Option<String>,
    person: PersonId,
    at: Timestamp,
}

async fn swap(
    State(app): State<App>,
    who: ApiWriter,
    Path(schedule): Path<String>,
    Sent(sent): Sent<Swap>,
) -> Result<(StatusCode, Json<MadeOverride>), Problem> {
    schedules::named(&app.engine().settings(), &schedule)?;
    let other = sent.with.schedule.unwrap_or_else(|| schedule.clone());
    let wish = OverrideWish::Swap {
        first: SwapShift { schedule, person: sent.person, at: sent.at },
        second: SwapShift { schedule: other, person: sent.with.person, at: sent.with.at },
    };
    make(&app, who, OverrideDraft { wish, reason: sent.reason }).await
}

async fn make(
    app: &App,
    who: ApiWriter,
    draft: OverrideDraft,
) -> Result<(StatusCode, Json<MadeOverride>), Problem> {
    Ok((StatusCode::CREATED, Json(app.engine().make_override(draft, who.actor).await?)))
}

async fn end(
    State(app): State<App>,
    who: ApiWriter,
    Path((schedule, id)): Path<(String, String)>,
) -> Result<Json<MadeOverride>, Problem> {
    let id: OverrideId = id.parse().map_err(|error: ParseIdError| Problem::not_found(error.to_string()))?;
    let settings = app.engine().settings();
    let known = settings.overrides.iter().find(|made| made.id == id);
    if !known.is_some_and(|made| made.takes.iter().any(|take| take.schedule == schedule)) {
        return Err(Problem::not_found(format!("no override {id} of the schedule {schedule:?}")));
    }
    Ok(Json(app.engine().end_override(id, who.actor).await?))
}
