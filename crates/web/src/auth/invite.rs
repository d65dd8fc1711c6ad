//! Invitations: a link by which one person sets their password, once.
//!
//! An invitation is a proof over the person, the end of its time and the password hash that the account has at the
//! moment: setting a password changes that, so the link is spent without anything being kept. A link that a signed-in person
//! was shown names them: whoever sees it could set the password, so the account counts as theirs where two people are asked.

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

/// The name of the key that signs them. Links of the first key named nobody, and are none any more.
pub(super) const INVITE_KEY: &str = "invite-2";

/// Between a person and who saw their link; no short name holds it.
const SPONSOR_MARK: char = '~';

/// A one-time link and until when it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The link.
    pub link: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// In whose hand the account may be then, where that is not its person's own.
    pub sponsor: Option<String>,
}

/// Whom a link invites.
#[derive(Clone, Debug)]
pub(super) struct Invited {
    /// Their short name.
    pub(super) person: String,
    /// Who saw the link, as [`Account::sponsor`](engine::ports::Account) says it.
    pub(super) sponsor: Option<String>,
}

/// Invites a person to set their password, or to set it anew: for whoever runs the server, who hands the link to that person
/// and nobody else. The account is then in nobody else's hand. Blocks.
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
    make(access, ids, now, console_url, &Invited { person: person.to_owned(), sponsor: None })
}

fn make(
    access: &dyn Access,
    ids: &dyn Ids,
    now: Timestamp,
    console_url: &str,
    invited: &Invited,
) -> Result<Invitation, AccessError> {
    let key = SigningKey::load(access, ids, INVITE_KEY)?;
    let expires_at = now + INVITE_LIFE;
    let until = expires_at.as_second();
    let proof = key.proof(about(access, invited, until)?.as_bytes());
    let mut whom = invited.person.clone();
    if let Some(sponsor) = &invited.sponsor {
        whom.push(SPONSOR_MARK);
        whom.push_str(sponsor);
    }
    let link = format!("{console_url}/join/{whom}.{until}.{proof}");
    Ok(Invitation { link, expires_at, sponsor: invited.sponsor.clone() })
}

/// The same for a signed-in person who invites another. Nobody takes over somebody else's account this way: whoever has
/// one already is invited by nobody but themselves, and that makes their account no more their own than it was.
pub(crate) async fn link(app: &App, by: &PersonId, person: &str) -> Result<Invitation, Problem> {
    check_name(person)?;
    let asked = person.to_owned();
    let account = app.access(move |access| access.account(&asked)).await?;
    if account.is_some() && by.0 != person {
        return Err(Problem::forbidden(format!(
            "{person} has an account already and can change it only by themselves"
        )));
    }
    let own = sponsor(app, by).await?.map(|sponsor| sponsor.0);
    let sponsor = if by.0 == person { own } else { Some(own.unwrap_or_else(|| by.0.clone())) };
    let (ids, now, console_url) = (Arc::clone(&app.parts.ids), app.now(), app.parts.console_url.clone());
    let invited = Invited { person: person.to_owned(), sponsor };
    Ok(app.access(move |access| make(access, ids.as_ref(), now, &console_url, &invited)).await?)
}

/// In whose hand a person's account may be, where that is not their own.
pub(crate) async fn sponsor(app: &App, person: &PersonId) -> Result<Option<PersonId>, Problem> {
    let asked = person.0.clone();
    let account = app.access(move |access| access.account(&asked)).await?;
    Ok(account.and_then(|account| account.sponsor).map(PersonId))
}

/// Whom a token invites, if it is ours, unspent and in time.
pub(super) async fn read(app: &App, token: &str) -> Result<Invited, Problem> {
    let wrong = || Problem::forbidden("that is not an invitation of this server");
    let gone = |words| Problem::new(StatusCode::GONE, "spent", words);
    let mut parts = token.rsplitn(3, '.');
    let (Some(proof), Some(until), Some(whom)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let until: i64 = until.parse().map_err(|_| wrong())?;
    let (person, sponsor) = match whom.split_once(SPONSOR_MARK) {
        Some((person, sponsor)) => (person.to_owned(), Some(sponsor.to_owned())),
        None => (whom.to_owned(), None),
    };
    let invited = Invited { person, sponsor };
    let asked = invited.clone();
    let about = app.access(move |access| about(access, &asked, until)).await?;
    if !app.own.keys.invite.proves(about.as_bytes(), proof) {
        return Err(gone("that invitation was used already, or is none of this server"));
    }
    if app.now().as_second() >= until {
        return Err(gone("that invitation is too old; ask for a new one"));
    }
    Ok(invited)
}

fn about(access: &dyn Access, invited: &Invited, until: i64) -> Result<String, AccessError> {
    let Invited { person, sponsor } = invited;
    let now = access.account(person)?.map(|account| account.password_hash).unwrap_or_default();
    Ok(format!("{person}\n{}\n{until}\n{now}", sponsor.as_deref().unwrap_or_default()))
}
