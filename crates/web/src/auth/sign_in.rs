//! Signing in and out.

use super::password;
use super::posted::{OpenForm, Posted};
use super::session;
use crate::app::App;
use crate::error::{PageProblem, Problem};
use crate::routes::{Door, Route};
use crate::server::Peer;
use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(crate) fn sign_in_routes() -> Vec<Route> {
    vec![
        Route::get(Door::Open, "/sign-in", show),
        Route::post(Door::Open, "/sign-in", sign_in),
        Route::post(Door::Session, "/sign-out", sign_out),
    ]
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Credentials {
    person: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct SignInPage<'a> {
    next: &'a str,
    person: &'a str,
    wrong: &'a str,
    set_up: SetUp,
}

/// Whether anyone can sign in yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SetUp {
    Done,
    Missing,
}

async fn show(State(app): State<App>, Query(wish): Query<Wish>) -> Result<Response, PageProblem> {
    let accounts = app.access(|access| access.accounts()).await?;
    let set_up = if accounts == 0 { SetUp::Missing } else { SetUp::Done };
    page(StatusCode::OK, &SignInPage { next: session::own_path(&wish.next), person: "", wrong: "", set_up })
}

async fn sign_in(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    OpenForm(sent): OpenForm<Credentials>,
) -> Result<Response, PageProblem> {
    let person = sent.person.trim().to_owned();
    let next = session::own_path(&sent.next);
    if let Err(seconds) = app.own.limiter.try_sign_in(&person, peer.0.ip(), app.now()) {
        return Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "slow-down",
            format!("too many tries; the next one counts in {seconds} s"),
        )
        .later(seconds)
        .into());
    }
    let asked = person.clone();
    let account = app.access(move |access| access.account(&asked)).await?;
    let stored = account.map(|account| account.password_hash);
    if !password::verify(&app, sent.password, stored).await? {
        let wrong = "that name and password do not belong together";
        let again = SignInPage { next, person: &person, wrong, set_up: SetUp::Done };
        return page(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    app.own.limiter.signed_in(&person, peer.0.ip());
    session::end_brought(&app, &headers).await?;
    let cookie = session::begin(&app, &person).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

async fn sign_out(
    State(app): State<App>,
    Posted(who, Nothing {}): Posted<Nothing>,
) -> Result<Response, PageProblem> {
    let cookie = session::end(&app, who.session).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

fn page(status: StatusCode, page: &SignInPage<'_>) -> Result<Response, PageProblem> {
    let html = page.render().map_err(|error| Problem::bug(&error))?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}
