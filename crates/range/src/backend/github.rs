//! `github.ts`: what the backend asks of the provider, and the tokens with which sandboxes clone. The provider's errors
//! are told as it words them.

use axum::http::{HeaderValue, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::auth;
use super::rows::Grant;
use super::settings::{AUTH_GITHUB_ID, AUTH_GITHUB_SECRET};
use super::turn::{Backend, Failure, Function, Kind, Turn};
use crate::call::{self, CallError};
use crate::clock;
use crate::log::ServiceName;

pub(super) const TOKEN: Function = Function { name: "github:getToken", kind: Kind::Action };
pub(super) const SIGN_OUT_EXPIRED: Function = Function { name: "github:signOutExpired", kind: Kind::Action };

/// The provider answers in milliseconds when it is well.
const WAIT: core::time::Duration = core::time::Duration::from_secs(5);
/// An access token that runs out within this time is refreshed first.
const MARGIN_MS: i64 = 60_000;

/// Exchanges the code of a sign-in for a grant, and says whose it is.
pub(super) async fn exchange(
    turn: &mut Turn,
    code: &str,
    redirect_uri: &str,
) -> Result<(String, Grant), Failure> {
    let asked = json!({ "code": code, "redirect_uri": redirect_uri });
    let grant = tokens(turn, asked).await?;
    let at = turn.backend.caller.address(ServiceName::Provider).map_err(|error| unreachable(&error))?;
    let mut request = call::plain_request(Method::GET, at, "/user");
    authorize(&mut request, &format!("Bearer {}", grant.access));
    let user = call::exchange("GitHub", at, request, WAIT).await.map_err(|error| unreachable(&error))?;
    match user["login"].as_str().filter(|login| auth::is_login(login)) {
        Some(login) => Ok((login.to_owned(), grant)),
        None => Err(Failure::refused(StatusCode::BAD_GATEWAY, "GitHub: an answer without a login")),
    }
}

/// A token for the git host, for the sandbox of whoever asks. One that has run out is refreshed.
pub(super) async fn token(turn: &mut Turn, token: &str) -> Result<Value, Failure> {
    let user = auth::who(turn, token)?.user;
    let grant = turn.backend.store.rows().grants.get(&user).cloned();
    let Some(grant) = grant else {
        let why = format!("GitHub token of {user} is missing: sign in again");
        return Err(Failure::refused(StatusCode::BAD_GATEWAY, why));
    };
    if grant.expires_ms - MARGIN_MS > turn.now_ms {
        turn.note(format!("github: token of {user} is good"));
        return Ok(json!({ "token": grant.access }));
    }
    match refreshed(turn, &user, &grant).await {
        Ok(fresh) => Ok(json!({ "token": fresh.access })),
        Err(why) => {
            turn.note(format!("github: token refresh failed for {user}: {}", why.why()));
            let why =
                format!("GitHub token expired and could not be refreshed ({}): sign in again", why.why());
            Err(Failure::refused(StatusCode::BAD_GATEWAY, why))
        }
    }
}

async fn refreshed(turn: &mut Turn, user: &str, grant: &Grant) -> Result<Grant, Failure> {
    let asked = json!({ "grant_type": "refresh_token", "refresh_token": grant.refresh });
    let fresh = tokens(turn, asked).await?;
    let row = fresh.clone();
    turn.backend.store.change(|rows| rows.grants.insert(user.to_owned(), row))?;
    turn.note(format!("github: token refreshed for {user}"));
    Ok(fresh)
}

/// Signs out everybody whose git token has run out and cannot be refreshed, so that they sign in anew.
pub(super) async fn sign_out_expired(turn: &mut Turn) -> Result<Value, Failure> {
    turn.may_write()?;
    let now_ms = turn.now_ms;
    let expired: Vec<(String, Grant)> = {
        let rows = turn.backend.store.rows();
        let out = |(_, grant): &(&String, &Grant)| grant.expires_ms <= now_ms;
        rows.grants.iter().filter(out).map(|(user, grant)| (user.clone(), grant.clone())).collect()
    };
    let mut signed_out = Vec::new();
    for (user, grant) in expired {
        if refreshed(turn, &user, &grant).await.is_err() {
            turn.backend.store.change(|rows| rows.sign_out(&user))?;
            turn.note(format!("github: {user} is signed out"));
            signed_out.push(user);
        }
    }
    Ok(json!({ "signedOut": signed_out }))
}

/// The fault: all grants there are were taken back at the provider, and their access tokens have run out.
pub(super) async fn expire_all(backend: &Backend) -> Result<usize, String> {
    let settings = backend.deployment.live();
    let name = |name: &str| settings.env(name).map(str::to_owned).map_err(|failure| failure.why().to_owned());
    let (id, secret) = (name(AUTH_GITHUB_ID)?, name(AUTH_GITHUB_SECRET)?);
    let at = backend.caller.address(ServiceName::Provider).map_err(|error| error.to_string())?;
    let grants = backend.store.rows().grants.clone();
    for (user, grant) in &grants {
        let path = format!("/applications/{id}/grant");
        let taken = json!({ "access_token": grant.access });
        let mut request = call::json_request(Method::DELETE, at, &path, &taken);
        authorize(&mut request, &format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))));
        match call::exchange("GitHub", at, request, WAIT).await {
            Ok(_) => {}
            // It has none: gone is gone.
            Err(CallError::Refused { status: StatusCode::NOT_FOUND, .. }) => {}
            Err(error) => return Err(format!("the grant of {user} stays: {error}")),
        }
    }
    let now_ms = clock::now_ms();
    let changed = backend.store.change(|rows| {
        for grant in rows.grants.values_mut() {
            (grant.expires_ms, grant.taken_back) = (now_ms, true);
        }
    });
    changed.map(|()| grants.len()).map_err(|error| error.to_string())
}

/// One call of the token endpoint, with the app's id and secret.
async fn tokens(turn: &mut Turn, mut asked: Value) -> Result<Grant, Failure> {
    asked["client_id"] = json!(turn.settings.env(AUTH_GITHUB_ID)?);
    asked["client_secret"] = json!(turn.settings.env(AUTH_GITHUB_SECRET)?);
    let caller = &turn.backend.caller;
    let answer = caller.post(ServiceName::Provider, "/login/oauth/access_token", &asked, WAIT).await;
    let answer = answer.map_err(|error| unreachable(&error))?;
    if let Some(error) = answer["error"].as_str() {
        return Err(Failure::refused(StatusCode::BAD_GATEWAY, format!("GitHub: {error}")));
    }
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    match (text("access_token"), text("refresh_token"), answer["expires_in"].as_i64()) {
        (Some(access), Some(refresh), Some(life_s)) => {
            let expires_ms = turn.now_ms.saturating_add(life_s.saturating_mul(1_000));
            Ok(Grant { access, refresh, expires_ms, taken_back: false })
        }
        _ => Err(Failure::refused(StatusCode::BAD_GATEWAY, "GitHub: an answer without tokens")),
    }
}

fn authorize(request: &mut axum::http::Request<axum::body::Body>, value: &str) {
    // A token that is no header value proves nothing; the provider says so.
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
}

fn unreachable(error: &CallError) -> Failure {
    Failure::refused(StatusCode::BAD_GATEWAY, format!("GitHub cannot be reached: {error}"))
}
