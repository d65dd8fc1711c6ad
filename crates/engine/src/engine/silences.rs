//! Silences, as other rooms ask for them.

use super::Engine;
use crate::request::{EngineError, Request, SilenceChange};
use incident::{Actor, Silence, SilenceDraft, SilenceId};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Engine {
    /// Makes a silence in somebody's name. Answers once it is kept; from then on no alert that it covers opens anything.
    ///
    /// # Errors
    /// [`EngineError`]; after [`EngineError::Unavailable`] it may have been made all the same.
    pub async fn make_silence(&self, draft: SilenceDraft, by: Actor) -> Result<Silence, EngineError> {
        self.change_silence(SilenceChange::Make { draft, by }).await
    }

    /// Ends a silence early. What it held back and still fires opens its incident at once.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn end_silence(&self, id: SilenceId, by: Actor) -> Result<Silence, EngineError> {
        self.change_silence(SilenceChange::End { id, by }).await
    }

    /// The silences that were made last, the newest first.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when they cannot be read.
    pub async fn silences(&self, limit: u32) -> Result<Vec<Silence>, EngineError> {
        let archive = Arc::clone(&self.archive);
        self.read(move || archive.silences(limit)).await
    }

    async fn change_silence(&self, change: SilenceChange) -> Result<Silence, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Silence { change: Box::new(change), reply })?;
        answer.await.map_err(|_| EngineError::Stopping)?
    }
}
