//! Recovery is watched, the incident ends, or it is not over after all.

use super::alert::{next_round, watch_silence};
use super::{Draft, escalate, report, run};
use crate::event::{EventKind, StopReason};
use crate::later::later;
use crate::refusal::Refusal;
use crate::state::{Incident, Status};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use playbook::Obligation;

pub(super) fn watch_recovery(draft: &mut Draft<'_>) {
    let watch = draft.incident.plan.recovery_watch(draft.incident.runbook.as_deref());
    draft.push_own(EventKind::RecoveryStarted { until: later(draft.now.at, watch) });
}

/// Recovery held for the whole watch: it is over.
pub(super) fn recovery_held(draft: &mut Draft<'_>) {
    let Some(recovery) = draft.incident.recovery else { return };
    let minutes = recovery.until.duration_since(recovery.since).as_mins();
    draft.push_own(EventKind::RecoveryHeld);
    finish(draft, format!("recovery held for {minutes} min"));
}

pub(super) fn resolve(draft: &mut Draft<'_>, summary: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    if summary.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("a line that says what fixed it") });
    }
    finish(draft, summary);
    Ok(())
}

fn finish(draft: &mut Draft<'_>, summary: String) {
    draft.push(EventKind::Resolved { summary });
    escalate::stop(draft, &StopReason::Resolved);
    run::end_waiting(draft);
    let obligation = obligation(&draft.incident);
    let stages = match obligation {
        Some(_) => stages(&draft.incident, draft.now.at),
        None => Vec::new(),
    };
    draft.push_own(EventKind::PostmortemOwed { obligation, stages });
}

/// How strongly the playbook asks for a postmortem at this severity.
fn obligation(incident: &Incident) -> Option<Obligation> {
    let severity = incident.severity();
    let policies = incident.plan.playbook.postmortem.iter().flat_map(|postmortem| &postmortem.policy);
    let mut own = policies
        .filter(|policy| policy.severities.iter().any(|name| name.eq_ignore_ascii_case(&severity.name)));
    own.next().map(|policy| policy.obligation)
}

/// The postmortem's stages with their deadlines, each day counted as 24 hours from now; what is for the day of
/// resolution itself has that day.
fn stages(incident: &Incident, now: Timestamp) -> Vec<(String, Timestamp)> {
    let stages = incident.plan.playbook.postmortem.iter().flat_map(|postmortem| &postmortem.timeline);
    let deadline = |day: u32| later(now, SignedDuration::from_hours(24 * i64::from(day.max(1))));
    stages.map(|stage| (stage.action.clone(), deadline(stage.to_day))).collect()
}

pub(super) fn reopen(draft: &mut Draft<'_>, reason: String) -> Result<(), Refusal> {
    draft.must_be_person()?;
    if draft.incident.status != Status::Resolved {
        return Err(Refusal::NotResolved);
    }
    if reason.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("a reason for reopening") });
    }
    draft.push(EventKind::Reopened { why: reason });
    begin_again(draft);
    Ok(())
}

/// What every reopened incident needs again: silence watched, somebody woken, people told.
pub(super) fn begin_again(draft: &mut Draft<'_>) {
    watch_silence(draft);
    let round = next_round(&draft.incident);
    escalate::start(draft, round, String::from("the incident was reopened"));
    run::gather_skipped(draft);
    report::promise_update(draft);
}
