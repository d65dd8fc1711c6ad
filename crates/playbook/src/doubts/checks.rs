//! Does this sentence judge the step, or is it only said?

use super::steps::answered;
use super::{Put, Questions, Sureness, named, offer, sureness};
use crate::model::{Check, DoubtKind, Playbook, Step};
use alloc::format;
use alloc::vec::Vec;

const CHECK: &str = "check";
const WORDS: &str = "words";

impl Questions<'_> {
    pub(super) fn checks(&mut self, playbook: &mut Playbook) {
        for runbook in &mut playbook.runbooks {
            for step in &mut runbook.steps {
                let checks = core::mem::take(&mut step.checks);
                let mut kept = Vec::new();
                for mut check in checks {
                    match self.check(&runbook.title, step.number, &check).as_deref() {
                        Some(WORDS) => put_back(step, check),
                        Some(_) => {
                            check.origin = answered(&check.origin);
                            kept.push(check);
                        }
                        None => kept.push(check),
                    }
                }
                step.checks = kept;
            }
        }
    }

    fn check(&mut self, title: &str, number: u32, check: &Check) -> Option<alloc::string::String> {
        if sureness(&check.origin) == Sureness::Sure && self.answers.is_silent() {
            return None;
        }
        let put = || Put {
            question: format!(
                "Does {} tell whether step {number} of {} went well?",
                named(&check.text),
                named(title)
            ),
            offers: alloc::vec![
                offer(CHECK, "whoever does the step is asked whether it holds"),
                offer(WORDS, "it is read with the step and asks nothing"),
            ],
            guess: CHECK,
            origin: check.origin.clone(),
        };
        self.ask(sureness(&check.origin), (DoubtKind::Check, &check.text), put).map(|said| said.answer)
    }
}

/// What is no check is still to be read.
fn put_back(step: &mut Step, check: Check) {
    if !step.instructions.contains(&check.text) && step.title != check.text {
        step.instructions.push(check.text);
    }
}
