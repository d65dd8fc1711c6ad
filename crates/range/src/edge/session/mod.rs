//! One object a session, as the platform's durable objects are: one event at a time, state in its own storage, an alarm,
//! WebSockets that may be held while it sleeps.
//!
//! `state` is what a session is and how events change it, without clock or files; `storage` its keys on disk; `objects`
//! wakes, runs and puts objects to sleep; `hub` is who listens; `start` and `prompt` are what a session asks of the
//! services behind it; `lost` is a sandbox that ended by itself.

pub(super) mod hub;
pub(super) mod lost;
pub(super) mod objects;
pub(super) mod prompt;
pub(super) mod start;
pub(super) mod state;
mod storage;

/// The class that errors of a session object name.
pub(super) const CLASS: &str = "SessionAgent";
