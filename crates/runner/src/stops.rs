//! Who wants which running command to end. Knows numbers only; ending the processes is `process`'s.

use incident::IncidentId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

type Key = (IncidentId, u32);

/// The commands that run, each with its bell.
#[derive(Default)]
pub(crate) struct Stops {
    running: Mutex<BTreeMap<Key, Arc<Notify>>>,
}

/// A command that runs, for as long as this lives.
pub(crate) struct Stoppable<'a> {
    stops: &'a Stops,
    key: Key,
    bell: Arc<Notify>,
}

impl Stops {
    /// From now on this command can be stopped.
    pub(crate) fn enter(&self, incident: IncidentId, run: u32) -> Stoppable<'_> {
        let (key, bell) = ((incident, run), Arc::new(Notify::new()));
        self.with(|running| running.insert(key, Arc::clone(&bell)));
        Stoppable { stops: self, key, bell }
    }

    /// Rings for a command. The bell keeps its ring until it is heard.
    pub(crate) fn ring(&self, incident: IncidentId, run: u32) {
        if let Some(bell) = self.with(|running| running.get(&(incident, run)).cloned()) {
            bell.notify_one();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<Key, Arc<Notify>>) -> T) -> T {
        // Nothing between lock and release can leave the map half changed.
        act(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stoppable<'_> {
    /// Comes when somebody wants it to end.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }
}

impl Drop for Stoppable<'_> {
    fn drop(&mut self) {
        self.stops.with(|running| running.remove(&self.key));
    }
}
