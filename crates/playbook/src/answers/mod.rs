//! What people answered to the compiler's questions: the file beside a document, read and written as text.
//!
//! The file is TOML, one `[[answer]]` a question, in the order of their ids, so that two branches that answer different
//! questions merge. Reading cannot fail: what cannot be used is told and the rest counts. Must never be here: files,
//! clocks, or what an answer changes.

mod edit;
mod read;

pub use edit::{CannotEdit, with_entry, without_entry};

use crate::compile::digest;
use crate::model::Answered;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// What stands behind a document's name in the name of the file of its answers.
pub const SUFFIX: &str = ".evenkeel.toml";
/// A file of answers larger than this is not read: a thousand answers take a quarter of it.
pub const BYTES_MAX: usize = 1024 * 1024;
/// More answers than anybody is asked for about one document.
pub const ENTRIES_MAX: usize = 10_000;

/// One answer, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The question's id.
    pub id: String,
    /// The question in words, for who reads the file; nothing is decided by it.
    pub question: String,
    /// What was answered, by whom and when.
    pub answered: Answered,
}

/// The answers beside one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    entries: BTreeMap<String, Entry>,
    /// What could not be used, in words.
    faults: Vec<String>,
}

impl Answers {
    /// Nobody has answered anything.
    pub const NONE: Self = Self { entries: BTreeMap::new(), faults: Vec::new() };

    /// Reads the bytes of a file of answers; total.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        read::read(bytes)
    }

    /// No answers, for this reason.
    #[must_use]
    pub fn unusable(why: String) -> Self {
        Self { faults: alloc::vec![why], ..Self::NONE }
    }

    /// Whether there is neither an answer nor anything to say about them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.faults.is_empty()
    }

    /// The entries by the ids of their questions.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The answer to a question.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// What could not be used, in words.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Whether there is no answer at all.
    pub(crate) fn is_silent(&self) -> bool {
        self.entries.is_empty()
    }

    /// Over every answer, with who and when; absent when there is none.
    pub(crate) fn digest(&self) -> Option<String> {
        let mut text = String::new();
        for Entry { id, answered, .. } in self.entries.values() {
            // Each part with its length, so that no two lists of answers read the same.
            for part in [id, &answered.answer, &answered.by, &answered.at] {
                text.push_str(&alloc::format!("{}:{part};", part.len()));
            }
        }
        (!text.is_empty()).then(|| digest(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests;
