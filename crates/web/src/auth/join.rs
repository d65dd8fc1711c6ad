//! How people get an account: the first by a link that the server prints, the others by invitation. Both links work once.

use super::invite::Invited;
use super::posted::OpenForm;
use super::{invite, password, session};
use crate::app::App;
use crate::error::{PageProblem, Problem};
use crate::routes::{Door, Route};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use engine::ports::{AccessError, Account, Token};
use serde::Deserialize;
use std::sync::Arc;

/// What the set-up key proves.
const SETUP_ABOUT: &[u8] = b"first account";

pub(crate) fn join_routes() -> Vec<Route> {
    vec![
        Route::get(Door::Link, "/setup", show_setup),
        Route::post(Door::Link, "/setup", set_up),
        Route::get(Door::Link, "/join/{token}", show_invite),
        Route::post(Door::Link, "/join/{token}", join),
    ]
}

/// The key of the set-up link `{console}/setup?key=…` while nobody has an account; `None` afterwards. Blocks.
///
/// # Errors
/// [`AccessError`] when the accounts cannot be read.
pub fn setup_key(app: &App) -> Result<Option<String>, AccessError> {
    let open = app.parts.access.accounts()? == 0;
    Ok(open.then(|| app.own.keys.setup.proof(SETUP_ABOUT)))
}

#[derive(Deserialize)]
struct SetupKey {
    #[serde(default)]
    key: String,
}

#[derive(Deserialize)]
struct FirstAccount {
    key: String,
    person: String,
    password: String,
}

#[derive(Deserialize)]
struct NewPassword {
    password: String,
}

#[derive(Template)]
#[template(path = "auth/join.html")]
struct JoinPage<'a> {
    /// Where the form goes.
    action: &'a str,
    /// The set-up key; empty for an invitation.
    key: &'a str,
    /// Who is invited; empty when they say so themselves.
    person: &'a str,
    /// Short names to choose from.
    people: Vec<String>,
    characters_min: usize,
    wrong: &'a str,
}

async fn show_setup(State(app): State<App>, Query(sent): Query<SetupKey>) -> Result<Response, PageProblem> {
    check_setup(&app, &sent.key).await?;
    setup_page(&app, &sent.key, "", StatusCode::OK)
}

async fn set_up(
    State(app): State<App>,
    headers: HeaderMap,
    OpenForm(sent): OpenForm<FirstAccount>,
) -> Result<Response, PageProblem> {
    let _alone = app.own.joining.lock().await;
    check_setup(&app, &sent.key).await?;
    let person = sent.person.trim();
    if let Err(problem) = check_name(person).and_then(|()| password::check(&sent.password)) {
        return setup_page(&app, &sent.key, &problem.detail, problem.status);
    }
    let invited = Invited { person: person.to_owned(), sponsor: None };
    keep(&app, &invited, sent.password).await?;
    welcome(&app, &headers, person).await
}

async fn check_setup(app: &App, key: &str) -> Result<(), Problem> {
    if !app.own.keys.setup.proves(SETUP_ABOUT, key) {
        return Err(Problem::forbidden("that is not the set-up link which the server printed"));
    }
    if app.access(|access| access.accounts()).await? > 0 {
        return Err(Problem::new(
            StatusCode::GONE,
            "spent",
            "the set-up link was used already; sign in, or ask for an invitation",
        ));
    }
    Ok(())
}

fn setup_page(app: &App, key: &str, wrong: &str, status: StatusCode) -> Result<Response, PageProblem> {
    let settings = app.engine().settings();
    let people = settings.roster.people().map(|person| person.id.0.clone()).collect();
    let page = JoinPage {
        action: "/setup",
        key,
        person: "",
        people,
        characters_min: password::PASSWORD_CHARS_MIN,
        wrong,
    };
    show(&page, status)
}

async fn show_invite(State(app): State<App>, Path(token): Path<String>) -> Result<Response, PageProblem> {
    let invited = invite::read(&app, &token).await?;
    invite_page(&token, &invited.person, "", StatusCode::OK)
}

async fn join(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    OpenForm(sent): OpenForm<NewPassword>,
) -> Result<Response, PageProblem> {
    let _alone = app.own.joining.lock().await;
    let invited = invite::read(&app, &token).await?;
    if let Err(problem) = password::check(&sent.password) {
        return invite_page(&token, &invited.person, &problem.detail, problem.status);
    }
    keep(&app, &invited, sent.password).await?;
    welcome(&app, &headers, &invited.person).await
}

fn invite_page(token: &str, person: &str, wrong: &str, status: StatusCode) -> Result<Response, PageProblem> {
    let page = JoinPage {
        action: &format!("/join/{token}"),
        key: "",
        person,
        people: Vec::new(),
        characters_min: password::PASSWORD_CHARS_MIN,
        wrong,
    };
    show(&page, status)
}

/// Whether a person can sign in by this short name: 1 to 60 letters, digits, or any of `- _ . @`.
#[must_use]
pub fn is_short_name(person: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    !person.is_empty() && person.len() <= 60 && person.chars().all(fits)
}

pub(super) fn check_name(person: &str) -> Result<(), Problem> {
    if is_short_name(person) {
        Ok(())
    } else {
        Err(Problem::invalid("a short name has 1 to 60 letters, digits, or any of - _ . @"))
    }
}

/// Keeps the account. What could be in another's hand until now and is not any more gets rid of what that hand may have
/// left: its sessions, as with every new password, and the person's tokens.
async fn keep(app: &App, invited: &Invited, password: String) -> Result<(), Problem> {
    let password_hash = password::hash(app, password).await?;
    let account = Account {
        person: invited.person.clone(),
        password_hash,
        created_at: app.now(),
        sponsor: invited.sponsor.clone(),
    };
    let own = Arc::clone(&app.own);
    let kept = app.access(move |access| {
        let before = access.account(&account.person)?.and_then(|before| before.sponsor);
        access.put_account(&account)?;
        if before.is_some() && before != account.sponsor {
            let of_them = |token: &Token| token.person.as_ref() == Some(&account.person);
            for token in access.tokens()?.into_iter().filter(of_them) {
                access.drop_token(&token.name)?;
            }
            own.tokens.reload(access)?;
        }
        Ok::<_, AccessError>(())
    });
    Ok(kept.await?)
}

async fn welcome(app: &App, headers: &HeaderMap, person: &str) -> Result<Response, PageProblem> {
    session::end_brought(app, headers).await?;
    let cookie = session::begin(app, person).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

fn show(page: &JoinPage<'_>, status: StatusCode) -> Result<Response, PageProblem> {
    let html = page.render().map_err(|error| Problem::bug(&error))?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}
