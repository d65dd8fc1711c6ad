//! Who listens to a session: its open WebSockets. The platform holds them while the object sleeps, unless the version keeps
//! them in memory.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::broadcast;

/// Frames a slow reader may lag behind; then it is sent away and comes back.
const FRAMES_MAX: usize = 256;

/// What a WebSocket is told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// A text frame.
    Frame(Arc<str>),
    /// The connection ends, with that close code and reason.
    Close(u16, &'static str),
}

/// The listeners of one session; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    feed: broadcast::Sender<Told>,
}

impl Hub {
    pub(super) fn new() -> Self {
        Self { feed: broadcast::channel(FRAMES_MAX).0 }
    }

    /// A new listener hears what is told from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Told> {
        self.feed.subscribe()
    }

    /// How many listen.
    pub(crate) fn listeners(&self) -> usize {
        self.feed.receiver_count()
    }

    /// Tells all of them. Nobody listening is no error.
    pub(super) fn tell(&self, frame: &Value) {
        let _ = self.feed.send(Told::Frame(frame.to_string().into()));
    }

    /// Sends all of them away.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        let _ = self.feed.send(Told::Close(code, reason));
    }
}
