//! Forms about silences: look which alerts one would hold back, make it, end it.

use super::Nothing;
use crate::app::App;
use crate::auth::Posted;
use crate::error::{PageProblem, Problem};
use crate::pages::silences::{Typed, previewed, refused};
use crate::silences;
use crate::view::{Said, back_to};
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{Matcher, Matchers, ParseIdError, SilenceDraft, SilenceKind};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(super) async fn preview(
    State(app): State<App>,
    Posted(who, typed): Posted<Typed>,
) -> Result<Response, PageProblem> {
    match matchers(&typed).and_then(|read| Matchers::new(read).map_err(Problem::invalid)) {
        Ok(matchers) => {
            let preview = silences::preview(&app, &matchers).await?;
            previewed(&app, &who, typed, preview).await
        }
        Err(problem) => refused(&app, &who, typed, problem).await,
    }
}

pub(super) async fn make(
    State(app): State<App>,
    Posted(who, typed): Posted<Typed>,
) -> Result<Response, PageProblem> {
    let made = match draft(&typed, app.now()) {
        Ok(draft) => app.engine().make_silence(draft, who.actor.clone()).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(back_to("/silences", Said::Silenced, "all-h")),
        Err(problem) => refused(&app, &who, typed, problem).await,
    }
}

pub(super) async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, _): Posted<Nothing>,
) -> Result<Response, PageProblem> {
    let id = id.parse().map_err(|error: ParseIdError| Problem::not_found(error.to_string()))?;
    match app.engine().end_silence(id, who.actor.clone()).await {
        Ok(_) => Ok(back_to("/silences", Said::SilenceEnded, "held")),
        Err(error) => refused(&app, &who, Typed::default(), error.into()).await,
    }
}

fn matchers(typed: &Typed) -> Result<Vec<Matcher>, Problem> {
    let lines = typed.matchers.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.parse().map_err(Problem::invalid)).collect()
}

fn draft(typed: &Typed, now: Timestamp) -> Result<SilenceDraft, Problem> {
    let minutes_of = match typed.unit.as_str() {
        "min" => 1,
        "d" => 24 * 60,
        _ => 60,
    };
    let number: i64 = typed.length.trim().parse().map_err(|_| {
        Problem::invalid(format!("{:?} is no length of time; it is a whole number", typed.length))
    })?;
    let starts_at = starts_at(&typed.starts_at)?;
    let length = number.checked_mul(minutes_of).and_then(SignedDuration::try_from_mins);
    let ends_at = length.and_then(|length| starts_at.unwrap_or(now).checked_add(length).ok());
    let kind = if typed.kind == "maintenance" { SilenceKind::Maintenance } else { SilenceKind::Silence };
    Ok(SilenceDraft {
        kind,
        reason: typed.reason.clone(),
        matchers: matchers(typed)?,
        starts_at,
        ends_at: ends_at.ok_or_else(|| Problem::invalid("it would last longer than time goes on"))?,
    })
}

fn starts_at(text: &str) -> Result<Option<Timestamp>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = DateTime::strptime("%Y-%m-%d %H:%M", text.trim()).ok();
    let at = read.and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok());
    at.map(Some).ok_or_else(|| {
        Problem::invalid(format!("{text:?} is no date and time; one is `2026-01-05 22:00`, in UTC"))
    })
}
