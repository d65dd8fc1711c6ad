//! Which runs of an incident tell of the failure, which would mend it, and which were to mend it in vain.

use crate::event::{Ending, Purpose, RunReport};
use crate::state::{Incident, Run, RunState, Standing};
use crate::{RunRequest, StepOutcome};
use alloc::vec::Vec;
use core::cmp::Reverse;
use jiff::{SignedDuration, Timestamp};
use playbook::Approval;

/// The source of an alert has this long to see that a fix helped.
const FIX_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// A look, and every place of the runbook in use where its command stands.
pub(super) struct Look<'a> {
    pub(super) run: &'a Run,
    pub(super) places: Vec<Standing<'a>>,
}

impl<'a> Look<'a> {
    /// What it printed, once it has ended.
    pub(super) fn report(&self) -> Option<&'a RunReport> {
        match &self.run.state {
            RunState::Ended(report) => Some(report),
            RunState::Proposed
            | RunState::Rejected { .. }
            | RunState::Ready
            | RunState::Running { .. }
            | RunState::Lost => None,
        }
    }

    /// Whether it is a look of that step.
    pub(super) fn is_of(&self, step: u32) -> bool {
        self.places.iter().any(|place| place.step.number == step)
    }

    /// Whether it is a look of one of those steps.
    pub(super) fn is_of_any(&self, steps: &[u32]) -> bool {
        steps.iter().any(|step| self.is_of(*step))
    }
}

/// The looks that tell of the failure as it was: of each command the newest run that had ended when the first change began.
/// One that has yet to end takes the place of none that has: what was found stays found while it is looked at again.
pub(super) fn looks(incident: &Incident) -> Vec<Look<'_>> {
    let changes = incident.runs.iter().filter(|run| run.is_change());
    let changed_at = changes.filter_map(|run| run.began_at).min();
    let mut newest: Vec<&Run> = Vec::new();
    for run in incident.runs.iter().filter(|run| is_look(&run.request)) {
        let known = newest.iter_mut().find(|known| known.request.is_same_command(&run.request));
        match known {
            None => newest.push(run),
            Some(known) if worth(run, changed_at) > worth(known, changed_at) => *known = run,
            Some(_) => {}
        }
    }
    newest.sort_by_key(|run| run.number);
    newest.into_iter().map(|run| Look { run, places: incident.standings(run) }).collect()
}

/// Which of two runs of a look tells more of the failure as it was.
fn worth(
    run: &Run,
    changed_at: Option<Timestamp>,
) -> (u8, Option<Timestamp>, Reverse<Option<Timestamp>>, u32) {
    let ended = run.ended_at.filter(|_| matches!(run.state, RunState::Ended(_)));
    match (ended, changed_at) {
        (None, _) => (0, None, Reverse(None), run.number),
        (Some(at), Some(changed)) if at > changed => (1, None, Reverse(Some(at)), run.number),
        (Some(at), _) => (2, Some(at), Reverse(None), run.number),
    }
}

/// A try that changes nothing is no look: what it prints is about the change.
fn is_look(request: &RunRequest) -> bool {
    request.effect.approval() == Approval::NotNeeded && !matches!(request.purpose, Purpose::DryRun { .. })
}

/// The runs that wait for a word and are a command of that step, wherever they were laid out.
pub(super) fn waiting(incident: &Incident, step: u32) -> Vec<u32> {
    let waits =
        incident.runs.iter().filter(|run| run.state == RunState::Proposed && run.request.purpose.is_step());
    waits.filter(|run| steps_of(incident, run).contains(&step)).map(|run| run.number).collect()
}

/// The steps of the runbook in use that have a run's command.
pub(super) fn steps_of(incident: &Incident, run: &Run) -> Vec<u32> {
    incident.standings(run).iter().map(|place| place.step.number).collect()
}

/// Changes that were made, and after which the failure goes on: an alert fires still, or it came back.
pub(super) fn in_vain(incident: &Incident, now: Timestamp) -> Vec<&Run> {
    let vain = |run: &&Run| {
        let (RunState::Ended(report), Some(ended)) = (&run.state, run.ended_at) else { return false };
        let came_back = incident.relapsed_at.is_some_and(|at| at >= ended);
        let goes_on = incident.is_firing() && now.duration_since(ended) > FIX_GRACE;
        // A change that ends otherwise may not have been made.
        let made = matches!(report.ending, Ending::Exited { code: 0 } | Ending::Followed);
        made && (came_back || goes_on)
    };
    incident.runs.iter().filter(|run| run.is_change()).filter(vain).collect()
}

/// Whether a step has nothing left: a person says that it did not help or does not apply, or the newest run of each of its
/// changes was in vain.
pub(super) fn is_spent(incident: &Incident, step: u32, in_vain: &[&Run]) -> bool {
    let said = incident.steps.get(&step).map(|(outcome, _)| *outcome);
    if matches!(said, Some(StepOutcome::Failed | StepOutcome::NotApplicable)) {
        return true;
    }
    let steps = incident.runbook().map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
    let Some(step) = steps.iter().find(|known| known.number == step) else { return false };
    let mut changes = (0_u32..)
        .zip(&step.commands)
        .filter(|(_, command)| command.effect.approval() == Approval::Needed)
        .map(|(at, _)| at)
        .peekable();
    let tried = |at: u32| {
        let stands = |place: &Standing<'_>| place.step.number == step.number && place.at == at;
        let newest =
            incident.runs.iter().rfind(|run| run.is_change() && incident.standings(run).iter().any(stands));
        newest.is_some_and(|run| in_vain.iter().any(|vain| vain.number == run.number))
    };
    changes.peek().is_some() && changes.all(tried)
}
