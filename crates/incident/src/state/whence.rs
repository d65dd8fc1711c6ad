//! Where in the runbook in use a run's command stands. A step's number alone says nothing: another runbook may have been in use
//! when the run was asked for.

use super::{Incident, Run};
use crate::event::Purpose;
use alloc::vec::Vec;
use playbook::{Command, Step};

/// A place of the runbook in use where a command stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    /// The step.
    pub(crate) step: &'a Step,
    /// The command's index in it.
    pub(crate) at: u32,
    /// The command.
    pub(crate) command: &'a Command,
}

impl Incident {
    /// Every place of the runbook in use where a run's command stands, the one that it was asked for first. None for a run
    /// that tries a change without making it.
    pub(crate) fn standings(&self, run: &Run) -> Vec<Standing<'_>> {
        let Some(runbook) = self.runbook().filter(|_| !matches!(run.request.purpose, Purpose::DryRun { .. }))
        else {
            return Vec::new();
        };
        let own = |step: &Step, at: u32| {
            run.runbook == self.runbook && run.request.step == Some(step.number) && run.request.command == at
        };
        let places = runbook.steps.iter().flat_map(|step| {
            (0_u32..).zip(&step.commands).map(move |(at, command)| Standing { step, at, command })
        });
        let is_it = |place: &Standing<'_>| {
            let same_text = place.command.source == run.request.source
                && self.plan.place_of(Some(runbook), place.command) == run.request.place;
            // What its blanks were filled with stands in the run's text, so the text tells nothing of those.
            same_text || (!place.command.holes.is_empty() && own(place.step, place.at))
        };
        let mut found: Vec<Standing<'_>> = places.filter(is_it).collect();
        found.sort_by_key(|place| !own(place.step, place.at));
        found
    }

    /// The playbook's command that a run came from, if the runbook in use still has it.
    #[must_use]
    pub fn command_of(&self, run: &Run) -> Option<&Command> {
        if !run.request.purpose.is_step() {
            return None;
        }
        if run.request.step.is_some() {
            return self.standings(run).first().map(|place| place.command);
        }
        let at = usize::try_from(run.request.command).ok()?;
        let command = self.plan.playbook.quick_diagnostics.get(at)?;
        (!command.holes.is_empty() || command.source == run.request.source).then_some(command)
    }
}
