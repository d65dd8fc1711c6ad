//! What the engine says of itself, for whoever watches the watcher.

use super::Engine;
use crate::request::EngineError;
use crate::vitals::{Counts, Tally, Vitals};
use core::time::Duration;
use jiff::Timestamp;

/// A core that does not come round within so long stands still: its turns take milliseconds.
const TURN_LIMIT: Duration = Duration::from_secs(5);

impl Engine {
    /// How the core goes, answered after a whole turn.
    ///
    /// # Errors
    /// [`EngineError`] when the core has not come round in time, or has ended.
    pub async fn vitals(&self) -> Result<Vitals, EngineError> {
        tokio::select! {
            biased;
            vitals = self.asking.ask() => vitals.map_err(|_| EngineError::Stopping),
            () = self.clock.pass(TURN_LIMIT) => {
                let why = format!("the core has not come round for {} s", TURN_LIMIT.as_secs());
                Err(EngineError::Unavailable(why))
            }
        }
    }

    /// When the core last came round. A turn takes milliseconds, or as long as a storage that does not answer is waited for.
    #[must_use]
    pub fn turned_at(&self) -> Timestamp {
        self.asking.turned_at()
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }
}
