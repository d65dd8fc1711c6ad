//! From an incident's own events to a score card. The state before the first change is folded anew, so that what the
//! product ranked first then is judged, and not what it knows afterwards.
//!
//! Must never be here: anything that the handling of a drill could read.

use super::truth;
use incident::{Audience, Ending, Event, EventKind, Incident, RunState, diagnose, evolve, recovery_began};
use jiff::Timestamp;
use playbook::Playbook;
use range::faults::Fault;
use web::drills::{DrillCard, DrillTimes, HandledBy, Judged, RepairedBy};

/// So many lines of each output stand in a transcript.
const PRINTED_MAX: usize = 60;

/// The card of a fault of which nobody heard.
pub(super) fn undetected(drill: &str, broken_at: Timestamp, playbook: &str) -> DrillCard {
    let nothing = || Judged { right: Some(false), first: String::new() };
    DrillCard {
        drill: drill.to_owned(),
        at: broken_at,
        playbook: playbook.to_owned(),
        speed: 1.0,
        by: HandledBy::StandIn,
        times: DrillTimes::default(),
        runbook: nothing(),
        cause: nothing(),
        fixes: Vec::new(),
        repaired_by: RepairedBy::Nobody,
        note: "the monitor saw nothing".to_owned(),
    }
}

/// The card with what the incident's events say.
pub(super) fn filled(card: DrillCard, fault: &Fault, incident: &Incident, events: &[Event]) -> DrillCard {
    let (runbook, cause) = judged(fault, incident, events);
    DrillCard { times: times(events, card.at), runbook, cause, fixes: fixes(incident, events), ..card }
}

/// Who ended a fault, if it is gone: the playbook only where a command that a person approved ended well before the alerts
/// were over. What ends by itself, or by hand outside of the product, is nobody's.
pub(super) fn repaired_by(is_gone: bool, operator_was_asked: bool, events: &[Event]) -> RepairedBy {
    match (is_gone, operator_was_asked) {
        (true, true) => RepairedBy::Operator,
        (true, false) if a_fix_ended_well(events) => RepairedBy::Playbook,
        (true | false, _) => RepairedBy::Nobody,
    }
}

/// Whether an approved command ended well before the last recovery began.
fn a_fix_ended_well(events: &[Event]) -> bool {
    let before = events.get(..recovery_began(events).unwrap_or(events.len())).unwrap_or_default();
    let approved = approved(before);
    before.iter().any(|event| match &event.kind {
        EventKind::RunEnded { run, report, .. } => {
            approved.contains(run) && matches!(report.ending, Ending::Exited { code: 0 } | Ending::Followed)
        }
        _ => false,
    })
}

/// The runs that somebody gave the word for, in order.
fn approved(events: &[Event]) -> Vec<u32> {
    let approved = events.iter().filter_map(|event| match &event.kind {
        EventKind::RunApproved { run } => Some(*run),
        _ => None,
    });
    approved.collect()
}

/// When each stage was reached, counted from the fault.
fn times(events: &[Event], broken_at: Timestamp) -> DrillTimes {
    let first = |wanted: &dyn Fn(&EventKind) -> bool| {
        events.iter().find(|event| wanted(&event.kind)).and_then(|event| after(broken_at, event.at))
    };
    let approved = approved(events);
    let last_fix = events
        .iter()
        .rfind(|event| matches!(&event.kind, EventKind::RunEnded { run, .. } if approved.contains(run)));
    let held = events.iter().rfind(|event| matches!(event.kind, EventKind::RecoveryHeld));
    DrillTimes {
        detected: first(&|kind| matches!(kind, EventKind::Opened(_))),
        paged: first(&|kind| matches!(kind, EventKind::PageDelivered { .. })),
        acknowledged: first(&|kind| matches!(kind, EventKind::Acknowledged(_))),
        told: first(
            &|kind| matches!(kind, EventKind::UpdatePosted { draft, .. } if draft.audience == Audience::Public),
        ),
        approved: first(&|kind| matches!(kind, EventKind::RunApproved { .. })),
        fixed: last_fix.and_then(|event| after(broken_at, event.at)),
        verified: held.and_then(|event| after(broken_at, event.at)),
    }
}

fn after(broken_at: Timestamp, at: Timestamp) -> Option<u64> {
    u64::try_from(at.duration_since(broken_at).as_secs()).ok()
}

/// The incident as it was before anybody gave the word for a change.
fn before_the_first_change(incident: &Incident, events: &[Event]) -> (Incident, Timestamp) {
    let changes = |event: &&Event| !matches!(event.kind, EventKind::RunApproved { .. });
    let mut at = incident.opened_at;
    let new = Incident::new(incident.id, incident.plan.clone());
    let then = events.iter().take_while(changes).fold(new, |state, event| {
        at = event.at;
        evolve(state, event)
    });
    (then, at)
}

/// Whether the runbook and the cause that came first are the fault's.
fn judged(fault: &Fault, incident: &Incident, events: &[Event]) -> (Judged, Judged) {
    let (then, at) = before_the_first_change(incident, events);
    let playbook = &incident.plan.playbook;
    let runbook = then.runbook().map(|runbook| runbook.title.clone()).unwrap_or_default();
    let known = fault.parts().any(|part| has_runbook(playbook, part.runbook));
    let right_runbook = truth::is_right_runbook(fault, &runbook);
    let diagnosis = diagnose(&then, at);
    let first = diagnosis.causes.into_iter().next().filter(|cause| cause.score > 0);
    let first = first.map(|cause| cause.name).unwrap_or_default();
    let right_cause = truth::is_true_cause(fault, &runbook, &first);
    let runbook = Judged { right: known.then_some(right_runbook), first: runbook };
    (runbook, Judged { right: right_cause.filter(|_| known), first })
}

/// What was ranked before the first change, with what was found, and what every look had printed: for the transcript.
pub(super) fn evidence(incident: &Incident, events: &[Event]) -> String {
    let (then, at) = before_the_first_change(incident, events);
    let mut text =
        format!("\nAlert: {}\n{}\n\nRanked before the first change:\n", then.title, then.description);
    for cause in diagnose(&then, at).causes {
        let branch = cause.branch.map_or_else(String::new, |step| format!(", step {step} says what to do"));
        text.push_str(&format!("{:>4}  {} (step {}{branch})\n", cause.score, cause.name, cause.step));
        for found in cause.evidence {
            text.push_str(&format!("        {:>+4} {}\n", found.weight, found.text));
            if let Some(quote) = found.quote {
                text.push_str(&format!("             {quote}\n"));
            }
        }
    }
    for run in &then.runs {
        if let RunState::Ended(report) = &run.state {
            text.push_str(&format!("\n$ {}\n", run.request.source));
            for line in report.output.lines().take(PRINTED_MAX) {
                text.push_str(&format!("  {line}\n"));
            }
        }
    }
    text
}

fn has_runbook(playbook: &Playbook, title: &str) -> bool {
    playbook.runbooks.iter().any(|runbook| runbook.title.eq_ignore_ascii_case(title))
}

/// The commands that somebody gave the word for, in order.
fn fixes(incident: &Incident, events: &[Event]) -> Vec<String> {
    let runs = approved(events).into_iter().filter_map(|run| incident.run(run));
    runs.map(|run| run.request.source.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use incident::{Actor, RunReport};

    fn events(kinds: Vec<EventKind>) -> Vec<Event> {
        let at = Timestamp::UNIX_EPOCH;
        kinds.into_iter().map(|kind| Event { at, by: Actor::System, kind }).collect()
    }

    fn ended(run: u32, code: i32) -> EventKind {
        let report = RunReport {
            ending: Ending::Exited { code },
            duration_ms: 1,
            output: "".into(),
            output_bytes: 0,
            masked: 0,
            not_held: Vec::new(),
        };
        EventKind::RunEnded { run, report, checks: Vec::new() }
    }

    #[test]
    fn only_an_approved_command_that_ended_well_before_it_was_over_repairs() {
        let recovers = || EventKind::RecoveryStarted { until: Timestamp::UNIX_EPOCH };
        let approved = || EventKind::RunApproved { run: 2 };
        let by = |kinds| repaired_by(true, false, &events(kinds));
        assert_eq!(by(vec![approved(), ended(2, 0), recovers()]), RepairedBy::Playbook);
        assert_eq!(by(vec![approved(), ended(2, 0)]), RepairedBy::Playbook);
        assert_eq!(by(vec![ended(1, 0), recovers()]), RepairedBy::Nobody, "a look repairs nothing");
        assert_eq!(by(vec![approved(), ended(2, 1), recovers()]), RepairedBy::Nobody);
        assert_eq!(by(vec![approved(), recovers(), ended(2, 0)]), RepairedBy::Nobody, "it was over before");
        let broken = || EventKind::RecoveryBroken { why: String::new() };
        let again = vec![approved(), recovers(), broken(), ended(2, 0)];
        assert_eq!(by(again), RepairedBy::Playbook, "a recovery that did not hold was none");
        assert_eq!(by(Vec::new()), RepairedBy::Nobody);
        assert_eq!(repaired_by(true, true, &[]), RepairedBy::Operator);
        let whole = events(vec![approved(), ended(2, 0), recovers()]);
        assert_eq!(repaired_by(false, false, &whole), RepairedBy::Nobody);
    }
}
