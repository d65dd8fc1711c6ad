//! Whether what is decided can be kept: the failure of the last commit, until one succeeds.

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use std::sync::Arc;

/// Why nothing can be kept at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFault {
    /// When the first commit failed since the last that succeeded.
    pub since: Timestamp,
    /// When the last one failed.
    pub at: Timestamp,
    /// What the storage said of it; not for strangers.
    pub why: String,
}

/// What the core writes down and everybody may read.
#[derive(Debug, Default)]
pub(crate) struct Faults(ArcSwapOption<StorageFault>);

impl Faults {
    pub(crate) fn current(&self) -> Option<Arc<StorageFault>> {
        self.0.load_full()
    }

    pub(crate) fn failed(&self, at: Timestamp, why: String) {
        let since = self.current().map_or(at, |fault| fault.since);
        self.0.store(Some(Arc::new(StorageFault { since, at, why })));
    }

    pub(crate) fn kept(&self) {
        if self.0.load().is_some() {
            self.0.store(None);
        }
    }
}
