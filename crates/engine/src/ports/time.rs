//! The clock and chance. Nothing else in the engine knows what time it is.

use super::Coming;
use core::time::Duration;
use incident::{IncidentId, OverrideId, SilenceId};
use jiff::Timestamp;

/// The clock. It may run faster than the world's, in a demonstration.
pub trait Clock: Send + Sync {
    /// What time it is, in whole milliseconds.
    fn now(&self) -> Timestamp;

    /// How long the world must wait until the clock shows `at`; zero when it is past.
    fn wait(&self, at: Timestamp) -> Duration;

    /// Waits until the clock shows `at`.
    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()>;

    /// Waits so long in the world's own time, whatever the clock shows: limits are of the world.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the engine waits in the world's own time"
    )]
    fn pass(&self, length: Duration) -> Coming<'_, ()> {
        Box::pin(tokio::time::sleep(length))
    }
}

/// Chance, and the ids made of it.
pub trait Ids: Send + Sync {
    /// A new id; ids sort by `now`.
    fn incident(&self, now: Timestamp) -> IncidentId;

    /// A new id of a silence; they sort by `now` as well.
    fn silence(&self, now: Timestamp) -> SilenceId {
        self.incident(now).into()
    }

    /// A new id of an override; they sort by `now` as well.
    fn made_override(&self, now: Timestamp) -> OverrideId {
        self.incident(now).into()
    }

    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
