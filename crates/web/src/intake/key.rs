//! Where a source's key stands: in the path, in the headers, or for one format in the body.

use crate::app::App;
use crate::auth::bearer;
use axum::http::{HeaderMap, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::ports::{Scope, Token};
use std::sync::Arc;

/// The token of a source by its key. A responder's token may send alerts as well.
pub(super) fn source(app: &App, key: &str) -> Option<Arc<Token>> {
    let token = app.own.tokens.find(key)?;
    match token.scope {
        Scope::Alerts | Scope::Respond => Some(token),
        Scope::Read | Scope::Agent | Scope::Calendar => None,
    }
}

/// The key that came beside the body: after `/in/`, as a bearer token, or as the password of basic credentials.
pub(super) fn beside(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    in_path(uri.path())
        .map(str::to_owned)
        .or_else(|| bearer(headers).map(str::to_owned))
        .or_else(|| basic(headers))
}

fn in_path(path: &str) -> Option<&str> {
    path.strip_prefix("/in/")?.split('/').next()
}

fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}
