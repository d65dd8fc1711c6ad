//! The provider's requests, in the shapes of GitHub's: authorize, access token, user, and taking a grant back. An error
//! of the token exchange is a 200 with an `error` in it, as there.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{any, delete, get, post as posted};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::grants::{ACCESS_LIFE_MS, Grants, Pair, REFRESH_LIFE_MS};
use super::{CALLBACK_PATH, CLIENT_ID, CLIENT_SECRET};
use crate::log::{Log, Outcome, Record, ServiceName};
use crate::names::percent;
use crate::service::{Post, Rooms};
use crate::state_file::{read_json, write_json};
use crate::{RangeError, chance, clock};

/// Requests are a few words.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a `state` or a code that is carried through.
const WORD_BYTES_MAX: usize = 400;
/// What its pages may load: their own style and picture. Where a form may go is left open: browsers hold the redirect to
/// the app's callback to it, too.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Debug, Clone)]
struct Provider {
    grants: Arc<Mutex<Grants>>,
    path: PathBuf,
    log: Log,
}

/// What the app asks for.
#[derive(Debug, Deserialize)]
struct Wish {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    state: String,
}

/// Who somebody says they are.
#[derive(Debug, Deserialize)]
struct Said {
    login: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Exchange {
    client_id: String,
    client_secret: String,
    code: String,
    redirect_uri: String,
    grant_type: String,
    refresh_token: String,
}

#[derive(Debug, Deserialize)]
struct Taken {
    access_token: String,
}

/// Reads the grants there are, and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let path = post.folder()?.join("grants.json");
    let grants = read_json(&path)?.unwrap_or_default();
    let provider = Provider { grants: Arc::new(Mutex::new(grants)), path, log: post.log.clone() };
    let public = Router::new()
        .route("/", any(async || Json(json!({ "status": "ok", "practice": true }))))
        .route("/login/oauth/authorize", get(ask).post(agree))
        .route("/login/oauth/access_token", posted(exchange))
        .route("/style.css", get(style))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/user", get(user))
        .route("/applications/{client_id}/grant", delete(revoke))
        .fallback(async || (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(with_policy))
        .with_state(provider);
    Ok(Rooms { public, admin: Router::new(), https: None })
}

async fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/style.css")).into_response()
}

/// The page on which somebody says who they are.
async fn ask(State(provider): State<Provider>, Query(wish): Query<Wish>) -> Response {
    provider.refusal(&wish).unwrap_or_else(|| Html(include_str!("page/authorize.html")).into_response())
}

async fn agree(
    State(provider): State<Provider>,
    Query(wish): Query<Wish>,
    Form(said): Form<Said>,
) -> Response {
    if let Some(refusal) = provider.refusal(&wish) {
        return refusal;
    }
    let login = said.login.trim();
    if !is_login(login) {
        return (StatusCode::UNPROCESSABLE_ENTITY, Html(include_str!("page/login.html"))).into_response();
    }
    let (code, now_ms) = (chance::secret("code"), clock::now_ms());
    provider.grants().agree(digest_of(&code), login, &wish.redirect_uri, now_ms);
    provider.note("authorize", format!("{login} lets the app in"), StatusCode::SEE_OTHER);
    let joined = if wish.redirect_uri.contains('?') { '&' } else { '?' };
    let state = percent(&wish.state);
    Redirect::to(&format!("{}{joined}code={code}&state={state}", wish.redirect_uri)).into_response()
}

async fn exchange(State(provider): State<Provider>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Exchange>(&body) else {
        let why = json!({ "message": "body: expected one JSON object" });
        return (StatusCode::BAD_REQUEST, Json(why)).into_response();
    };
    if asked.client_id != CLIENT_ID || asked.client_secret != CLIENT_SECRET {
        return provider.refuse_exchange("incorrect_client_credentials");
    }
    let (access, refresh) = (chance::secret("ghu"), chance::secret("ghr"));
    let pair = Pair { access: digest_of(&access), refresh: digest_of(&refresh) };
    let now_ms = clock::now_ms();
    let (done, otherwise) = {
        let mut grants = provider.grants();
        match asked.grant_type.as_str() {
            "refresh_token" => {
                (grants.refresh(&digest_of(&asked.refresh_token), pair, now_ms), "bad_refresh_token")
            }
            _ => {
                let code = digest_of(&asked.code);
                (grants.exchange(&code, &asked.redirect_uri, pair, now_ms), "bad_verification_code")
            }
        }
    };
    if done.is_none() {
        return provider.refuse_exchange(otherwise);
    }
    if let Err(error) = provider.write() {
        return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "message": error.to_string() })))
            .into_response();
    }
    provider.note("access_token", "tokens given".to_owned(), StatusCode::OK);
    let (expires_in, refresh_in) = (ACCESS_LIFE_MS / 1_000, REFRESH_LIFE_MS / 1_000);
    Json(json!({
        "access_token": access, "expires_in": expires_in, "refresh_token": refresh,
        "refresh_token_expires_in": refresh_in, "token_type": "bearer", "scope": "",
    }))
    .into_response()
}

async fn user(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let token = text_of(&headers, "Bearer ").or_else(|| text_of(&headers, "token ")).unwrap_or_default();
    let login = provider.grants().login_of(&digest_of(token), clock::now_ms()).map(str::to_owned);
    match login {
        Some(login) => Json(json!({ "login": login, "id": number_of(&login) })).into_response(),
        None => {
            provider.note("user", "Bad credentials".to_owned(), StatusCode::UNAUTHORIZED);
            (StatusCode::UNAUTHORIZED, Json(json!({ "message": "Bad credentials" }))).into_response()
        }
    }
}

/// The app gives a grant back, proving itself with id and secret.
async fn revoke(
    State(provider): State<Provider>,
    Path(client): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let proof = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    if client != CLIENT_ID || text_of(&headers, "Basic ") != Some(proof.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "message": "Bad credentials" }))).into_response();
    }
    let Ok(taken) = serde_json::from_slice::<Taken>(&body) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "message": "access_token is missing" })))
            .into_response();
    };
    let found = provider.grants().revoke(&digest_of(&taken.access_token));
    match (found, provider.write()) {
        (true, Ok(())) => {
            provider.note("grant", "a grant was taken back".to_owned(), StatusCode::NO_CONTENT);
            StatusCode::NO_CONTENT.into_response()
        }
        (false, _) => (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))).into_response(),
        (true, Err(error)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "message": error.to_string() }))).into_response()
        }
    }
}

impl Provider {
    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> Result<(), RangeError> {
        write_json(&self.path, &*self.grants())
    }

    /// The answer to an app that is not known, or to a callback that is not its own.
    fn refusal(&self, wish: &Wish) -> Option<Response> {
        if wish.client_id != CLIENT_ID || wish.state.len() > WORD_BYTES_MAX {
            let page = Html(include_str!("page/unknown.html"));
            return Some((StatusCode::NOT_FOUND, page).into_response());
        }
        if !is_registered(&wish.redirect_uri) {
            let uri: String = wish.redirect_uri.chars().take(WORD_BYTES_MAX).collect();
            let why = format!("redirect_uri_mismatch: {uri} is not registered for the app");
            self.note("authorize", why, StatusCode::BAD_REQUEST);
            return Some((StatusCode::BAD_REQUEST, Html(include_str!("page/mismatch.html"))).into_response());
        }
        None
    }

    fn refuse_exchange(&self, error: &str) -> Response {
        self.note("access_token", error.to_owned(), StatusCode::OK);
        Json::<Value>(json!({ "error": error })).into_response()
    }

    fn note(&self, function: &str, text: String, status: StatusCode) {
        self.log.add(Record {
            at_ms: clock::now_ms(),
            service: ServiceName::Provider,
            function: function.to_owned(),
            method: Method::POST.to_string(),
            url: String::new(),
            status: status.as_u16(),
            outcome: Outcome::Ok,
            notes: vec![text],
            exceptions: Vec::new(),
        });
    }
}

/// The callbacks of the app: the product's own, and on this machine any port, as the real provider allows.
fn is_registered(redirect_uri: &str) -> bool {
    let Some(origin) = redirect_uri.strip_suffix(CALLBACK_PATH) else { return false };
    if origin == "https://cheery-anaconda-510.convex.site" {
        return true;
    }
    let local = |name| origin.strip_prefix("http://").and_then(|host| host.strip_prefix(name));
    let port = local("127.0.0.1").or_else(|| local("backend.tabbi.localhost"));
    port.is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    })
}

/// Letters, digits and single hyphens inside, at most 39.
fn is_login(text: &str) -> bool {
    let well = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=39).contains(&text.len()) && text.bytes().all(well) && !text.starts_with('-') && !text.ends_with('-')
}

/// A number of somebody's own, the same each time.
fn number_of(login: &str) -> u32 {
    login.bytes().fold(2_166_136_261, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619))
}

fn digest_of(token: &str) -> String {
    chance::hex(digest(&SHA256, token.as_bytes()).as_ref())
}

fn text_of<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_app_s_own_callbacks_are_registered() {
        for (uri, registered) in [
            ("https://cheery-anaconda-510.convex.site/api/auth/callback/github", true),
            ("http://127.0.0.1:4711/api/auth/callback/github", true),
            ("http://backend.tabbi.localhost:80/api/auth/callback/github", true),
            ("https://preview.tabbi.dev/api/auth/callback/github", false),
            ("http://127.0.0.1:4711/elsewhere", false),
            ("http://127.0.0.1.example/api/auth/callback/github", false),
            ("http://127.0.0.1:80@evil.example/api/auth/callback/github", false),
            ("", false),
        ] {
            assert_eq!(is_registered(uri), registered, "{uri}");
        }
    }

    #[test]
    fn logins_are_plain() {
        assert!(is_login("practice-user-1"));
        for other in ["", "-a", "a-", "a b", "a&b", &"a".repeat(40)] {
            assert!(!is_login(other), "{other}");
        }
    }
}
