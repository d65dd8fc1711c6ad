//! The addresses of calendars: each for one person and one calendar, made anew whenever that person asks, and kept as a
//! token that opens nothing else.

use super::shifts::Whose;
use crate::app::App;
use crate::auth::{fresh_secret, hash_hex, percent};
use crate::error::Problem;
use engine::ports::{AccessError, Scope, Token};
use incident::PersonId;
use std::sync::Arc;

impl Whose {
    /// Where it stands on this server, behind `/calendar/` and `/api/`.
    pub(super) fn path(&self) -> (&'static str, &str) {
        match self {
            Self::Schedule(id) => ("schedules", id),
            Self::Person(id) => ("people", &id.0),
        }
    }

    /// The name of the token by which one person reads it.
    fn token_name(&self, reader: &str) -> String {
        let (kind, id) = self.path();
        format!("calendar {kind}/{id} for {reader}")
    }
}

/// A new address in place of the one that this person had; whoever had that reads nothing any more.
pub(crate) async fn renew(app: &App, whose: &Whose, reader: &PersonId) -> Result<String, Problem> {
    let secret = fresh_secret(app.parts.ids.as_ref());
    let token = Token {
        hash: hash_hex(&secret),
        name: whose.token_name(&reader.0),
        scope: Scope::Calendar,
        person: Some(reader.0.clone()),
        created_at: app.now(),
    };
    let own = Arc::clone(&app.own);
    app.access(move |access| {
        access.drop_token(&token.name)?;
        access.put_token(&token)?;
        own.tokens.reload(access)
    })
    .await?;
    let (kind, id) = whose.path();
    Ok(format!("{}/calendar/{kind}/{}.ics?key={secret}", app.parts.console_url, percent(id, b"_-.")))
}

/// Takes this person's address back; `false` when there is none.
pub(crate) async fn forget(app: &App, whose: &Whose, reader: &PersonId) -> Result<bool, Problem> {
    let (name, own) = (whose.token_name(&reader.0), Arc::clone(&app.own));
    let dropped = app.access(move |access| {
        let dropped = access.drop_token(&name)?;
        own.tokens.reload(access)?;
        Ok::<_, AccessError>(dropped)
    });
    Ok(dropped.await?)
}

/// Whether a secret opens this calendar.
pub(super) fn opens(app: &App, secret: &str, whose: &Whose) -> bool {
    app.own.tokens.find(secret).is_some_and(|token| {
        let reader = token.person.as_deref().unwrap_or_default();
        token.scope == Scope::Calendar && token.name == whose.token_name(reader)
    })
}
