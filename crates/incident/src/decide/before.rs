//! What is looked at just before a change, so that everybody can read later how things were; and trying a change without
//! making it.

use super::Draft;
use super::run::{add, find_run, free, request_of};
use crate::event::{EventKind, Purpose, RunRequest};
use crate::refusal::Refusal;
use crate::state::{Run, RunState};
use alloc::format;
use alloc::vec::Vec;
use playbook::{Approval, Command};

/// How many looks a change waits for.
const LOOKS_MAX: usize = 2;

/// Lets an approved change run: at once, or after the runbook's own looks at what it will replace.
pub(super) fn go(draft: &mut Draft<'_>, number: u32) {
    for request in looks(draft, number) {
        let by = draft.by.clone();
        add(draft, request, by);
    }
    draft.push(EventKind::RunApproved { run: number });
}

/// The read-only commands of the runbook, and of the quick diagnostics, that show what this run's tool will change.
fn looks(draft: &Draft<'_>, number: u32) -> Vec<RunRequest> {
    let Ok(run) = find_run(draft, number) else { return Vec::new() };
    if !run.request.purpose.is_step() {
        return Vec::new();
    }
    let steps = draft.incident.runbook().map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
    let in_steps = steps
        .iter()
        .flat_map(|step| numbered(&step.commands).map(move |(at, one)| (Some(step.number), at, one)));
    let plan = &draft.incident.plan;
    let quick = numbered(&plan.playbook.quick_diagnostics).map(|(at, one)| (None, at, one));
    let shows = |(step, _, look): &(Option<u32>, u32, &Command)| {
        let runbook = step.and_then(|_| draft.incident.runbook());
        // What is read off the command first: its place may need its text to be read.
        look.effect.approval() == Approval::NotNeeded
            && playbook::shows_state_before(&look.source, &run.request.source)
            && plan.may_begin_alone(runbook, look)
            && plan.place_of(runbook, look) == run.request.place
    };
    let mut found: Vec<RunRequest> = Vec::new();
    for (step, command, _) in in_steps.chain(quick).filter(shows) {
        let Ok(request) = request_of(draft, step, command) else { continue };
        let new = found.iter().all(|known| !known.is_same_command(&request));
        if new && plan.policy.approval(request.effect) == Approval::NotNeeded && found.len() < LOOKS_MAX {
            found.push(RunRequest { purpose: Purpose::Before { run: number }, ..request });
        }
    }
    found
}

fn numbered(commands: &[Command]) -> impl Iterator<Item = (u32, &Command)> {
    (0_u32..).zip(commands)
}

/// A look has ended, however it ended: the change that waited for it goes when it was the last.
pub(super) fn looked(draft: &mut Draft<'_>, look: u32) {
    let Some(Purpose::Before { run }) = draft.incident.run(look).map(|look| look.request.purpose) else {
        return;
    };
    let more = draft.incident.looks_before(run).any(Run::is_under_way);
    if !more && waits(draft, run) {
        draft.push_own(EventKind::RunPrepared { run, whole: true });
    }
}

/// A change does not wait for ever for what is looked at before it.
pub(super) fn looked_long_enough(draft: &mut Draft<'_>, run: u32) -> Result<(), Refusal> {
    if !waits(draft, run) {
        return Err(Refusal::Stale);
    }
    draft.push_own(EventKind::RunPrepared { run, whole: false });
    Ok(())
}

fn waits(draft: &Draft<'_>, run: u32) -> bool {
    draft.incident.run(run).is_some_and(|run| run.waits_for_looks && run.state == RunState::Ready)
}

/// Tries what waits for a word without doing it, where its tool can. What nobody vouched for waits for a word itself.
pub(super) fn dry_run(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    let run = find_run(draft, number)?;
    let not_now = |why| Err(Refusal::NotNow { what: "dry run", why });
    if run.state != RunState::Proposed {
        return not_now(format!("run {number} does not wait for a word; there is nothing left to try"));
    }
    let Some(dry) = playbook::dry_run(&run.request.source) else {
        return not_now(format!("nobody knows how to try `{}` without doing it", run.request.source));
    };
    let request = RunRequest {
        title: format!("Dry run: {}", run.request.title),
        source: dry.source,
        effect: dry.effect,
        effect_reason: dry.reason,
        purpose: Purpose::DryRun { of: number },
        ..run.request.clone()
    };
    free(draft, &request)?;
    let by = draft.by.clone();
    add(draft, request, by);
    Ok(())
}
