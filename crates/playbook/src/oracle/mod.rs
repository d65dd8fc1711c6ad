//! Whether the commands of a document exist in the tools that are installed, by the tools' own help.
//!
//! Lives here: which questions to ask, what the answers mean, and what they say of the document. Must never be here:
//! asking. Whoever asks runs a question's tool with exactly its arguments, which are words that the tool's own help
//! lists as subcommands and then `--help` or `--version`, nothing else.

mod answers;
mod calls;
mod findings;
mod grammar;
mod help;
mod walk;

#[cfg(test)]
mod tests;

pub use answers::{Answers, Question, Said};
pub use findings::merged;

use crate::{Diagnostic, Playbook};
use calls::Call;
use std::collections::BTreeSet;

/// The calls of some documents, ready to be held against tools.
pub struct Oracle {
    calls: Vec<Call>,
}

impl Oracle {
    /// Takes the calls out of documents, each compiled by itself, in the order of their numbers.
    #[must_use]
    pub fn new(documents: &[Playbook]) -> Self {
        let each = (0..).zip(documents).flat_map(|(number, document)| calls::calls(document, number));
        Self { calls: each.collect() }
    }

    /// What to ask next, as far as the answers so far allow; empty when everything was asked.
    #[must_use]
    pub fn wanted(&self, answers: &Answers) -> Vec<Question> {
        let questions: BTreeSet<Question> =
            self.calls.iter().flat_map(|call| walk::walk(call, answers).asks).collect();
        questions.into_iter().filter(|question| !answers.has(question)).collect()
    }

    /// What the answers say of the documents, whose repaired texts are `texts`.
    #[must_use]
    pub fn judge(&self, answers: &Answers, texts: &[String]) -> Vec<Diagnostic> {
        findings::judge(&self.calls, answers, texts)
    }
}
