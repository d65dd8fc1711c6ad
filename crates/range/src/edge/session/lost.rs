//! A session whose sandbox ended without an order of the edge: it crashed, its time was up, its app was stopped.

use std::sync::Arc;

use serde::Deserialize;

use super::objects::Object;
use super::start::tell_backend;
use super::state::Phase;
use crate::edge::platform::Platform;

/// What the sandbox service tells.
#[derive(Debug, Deserialize)]
pub(in crate::edge) struct SandboxEnded {
    pub(in crate::edge) session: String,
    sandbox: String,
    state: Standing,
    reason: String,
}

/// Where the session stands from now on.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Standing {
    /// There is a snapshot of its sandbox.
    Paused,
    /// There is nothing of it.
    Error,
}

/// Brings a session that works in that sandbox to where it stands now. One that has gone on elsewhere stays as it is.
pub(in crate::edge) async fn sandbox_ended(
    platform: &Arc<Platform>,
    object: &Arc<Object>,
    ended: &SandboxEnded,
) {
    let phase = match ended.state {
        Standing::Paused => Phase::Paused,
        Standing::Error => Phase::Error,
    };
    let changed = platform.object_event(object, "sandbox", |agent, turn| {
        let works_there = agent.kept.workplace.as_ref().is_some_and(|place| place.sandbox == ended.sandbox);
        if !works_there || agent.kept.phase != Phase::Running {
            return Ok(false);
        }
        let (id, sandbox, reason) = (&agent.kept.id, &ended.sandbox, &ended.reason);
        turn.notes.push(format!("session {id} lost its sandbox {sandbox}: {reason}"));
        turn.alarms.clear();
        agent.go(turn, phase, Some(reason));
        Ok(true)
    });
    // An object that failed has logged why.
    if changed.await.unwrap_or(false) {
        platform.post.metrics.count("edge_sandboxes_lost_total", "Sandboxes that ended by themselves.", &[]);
        tell_backend(platform, &object.id, phase).await;
    }
}
