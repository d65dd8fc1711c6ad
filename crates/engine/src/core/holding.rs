//! Who has the alerts of a key.
//!
//! One rule: an open incident, or one whose alert is held back, takes the keys of its alerts with each of its decisions,
//! unless another such has them. So a new incident has its alert, and so has one that was reopened by hand. What a decision takes is in the batch, and
//! is given back when nothing of the batch was kept.
//!
//! A process that is alone knows who has what by itself. Where nodes share a journal, the journal knows it, however long
//! ago it was: what is not in memory is asked of it.

use super::{Core, Making};
use crate::ports::{Batch, Company, JournalError, KeyClaim};
use crate::request::Question;
use incident::{AlertKey, Incident, IncidentId, Status};
use std::collections::BTreeSet;

impl Core {
    /// Learns who has the alerts that these questions are about.
    pub(super) fn learn_asked(
        &mut self,
        questions: &[Question],
        making: &mut Making,
    ) -> Result<(), JournalError> {
        let keys = questions.iter().filter_map(|question| match question {
            Question::Alert { alert, .. } => Some(&alert.key),
            Question::Ask { .. } | Question::Report { .. } => None,
        });
        self.learn_holders(keys, making)
    }

    /// What an incident in this state takes.
    pub(super) fn claims(
        &mut self,
        state: &Incident,
        making: &mut Making,
    ) -> Result<Vec<KeyClaim>, JournalError> {
        if !has(state.status) {
            return Ok(Vec::new());
        }
        self.learn_holders(state.alerts.keys(), making)?;
        let mut claims = Vec::new();
        for key in state.alerts.keys() {
            let holder = self.keys.get(key).copied();
            let stays = |id| id == state.id || self.keeps(id);
            if !holder.is_some_and(stays) {
                claims.push(KeyClaim { key: key.clone(), instead_of: holder });
            }
        }
        Ok(claims)
    }

    /// Whether an incident keeps the keys that it has: while it is open, or cannot be read at the moment.
    fn keeps(&mut self, id: IncidentId) -> bool {
        match self.incident(id) {
            Ok(incident) => has(incident.status),
            Err(error) => !matches!(error, JournalError::Corrupt { .. }),
        }
    }

    /// Whether an incident can never be read again.
    pub(super) fn is_corrupt(&mut self, id: IncidentId) -> bool {
        matches!(self.incident(id), Err(JournalError::Corrupt { .. }))
    }

    /// Nothing of the batch was kept: whoever had a key has it again. Where others may have been first, that is asked.
    pub(super) fn give_back(&mut self, batch: &Batch) {
        for KeyClaim { key, instead_of } in batch.streams.iter().rev().flat_map(|write| &write.keys) {
            match instead_of {
                Some(id) if self.company == Company::Alone => self.keys.insert(key.clone(), *id),
                Some(_) | None => self.keys.remove(key),
            };
        }
    }

    fn learn_holders<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a AlertKey>,
        making: &mut Making,
    ) -> Result<(), JournalError> {
        if self.company == Company::Alone {
            return Ok(());
        }
        let known = |key: &&AlertKey| self.keys.contains_key(*key) || making.free.contains(*key);
        let unknown: BTreeSet<&AlertKey> = keys.filter(|key| !known(key)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown: Vec<AlertKey> = unknown.into_iter().cloned().collect();
        self.keys.extend(self.world.journal.holders(&unknown)?);
        making.free.extend(unknown.into_iter().filter(|key| !self.keys.contains_key(key)));
        Ok(())
    }
}

/// Whether an incident with this status has the alerts of its keys.
const fn has(status: Status) -> bool {
    matches!(status, Status::Open | Status::Held)
}
