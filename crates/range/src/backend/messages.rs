//! `messages.ts`: takes over what the edge hands in, and shows a session's history to its page.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::rows::Message;
use super::sessions;
use super::settings::{MESSAGE_KEY, SYNC_WORKERS};
use super::transcripts::Stored;
use super::turn::{Failure, Function, Kind, Turn};

pub(super) const SYNC: Function = Function { name: "messages:sync", kind: Kind::Mutation };
pub(super) const HISTORY: Function = Function { name: "messages:list", kind: Kind::Query };

/// Messages of one batch.
const BATCH_MAX: usize = 100;
const MINUTE_MS: i64 = 60_000;

/// What the edge hands in.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    session: String,
    messages: Vec<Message>,
}

/// Stores a batch; a message that is there already is no error.
pub(super) async fn sync(turn: &mut Turn, batch: &Batch) -> Result<Value, Failure> {
    let Batch { session, messages } = batch;
    if messages.len() > BATCH_MAX || !sessions::is_id(session) {
        let why = format!("a batch has a session and at most {BATCH_MAX} messages");
        return Err(Failure::refused(StatusCode::BAD_REQUEST, why));
    }
    turn.may_write()?;
    let backend = Arc::clone(&turn.backend);
    let _place = backend.gate.enter(|| backend.deployment.live().env_number(SYNC_WORKERS)).await?;
    let by_minute = match turn.settings.code(MESSAGE_KEY)? {
        "id" => false,
        "minute" => true,
        other => return Err(Failure::raised(format!("Error: no index messages.by_{other}"))),
    };
    let mut stored = 0;
    for message in messages {
        let key = match by_minute {
            true => format!("{session}-{}-{}", message.role, message.at_ms / MINUTE_MS),
            false => message.id.clone(),
        };
        match backend.store.transcripts().add(session, &key, message)? {
            Stored::Yes => stored += 1,
            Stored::Repeat => {
                turn.note(format!("messages: duplicate key {key} of {session}, {} skipped", message.id));
            }
            Stored::Full => turn.note(format!("messages: {session} is full, {} dropped", message.id)),
        }
    }
    turn.note(format!("messages: {stored} of {} of {session} stored", messages.len()));
    Ok(json!({ "stored": stored }))
}

/// The stored messages of a session of whoever asks.
pub(super) fn history(turn: &mut Turn, token: &str, session: &str) -> Result<Value, Failure> {
    let row = sessions::own(turn, token, session)?;
    let messages = turn.backend.store.transcripts().of(&row.id)?;
    Ok(json!({ "session": row, "messages": messages }))
}
