//! The API: the same commands and refusals as people have, in JSON. Documented in `docs/api.md`.
//!
//! Reading takes an [`crate::auth::ApiCaller`], acting an [`crate::auth::ApiWriter`]; nothing here decides anything.

mod act;
mod agents;
mod ahead;
mod body;
mod calendars;
mod events;
mod health;
mod incidents;
mod learn;
mod people;
mod playbook;
mod probes;
mod run;
mod run_view;
mod schedules;
mod silences;
mod status_page;
mod tell;
mod token;
mod view;

pub use view::incident_json;

use crate::app::App;
use crate::auth::ApiWriter;
use crate::error::Problem;
use crate::routes::{Door, Route};
use axum::Json;
use engine::Answer;
use incident::{Command, IncidentId};
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get(Door::Open, "/api/health", health::health),
        Route::get(Door::Open, "/healthz", health::alive),
        Route::get(Door::Open, "/readyz", health::ready),
        Route::get(Door::Read, "/api/intake", health::intake),
        Route::get(Door::Read, "/api/events", events::events),
        Route::get(Door::Read, "/api/agents", agents::list),
        Route::get(Door::Read, "/api/preflight", ahead::show),
        Route::get(Door::Read, "/api/probes", probes::list),
        Route::get(Door::Read, "/api/probes/{name}", probes::show),
        Route::get(Door::Read, "/api/silences", silences::list),
        Route::post(Door::Respond, "/api/silences", silences::make),
        Route::post(Door::Respond, "/api/silences/preview", silences::preview),
        Route::post(Door::Respond, "/api/silences/{id}/end", silences::end),
        Route::get(Door::Read, "/api/held", silences::held),
        Route::get(Door::Read, "/api/playbook", playbook::show),
        Route::get(Door::Read, "/api/runbooks/match", playbook::matches),
        Route::get(Door::Read, "/api/status", tell::status),
        Route::get(Door::Read, "/api/status/check", status_page::check),
        Route::get(Door::Read, "/api/status/copy", status_page::copied),
        Route::get(Door::Read, "/api/tokens", token::list),
        Route::post(Door::Respond, "/api/tokens", token::create),
        Route::delete(Door::Respond, "/api/tokens/{name}", token::delete),
        Route::post(Door::Session, "/api/people/{person}/invite", people::invite),
        Route::get(Door::Read, "/api/incidents", incidents::list),
        Route::post(Door::Respond, "/api/incidents", incidents::report),
        Route::get(Door::Read, "/api/incidents/{id}", incidents::show),
        Route::get(Door::Read, "/api/incidents/{id}/why", incidents::why),
    ];
    routes.extend(agents());
    routes.extend(calendars::routes());
    routes.extend(schedules::routes());
    routes.extend(acting());
    routes.extend(learning());
    routes
}

/// What agents ask.
fn agents() -> Vec<Route> {
    let door = Door::Agent;
    vec![
        Route::post(door, "/api/agents/{name}/ask", agents::ask),
        Route::post(door, "/api/agents/{name}/take", agents::take),
        Route::post(door, "/api/agents/{name}/report", agents::report),
        Route::post(door, "/api/agents/{name}/leave", agents::leave),
    ]
}

fn acting() -> Vec<Route> {
    let door = Door::Respond;
    vec![
        Route::post(door, "/api/incidents/{id}/acknowledge", act::acknowledge),
        Route::post(door, "/api/incidents/{id}/unacknowledge", act::unacknowledge),
        Route::post(door, "/api/incidents/{id}/severity", act::severity),
        Route::post(door, "/api/incidents/{id}/notes", act::note),
        Route::post(door, "/api/incidents/{id}/checklist", act::checklist),
        Route::post(door, "/api/incidents/{id}/take-over", act::take_over),
        Route::post(door, "/api/incidents/{id}/hand-over", act::hand_over),
        Route::post(door, "/api/incidents/{id}/snooze", act::snooze),
        Route::post(door, "/api/incidents/{id}/help", act::help),
        Route::post(door, "/api/incidents/{id}/roles", act::role),
        Route::post(door, "/api/incidents/{id}/resolve", act::resolve),
        Route::post(door, "/api/incidents/{id}/reopen", act::reopen),
        Route::post(door, "/api/incidents/{id}/runbook", run::choose),
        Route::post(door, "/api/incidents/{id}/steps/{step}", run::mark),
        Route::post(door, "/api/incidents/{id}/runs", run::request),
        Route::post(door, "/api/incidents/{id}/runs/{run}/approve", run::approve),
        Route::post(door, "/api/incidents/{id}/runs/{run}/reject", run::reject),
        Route::post(door, "/api/incidents/{id}/runs/{run}/dry-run", run::dry_run),
        Route::post(door, "/api/incidents/{id}/runs/{run}/stop", run::stop),
        Route::post(door, "/api/incidents/{id}/updates", tell::post),
    ]
}

fn learning() -> Vec<Route> {
    vec![
        Route::get(Door::Read, "/api/incidents/{id}/postmortem", learn::show),
        Route::put(Door::Respond, "/api/incidents/{id}/postmortem", learn::save),
        Route::post(Door::Respond, "/api/incidents/{id}/action-items", learn::add),
        Route::post(Door::Respond, "/api/incidents/{id}/action-items/{item}/complete", learn::complete),
    ]
}

/// What came of a command, once it is kept for good.
#[derive(Debug, Serialize)]
struct Done {
    /// Which incident.
    incident: IncidentId,
    /// Its version after the command.
    version: u64,
    /// How many events the command caused; 0 means that nothing needed to change.
    events: u32,
    /// The number of the run, update or action item that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    /// Of a run that was asked for: `ready` when it begins at once, `proposed` when it waits for a person's word; or
    /// further, where that went fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl From<Answer> for Done {
    fn from(answer: Answer) -> Self {
        Self {
            incident: answer.incident,
            version: answer.version,
            events: answer.events,
            number: None,
            state: None,
        }
    }
}

/// Asks an incident in the caller's name.
async fn ask(app: &App, who: ApiWriter, id: &str, command: Command) -> Result<Json<Done>, Problem> {
    let answer = app.engine().ask(incident_id(id)?, who.actor, command).await?;
    Ok(Json(answer.into()))
}

fn incident_id(text: &str) -> Result<IncidentId, Problem> {
    text.parse().map_err(|error: incident::ParseIdError| Problem::not_found(error.to_string()))
}

fn number(text: &str, what: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Problem::not_found(format!("no {what} {text:?}: it is a number")))
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
