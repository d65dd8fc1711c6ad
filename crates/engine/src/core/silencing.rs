//! Silences, and the alerts that they hold back.
//!
//! The table of silences is the truth; what is in memory is read again whenever another node has changed one, or when it is
//! not known whether a change was kept. A held alert is a stream like an incident's, and the row says by what it is held:
//! whatever names something that is over is judged again, so that no alert is forgotten between an end and its judging,
//! whoever died there.

use super::writing::Table;
use super::{After, Core};
use crate::ports::{Journal, JournalError};
use crate::request::{EngineError, SilenceChange};
use crate::settings::Settings;
use incident::{Command, IncidentId, Refusal, SILENCES_MAX, Silence, SilenceId, Silences};
use std::sync::Arc;

/// How many held alerts are judged in one transaction.
const JUDGED_AT_ONCE: usize = 256;

/// What the core knows of silences.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) all: Arc<Silences>,
    /// The settings whose windows are among them.
    with: Option<Arc<Settings>>,
    /// How often silences were changed, by the count of what was read last.
    changes: u64,
    /// Whether they must be read before anything is decided.
    stale: bool,
    /// Whether something may have ended: what is held is to be looked through.
    ended: bool,
    /// Held alerts that wait to be judged.
    unjudged: Vec<IncidentId>,
}

impl Core {
    /// Reads what there is at the start.
    pub(super) fn open_silences(&mut self) -> Result<(), JournalError> {
        (self.silences.stale, self.silences.ended) = (true, true);
        self.know_silences()
    }

    /// Others have changed silences so often; if that is news, they are read before anything is decided.
    pub(super) fn hear_of_silences(&mut self, changes: u64) {
        self.silences.stale |= changes != self.silences.changes;
    }

    /// Brings memory up to date with the table and the settings.
    pub(super) fn know_silences(&mut self) -> Result<(), JournalError> {
        let settings = self.world.settings.load_full();
        let same = self.silences.with.as_ref().is_some_and(|with| Arc::ptr_eq(with, &settings));
        if same && !self.silences.stale {
            return Ok(());
        }
        let (changes, made) = self.world.journal.silences(self.world.clock.now())?;
        let known = &mut self.silences;
        known.all = Arc::new(Silences::new(made, Arc::clone(&settings.windows)));
        (known.with, known.changes) = (Some(settings), changes);
        (known.stale, known.ended) = (false, true);
        Ok(())
    }

    /// Makes or ends one. Answers once that is kept.
    pub(crate) fn change_silence(
        &mut self,
        change: &SilenceChange,
        after: &mut After,
    ) -> Result<Silence, EngineError> {
        let table = Table { stale: |core| &mut core.silences.stale, know: Self::know_silences };
        let keep = |journal: &mut dyn Journal, made: &Silence| journal.keep_silence(made);
        self.keep_change(&table, |core| core.changed(change), keep, after)
    }

    fn changed(&self, change: &SilenceChange) -> Result<Silence, Refusal> {
        let now = self.world.clock.now();
        let known = &self.silences.all;
        match change {
            SilenceChange::Make { draft, by } => {
                if known.made().filter(|silence| silence.until() > now).count() >= SILENCES_MAX {
                    let why = format!("there are {SILENCES_MAX} that have not ended; end some first");
                    return Err(Refusal::NotNow { what: "silence", why });
                }
                Silence::new(self.world.ids.silence(now), draft.clone(), by.clone(), now)
            }
            SilenceChange::End { id, by } => self.made(*id)?.end(by.clone(), now),
        }
    }

    fn made(&self, id: SilenceId) -> Result<&Silence, Refusal> {
        let found = self.silences.all.made().find(|silence| silence.id == id);
        found.ok_or_else(|| Refusal::NotNow { what: "silence", why: format!("{id} is over, or never was") })
    }

    /// What is held is looked through now and then, whatever is known to have ended: another node may have held an alert by
    /// what this one was just ending, and for a clock that was set back an end comes again.
    pub(crate) const fn sweep_held(&mut self) {
        self.silences.ended = true;
    }

    /// Judges again what is held by something that is over, a batch at a time.
    pub(crate) fn judge_held(&mut self) -> After {
        let known = |core: &mut Self| {
            core.know_overrides()?;
            core.know_silences()?;
            core.find_unjudged()
        };
        if self.world.faults.current().is_some() || known(self).is_err() {
            return After::default();
        }
        let waiting = &mut self.silences.unjudged;
        let batch: Vec<IncidentId> = waiting.drain(..waiting.len().min(JUDGED_AT_ONCE)).collect();
        let (again, after) = self.ask_each(&batch, &Command::JudgeHeld);
        self.silences.ended |= !again.is_empty();
        after
    }

    fn find_unjudged(&mut self) -> Result<(), JournalError> {
        if !self.silences.ended {
            return Ok(());
        }
        let held = self.world.journal.held()?;
        let now = self.world.clock.now();
        let known = &mut self.silences;
        let active = known.all.active(now);
        let over =
            held.into_iter().filter(|row| !active.contains(row.held_by.as_deref().unwrap_or_default()));
        known.unjudged = over.map(|row| row.id).collect();
        known.ended = false;
        Ok(())
    }
}
