//! Heartbeats: who is expected to be heard from time to time, and what becomes of it when they are not.
//!
//! `setting` and `due` are pure; `listener` is the task that waits for silences and tells the engine, by the same door as
//! every other source.

mod alert;
mod due;
mod listener;
mod setting;
mod switchboard;

pub use listener::{Listener, ListenerParts};
pub use setting::{Heartbeat, HeartbeatSetting};
pub use switchboard::Switchboard;
