//! What nodes of one database know of each other: who is alive, who changed what, who has which alert. As PostgreSQL keeps
//! it for them, by its own clock.

use engine::ports::{Batch, Foreign, JournalError, KeyClaim, Schedule};
use incident::{AlertKey, IncidentId, TimerKey};
use std::collections::BTreeMap;

/// For how long a node counts as alive after it was heard of, in milliseconds.
const ALIVE_MS: i64 = 15_000;

/// For how long an overdue timer is one node's to take, in milliseconds.
const TAKEN_MS: i64 = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Nodes {
    changes: Vec<(String, Foreign)>,
    alive_until: BTreeMap<String, i64>,
    holders: BTreeMap<AlertKey, IncidentId>,
    taken_until: BTreeMap<(IncidentId, TimerKey), i64>,
    /// How much work was taken over from nodes that were not heard of.
    pub(crate) taken_over: usize,
}

impl Nodes {
    /// Who has which alert after this batch. Refused when it is with anybody else than the claim says; what nobody has
    /// is free.
    pub(crate) fn keys_after(&self, batch: &Batch) -> Result<Vec<(AlertKey, IncidentId)>, JournalError> {
        let mut after: Vec<(AlertKey, IncidentId)> = Vec::new();
        for write in &batch.streams {
            for KeyClaim { key, instead_of } in &write.keys {
                let earlier = after.iter().any(|(known, _)| known == key);
                let holder = self.holders.get(key);
                if !earlier && holder.is_some_and(|holder| instead_of.as_ref() != Some(holder)) {
                    return Err(JournalError::Conflict {
                        incident: write.incident,
                        expected: write.expected,
                    });
                }
                after.push((key.clone(), write.incident));
            }
        }
        Ok(after)
    }

    /// Who has each of these alerts.
    pub(crate) fn holders_of(&self, keys: &[AlertKey]) -> Vec<(AlertKey, IncidentId)> {
        let holder = |key: &AlertKey| Some((key.clone(), *self.holders.get(key)?));
        keys.iter().filter_map(holder).collect()
    }

    /// A batch was written: the others will hear of it.
    pub(crate) fn keep(&mut self, owner: &str, batch: &Batch, keys: Vec<(AlertKey, IncidentId)>) {
        self.holders.extend(keys);
        self.changes.extend(Self::told(batch).into_iter().map(|change| (owner.to_owned(), change)));
    }

    /// What others read of a batch.
    pub(crate) fn told(batch: &Batch) -> Vec<Foreign> {
        let mut told: BTreeMap<IncidentId, Foreign> = BTreeMap::new();
        for write in &batch.streams {
            let added = u64::try_from(write.events.len()).unwrap_or(0);
            let mut keys = told.remove(&write.incident).map(|before| before.keys).unwrap_or_default();
            keys.extend(write.keys.iter().map(|claim| claim.key.clone()));
            let (incident, version) = (write.incident, write.expected + added);
            told.insert(incident, Foreign { incident, version, keys, unpaged: write.summary.unpaged });
        }
        told.into_values().collect()
    }

    /// A node is heard of. Returns from where on it has not read.
    pub(crate) fn beat(&mut self, owner: &str, at: i64) -> usize {
        self.alive_until.insert(owner.to_owned(), at + ALIVE_MS);
        self.changes.len()
    }

    /// Whether a node is alive; `None` when nobody has heard of it.
    pub(crate) fn is_alive(&self, owner: &str, at: i64) -> Option<bool> {
        self.alive_until.get(owner).map(|until| *until > at)
    }

    pub(crate) fn leave(&mut self, owner: &str) {
        self.alive_until.insert(owner.to_owned(), i64::MIN);
    }

    /// What others changed since.
    pub(crate) fn since(&self, cursor: usize, owner: &str) -> Vec<Foreign> {
        let changes = self.changes.get(cursor..).unwrap_or_default().iter();
        changes.filter(|(by, _)| by != owner).map(|(_, change)| change.clone()).collect()
    }

    /// Late timers that nobody else has been given.
    pub(crate) fn take_timers(
        &mut self,
        late: impl Iterator<Item = Schedule>,
        limit: usize,
        at: i64,
    ) -> Vec<Schedule> {
        let mut taken = Vec::new();
        for timer in late {
            let until = self.taken_until.entry((timer.incident, timer.key.clone())).or_insert(i64::MIN);
            if *until <= at && taken.len() < limit {
                *until = at + TAKEN_MS;
                taken.push(timer);
            }
        }
        taken
    }
}
