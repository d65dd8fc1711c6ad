//! Invitations: a link by which one person sets their password, once.
//!
//! An invitation is a proof over the person, the end of its time and the password hash that the account has at the
//! moment: setting a password changes that, so the link is spent without anything being kept.

use super::join::check_name;
use super::keys::SigningKey;
use crate::app::App;
use crate::error::Problem;
use axum::http::StatusCode;
use engine::ports::{Access, AccessError, Ids};
use incident::PersonId;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How long an invitation is good for.
const INVITE_LIFE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The name of the key that signs them.
pub(super) const INVITE_KEY: &str = "invite";

/// A one-time link and until when it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The link.
    pub link: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Invites a person to set their password, or to set it anew: for whoever runs the server. Blocks.
///
/// # Errors
/// [`AccessError`] when the account cannot be read, or the name could never be one.
pub fn invite(
    access: &dyn Access,
    ids: &dyn Ids,
    now: Timestamp,
    console_url: &str,
    person: &str,
) -> Result<Invitation, AccessError> {
    check_name(person).map_err(|problem| AccessError(problem.detail))?;
    let key = SigningKey::load(access, ids, INVITE_KEY)?;
    let expires_at = now + INVITE_LIFE;
    let until = expires_at.as_second();
    let proof = key.proof(about(access, person, until)?.as_bytes());
    Ok(Invitation { link: format!("{console_url}/join/{person}.{until}.{proof}"), expires_at })
}

/// The same for a signed-in person who invites another. Nobody takes over somebody else's account this way: whoever has
/// one already is invited by nobody but themselves.
pub(crate) async fn link(app: &App, by: &PersonId, person: &str) -> Result<Invitation, Problem> {
    check_name(person)?;
    let asked = person.to_owned();
    let account = app.access(move |access| access.account(&asked)).await?;
    if account.is_some() && by.0 != person {
        return Err(Problem::forbidden(format!(
            "{person} has an account already and can change it only by themselves"
        )));
    }
    let (ids, now) = (Arc::clone(&app.parts.ids), app.now());
    let (console_url, person) = (app.parts.console_url.clone(), person.to_owned());
    Ok(app.access(move |access| invite(access, ids.as_ref(), now, &console_url, &person)).await?)
}

/// Whom a token invites, if it is ours, unspent and in time.
pub(super) async fn read(app: &App, token: &str) -> Result<String, Problem> {
    let wrong = || Problem::forbidden("that is not an invitation of this server");
    let gone = |words| Problem::new(StatusCode::GONE, "spent", words);
    let mut parts = token.rsplitn(3, '.');
    let (Some(proof), Some(until), Some(person)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let until: i64 = until.parse().map_err(|_| wrong())?;
    let asked = person.to_owned();
    let about = app.access(move |access| about(access, &asked, until)).await?;
    if !app.own.keys.invite.proves(about.as_bytes(), proof) {
        return Err(gone("that invitation was used already, or is none of this server"));
    }
    if app.now().as_second() >= until {
        return Err(gone("that invitation is too old; ask for a new one"));
    }
    Ok(person.to_owned())
}

fn about(access: &dyn Access, person: &str, until: i64) -> Result<String, AccessError> {
    let now = access.account(person)?.map(|account| account.password_hash).unwrap_or_default();
    Ok(format!("{person}\n{until}\n{now}"))
}
