//! Runbook commands: what only looks runs at once; everything else is laid out and waits for a word, see `approve`.

use super::{Draft, approve, before, index, next_number};
use crate::command::{RunAsk, StepOutcome};
use crate::event::{EventKind, Fact, Purpose, RunReport, RunRequest};
use crate::expectation;
use crate::place::Place;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::state::{Incident, Run, RunState, Status};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::SignedDuration;
use playbook::{Approval, Check, Command, Effect, Runbook, Step};

/// A look that was lost so often is not taken again by itself: it may be what ends whoever runs it.
const LOST_LOOKS_MAX: usize = 5;

/// Why nothing begins for an incident that is resolved.
const OVER: &str = "the incident was resolved first";

/// Gathers what the runbook can look up by itself, and lays out what it could change. Without a runbook, the quick
/// diagnostics serve.
pub(super) fn gather(draft: &mut Draft<'_>) {
    let plan = &draft.incident.plan;
    let asks: Vec<RunAsk> = match draft.incident.runbook() {
        Some(runbook) => {
            let of_step = |step| asks(plan, Some((runbook, step)), &step.commands);
            runbook.steps.iter().flat_map(of_step).collect()
        }
        None => asks(plan, None, &plan.playbook.quick_diagnostics).collect(),
    };
    for ask in asks {
        let Ok(request) = prepare(&draft.incident, &ask) else { continue };
        let asked_before = draft.incident.runs.iter().any(|run| {
            run.request.is_same_command(&request) && !matches!(run.state, RunState::Rejected { .. })
        });
        if !asked_before {
            add(draft, request, crate::Actor::System);
        }
    }
}

fn asks<'a>(
    plan: &'a Plan,
    of: Option<(&'a Runbook, &'a Step)>,
    commands: &'a [Command],
) -> impl Iterator<Item = RunAsk> + use<'a> {
    let runbook = of.map(|(runbook, _)| runbook);
    let step = of.map(|(_, step)| step.number);
    let ready = (0_u32..).zip(commands).filter(move |(_, command)| plan.may_begin_alone(runbook, command));
    ready.map(move |(command, _)| RunAsk { step, command, values: BTreeMap::new() })
}

/// The exact command with its blanks filled, and what it can do: never less than the compiler said of its text, unless a
/// named person vouched for exactly this text where nobody else knows its tool.
fn prepare(incident: &Incident, ask: &RunAsk) -> Result<RunRequest, Refusal> {
    let (title, command) = find(incident, ask)?;
    let plan = &incident.plan;
    let runbook = ask.step.and_then(|_| incident.runbook());
    let place = plan.place_of(runbook, command);
    if let Some(context) = command.context.as_ref().filter(|_| !place.reaches(command)) {
        let why = format!("this command is for what `{}` opens, and no session is kept", context.opener);
        return Err(Refusal::NotNow { what: "run", why });
    }
    let given = plan.given_at(&place);
    if let Some(secret) = command.holes.iter().find(|hole| hole.is_secret() && !hole.is_given(given)) {
        let variable = secret.variable().unwrap_or_default();
        let whose = place
            .agent()
            .map_or_else(String::new, |name| format!(" of the agent {name}, and in its `gives`"));
        let why = format!(
            "{} is a secret, which is never typed in: name the variable {variable} in `runner.secret_env`{whose}",
            secret.token
        );
        return Err(Refusal::NotNow { what: "run", why });
    }
    let source = playbook::bind(command, &ask.values, given).map_err(|names| not_filled(ask, names))?;
    let (bound_effect, bound_reason) = playbook::effect_of(&source);
    let vouched = command.vouched.is_some() && bound_effect == Effect::Unknown && source == command.source;
    let (effect, effect_reason) = if bound_effect > command.effect && !vouched {
        (bound_effect, bound_reason)
    } else {
        (command.effect, command.effect_reason.clone())
    };
    let (effect, effect_reason) = seen_from_here(effect, effect_reason, &place);
    let title = command.title.clone().unwrap_or(title);
    Ok(RunRequest {
        step: ask.step,
        command: ask.command,
        title,
        source,
        effect,
        effect_reason,
        purpose: Purpose::Step,
        place,
    })
}

/// What changes the machine of an agent changes production.
fn seen_from_here(effect: Effect, reason: String, place: &Place) -> (Effect, String) {
    match (effect, place) {
        (Effect::ChangesHere, Place::Agent(name)) => {
            (Effect::ChangesProduction, format!("{reason}; on the machine of the agent {name}"))
        }
        (_, _) => (effect, reason),
    }
}

/// A command of the playbook that needs no values, as it would be run.
pub(super) fn request_of(draft: &Draft<'_>, step: Option<u32>, command: u32) -> Result<RunRequest, Refusal> {
    prepare(&draft.incident, &RunAsk { step, command, values: BTreeMap::new() })
}

/// A value that was given and is not taken is told with the reason; what was left open is told by its name.
fn not_filled(ask: &RunAsk, names: Vec<String>) -> Refusal {
    let given =
        names.iter().find_map(|name| Some((name, ask.values.get(name).filter(|value| !value.is_empty())?)));
    match given {
        Some((name, value)) => Refusal::BadValue {
            name: name.clone(),
            why: playbook::value_fault(value).unwrap_or("cannot stand there as one argument"),
        },
        None => Refusal::OpenHoles { names },
    }
}

fn find<'a>(incident: &'a Incident, ask: &RunAsk) -> Result<(String, &'a Command), Refusal> {
    let at = usize::try_from(ask.command).unwrap_or(usize::MAX);
    let unknown = || Refusal::Unknown { what: "command", id: format!("{:?}/{}", ask.step, ask.command) };
    match ask.step {
        None => {
            let command = incident.plan.playbook.quick_diagnostics.get(at).ok_or_else(unknown)?;
            Ok((String::from("Quick diagnostics"), command))
        }
        Some(number) => {
            let step = step(incident, number)?;
            Ok((step.title.clone(), step.commands.get(at).ok_or_else(unknown)?))
        }
    }
}

fn step(incident: &Incident, number: u32) -> Result<&Step, Refusal> {
    let steps = incident.runbook().map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
    let unknown = || Refusal::Unknown { what: "step", id: number.to_string() };
    steps.iter().find(|step| step.number == number).ok_or_else(unknown)
}

impl Incident {
    /// What asking for this command would come to: it runs at once, or it is laid out and waits for a person's word. While
    /// it has blanks to fill, this is what the text tells without them; asking judges the filled text.
    #[must_use]
    pub fn approval_to_run(&self, ask: &RunAsk) -> Approval {
        let effect = match prepare(self, ask) {
            Ok(request) => request.effect,
            Err(_) => find(self, ask).map_or(Effect::Unknown, |(_, command)| command.effect),
        };
        self.plan.policy.approval(effect)
    }
}

pub(super) fn add(draft: &mut Draft<'_>, request: RunRequest, by: crate::Actor) {
    let run = next_number(&draft.incident.runs);
    let kind = match draft.incident.plan.policy.approval(request.effect) {
        Approval::NotNeeded => EventKind::RunRequested { run, request },
        Approval::Needed => EventKind::RunProposed { run, request },
    };
    draft.push_by(by, kind);
}

pub(super) fn choose(draft: &mut Draft<'_>, runbook: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    if draft.incident.plan.playbook.runbook(&runbook).is_none() {
        return Err(Refusal::Unknown { what: "runbook", id: runbook });
    }
    draft.push(EventKind::RunbookChosen { runbook });
    gather(draft);
    Ok(())
}

pub(super) fn request(draft: &mut Draft<'_>, ask: &RunAsk) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    let request = prepare(&draft.incident, ask)?;
    free(draft, &request)?;
    let by = draft.by.clone();
    add(draft, request, by);
    Ok(())
}

/// One run of a command at a time: whoever asks second hears who was first. What the server itself means to look up, and
/// has not begun, does not stand in a person's way.
pub(super) fn free(draft: &Draft<'_>, request: &RunRequest) -> Result<(), Refusal> {
    let under_way = |run: &&Run| match run.state {
        RunState::Proposed | RunState::Running { .. } => true,
        RunState::Ready => run.approved_by.is_some() || run.asked_by.person().is_some(),
        RunState::Rejected { .. } | RunState::Ended(_) | RunState::Lost => false,
    };
    let same = |run: &&Run| run.request.is_same_command(request);
    match draft.incident.runs.iter().filter(same).find(under_way) {
        Some(run) => Err(Refusal::Taken { what: "run", by: approve::standing(run) }),
        None => Ok(()),
    }
}

pub(super) fn find_run<'a>(draft: &'a Draft<'_>, number: u32) -> Result<&'a Run, Refusal> {
    let unknown = || Refusal::Unknown { what: "run", id: number.to_string() };
    index(number).and_then(|at| draft.incident.runs.get(at)).ok_or_else(unknown)
}

/// Begun once only: a second start of the same run is refused, so that no change is made twice. An approval that has
/// grown old by then, after a restart for example, no longer holds.
pub(super) fn started(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    let run = find_run(draft, number)?;
    match run.state {
        RunState::Ready => {
            let valid = SignedDuration::from_mins(i64::from(draft.incident.plan.policy.approval_valid_min));
            let old = run.approved_at.is_some_and(|at| draft.now.at.duration_since(at) > valid);
            if draft.incident.status != Status::Open {
                end_wait(draft, number, String::from(OVER));
            } else if old {
                let why = format!("it had not begun {} min after it was approved", valid.as_mins());
                end_wait(draft, number, why);
            } else {
                draft.push_own(EventKind::RunStarted { run: number });
            }
            Ok(())
        }
        RunState::Proposed
        | RunState::Rejected { .. }
        | RunState::Running { .. }
        | RunState::Ended(_)
        | RunState::Lost => Err(Refusal::Stale),
    }
}

/// Nothing that has not begun begins any more: the incident for which it was asked is over.
pub(super) fn end_waiting(draft: &mut Draft<'_>) {
    let waits = |run: &&Run| run.state == RunState::Ready;
    let waiting: Vec<u32> = draft.incident.runs.iter().filter(waits).map(|run| run.number).collect();
    for run in waiting {
        end_wait(draft, run, String::from(OVER));
    }
}

/// More is to be looked at than can be: these looks are left to whoever wants them.
pub(super) fn crowded_out(draft: &mut Draft<'_>, runs: &[u32]) -> Result<(), Refusal> {
    for number in runs {
        let run = find_run(draft, *number)?;
        if run.state == RunState::Ready && run.approved_by.is_none() {
            let why = String::from("too many looks waited at once; run it by hand");
            end_wait(draft, *number, why);
        }
    }
    Ok(())
}

/// A command that may run does not begin by itself any more: what was approved waits for a word again, and what only
/// looks is left.
fn end_wait(draft: &mut Draft<'_>, number: u32, why: String) {
    let approved = draft.incident.run(number).is_some_and(|run| run.approved_by.is_some());
    draft.push_own(match approved {
        true => EventKind::RunHeld { run: number, why },
        false => EventKind::RunSkipped { run: number, why },
    });
    before::looked(draft, number);
}

/// Asks again for every look that the server left and had itself asked for, now that it is not over after all. What a
/// person asked for, a person asks for again: it may be nothing that begins alone.
pub(super) fn gather_skipped(draft: &mut Draft<'_>) {
    let mut wanted: Vec<RunRequest> = Vec::new();
    let runs = &draft.incident.runs;
    for run in runs {
        let skipped = |run: &Run| {
            run.asked_by == crate::Actor::System
                && matches!(run.state, RunState::Rejected { by: crate::Actor::System, .. })
        };
        let all_skipped =
            runs.iter().filter(|other| other.request.is_same_command(&run.request)).all(skipped);
        if all_skipped && wanted.iter().all(|request| !request.is_same_command(&run.request)) {
            wanted.push(run.request.clone());
        }
    }
    for request in wanted {
        add(draft, request, crate::Actor::System);
    }
}

pub(super) fn ended(draft: &mut Draft<'_>, number: u32, report: RunReport) -> Result<(), Refusal> {
    let run = find_run(draft, number)?;
    if !matches!(run.state, RunState::Running { .. } | RunState::Ready) {
        return Err(Refusal::Stale);
    }
    let checks = judge(draft, run, &report);
    draft.push_own(EventKind::RunEnded { run: number, report, checks });
    before::looked(draft, number);
    Ok(())
}

/// The server, or the agent, stopped in the middle. What only looks is asked again; what may have changed something is not.
pub(super) fn lost(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    let run = find_run(draft, number)?;
    if !matches!(run.state, RunState::Running { .. }) {
        return Err(Refusal::Stale);
    }
    let request = run.request.clone();
    // Whoever had it stopped does not want it again.
    let wanted = run.stopped_by.is_none();
    draft.push_own(EventKind::RunLost { run: number });
    before::looked(draft, number);
    let needed = draft.incident.plan.policy.approval(request.effect);
    let lost_before = |run: &&Run| run.state == RunState::Lost && run.request.is_same_command(&request);
    let again = wanted
        && request.purpose.is_step()
        && needed == Approval::NotNeeded
        && draft.incident.status == Status::Open
        && draft.incident.runs.iter().filter(lost_before).count() < LOST_LOOKS_MAX;
    if again {
        add(draft, request, crate::Actor::System);
    }
    Ok(())
}

/// What the playbook's expectations for a command say of its output, at the place of the runbook that it was asked for.
fn judge(draft: &Draft<'_>, run: &Run, report: &RunReport) -> Vec<(String, Fact)> {
    let standings = draft.incident.standings(run);
    let Some(place) = standings.first() else { return Vec::new() };
    let own = place.step.checks.iter().filter(|check| check.command == Some(place.at));
    let judged = |check: &Check| Some((check.text.clone(), expectation::judged(place.step, check, report)?));
    own.filter_map(judged).collect()
}

pub(super) fn mark_step(draft: &mut Draft<'_>, number: u32, outcome: StepOutcome) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    step(&draft.incident, number)?;
    draft.push(EventKind::StepMarked { step: number, outcome });
    Ok(())
}
