//! Who has the alerts of a key.
//!
//! A process that is alone knows it by itself. Where nodes share a journal, the journal knows it, however long ago it
//! was: memory is asked first, and what is not in memory is asked of the journal.

use super::{Core, Making};
use crate::ports::{Company, JournalError};
use crate::request::Question;
use incident::AlertKey;
use std::collections::BTreeSet;

impl Core {
    /// Learns who has the alerts that these questions are about.
    pub(super) fn learn_holders(&mut self, questions: &[Question]) -> Result<(), JournalError> {
        if self.company == Company::Alone {
            return Ok(());
        }
        let unknown: BTreeSet<&AlertKey> =
            questions.iter().filter_map(key_of).filter(|key| !self.keys.contains_key(key)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown: Vec<AlertKey> = unknown.into_iter().cloned().collect();
        let holders = self.world.journal.holders(&unknown)?;
        self.keys.extend(holders);
        Ok(())
    }

    /// Nothing of the batch was kept: whoever had a key has it again. Where others may have been first, they are asked
    /// anew.
    pub(super) fn take_keys_back(&mut self, making: &mut Making) {
        for (key, before) in making.keys_before.drain(..).rev() {
            match before {
                Some(id) if self.company == Company::Alone => self.keys.insert(key, id),
                Some(_) | None => self.keys.remove(&key),
            };
        }
    }
}

fn key_of(question: &Question) -> Option<&AlertKey> {
    match question {
        Question::Alert { alert, .. } => Some(&alert.key),
        Question::Ask { .. } | Question::Report { .. } => None,
    }
}
