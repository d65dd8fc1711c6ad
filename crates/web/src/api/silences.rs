//! Silences: made, listed, ended; what they hold back, and what one would.

use super::body::Sent;
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::error::Problem;
use crate::silences::{self, All, HELD_MAX, Held, Preview};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use incident::{Matcher, Matchers, ParseIdError, Silence, SilenceDraft, SilenceKind};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub(super) async fn list(State(app): State<App>, _caller: ApiCaller) -> Result<Json<All>, Problem> {
    let held_now = silences::held_now(&app).await?;
    Ok(Json(silences::all(&app, &held_now).await?))
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    over: bool,
    by: Option<String>,
}

#[derive(Serialize)]
pub(super) struct HeldList {
    alerts: Vec<Held>,
}

pub(super) async fn held(
    State(app): State<App>,
    _caller: ApiCaller,
    Query(which): Query<Which>,
) -> Result<Json<HeldList>, Problem> {
    let status = if which.over { "passed" } else { "held" };
    let by = which.by.filter(|by| !by.is_empty());
    Ok(Json(HeldList { alerts: silences::held(&app, status, by, HELD_MAX).await? }))
}

/// A condition, as text or in its parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Condition {
    Text(String),
    Parts(Matcher),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    kind: Option<SilenceKind>,
    reason: String,
    matchers: Vec<Condition>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    lasts_min: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    matchers: Vec<Condition>,
}

pub(super) async fn make(
    State(app): State<App>,
    who: ApiWriter,
    Sent(sent): Sent<New>,
) -> Result<(StatusCode, Json<Silence>), Problem> {
    let from = sent.starts_at.unwrap_or_else(|| app.now());
    let ends_at = match (sent.ends_at, sent.lasts_min) {
        (Some(at), None) => at,
        (None, Some(minutes)) => from
            .checked_add(SignedDuration::from_mins(i64::from(minutes)))
            .map_err(|_| Problem::invalid("lasts_min is longer than time goes on"))?,
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::invalid("say when it ends by one of ends_at and lasts_min"));
        }
    };
    let draft = SilenceDraft {
        kind: sent.kind.unwrap_or(SilenceKind::Silence),
        reason: sent.reason,
        matchers: read(sent.matchers)?,
        starts_at: sent.starts_at,
        ends_at,
    };
    Ok((StatusCode::CREATED, Json(app.engine().make_silence(draft, who.actor).await?)))
}

pub(super) async fn preview(
    State(app): State<App>,
    _who: ApiWriter,
    Sent(sent): Sent<Asked>,
) -> Result<Json<Preview>, Problem> {
    let matchers = Matchers::new(read(sent.matchers)?).map_err(Problem::invalid)?;
    Ok(Json(silences::preview(&app, &matchers).await?))
}

pub(super) async fn end(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
) -> Result<Json<Silence>, Problem> {
    let id = id.parse().map_err(|error: ParseIdError| Problem::not_found(error.to_string()))?;
    Ok(Json(app.engine().end_silence(id, who.actor).await?))
}

fn read(conditions: Vec<Condition>) -> Result<Vec<Matcher>, Problem> {
    let one = |condition| match condition {
        Condition::Parts(matcher) => Ok(matcher),
        Condition::Text(text) => text.parse().map_err(Problem::invalid),
    };
    conditions.into_iter().map(one).collect()
}
