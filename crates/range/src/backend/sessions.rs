//! `sessions.ts`: the rows of sessions, which follow the edge's, as the web page lists them.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth;
use super::rows::Session;
use super::turn::{Failure, Function, Kind, Turn};

pub(super) const CREATE: Function = Function { name: "sessions:createSession", kind: Kind::Mutation };
pub(super) const CHANGE: Function = Function { name: "sessions:setState", kind: Kind::Mutation };
pub(super) const LIST: Function = Function { name: "sessions:list", kind: Kind::Query };

/// Sessions that the page lists.
const LISTED_MAX: usize = 20;
/// Bytes of an id, a state or a repository's name.
const WORD_BYTES_MAX: usize = 120;

/// A session that the edge begins.
#[derive(Debug, Deserialize)]
pub(super) struct Begun {
    token: String,
    id: String,
    repository: String,
}

/// What becomes of it.
#[derive(Debug, Deserialize)]
pub(super) struct Changed {
    state: String,
}

/// Stores the row of a session.
pub(super) fn create(turn: &mut Turn, begun: Begun) -> Result<Value, Failure> {
    let user = auth::who(turn, &begun.token)?.user;
    let Begun { id, repository, .. } = begun;
    if !is_id(&id) || repository.is_empty() || repository.len() > WORD_BYTES_MAX {
        return Err(Failure::refused(StatusCode::BAD_REQUEST, "a session has an id and a repository"));
    }
    turn.may_write()?;
    let now_ms = turn.now_ms;
    let state = "starting".to_owned();
    let row = Session { id: id.clone(), user, repository, state, created_ms: now_ms, changed_ms: now_ms };
    let gone = turn.backend.store.change(|rows| rows.begin(row))?;
    for old in gone {
        turn.backend.store.transcripts().forget(&old);
    }
    turn.note(format!("sessions row stored for {id}"));
    Ok(json!({}))
}

/// Notes where a session stands.
pub(super) fn change(turn: &mut Turn, id: &str, changed: Changed) -> Result<Value, Failure> {
    if changed.state.is_empty() || changed.state.len() > WORD_BYTES_MAX {
        return Err(Failure::refused(StatusCode::BAD_REQUEST, "a state is a short word"));
    }
    turn.may_write()?;
    let now_ms = turn.now_ms;
    let Changed { state } = changed;
    let said = format!("session {id} is {state}");
    let known = turn.backend.store.change(|rows| match rows.sessions.get_mut(id) {
        Some(row) => {
            (row.state, row.changed_ms) = (state, now_ms);
            true
        }
        None => false,
    })?;
    if !known {
        return Err(no_such_session());
    }
    turn.note(said);
    Ok(json!({}))
}

/// The newest sessions of whoever asks.
pub(super) fn list(turn: &mut Turn, token: &str) -> Result<Value, Failure> {
    let user = auth::who(turn, token)?.user;
    let rows = turn.backend.store.rows();
    Ok(json!({ "sessions": rows.sessions_of(&user, LISTED_MAX) }))
}

/// The row of a session, when it belongs to whoever asks.
pub(super) fn own(turn: &mut Turn, token: &str, id: &str) -> Result<Session, Failure> {
    let user = auth::who(turn, token)?.user;
    let found = turn.backend.store.rows().sessions.get(id).cloned();
    found.filter(|row| row.user == user).ok_or_else(no_such_session)
}

/// Whether a text can be a session's id, and so the name of a file.
pub(super) fn is_id(text: &str) -> bool {
    let well = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=WORD_BYTES_MAX).contains(&text.len()) && text.bytes().all(well)
}

fn no_such_session() -> Failure {
    Failure::refused(StatusCode::NOT_FOUND, "no such session")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_path() {
        assert!(is_id("ses_1f0c9a77b2"));
        for other in ["", "../rows", "a/b", "a.b", &"a".repeat(121)] {
            assert!(!is_id(other), "{other}");
        }
    }
}
