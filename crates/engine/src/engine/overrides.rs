//! Overrides of schedules, as other rooms ask for them.

use super::Engine;
use crate::request::{EngineError, OverrideChange, Request};
use incident::{Actor, MadeOverride, OverrideDraft, OverrideId};
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

impl Engine {
    /// Makes an override in somebody's name. Answers once it is kept; from then on the schedules have it so, here at once and
    /// at other nodes before they decide anything.
    ///
    /// # Errors
    /// [`EngineError`]; after [`EngineError::Unavailable`] it may have been made all the same.
    pub async fn make_override(&self, draft: OverrideDraft, by: Actor) -> Result<MadeOverride, EngineError> {
        self.change_override(OverrideChange::Make { draft, by }).await
    }

    /// Ends an override early: the schedules have it as before.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn end_override(&self, id: OverrideId, by: Actor) -> Result<MadeOverride, EngineError> {
        self.change_override(OverrideChange::End { id, by }).await
    }

    /// The overrides that were made last, the newest first.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when they cannot be read.
    pub async fn overrides(&self, limit: u32) -> Result<Vec<MadeOverride>, EngineError> {
        let archive = Arc::clone(&self.archive);
        self.read(move || archive.overrides(limit)).await
    }

    /// Told each time the overrides of schedules are others than before.
    #[must_use]
    pub fn overridden(&self) -> watch::Receiver<u64> {
        self.overrides.clone()
    }

    async fn change_override(&self, change: OverrideChange) -> Result<MadeOverride, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Override { change: Box::new(change), reply })?;
        answer.await.map_err(|_| EngineError::Stopping)?
    }
}
