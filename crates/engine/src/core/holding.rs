//! Who has the alerts of a key.
//!
//! One rule: an open incident, or one whose alert is held back, takes the keys of its alerts with each of its decisions,
//! unless another such has them. So a new incident has its alert, and so has one that was reopened by hand; where another
//! is open for its alert by then, it is not reopened. What a decision takes is in the batch, and is given back when nothing
//! of the batch was kept.
//!
//! A process that is alone knows who has what by itself. Where nodes share a journal, the journal knows it, however long
//! ago it was: what is not in memory is asked of it. There one node may open an incident for an alert while a person at
//! another reopens the old one. So whoever takes a key from an incident that is over writes that it is, unchanged, in the
//! same batch, and whoever comes back takes its own keys again: of the two only the first is kept.

use super::{Core, Making};
use crate::ports::{Batch, Company, JournalError, KeyClaim, StreamWrite};
use crate::request::{EngineError, Question};
use incident::{AlertKey, Incident, IncidentId, Refusal, Status};
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

    /// What an incident takes with the decision that brings it from `before` to this state.
    pub(super) fn claims(
        &mut self,
        before: &Incident,
        state: &Incident,
        making: &mut Making,
    ) -> Result<Vec<KeyClaim>, EngineError> {
        if !has(state.status) {
            return Ok(Vec::new());
        }
        self.learn_holders(state.alerts.keys(), making)?;
        let comes_back = !has(before.status);
        let mut claims = Vec::new();
        for key in state.alerts.keys() {
            let holder = self.keys.get(key).copied();
            let other = holder.filter(|id| *id != state.id && self.keeps(*id));
            match other {
                Some(other) if comes_back => {
                    let by = format!("{other} is open for it, or holds it back; go on there");
                    return Err(EngineError::Refused(Refusal::Taken { what: "its alert", by }));
                }
                Some(_) => {}
                None if holder == Some(state.id) && !comes_back => {}
                None => claims.push(KeyClaim { key: key.clone(), instead_of: holder }),
            }
        }
        Ok(claims)
    }

    /// Writes of whoever had these keys that it is over, as this decision took it to be. What cannot be read for good
    /// comes back no more.
    pub(super) fn mark_over(&mut self, keys: &[KeyClaim], taker: IncidentId, making: &mut Making) {
        if self.company == Company::Alone {
            return;
        }
        let from: BTreeSet<IncidentId> = keys.iter().filter_map(|claim| claim.instead_of).collect();
        for id in from.into_iter().filter(|id| *id != taker) {
            let Ok(over) = self.incident(id) else { continue };
            if over.status != Status::New {
                making.batch.streams.push(StreamWrite::as_it_is(&over));
            }
        }
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
