//! Silences, in memory.

use incident::{Silence, SilenceId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is kept of all silences.
#[derive(Debug, Default)]
pub(super) struct Kept {
    all: BTreeMap<SilenceId, Silence>,
    changes: u64,
}

impl Kept {
    pub(super) fn after(&self, since: Timestamp) -> (u64, Vec<Silence>) {
        let left = self.all.values().filter(|silence| silence.until() > since);
        (self.changes, left.cloned().collect())
    }

    pub(super) fn keep(&mut self, silence: &Silence) -> bool {
        let before = self.all.get(&silence.id).map_or(0, |known| known.version);
        if before + 1 != silence.version {
            return false;
        }
        self.all.insert(silence.id, silence.clone());
        self.changes += 1;
        true
    }

    /// Something else was changed that is counted with them, if it was.
    pub(super) fn count(&mut self, changed: bool) {
        self.changes += u64::from(changed);
    }

    pub(super) fn newest(&self, limit: u32) -> Vec<Silence> {
        self.all.values().rev().take(limit as usize).cloned().collect()
    }
}
