//! How bad it is: by the playbook's questions, or by hand.

use super::alert::next_round;
use super::{Draft, acknowledge, escalate, report, run};
use crate::event::{EventKind, SeverityBasis, StopReason};
use crate::refusal::Refusal;
use crate::severity::Severity;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use playbook::{Answer, DecisionTree, Outcome};

pub(super) fn by_hand(draft: &mut Draft<'_>, name: &str, reason: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    let unknown = || Refusal::Unknown { what: "severity", id: name.to_string() };
    let severity = draft.incident.plan.severity(name).ok_or_else(unknown)?;
    let current = draft.incident.severity();
    if current.is_worse_than(&severity) && reason.trim().is_empty() {
        return Err(Refusal::Missing { what: format!("a reason for lowering {current} to {severity}") });
    }
    set(draft, &severity, SeverityBasis::Hand { reason });
    Ok(())
}

pub(super) fn by_tree(draft: &mut Draft<'_>, answers: &[Answer]) -> Result<(), Refusal> {
    draft.must_be_open()?;
    let missing =
        || Refusal::Unknown { what: "decision tree", id: draft.incident.plan.playbook.title.clone() };
    let tree = draft.incident.plan.playbook.decision_tree.clone().ok_or_else(missing)?;
    let (name, asked) = walk(&tree, answers)?;
    let unknown = || Refusal::Unknown { what: "severity", id: name.clone() };
    let severity = draft.incident.plan.severity(&name).ok_or_else(unknown)?;
    set(draft, &severity, SeverityBasis::Tree { answers: asked });
    Ok(())
}

/// Follows the answers from the root to a severity.
fn walk(tree: &DecisionTree, answers: &[Answer]) -> Result<(String, Vec<(String, Answer)>), Refusal> {
    let mut at = 0_u32;
    let mut asked = Vec::new();
    for answer in answers {
        let index = usize::try_from(at).unwrap_or(usize::MAX);
        let lost = || Refusal::Unknown { what: "question", id: at.to_string() };
        let question = tree.questions.get(index).ok_or_else(lost)?;
        asked.push((question.text.clone(), *answer));
        let outcome = match answer {
            Answer::Yes => &question.yes,
            Answer::No => &question.no,
        };
        match outcome {
            Outcome::Severity(name) => return Ok((name.clone(), asked)),
            Outcome::Question(next) => at = *next,
            Outcome::Unknown => {
                let what = format!("what follows {:?} in the playbook's decision tree", question.text);
                return Err(Refusal::Missing { what });
            }
        }
    }
    let index = usize::try_from(at).unwrap_or(usize::MAX);
    let open = tree.questions.get(index).map_or("", |question| question.text.as_str());
    Err(Refusal::Missing { what: format!("an answer to {open:?}") })
}

/// Another severity is escalated anew on its own path, unless somebody has it already.
pub(super) fn set(draft: &mut Draft<'_>, severity: &Severity, basis: SeverityBasis) {
    let before = draft.incident.severity();
    let woke = escalate::wakes_somebody(&draft.incident);
    draft.push(EventKind::SeveritySet { severity: severity.clone(), basis });
    if before.rank == severity.rank {
        return;
    }
    if draft.incident.acknowledged.is_none() {
        let round = next_round(&draft.incident);
        escalate::stop(draft, &StopReason::SeverityChanged);
        escalate::start(draft, round, format!("the severity changed from {before} to {severity}"));
    } else if severity.is_worse_than(&before) {
        acknowledge::became_worse(draft, &format!("the severity changed from {before} to {severity}"));
    }
    // What could wait until now has had neither a word due nor a first look.
    if !woke && escalate::wakes_somebody(&draft.incident) {
        report::promise_update(draft);
        run::gather(draft);
    }
}
