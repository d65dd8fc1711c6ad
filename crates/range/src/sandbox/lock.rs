//! The lock of the app's image cache: whoever makes a sandbox holds it for a moment. A container that hangs while it holds
//! it keeps everybody waiting; fresh containers begin with a free one.

use tokio::sync::watch;

use super::fleet::Fleet;
use crate::chance;

/// The lock of one generation of containers.
#[derive(Debug)]
pub(super) struct ImageLock {
    /// The container that holds it and hangs.
    holder: watch::Sender<Option<String>>,
}

impl ImageLock {
    pub(super) fn free_one() -> Self {
        Self { holder: watch::Sender::new(None) }
    }

    pub(super) fn is_held(&self) -> bool {
        self.holder.borrow().is_some()
    }

    /// A container takes it and hangs.
    pub(super) fn hang(&self, fleet: &Fleet) {
        let container = chance::short_id("ta").replace('_', "-");
        fleet.note("create_sandbox", format!("container {container} holds the image lock"));
        self.holder.send_replace(Some(container));
    }

    /// Fresh containers: nobody holds it.
    pub(super) fn free(&self) {
        self.holder.send_replace(None);
    }

    /// Waits until nobody holds it; the caller has a limit.
    pub(super) async fn wait(&self, fleet: &Fleet, id: &str) {
        let mut holder = self.holder.subscribe();
        let held = holder.borrow_and_update().clone();
        if let Some(container) = held {
            let text =
                format!("create_sandbox {id} waits for the image lock, which container {container} holds");
            fleet.note("create_sandbox", text);
        }
        // The sender lives as long as the service.
        let _ = holder.wait_for(Option::is_none).await;
    }
}
