//! Signed-in browsers: a cookie with 256 bits of chance, of which only the hash is kept.

use super::keys::{fresh_secret, hash_hex};
use crate::app::App;
use crate::error::{PageProblem, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::{AccessError, Session};
use incident::{Actor, PersonId};
use jiff::SignedDuration;

/// How long a browser stays signed in: a week of on-call.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Browsers keep this name to the very host over TLS that set it.
const COOKIE_TLS: &str = "__Host-evenkeel";

/// Without TLS, on loopback.
const COOKIE_PLAIN: &str = "evenkeel";

/// Someone who is signed in; the first argument of every page that needs it.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) person: PersonId,
    /// The same, as commands name them.
    pub(crate) actor: Actor,
    /// The hash of their session's secret.
    pub(crate) session: String,
    csrf: String,
}

/// Nobody is signed in.
pub(crate) enum NotSignedIn {
    /// People are sent to sign in, and back afterwards.
    Go(String),
    /// Accounts cannot be read.
    Problem(Problem),
}

impl SignedIn {
    /// The proof for the hidden field `csrf` of this session's forms, and for the header `X-CSRF`.
    pub(crate) fn csrf(&self) -> String {
        self.csrf.clone()
    }

    /// Whoever the session cookie belongs to, if it is a session that has not ended.
    pub(crate) async fn find(app: &App, headers: &HeaderMap) -> Result<Option<Self>, AccessError> {
        let Some(secret) = cookie(app, headers) else { return Ok(None) };
        let hash = hash_hex(&secret);
        let looked_up = hash.clone();
        let session = app.access(move |access| access.session(&looked_up)).await?;
        let now = app.now();
        Ok(session.filter(|session| session.expires_at > now).map(|session| Self {
            csrf: app.own.keys.csrf.proof(hash.as_bytes()),
            actor: Actor::Person(PersonId(session.person.clone())),
            person: PersonId(session.person),
            session: hash,
        }))
    }

    /// Whether the proof is this session's own.
    pub(crate) fn proven_by(&self, app: &App, proof: &str) -> bool {
        app.own.keys.csrf.proves(self.session.as_bytes(), proof)
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match Self::find(app, &parts.headers).await {
            Ok(Some(signed_in)) => Ok(signed_in),
            Ok(None) if parts.uri.path().starts_with("/api/") => {
                Err(NotSignedIn::Problem(Problem::sign_in()))
            }
            Ok(None) => Err(NotSignedIn::Go(sign_in_address(&parts.method, &parts.uri))),
            Err(error) => Err(NotSignedIn::Problem(error.into())),
        }
    }
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::Go(to) => Redirect::to(&to).into_response(),
            Self::Problem(problem) if problem.code == "sign-in" => problem.into_response(),
            Self::Problem(problem) => PageProblem(problem).into_response(),
        }
    }
}

/// Where to sign in, and what to show afterwards: the page that was asked for, if it was only to be shown.
fn sign_in_address(method: &Method, uri: &Uri) -> String {
    let shown = method == Method::GET || method == Method::HEAD;
    let next = uri.path_and_query().filter(|_| shown).map_or("/", |path| path.as_str());
    if next == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?next={}", percent(next, b"-._~/"))
}

/// Every byte but letters, digits and those that are named, percent-encoded.
pub(crate) fn percent(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Only paths of this server are followed after signing in.
pub(crate) fn own_path(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

/// Begins a session for a person: always a new secret, never one that the browser brought. The cookie to set.
pub(crate) async fn begin(app: &App, person: &str) -> Result<HeaderValue, Problem> {
    let secret = fresh_secret(app.parts.ids.as_ref());
    let now = app.now();
    let session = Session {
        hash: hash_hex(&secret),
        person: person.to_owned(),
        created_at: now,
        expires_at: now + SESSION_LIFE,
    };
    app.access(move |access| access.put_session(&session)).await?;
    set_cookie(app, &secret, SESSION_LIFE.as_secs())
}

/// Ends a session. The cookie that forgets it.
pub(crate) async fn end(app: &App, hash: String) -> Result<HeaderValue, Problem> {
    app.access(move |access| access.drop_session(&hash)).await?;
    set_cookie(app, "", 0)
}

/// Ends whatever session the browser brought, before a new one begins.
pub(crate) async fn end_brought(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(secret) = cookie(app, headers) {
        let hash = hash_hex(&secret);
        app.access(move |access| access.drop_session(&hash)).await?;
    }
    Ok(())
}

fn set_cookie(app: &App, secret: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
    let secure = if is_tls(app) { "; Secure" } else { "" };
    let name = cookie_name(app);
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::bug(&error))
}

fn is_tls(app: &App) -> bool {
    app.parts.console_url.starts_with("https://")
}

fn cookie_name(app: &App) -> &'static str {
    if is_tls(app) { COOKIE_TLS } else { COOKIE_PLAIN }
}

fn cookie(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(app);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_followed_after_signing_in() {
        for foreign in ["https://else.example", "//else.example", "/\\else.example", "", "x", "/a\nb", "/ "] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
        assert_eq!(own_path("/incidents/inc_1?tab=a"), "/incidents/inc_1?tab=a");
    }

    #[test]
    fn the_page_asked_for_comes_back_after_signing_in() {
        let uri: Uri = "/incidents?text=a%20b&limit=1".parse().expect("a URI");
        assert_eq!(
            sign_in_address(&Method::GET, &uri),
            "/sign-in?next=/incidents%3Ftext%3Da%2520b%26limit%3D1"
        );
        assert_eq!(sign_in_address(&Method::POST, &uri), "/sign-in");
    }
}
