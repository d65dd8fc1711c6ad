//! The link in a page: shows what it is about, and takes the answer. No sign-in, no cookie, no script.
//!
//! The token is the secret, so a POST needs no other proof. Showing it changes nothing, however often a mail scanner looks.

mod page;

use crate::app::App;
use crate::error::{PageProblem, Problem};
use crate::routes::{Door, Route};
use crate::server::body;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::EngineError;
use incident::{AckIntent, Actor, Command, Incident, IncidentId, Page, Refusal, Status};
use jiff::SignedDuration;
use std::sync::Arc;

/// How long a page's link is good for.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What "in a while" means.
const IN_MINUTES: u32 = 10;

/// The largest answer: one word.
const ANSWER_BYTES_MAX: usize = 1_024;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get(Door::Link, "/a/{token}", show), Route::post(Door::Link, "/a/{token}", answer)]
}

/// A page of an incident, found by its link.
struct Found {
    incident: Arc<Incident>,
    number: u32,
}

impl Found {
    fn page(&self) -> Result<&Page, Problem> {
        self.incident.page(self.number).ok_or_else(unknown)
    }
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, PageProblem> {
    let found = find(&app, &token).await?;
    let html = page::html(&app, &found.incident, found.page()?, &token)?;
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    Ok((headers, html).into_response())
}

async fn answer(
    State(app): State<App>,
    Path(token): Path<String>,
    body: Body,
) -> Result<Response, PageProblem> {
    let intent = intent(&body::text(body, ANSWER_BYTES_MAX).await?)?;
    // One answer at a time, so that two fingers on one link make one answer.
    let _alone = app.own.answering.lock().await;
    let found = find(&app, &token).await?;
    let page = found.page()?;
    if page.answer.is_none() && found.incident.status == Status::Open {
        let by = Actor::Person(page.responder.clone());
        let command = Command::Acknowledge { intent, page: Some(found.number) };
        match app.engine().ask(found.incident.id, by, command).await {
            // Somebody was faster: the page that is shown next says who.
            Ok(_)
            | Err(EngineError::Refused(Refusal::AlreadyAcknowledged { .. } | Refusal::AlreadyResolved)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&format!("/a/{token}")).into_response())
}

fn intent(form: &str) -> Result<AckIntent, Problem> {
    match form.trim() {
        "answer=on_it" => Ok(AckIntent::OnIt),
        "answer=in_minutes" => Ok(AckIntent::InMinutes(IN_MINUTES)),
        "answer=cannot" => Ok(AckIntent::Cannot),
        _ => Err(Problem::invalid("the answer is one of on_it, in_minutes, cannot")),
    }
}

async fn find(app: &App, token: &str) -> Result<Found, Problem> {
    let (id, number): (IncidentId, u32) = app.own.links.read(token).ok_or_else(unknown)?;
    let incident = app.engine().incident(id).await?;
    let found = Found { incident, number };
    if app.now().duration_since(found.page()?.decided_at) > LINK_LIFE {
        let words = "this link is older than seven days; sign in to see the incident";
        return Err(Problem::new(StatusCode::GONE, "expired", words));
    }
    Ok(found)
}

fn unknown() -> Problem {
    Problem::not_found("that link is not one of ours, or was cut off on its way; open it whole, or sign in")
}
