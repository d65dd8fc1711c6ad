//! Where signs of life arrive and where everybody sees how heartbeats stand.

use engine::ports::{Clock, Coming, HeartbeatBoard, HeartbeatRecords, HeartbeatView, Sign, SignRefusal};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore};

/// So many signs are written at once; the others wait their turn.
const WRITING_MAX: usize = 4;

/// More of what a caller says is not kept.
const SAID_CHARS_MAX: usize = 1_000;

/// Takes signs, and shows how heartbeats stand.
pub struct Switchboard {
    names: BTreeSet<String>,
    records: Arc<dyn HeartbeatRecords>,
    clock: Arc<dyn Clock>,
    writing: Semaphore,
    seen: Mutex<Seen>,
    /// A sign has come.
    pub(super) rung: Notify,
}

#[derive(Default)]
struct Seen {
    views: Vec<HeartbeatView>,
    /// Those whose silence or failure has ended since the listener last looked.
    ended: BTreeSet<String>,
}

impl Switchboard {
    pub(super) fn new(
        names: BTreeSet<String>,
        records: Arc<dyn HeartbeatRecords>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (writing, rung) = (Semaphore::new(WRITING_MAX), Notify::new());
        Self { names, records, clock, writing, seen: Mutex::default(), rung }
    }

    pub(super) fn show(&self, views: Vec<HeartbeatView>) {
        self.seen().views = views;
    }

    /// Whose silence or failure has ended since the last time.
    pub(super) fn take_ended(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.seen().ended)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep(&self, name: &str, sign: Sign, said: &str) -> Result<(), SignRefusal> {
        if !self.names.contains(name) {
            return Err(SignRefusal::NoHeartbeat(name.to_owned()));
        }
        let not_kept = |why: String| SignRefusal::NotKept(why);
        let _turn = self.writing.acquire().await.map_err(|error| not_kept(error.to_string()))?;
        let (records, at) = (Arc::clone(&self.records), self.clock.now());
        let said: String = said.chars().take(SAID_CHARS_MAX).collect();
        let owned = name.to_owned();
        let written = tokio::task::spawn_blocking(move || records.sign(&owned, sign, at, &said)).await;
        let written = written.map_err(|error| not_kept(error.to_string()))?;
        if written.map_err(|error| not_kept(error.to_string()))? {
            self.seen().ended.insert(name.to_owned());
        }
        self.rung.notify_one();
        Ok(())
    }
}

impl HeartbeatBoard for Switchboard {
    fn sign<'a>(&'a self, name: &'a str, sign: Sign, said: &'a str) -> Coming<'a, Result<(), SignRefusal>> {
        Box::pin(self.keep(name, sign, said))
    }

    fn all(&self) -> Vec<HeartbeatView> {
        self.seen().views.clone()
    }
}
