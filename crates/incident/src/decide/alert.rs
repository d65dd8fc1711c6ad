//! A delivery about an alert: opens, repeats, ends or reopens.

use super::{Draft, acknowledge, escalate, held, report, resolve, severity};
use crate::alert::{Alert, AlertKey, AlertStatus};
use crate::command::AckIntent;
use crate::event::{EventKind, Lapse, OpenedBy, Opening, RestsFor, SeverityBasis};
use crate::refusal::Refusal;
use crate::severity::Severity;
use crate::state::{Escalation, Incident, Status};
use alloc::format;
use alloc::vec::Vec;
use jiff::SignedDuration;
use playbook::RunbookMatch;

pub(super) fn alert(draft: &mut Draft<'_>, alert: Alert, matches: Vec<RunbookMatch>) -> Result<(), Refusal> {
    match (draft.incident.status, alert.status) {
        (Status::New, AlertStatus::Firing) => {
            match draft.now.silences.hold(&alert, draft.now.at) {
                Some(hold) => held::hold(draft, alert, matches, hold),
                None => opens(draft, alert, matches),
            }
            Ok(())
        }
        (Status::New, AlertStatus::Acknowledged | AlertStatus::Resolved) => Err(Refusal::NothingOpen),
        (Status::Held | Status::Passed, _) => held::alert(draft, alert),
        (Status::Open, AlertStatus::Firing) => {
            fires(draft, alert);
            Ok(())
        }
        (Status::Open, AlertStatus::Acknowledged) => acknowledged_there(draft, &alert.key),
        (Status::Open | Status::Resolved, AlertStatus::Resolved) => ends(draft, &alert.key, Lapse::Told),
        (Status::Resolved, AlertStatus::Firing) => reopens(draft, alert),
        (Status::Resolved, AlertStatus::Acknowledged) => Ok(()),
    }
}

fn opens(draft: &mut Draft<'_>, alert: Alert, matches: Vec<RunbookMatch>) {
    let (severity, basis) = severity_of(&draft.incident, &alert);
    draft.push(opened(draft, &alert));
    draft.push(EventKind::AlertFired { alert });
    watch_silence(draft);
    report::begin(draft, severity, basis, matches);
}

fn opened(draft: &Draft<'_>, alert: &Alert) -> EventKind {
    EventKind::Opened(Opening {
        title: alert.title.clone(),
        description: alert.description.clone(),
        how: OpenedBy::Alert,
        plan: draft.incident.plan.digest.clone(),
    })
}

/// What was held back opens after all; the alert is here already.
pub(super) fn opens_late(draft: &mut Draft<'_>, alert: &Alert) {
    let (severity, basis) = severity_of(&draft.incident, alert);
    draft.push_own(opened(draft, alert));
    let matches = draft.incident.matches.clone();
    report::begin(draft, severity, basis, matches);
}

/// The playbook's severity for the alert's own word; an unknown word pages all the same and says so.
fn severity_of(incident: &Incident, alert: &Alert) -> (Severity, SeverityBasis) {
    let word = alert.severity.clone().unwrap_or_default();
    match incident.plan.severity_for_word(&word) {
        Some(severity) if !word.is_empty() => (severity, SeverityBasis::Alert { word }),
        Some(_) | None => (incident.plan.unknown_severity(), SeverityBasis::Unknown { word }),
    }
}

/// The severity of a delivery whose source now calls the alert worse than before, and worse than the incident is. Only
/// against its own earlier word, so that a repeat does not undo what a person has decided.
fn worse(incident: &Incident, alert: &Alert) -> Option<(Severity, SeverityBasis)> {
    let (before, _) = severity_of(incident, &incident.alerts.get(&alert.key)?.alert);
    match severity_of(incident, alert) {
        (severity, basis @ SeverityBasis::Alert { .. })
            if severity.is_worse_than(&before) && severity.is_worse_than(&incident.severity()) =>
        {
            Some((severity, basis))
        }
        _ => None,
    }
}

fn fires(draft: &mut Draft<'_>, alert: Alert) {
    let worse = worse(&draft.incident, &alert);
    let known = draft.incident.alerts.get(&alert.key);
    let came_back = known.is_some_and(|known| known.status == AlertStatus::Resolved);
    let again = format!("{} fires again", alert.title);
    if worse.is_none() && known.is_some_and(|known| known.status != AlertStatus::Resolved) {
        draft.push(EventKind::AlertRepeated { key: alert.key, expires_at: alert.expires_at });
    } else {
        draft.push(EventKind::AlertFired { alert });
        if draft.incident.recovery.is_some() {
            draft.push_own(EventKind::RecoveryBroken { why: again.clone() });
        }
    }
    watch_silence(draft);
    if let Some((severity, basis)) = worse {
        severity::set(draft, &severity, basis);
    }
    // A path at its end wakes nobody any more; what had ended and begins again is a new reason to.
    let at_its_end = matches!(
        draft.incident.escalation,
        Escalation::Exhausted { .. } | Escalation::Resting { rests_for: RestsFor::QuietHours, .. }
    );
    if came_back && at_its_end && draft.incident.acknowledged.is_none() {
        let round = next_round(&draft.incident);
        escalate::start(draft, round, again);
    }
    // A repeat is a good moment to look whether somebody can be woken by now; a refusal says that nobody need be.
    let _ = escalate::try_unpaged(draft, escalate::Retry::WhenReachable);
}

/// The source says that somebody there has it.
fn acknowledged_there(draft: &mut Draft<'_>, key: &AlertKey) -> Result<(), Refusal> {
    if !draft.incident.alerts.contains_key(key) {
        return Err(Refusal::NothingOpen);
    }
    if draft.incident.acknowledged.is_some() {
        return Ok(());
    }
    acknowledge::acknowledge(draft, AckIntent::OnIt, None)
}

/// One alert is over; when its source said so of the last one, recovery is watched. That a source fell silent tells nothing
/// about what it watched: it may be down itself.
pub(super) fn ends(draft: &mut Draft<'_>, key: &AlertKey, lapsed: Lapse) -> Result<(), Refusal> {
    let Some(known) = draft.incident.alerts.get(key) else {
        return Err(Refusal::NothingOpen);
    };
    let says_more = known.silent && lapsed == Lapse::Told && draft.incident.status == Status::Open;
    if known.status == AlertStatus::Resolved && !says_more {
        return Ok(());
    }
    draft.push(EventKind::AlertResolved { key: key.clone(), lapsed });
    let incident = &draft.incident;
    let open = incident.status == Status::Open;
    if open && !incident.is_firing() && !incident.is_silent() && incident.recovery.is_none() {
        resolve::watch_recovery(draft);
    }
    Ok(())
}

fn reopens(draft: &mut Draft<'_>, alert: Alert) -> Result<(), Refusal> {
    let window = SignedDuration::from_mins(i64::from(draft.incident.plan.policy.reopen_within_min));
    let within = draft.incident.resolved_at.is_some_and(|at| draft.now.at.duration_since(at) <= window);
    // What is silenced by now is held back in a stream of its own.
    if !within || draft.now.silences.hold(&alert, draft.now.at).is_some() {
        return Err(Refusal::AlreadyResolved);
    }
    let why = format!("{} fires again within {} min of resolution", alert.title, window.as_mins());
    let worse = worse(&draft.incident, &alert);
    draft.push_own(EventKind::Reopened { why });
    draft.push(EventKind::AlertFired { alert });
    if let Some((severity, basis)) = worse {
        draft.push(EventKind::SeveritySet { severity, basis });
    }
    resolve::begin_again(draft);
    Ok(())
}

/// The round after every one that has been.
pub(super) fn next_round(incident: &Incident) -> u32 {
    match incident.escalation {
        Escalation::Waiting { round, .. }
        | Escalation::Resting { round, .. }
        | Escalation::Exhausted { round } => round + 1,
        Escalation::Idle | Escalation::Unpaged { .. } | Escalation::Stopped => {
            incident.pages.iter().map(|page| page.round + 1).max().unwrap_or(0)
        }
    }
}

/// Sets the one timer that looks for silent sources, unless it is set already.
pub(super) fn watch_silence(draft: &mut Draft<'_>) {
    let set = draft.incident.expiry_timer_at.is_some_and(|at| at > draft.now.at);
    if let (false, Some(until)) = (set, draft.incident.next_alert_expiry()) {
        // What has expired already is looked at now, not at a time that is past.
        draft.push_own(EventKind::AlertsWatched { until: until.max(draft.now.at) });
    }
}
