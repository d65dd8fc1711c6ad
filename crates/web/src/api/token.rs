//! Tokens: made and shown once, listed without their secrets, taken back.

use super::body::Sent;
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter, NewToken, keep_token};
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::ports::{AccessError, Scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Tokens {
    tokens: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: String,
    scope: Scope,
    person: Option<String>,
    created_at: Timestamp,
}

pub(super) async fn list(State(app): State<App>, _caller: ApiCaller) -> Result<Json<Tokens>, Problem> {
    let tokens = app.access(|access| access.tokens()).await?;
    let listed = tokens.into_iter().map(|token| Listed {
        name: token.name,
        scope: token.scope,
        person: token.person,
        created_at: token.created_at,
    });
    Ok(Json(Tokens { tokens: listed.collect() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    name: String,
    scope: Scope,
    person: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Made {
    name: String,
    scope: Scope,
    person: Option<String>,
    token: String,
}

/// A token acts in the name of whoever makes it; in nobody else's.
pub(super) async fn create(
    State(app): State<App>,
    who: ApiWriter,
    Sent(sent): Sent<New>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let own = who.person.0;
    if sent.person.as_ref().is_some_and(|person| *person != own) {
        return Err(Problem::forbidden("a token can only act in the name of whoever makes it"));
    }
    let person = match sent.scope {
        Scope::Respond => Some(own),
        Scope::Read | Scope::Alerts => sent.person,
        Scope::Agent => None,
        Scope::Calendar => {
            return Err(Problem::invalid(
                "a calendar's address is made with POST /api/schedules/{id}/calendar or /api/people/{id}/calendar",
            ));
        }
    };
    let new = NewToken { name: sent.name.trim().to_owned(), scope: sent.scope, person: person.clone() };
    let made = Made { name: new.name.clone(), scope: new.scope, person, token: keep_token(&app, new).await? };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Taking back what is gone already is told as not found; either way it is gone.
pub(super) async fn delete(
    State(app): State<App>,
    _who: ApiWriter,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let (asked, own) = (name.clone(), Arc::clone(&app.own));
    let dropped = app.access(move |access| {
        let dropped = access.drop_token(&asked)?;
        own.tokens.reload(access)?;
        Ok::<_, AccessError>(dropped)
    });
    if dropped.await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found(format!("no token {name:?}")))
    }
}
