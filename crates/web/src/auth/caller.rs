//! Who calls the API: a program with a token, or a signed-in browser.

use super::SignedIn;
use super::posted::check_origin;
use crate::app::App;
use crate::error::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use engine::ports::Scope;
use incident::{Actor, PersonId};

/// Somebody who may read: a token with [`Scope::Read`] or [`Scope::Respond`], or a session.
#[derive(Clone, Debug)]
pub(crate) struct ApiCaller {
    /// In whose name, if in anyone's.
    pub(crate) person: Option<PersonId>,
    /// The same, as commands name them; a token without a person is a source.
    pub(crate) actor: Actor,
    /// What they may do.
    pub(crate) scope: Scope,
}

/// Somebody who may act: a token with [`Scope::Respond`], or a session with its `X-CSRF`.
#[derive(Clone, Debug)]
pub(crate) struct ApiWriter {
    /// In whose name.
    pub(crate) person: PersonId,
    /// The same, as commands name them.
    pub(crate) actor: Actor,
}

/// A person at a browser, by their session and its `X-CSRF`: for what a token alone must not do, because it would make
/// more of itself than it is.
#[derive(Clone, Debug)]
pub(crate) struct ApiPerson(pub(crate) PersonId);

impl FromRequestParts<App> for ApiPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        if bearer(&parts.headers).is_some() {
            return Err(Problem::forbidden(
                "no token may do this; it takes a person who is signed in, such as on the page of settings",
            ));
        }
        let caller = ApiCaller::from_request_parts(parts, app).await?;
        caller.person.map(Self).ok_or_else(Problem::sign_in)
    }
}

impl FromRequestParts<App> for ApiCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        if let Some(secret) = bearer(&parts.headers) {
            return by_token(app, secret);
        }
        let signed_in = SignedIn::find(app, &parts.headers).await?.ok_or_else(Problem::sign_in)?;
        if parts.method != Method::GET && parts.method != Method::HEAD {
            check_origin(app, &parts.headers)?;
            let proof = parts.headers.get("x-csrf").and_then(|value| value.to_str().ok());
            if !signed_in.proven_by(app, proof.unwrap_or_default()) {
                return Err(Problem::forbidden(
                    "a browser's session needs the header X-CSRF to change anything",
                ));
            }
        }
        Ok(Self { person: Some(signed_in.person), actor: signed_in.actor, scope: Scope::Respond })
    }
}

impl FromRequestParts<App> for ApiWriter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let caller = ApiCaller::from_request_parts(parts, app).await?;
        match (caller.scope, caller.person) {
            (Scope::Respond, Some(person)) => Ok(Self { person, actor: caller.actor }),
            (Scope::Respond, None) => {
                Err(Problem::forbidden("the token acts in nobody's name; make one with a person"))
            }
            (Scope::Read | Scope::Alerts | Scope::Agent | Scope::Calendar, _) => {
                Err(Problem::forbidden("the token may only read; this needs the scope respond"))
            }
        }
    }
}

/// An agent, by the token that has its name; for what agents do and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct AgentCaller(pub(crate) String);

impl FromRequestParts<App> for AgentCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let secret = bearer(&parts.headers).ok_or_else(Problem::sign_in)?;
        let token = app.own.tokens.find(secret).ok_or_else(Problem::sign_in)?;
        if token.scope != Scope::Agent {
            return Err(Problem::forbidden(
                "this is for agents alone; `evenkeel token create NAME --scope agent` makes a token for one",
            ));
        }
        let asked: RawPathParams = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|error| Problem::not_found(error.to_string()))?;
        match asked.iter().find(|(parameter, _)| *parameter == "name") {
            Some((_, name)) if name == token.name => Ok(Self(token.name.clone())),
            Some((_, name)) => {
                let own = &token.name;
                Err(Problem::forbidden(format!("the token is of the agent {own:?}, and not of {name:?}")))
            }
            None => Err(Problem::not_found("no agent is named here")),
        }
    }
}

fn by_token(app: &App, secret: &str) -> Result<ApiCaller, Problem> {
    let token = app.own.tokens.find(secret).ok_or_else(Problem::sign_in)?;
    let person = token.person.clone().map(PersonId);
    match token.scope {
        Scope::Alerts => {
            Err(Problem::forbidden("the token may only send alerts; this needs read or respond"))
        }
        Scope::Agent => Err(Problem::forbidden("the token is an agent's and may be nothing else")),
        Scope::Calendar => Err(Problem::forbidden("the token is a calendar's and opens nothing else")),
        Scope::Read | Scope::Respond => Ok(ApiCaller {
            actor: person.clone().map_or_else(|| Actor::Source(token.name.clone()), Actor::Person),
            person,
            scope: token.scope,
        }),
    }
}

/// The secret of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}
