//! Forms that say something: to the timeline, to the team, to everyone.

use super::{Form, ask};
use crate::app::App;
use crate::auth::Posted;
use crate::error::{PageProblem, Problem};
use crate::pages::room::Typed;
use crate::view::Said;
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{Audience, Command, Phase, UpdateDraft};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Note {
    text: String,
}

#[derive(Deserialize)]
pub(super) struct Update {
    #[serde(default)]
    template: String,
    phase: String,
    audience: String,
    body: String,
    #[serde(default)]
    public_title: String,
    /// In how many minutes the next one is promised; empty for the rhythm of the severity.
    #[serde(default)]
    next_min: String,
}

pub(super) async fn note(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Note>,
) -> Result<Response, PageProblem> {
    let text = unix_lines(&sent.text);
    let typed = Typed { note: Some(text.clone()), ..Typed::default() };
    ask(&app, &who, &id, Form { typed, ..Form::new(Command::Note { text }, Said::Noted, "talk") }).await
}

pub(super) async fn update(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Update>,
) -> Result<Response, PageProblem> {
    let named = |phase: &Phase| phase.name().eq_ignore_ascii_case(&sent.phase);
    let unknown = || Problem::invalid(format!("no phase {:?}", sent.phase));
    let phase = Phase::ALL.into_iter().find(named).ok_or_else(unknown)?;
    let audience = match sent.audience.as_str() {
        "internal" => Audience::Internal,
        "public" => Audience::Public,
        other => return Err(Problem::invalid(format!("no audience {other:?}")).into()),
    };
    let next_at = promised(&sent.next_min, app.now())?;
    let body = unix_lines(&sent.body);
    let title = sent.public_title.trim().to_owned();
    let typed = Typed {
        note: None,
        body: Some(body.clone()),
        public_title: Some(title.clone()),
        template: sent.template.clone(),
        phase: sent.phase.clone(),
        audience: Some(audience),
        next_min: sent.next_min.clone(),
    };
    let update = UpdateDraft {
        template: sent.template.parse().ok(),
        phase,
        audience,
        public_title: (audience == Audience::Public && !title.is_empty()).then_some(title),
        body,
        next_at,
    };
    ask(&app, &who, &id, Form { typed, ..Form::new(Command::PostUpdate { update }, Said::Told, "talk") })
        .await
}

/// When the next update comes, by the form's number of minutes.
fn promised(minutes: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    if minutes.is_empty() {
        return Ok(None);
    }
    let unknown = || Problem::invalid(format!("{minutes:?} is no number of minutes until the next update"));
    let minutes: u32 = minutes.parse().map_err(|_| unknown())?;
    Ok(Some(incident::later(now, SignedDuration::from_mins(i64::from(minutes)))))
}

/// Forms send `\r\n` for every line break; the playbook's texts have `\n`.
pub(super) fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
