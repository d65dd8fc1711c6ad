//! What becomes of runs and steps.

use crate::event::{Event, EventKind};
use crate::state::{FirstWord, Incident, Run, RunState, index};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn runs(incident: &mut Incident, event: &Event) {
    let number = match &event.kind {
        EventKind::RunRequested { run, request } | EventKind::RunProposed { run, request } => {
            let state = match &event.kind {
                EventKind::RunProposed { .. } => RunState::Proposed,
                _ => RunState::Ready,
            };
            incident.runs.push(Run {
                number: *run,
                request: request.clone(),
                asked_by: event.by.clone(),
                asked_at: event.at,
                offer: 1,
                first_word: None,
                approved_by: None,
                approved_at: None,
                waits_for_looks: false,
                stopped_by: None,
                state,
                checks: Vec::new(),
                runbook: incident.runbook.clone(),
                began_at: None,
                ended_at: None,
            });
            return;
        }
        EventKind::StepMarked { step, outcome } => {
            incident.steps.insert(*step, (*outcome, event.by.clone()));
            return;
        }
        EventKind::RunApproved { run }
        | EventKind::RunFirstApproved { run, .. }
        | EventKind::RunFirstLapsed { run }
        | EventKind::RunPrepared { run, .. }
        | EventKind::RunHeld { run, .. }
        | EventKind::RunSkipped { run, .. }
        | EventKind::RunRejected { run, .. }
        | EventKind::RunStopAsked { run }
        | EventKind::RunStarted { run }
        | EventKind::RunEnded { run, .. }
        | EventKind::RunLost { run } => *run,
        _ => return,
    };
    let looked_at = incident.looks_before(number).any(|look| look.is_under_way());
    if let Some(run) = index(number).and_then(|index| incident.runs.get_mut(index)) {
        run_moved(run, event);
        if matches!(event.kind, EventKind::RunApproved { .. }) {
            run.waits_for_looks = looked_at;
        }
    }
}

fn run_moved(run: &mut Run, event: &Event) {
    match &event.kind {
        EventKind::RunApproved { .. } => {
            run.approved_by = Some(event.by.clone());
            run.approved_at = Some(event.at);
            run.state = RunState::Ready;
        }
        EventKind::RunFirstApproved { until, sponsor, .. } => {
            run.offer += 1;
            run.first_word = Some(FirstWord {
                by: event.by.clone(),
                at: event.at,
                until: *until,
                sponsor: sponsor.clone(),
            });
        }
        EventKind::RunPrepared { .. } => run.waits_for_looks = false,
        EventKind::RunFirstLapsed { .. } => {
            run.offer += 1;
            run.first_word = None;
        }
        EventKind::RunHeld { .. } => {
            run.waits_for_looks = false;
            run.offer += 1;
            run.first_word = None;
            run.approved_by = None;
            run.approved_at = None;
            run.state = RunState::Proposed;
        }
        EventKind::RunRejected { reason, .. } | EventKind::RunSkipped { why: reason, .. } => {
            run.state = RunState::Rejected { by: event.by.clone(), reason: reason.clone() };
        }
        EventKind::RunStopAsked { .. } => {
            run.stopped_by = Some(event.by.clone());
            if run.state == RunState::Ready {
                let reason = String::from("stopped before it began");
                run.state = RunState::Rejected { by: event.by.clone(), reason };
            }
        }
        EventKind::RunStarted { .. } => {
            run.state = RunState::Running { since: event.at };
            run.began_at = Some(event.at);
        }
        EventKind::RunEnded { report, checks, .. } => {
            run.state = RunState::Ended(report.clone());
            run.checks.clone_from(checks);
            run.ended_at = Some(event.at);
        }
        EventKind::RunLost { .. } => {
            run.state = RunState::Lost;
            run.ended_at = Some(event.at);
        }
        _ => {}
    }
}
