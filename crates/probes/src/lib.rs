//! Evenkeel's own probes: what the team runs is looked at from outside, judged, and told as an alert while it is down.
//!
//! Lives here: `judge`, the pure half; looking, the half with I/O; the prober, which looks in time and tells the engine by
//! the same door as every other source; and heartbeats, whose silence is told by it. Must never be here: SQL, pages, what an incident does, child processes (a
//! command goes through the executor's port).

mod alert;
mod board;
mod heartbeats;
pub mod judge;
mod keeper;
mod look;
mod probe;
mod prober;
mod setting;
mod suggest;
mod telling;
mod timetable;

pub use board::Board;
pub use heartbeats::{Heartbeat, HeartbeatSetting, Listener, ListenerParts, Switchboard};
pub use look::{Attempt, Phases};
pub use probe::{Family, Hidden, Kind, Other, Place, Probe, Telling, WebAsk};
pub use prober::{Prober, ProberParts, try_once};
pub use setting::{Length, ProbeSetting};
pub use suggest::{Suggestion, suggest};
