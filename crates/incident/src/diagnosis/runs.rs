//! Which runs of an incident tell of the failure, and which would mend it.

use crate::state::{Incident, Run, RunState};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use playbook::{Approval, Runbook};

/// The looks that tell of the failure as it was: of each command the newest run before anything was changed. One that has
/// yet to end takes the place of none that has: what was found stays found while it is looked at again.
pub(super) fn looks(incident: &Incident) -> Vec<&Run> {
    let changed = |run: &&Run| run.request.effect.approval() == Approval::Needed && has_begun(run);
    let first_change = incident.runs.iter().find(changed).map_or(u32::MAX, |run| run.number);
    let mut newest: BTreeMap<&str, &Run> = BTreeMap::new();
    for run in incident.runs.iter().filter(|run| run.request.effect.approval() == Approval::NotNeeded) {
        let before = newest.get(run.request.source.as_str());
        let again = before.is_some_and(|before| has_ended(before) && !has_ended(run));
        if before.is_none() || (run.number < first_change && !again) {
            newest.insert(&run.request.source, run);
        }
    }
    let mut looks: Vec<&Run> = newest.into_values().collect();
    looks.sort_by_key(|run| run.number);
    looks
}

fn has_ended(run: &Run) -> bool {
    matches!(run.state, RunState::Ended(_))
}

fn has_begun(run: &Run) -> bool {
    matches!(run.state, RunState::Running { .. } | RunState::Ended(_) | RunState::Lost)
}

/// The runs that wait for a word and are a command of that step.
pub(super) fn waiting(incident: &Incident, runbook: &Runbook, step: u32) -> Vec<u32> {
    let waits = incident.runs.iter().filter(|run| run.state == RunState::Proposed);
    waits.filter(|run| is_of(run, runbook, step)).map(|run| run.number).collect()
}

/// Whether a run is a command of that step, wherever it was laid out.
pub(super) fn is_of(run: &Run, runbook: &Runbook, step: u32) -> bool {
    let mut steps = runbook.steps.iter().filter(|one| one.number == step);
    run.request.step == Some(step)
        || steps.any(|one| one.commands.iter().any(|command| command.source == run.request.source))
}
