//! What mutants of the journal do to a batch before it is written.

use super::NodeJournal;
use crate::mutants::Mutant;
use engine::ports::{Batch, Journal, StreamWrite, TimerWrite, WorkWrite};
use incident::TimerKey;
use std::collections::BTreeMap;

impl NodeJournal {
    /// The batch as a mutant would write it.
    pub(super) fn spoilt(&self, batch: &Batch) -> Batch {
        let mut batch = batch.clone();
        match self.desk.mutant {
            Some(Mutant::NoEpochCheck) => each_work(&mut batch, |change| match change {
                WorkWrite::Finish { work, .. } => Some(WorkWrite::Drop { work }),
                WorkWrite::Hold { .. } => None,
                WorkWrite::Put { .. } | WorkWrite::Drop { .. } => Some(change),
            }),
            Some(Mutant::WorkNotKept) => each_work(&mut batch, |change| match change {
                WorkWrite::Put { .. } | WorkWrite::Hold { .. } => None,
                WorkWrite::Finish { work, .. } => Some(WorkWrite::Drop { work }),
                WorkWrite::Drop { .. } => Some(change),
            }),
            Some(Mutant::HalfABatch) if batch.streams.len() > 1 => drop(batch.streams.pop()),
            Some(Mutant::NoVersionCheck) => {
                let mut versions = BTreeMap::new();
                for write in &mut batch.streams {
                    let events = || self.desk.memory.clone().events(write.incident).unwrap_or_default();
                    let version = versions.entry(write.incident).or_insert_with(|| events().len());
                    write.expected = u64::try_from(*version).unwrap_or(u64::MAX);
                    *version += write.events.len();
                }
            }
            Some(Mutant::TimersNotMoved) => {
                for write in &mut batch.streams {
                    let all = self.desk.memory.clone().timers().unwrap_or_default();
                    let set = |key: &TimerKey| {
                        all.iter().any(|one| one.incident == write.incident && one.key == *key)
                    };
                    write.timers.retain(|change| match change {
                        TimerWrite::Set { key, .. } => !set(key),
                        TimerWrite::Clear { .. } | TimerWrite::Take { .. } => false,
                    });
                }
            }
            _ => {}
        }
        batch
    }
}

fn each_work(batch: &mut Batch, mut change: impl FnMut(WorkWrite) -> Option<WorkWrite>) {
    for StreamWrite { work, .. } in &mut batch.streams {
        *work = work.drain(..).filter_map(&mut change).collect();
    }
}
