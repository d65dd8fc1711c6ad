//! Telling the edge that a session has lost its sandbox without an order of the edge. What the edge makes of it is its own.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::fleet::Fleet;
use super::kept::Kept;
use crate::log::ServiceName;

/// The edge answers in milliseconds.
const EDGE_WAIT: Duration = Duration::from_secs(5);
/// An edge that is away is told again so often, and so many times: it starts within a second or two.
const EDGE_ROUND: Duration = Duration::from_millis(500);
const EDGE_TRIES: u32 = 20;
/// How a sandbox ended without an order of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// Its files are a snapshot; its session can be resumed.
    Paused,
    /// There is nothing left of it.
    Gone,
}

impl Fleet {
    /// Tells the edge while we go on with other things.
    pub(super) fn tell_later(self: &Arc<Self>, kept: Kept, lost: Lost, reason: &'static str) {
        let fleet = Arc::clone(self);
        let end = self.post.life.end.clone();
        let telling = async move { fleet.tell_edge(&kept, lost, reason).await };
        self.post.life.tasks.spawn(end.run_until_cancelled_owned(telling));
    }

    /// Tells the edge that a session has lost its sandbox. An edge that is away is told again for a while; after that it
    /// finds out by itself, with the next prompt.
    pub(super) async fn tell_edge(&self, kept: &Kept, lost: Lost, reason: &str) {
        let state = match lost {
            Lost::Paused => "paused",
            Lost::Gone => "error",
        };
        let said = json!({ "session": kept.session, "sandbox": kept.id, "state": state, "reason": reason });
        let mut clock = interval(EDGE_ROUND);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failed = None;
        for _ in 0..EDGE_TRIES {
            clock.tick().await;
            match self.caller.order(ServiceName::Edge, "/sandboxes/ended", &said, EDGE_WAIT).await {
                Ok(_) => return,
                Err(error) => failed = Some(error),
            }
        }
        let why = failed.map(|error| error.to_string()).unwrap_or_default();
        self.note("sandbox", format!("the edge was not told of the end of {}: {why}", kept.id));
    }
}
