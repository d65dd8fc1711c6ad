//! Forms about schedules: somebody takes a stretch, two people exchange shifts, an override is ended, and an address for a
//! calendar program.

use super::Nothing;
use crate::app::App;
use crate::auth::{Posted, SignedIn};
use crate::calendar::{self, Whose};
use crate::error::{PageProblem, Problem};
use crate::pages::schedules::{Typed, refused};
use crate::pages::settings::made;
use crate::schedules;
use crate::view::{Frame, Said, back_to, html};
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{OverrideDraft, OverrideWish, ParseIdError, PersonId, SwapShift};
use serde::Deserialize;

pub(super) async fn take(
    State(app): State<App>,
    Posted(who, typed): Posted<Typed>,
) -> Result<Response, PageProblem> {
    let draft = taking(&app, &typed);
    make(&app, &who, typed, draft, Said::Overridden).await
}

pub(super) async fn swap(
    State(app): State<App>,
    Posted(who, typed): Posted<Typed>,
) -> Result<Response, PageProblem> {
    let draft = swapping(&typed);
    make(&app, &who, typed, draft, Said::Swapped).await
}

async fn make(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    draft: Result<OverrideDraft, Problem>,
    said: Said,
) -> Result<Response, PageProblem> {
    let made = match draft {
        Ok(draft) => app.engine().make_override(draft, who.actor.clone()).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(back_to("/schedules", said, "made-h")),
        Err(problem) => refused(app, who, typed, problem).await,
    }
}

pub(super) async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, _): Posted<Nothing>,
) -> Result<Response, PageProblem> {
    let id = id.parse().map_err(|error: ParseIdError| Problem::not_found(error.to_string()))?;
    match app.engine().end_override(id, who.actor.clone()).await {
        Ok(_) => Ok(back_to("/schedules", Said::OverrideEnded, "made-h")),
        Err(error) => refused(&app, &who, Typed::default(), error.into()).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// A schedule; empty: one's own shifts.
    #[serde(default)]
    schedule: String,
}

pub(super) async fn address(
    State(app): State<App>,
    Posted(who, wanted): Posted<Wanted>,
) -> Result<Response, PageProblem> {
    let (whose, of) = if wanted.schedule.is_empty() {
        (Whose::Person(who.person.clone()), "your shifts".to_owned())
    } else {
        (Whose::Schedule(wanted.schedule.clone()), wanted.schedule)
    };
    calendar::known(&app, &whose)?;
    let url = calendar::renew(&app, &whose, &who.person).await?;
    let heading = format!("The address of the calendar of {of}; yours before is good no more");
    html(&made(&Frame::new(&app, &who), heading, url).of_schedules())
}

fn taking(app: &App, typed: &Typed) -> Result<OverrideDraft, Problem> {
    let settings = app.engine().settings();
    let schedule = schedules::named(&settings, &typed.schedule)
        .map_err(|_| Problem::invalid("choose which schedule it is about"))?;
    if typed.person.is_empty() {
        return Err(Problem::invalid("choose who takes it"));
    }
    let until = schedules::typed_time(&typed.until, &schedule.zone)?;
    let until = until.ok_or_else(|| Problem::invalid("say until when they take it"))?;
    let from = schedules::typed_time(&typed.from, &schedule.zone)?;
    let people = vec![PersonId(typed.person.clone())];
    let wish = OverrideWish::Take { schedule: typed.schedule.clone(), people, from, until };
    Ok(OverrideDraft { wish, reason: typed.reason.clone() })
}

fn swapping(typed: &Typed) -> Result<OverrideDraft, Problem> {
    let wish = OverrideWish::Swap { first: shift(&typed.first)?, second: shift(&typed.second)? };
    Ok(OverrideDraft { wish, reason: typed.reason.clone() })
}

/// A shift as the form names it: its beginning, whose it is, and its schedule.
fn shift(text: &str) -> Result<SwapShift, Problem> {
    let mut parts = text.splitn(3, ' ');
    let at = parts.next().and_then(|at| at.parse().ok());
    match (at, parts.next(), parts.next()) {
        (Some(at), Some(person), Some(schedule)) => {
            Ok(SwapShift { schedule: schedule.to_owned(), person: PersonId(person.to_owned()), at })
        }
        _ => Err(Problem::invalid("choose two shifts, one of each person")),
    }
}
