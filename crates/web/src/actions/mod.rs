//! The console's forms: each becomes one command, and the browser goes back to where it was with one line of what came
//! of it. A refusal shows the page again with everything that had been typed.

mod access;
mod learn;
mod report;
mod respond;
mod run;
mod schedule;
mod silence;
mod tell;

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::pages::{incident_id, room};
use crate::routes::{Door, Route};
use crate::view::{Said, back};
use axum::response::Response;
use incident::Command;
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    let post = |path, to| Route { method: axum::http::Method::POST, path, door: Door::Session, to };
    use axum::routing::post as by;
    vec![
        post("/settings/keys", by(access::key)),
        post("/settings/invitations", by(access::invitation)),
        post("/schedules/overrides", by(schedule::take)),
        post("/schedules/swaps", by(schedule::swap)),
        post("/schedules/overrides/{id}/end", by(schedule::end)),
        post("/schedules/calendar", by(schedule::address)),
        post("/silences", by(silence::make)),
        post("/silences/preview", by(silence::preview)),
        post("/silences/{id}/end", by(silence::end)),
        post("/incidents", by(report::open)),
        post("/incidents/{id}/acknowledge", by(respond::acknowledge)),
        post("/incidents/{id}/give-back", by(respond::give_back)),
        post("/incidents/{id}/take-over", by(respond::take_over)),
        post("/incidents/{id}/hand-over", by(respond::hand_over)),
        post("/incidents/{id}/snooze", by(respond::snooze)),
        post("/incidents/{id}/help", by(respond::help)),
        post("/incidents/{id}/severity", by(respond::severity)),
        post("/incidents/{id}/severity-tree", by(respond::severity_tree)),
        post("/incidents/{id}/tick", by(respond::tick)),
        post("/incidents/{id}/role", by(respond::role)),
        post("/incidents/{id}/resolve", by(respond::resolve)),
        post("/incidents/{id}/reopen", by(respond::reopen)),
        post("/incidents/{id}/note", by(tell::note)),
        post("/incidents/{id}/update", by(tell::update)),
        post("/incidents/{id}/runbook", by(run::choose)),
        post("/incidents/{id}/run", by(run::ask)),
        post("/incidents/{id}/mark", by(run::mark)),
        post("/incidents/{id}/runs/{run}/approve", by(run::approve)),
        post("/incidents/{id}/runs/{run}/reject", by(run::reject)),
        post("/incidents/{id}/runs/{run}/dry-run", by(run::dry_run)),
        post("/incidents/{id}/runs/{run}/stop", by(run::stop)),
        post("/incidents/{id}/action-items", by(learn::add_item)),
        post("/incidents/{id}/action-items/{item}/done", by(learn::complete_item)),
        post("/incidents/{id}/postmortem", by(learn::save)),
    ]
}

/// A form of one button.
#[derive(Deserialize)]
struct Nothing {}

/// What a form asks, and where the browser goes when it is done.
struct Form {
    command: Command,
    said: Said,
    part: &'static str,
    typed: room::Typed,
}

impl Form {
    fn new(command: Command, said: Said, part: &'static str) -> Self {
        Self { command, said, part, typed: room::Typed::default() }
    }
}

/// Asks an incident in the name of whoever is signed in.
async fn ask(app: &App, who: &SignedIn, id: &str, form: Form) -> Result<Response, PageProblem> {
    let id = incident_id(id)?;
    match app.engine().ask(id, who.actor.clone(), form.command).await {
        Ok(_) => Ok(back(id, form.said, form.part)),
        Err(error) => room::refused(app, who, id, error.into(), form.typed).await,
    }
}
