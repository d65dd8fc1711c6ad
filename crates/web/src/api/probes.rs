//! Probes: what they hold and held.

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::impacts::MINUTES_KEPT;
use axum::Json;
use axum::extract::{Path, Query, State};
use engine::ports::{BucketWidth, ProbeStretch, ProbeView};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far back minutes and hours can be asked for: as long as they are kept.
const MINUTES_BACK_MAX: i64 = MINUTES_KEPT.as_hours();
const HOURS_BACK_MAX: i64 = 400 * 24;

#[derive(Serialize)]
pub(super) struct Listed {
    probes: Vec<ProbeView>,
}

pub(super) async fn list(State(app): State<App>, _caller: ApiCaller) -> Json<Listed> {
    Json(Listed { probes: app.parts.probes.all() })
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    width: Option<String>,
    hours: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    probe: ProbeView,
    /// All stretches together.
    whole: Option<ProbeStretch>,
    stretches: Vec<ProbeStretch>,
}

pub(super) async fn show(
    State(app): State<App>,
    _caller: ApiCaller,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Shown>, Problem> {
    let Some(probe) = app.parts.probes.one(&name) else {
        return Err(Problem::not_found(format!("no probe {name:?}")));
    };
    let (width, max) = match wanted.width.as_deref() {
        None | Some("hour") => (BucketWidth::Hour, HOURS_BACK_MAX),
        Some("minute") => (BucketWidth::Minute, MINUTES_BACK_MAX),
        Some(other) => return Err(Problem::invalid(format!("width is minute or hour, not {other:?}"))),
    };
    let hours = wanted.hours.unwrap_or(24);
    if !(1..=max).contains(&hours) {
        return Err(Problem::invalid(format!("hours is {hours}; it must be from 1 to {max}")));
    }
    let from = app.now().checked_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN);
    let mut stretches = app.stretches(name, width, from).await?;
    let whole = stretches.pop();
    Ok(Json(Shown { probe, whole, stretches }))
}
