//! `auth.ts`: people sign in and out, and their API tokens are checked. A token is 160 random bits; only its digest is
//! kept.

use axum::http::StatusCode;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::rows::{BadToken, Grant, Token};
use super::settings::SESSION_TOKEN_TTL_MS;
use super::turn::{Failure, Function, Kind, Turn};
use crate::chance;

/// Checks a token for the edge.
pub(super) const VALIDATE: Function = Function { name: "auth:validateToken", kind: Kind::Query };
/// Gives a token back.
pub(super) const SIGN_OUT: Function = Function { name: "auth:signOut", kind: Kind::Mutation };
/// Takes all of somebody's tokens.
pub(super) const SIGN_OUT_USER: Function = Function { name: "auth:signOutUser", kind: Kind::Mutation };

/// A token is shorter; a longer one is not looked up.
const TOKEN_BYTES_MAX: usize = 200;
/// A login has letters, digits and hyphens, as the provider's own do.
const LOGIN_BYTES_MAX: usize = 39;

/// Answers who a token belongs to.
pub(super) fn validate(turn: &mut Turn, token: &str) -> Result<Value, Failure> {
    let user = who(turn, token)?;
    turn.note(format!("validate-token ok: {}", user.user));
    Ok(json!({ "user": user.user, "expires_ms": user.expires_ms }))
}

/// The row of a token that is good; a refusal is noted.
pub(super) fn who(turn: &mut Turn, token: &str) -> Result<Token, Failure> {
    let found = {
        let rows = turn.backend.store.rows();
        match token.len() {
            0..=TOKEN_BYTES_MAX => rows.good(&digest_of(token), turn.now_ms).cloned(),
            _ => Err(BadToken::Unknown),
        }
    };
    found.map_err(|bad| {
        let why = match bad {
            BadToken::Unknown => "token unknown".to_owned(),
            BadToken::Expired(ms) => format!("token expired {} s ago", ms / 1_000),
        };
        turn.note(format!("validate-token refused: {why}"));
        Failure::refused(StatusCode::UNAUTHORIZED, why)
    })
}

/// Makes a token for somebody who has proved who they are.
pub(super) fn issue(turn: &mut Turn, login: &str, grant: Grant) -> Result<String, Failure> {
    turn.may_write()?;
    let life_ms = turn.settings.code_number(SESSION_TOKEN_TTL_MS)?;
    let (token, now_ms) = (chance::secret("tbi"), turn.now_ms);
    let row =
        Token { user: login.to_owned(), created_ms: now_ms, expires_ms: now_ms.saturating_add(life_ms) };
    turn.backend.store.change(|rows| {
        rows.sees(login, now_ms);
        rows.issue(digest_of(&token), row);
        rows.grants.insert(login.to_owned(), grant);
    })?;
    turn.note(format!("{login} signed in, token good for {life_ms} ms"));
    Ok(token)
}

/// Gives a token back; one that is not known is gone already.
pub(super) fn sign_out(turn: &mut Turn, token: &str) -> Result<Value, Failure> {
    turn.may_write()?;
    let digest = digest_of(token);
    let gone = turn.backend.store.change(|rows| rows.tokens.remove(&digest))?;
    if let Some(gone) = gone {
        turn.note(format!("{} signed out", gone.user));
    }
    Ok(json!({}))
}

/// Signs somebody out everywhere, for whoever runs the deployment.
pub(super) fn sign_out_user(turn: &mut Turn, user: &str) -> Result<Value, Failure> {
    turn.may_write()?;
    let known = turn.backend.store.change(|rows| {
        rows.sign_out(user);
        rows.users.contains_key(user)
    })?;
    if !known {
        return Err(Failure::raised(format!("Error: no user {user}")));
    }
    turn.note(format!("{user} signed out everywhere"));
    Ok(json!({ "signedOut": [user] }))
}

/// Whether a text can be somebody's login.
pub(super) fn is_login(text: &str) -> bool {
    let well = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=LOGIN_BYTES_MAX).contains(&text.len()) && text.bytes().all(well) && !text.starts_with('-')
}

fn digest_of(token: &str) -> String {
    chance::hex(digest(&SHA256, token.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_the_provider_s() {
        for login in ["ada", "practice-user-1", "A1"] {
            assert!(is_login(login), "{login}");
        }
        for other in ["", "-ada", "ada lovelace", "ada&x=1", &"a".repeat(40)] {
            assert!(!is_login(other), "{other}");
        }
    }

    #[test]
    fn a_digest_is_not_the_token() {
        assert_eq!(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
