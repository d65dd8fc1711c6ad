//! Overrides of schedules that people made.
//!
//! The table is the truth. What is read of it is laid over the settings, so that whoever asks the roster, here or in another
//! room, is told what holds now. It is read again whenever another node has changed something, or when it is not known
//! whether a change was kept.

use super::writing::Table;
use super::{After, Core};
use crate::ports::{Journal, JournalError};
use crate::request::{EngineError, OverrideChange};
use crate::settings::Settings;
use incident::{MadeOverride, OVERRIDES_MAX, OverrideId, Refusal};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// So long after its end an override still tells who was on call.
const PAST_KEPT: SignedDuration = SignedDuration::from_hours(100 * 24);

/// What the core knows of overrides.
#[derive(Debug, Default)]
pub(super) struct Known {
    made: Arc<[MadeOverride]>,
    /// The settings that they are laid over.
    over: Option<Arc<Settings>>,
    /// How often they were changed, by the count that was heard last.
    changes: u64,
    /// Whether they must be read before anything is decided.
    stale: bool,
}

impl Core {
    /// Reads what there is at the start.
    pub(super) fn open_overrides(&mut self) -> Result<(), JournalError> {
        self.overrides.stale = true;
        self.know_overrides()
    }

    /// Others have changed something so often; if that is news, overrides are read before anything is decided.
    pub(super) fn hear_of_overrides(&mut self, changes: u64) {
        self.overrides.stale |= changes != self.overrides.changes;
        self.overrides.changes = changes;
    }

    /// Brings the settings' roster up to date with the table.
    pub(super) fn know_overrides(&mut self) -> Result<(), JournalError> {
        if self.overrides.stale {
            let since = self.world.clock.now() - PAST_KEPT;
            let made: Arc<[MadeOverride]> = self.world.journal.overrides(since)?.into();
            self.overrides.stale = false;
            if made != self.overrides.made {
                (self.overrides.made, self.overrides.over) = (made, None);
            }
        }
        self.lay_over();
        Ok(())
    }

    /// Lays them over whatever settings stand, also such as were read meanwhile.
    fn lay_over(&mut self) {
        loop {
            let current = self.world.settings.load_full();
            if self.overrides.over.as_ref().is_some_and(|over| Arc::ptr_eq(over, &current)) {
                return;
            }
            if current.overrides == self.overrides.made {
                self.overrides.over = Some(current);
                return;
            }
            let next = Arc::new(current.overridden(&self.overrides.made));
            let before = self.world.settings.compare_and_swap(&current, Arc::clone(&next));
            if Arc::ptr_eq(&before, &current) {
                self.overrides.over = Some(next);
                self.world.overridden.send_modify(|count| *count += 1);
                return;
            }
        }
    }

    /// Makes or ends one. Answers once that is kept.
    pub(crate) fn change_override(
        &mut self,
        change: &OverrideChange,
        after: &mut After,
    ) -> Result<MadeOverride, EngineError> {
        let table = Table { stale: |core| &mut core.overrides.stale, know: Self::know_overrides };
        let keep = |journal: &mut dyn Journal, made: &MadeOverride| journal.keep_override(made);
        self.keep_change(&table, |core| core.otherwise(change), keep, after)
    }

    fn otherwise(&self, change: &OverrideChange) -> Result<MadeOverride, Refusal> {
        let now = self.world.clock.now();
        match change {
            OverrideChange::Make { draft, by } => {
                if self.overrides.made.iter().filter(|made| made.until() > now).count() >= OVERRIDES_MAX {
                    let why = format!("there are {OVERRIDES_MAX} that have not ended; end some first");
                    return Err(Refusal::NotNow { what: "override", why });
                }
                let id = self.world.ids.made_override(self.after_the_newest(now));
                let settings = self.world.settings.load();
                MadeOverride::new(id, draft.clone(), by.clone(), now, &settings.roster)
            }
            OverrideChange::End { id, by } => self.made_override(*id)?.end(by.clone(), now),
        }
    }

    /// An instant for the id of the next one. Ids say which was made last, and that one counts: also when the clock of whoever
    /// made the one before was ahead of this one's.
    fn after_the_newest(&self, now: Timestamp) -> Timestamp {
        let newest = self.overrides.made.iter().map(|made| made.id.unix_ms()).max();
        let after = newest.and_then(|newest| i64::try_from(newest.checked_add(1)?).ok());
        after.and_then(|after| Timestamp::from_millisecond(after).ok()).map_or(now, |after| after.max(now))
    }

    fn made_override(&self, id: OverrideId) -> Result<&MadeOverride, Refusal> {
        let found = self.overrides.made.iter().find(|made| made.id == id);
        found.ok_or_else(|| Refusal::NotNow { what: "override", why: format!("{id} is over, or never was") })
    }
}
