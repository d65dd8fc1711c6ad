//! Overrides of schedules, in memory.

use incident::{MadeOverride, OverrideId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is kept of all overrides.
#[derive(Debug, Default)]
pub(super) struct Kept {
    all: BTreeMap<OverrideId, MadeOverride>,
}

impl Kept {
    pub(super) fn after(&self, since: Timestamp) -> Vec<MadeOverride> {
        self.all.values().filter(|made| made.until() > since).cloned().collect()
    }

    pub(super) fn keep(&mut self, made: &MadeOverride) -> bool {
        let before = self.all.get(&made.id).map_or(0, |known| known.version);
        let next = before + 1 == made.version;
        if next {
            self.all.insert(made.id, made.clone());
        }
        next
    }

    pub(super) fn newest(&self, limit: u32) -> Vec<MadeOverride> {
        self.all.values().rev().take(limit as usize).cloned().collect()
    }
}
