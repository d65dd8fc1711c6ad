//! The dance of a sign-in: from the page to the provider, and from the provider's callback back to the page, with the API
//! token in the address's fragment, which no server sees. What was begun here is remembered for ten minutes, once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use serde::Deserialize;

use super::settings::{AUTH_CALLBACK_URL, AUTH_GITHUB_ID};
use super::turn::{Failure, Function, Kind, Turn};
use super::{auth, github};
use crate::chance;
use crate::log::ServiceName;
use crate::names::{self, percent};
use crate::provider::CALLBACK_PATH;

pub(super) const BEGIN: Function = Function { name: "auth:signIn", kind: Kind::Http };
pub(super) const CALLBACK: Function = Function { name: "auth:callback", kind: Kind::Http };

/// A sign-in takes less.
const LIFE_MS: i64 = 10 * 60 * 1_000;
/// Sign-ins that are under way at once; the oldest is forgotten.
const PENDING_MAX: usize = 1_000;
/// Bytes of the page's address and of the word that it recognises its own sign-in by.
const ADDRESS_BYTES_MAX: usize = 400;

/// What the page asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    pub(super) return_to: String,
    #[serde(default)]
    nonce: String,
}

/// What the provider sends back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    code: String,
    state: String,
    error: String,
}

/// Sign-ins that are under way, by their state.
#[derive(Debug, Default)]
pub(super) struct Pending {
    all: Mutex<BTreeMap<String, Begun>>,
}

#[derive(Debug, Clone)]
struct Begun {
    return_to: String,
    nonce: String,
    redirect_uri: String,
    at_ms: i64,
}

/// Begins a sign-in; the answer is where to go.
pub(super) fn begin(turn: &mut Turn, wish: Wish, asked_host: &str) -> Result<String, Failure> {
    let Wish { return_to, nonce } = wish;
    if return_to.len().max(nonce.len()) > ADDRESS_BYTES_MAX || !knows_page(turn, &return_to)? {
        let why = "sign-in leads back to no page of the product";
        return Err(Failure::refused(StatusCode::BAD_REQUEST, why));
    }
    let caller = &turn.backend.caller;
    let origin = |service| {
        let away =
            || Failure::refused(StatusCode::BAD_GATEWAY, format!("GitHub cannot be reached: no {service}"));
        names::origin_of(service, asked_host, caller).ok_or_else(away)
    };
    let redirect_uri = match turn.settings.env.get(AUTH_CALLBACK_URL) {
        Some(set) => set.clone(),
        None => format!("{}{CALLBACK_PATH}", origin(ServiceName::Backend)?),
    };
    let provider = origin(ServiceName::Provider)?;
    let client = percent(turn.settings.env(AUTH_GITHUB_ID)?);
    let state = chance::secret("st");
    let callback = percent(&redirect_uri);
    let begun = Begun { return_to, nonce, redirect_uri, at_ms: turn.now_ms };
    turn.backend.pending.add(state.clone(), begun);
    turn.note("sign-in begins");
    Ok(format!("{provider}/login/oauth/authorize?client_id={client}&redirect_uri={callback}&state={state}"))
}

/// Ends a sign-in; the answer is where to go: the page, with a token or with an error in the fragment.
pub(super) async fn end(turn: &mut Turn, back: Back) -> Result<String, Failure> {
    let Some(begun) = turn.backend.pending.take(&back.state, turn.now_ms) else {
        let why = "this sign-in is unknown or too old: begin again";
        return Err(Failure::refused(StatusCode::BAD_REQUEST, why));
    };
    let signed_in = async {
        if !back.error.is_empty() {
            let said: String = back.error.chars().take(80).collect();
            return Err(Failure::refused(StatusCode::BAD_GATEWAY, format!("GitHub: {said}")));
        }
        let (login, grant) = github::exchange(turn, &back.code, &begun.redirect_uri).await?;
        let token = auth::issue(turn, &login, grant)?;
        Ok((login, token))
    };
    let (page, nonce) = (&begun.return_to, percent(&begun.nonce));
    match signed_in.await {
        Ok((login, token)) => Ok(format!("{page}#token={token}&name={login}&nonce={nonce}")),
        Err(failure) => {
            turn.raise(format!("Error: sign-in failed: {}", failure.why()));
            Ok(format!("{page}#error=Sign-in%20failed&nonce={nonce}"))
        }
    }
}

/// Whether an address is of one of the product's pages.
fn knows_page(turn: &Turn, address: &str) -> Result<bool, Failure> {
    let Some((scheme, rest)) = address.split_once("://") else { return Ok(false) };
    let host = rest.split('/').next().unwrap_or_default();
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic()) && !rest.contains(['#', '?', '\\']);
    Ok(plain && turn.settings.knows_origin(&format!("{scheme}://{host}"))?)
}

impl Pending {
    fn add(&self, state: String, begun: Begun) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| one.at_ms + LIFE_MS > begun.at_ms);
        while all.len() >= PENDING_MAX {
            let oldest = all.iter().min_by_key(|(_, one)| one.at_ms).map(|(state, _)| state.clone());
            let Some(oldest) = oldest else { break };
            all.remove(&oldest);
        }
        all.insert(state, begun);
    }

    fn take(&self, state: &str, now_ms: i64) -> Option<Begun> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(state).filter(|begun| begun.at_ms + LIFE_MS > now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(at_ms: i64) -> Begun {
        let text = String::new;
        Begun { return_to: text(), nonce: text(), redirect_uri: text(), at_ms }
    }

    #[test]
    fn a_sign_in_ends_once_and_in_time() {
        let pending = Pending::default();
        pending.add("a".to_owned(), begun(0));
        pending.add("b".to_owned(), begun(0));
        assert!(pending.take("a", 1).is_some());
        assert!(pending.take("a", 1).is_none());
        assert!(pending.take("b", LIFE_MS).is_none());
    }

    #[test]
    fn there_is_a_bound() {
        let pending = Pending::default();
        for n in 0..=PENDING_MAX {
            pending.add(format!("s{n}"), begun(i64::try_from(n).unwrap()));
        }
        assert!(pending.take("s0", 1).is_none());
        assert!(pending.take("s1", 1).is_some());
    }
}
