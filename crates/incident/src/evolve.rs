//! Makes an event so. Total: an event that names something unknown changes nothing, so replay never fails.

mod acknowledgement;
mod page;
mod run;

use crate::alert::{Alert, AlertKey, AlertStatus};
use crate::event::{Event, EventKind, Holding, Lapse, Opening, Reaching, Resting, RestsFor, Taking};
use crate::later::earlier;
use crate::state::{ActionItem, AlertState, Escalation, Incident, Recovery, Status, StatusUpdate, Tick};
use jiff::{SignedDuration, Timestamp};

/// The incident after `event`.
#[must_use]
pub fn evolve(mut incident: Incident, event: &Event) -> Incident {
    take_in(&mut incident, event);
    incident
}

/// The same in place, for a decision in the making.
pub(crate) fn take_in(incident: &mut Incident, event: &Event) {
    incident.version += 1;
    incident.updated_at = event.at;
    if let Some(person) = event.by.person() {
        incident.people.insert(person.clone());
        let holder = incident.acknowledged.as_mut().filter(|holder| holder.by.person() == Some(person));
        if let Some(holder) = holder {
            holder.news_at = event.at;
        }
    }
    route(incident, event);
}

/// Each subject in its own function. Every variant is named here, so that a new one cannot be forgotten.
fn route(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::Held(_) | EventKind::HeldPassed => holding(incident, event),
        EventKind::Opened(_)
        | EventKind::SeveritySet { .. }
        | EventKind::RunbooksMatched { .. }
        | EventKind::RunbookChosen { .. }
        | EventKind::Ticked { .. }
        | EventKind::Unticked { .. }
        | EventKind::RoleTaken(_) => opening(incident, event),
        EventKind::AlertFired { .. }
        | EventKind::AlertRepeated { .. }
        | EventKind::AlertResolved { .. }
        | EventKind::AlertsWatched { .. } => alerts(incident, event),
        EventKind::LevelReached(_)
        | EventKind::EscalationRests(_)
        | EventKind::EscalationExhausted { .. }
        | EventKind::Unpaged { .. }
        | EventKind::EscalationStopped { .. } => escalation(incident, event),
        EventKind::PageDecided { .. }
        | EventKind::PageDue { .. }
        | EventKind::PageDelivered { .. }
        | EventKind::PageFailed(_)
        | EventKind::PageRetried { .. }
        | EventKind::PageUncertain { .. }
        | EventKind::PageWithdrawn { .. } => page::pages(incident, event),
        EventKind::Acknowledged(_)
        | EventKind::AcknowledgementExtended { .. }
        | EventKind::AcknowledgementReminded { .. }
        | EventKind::HandOverAsked { .. }
        | EventKind::PageAnswered { .. }
        | EventKind::Declined { .. }
        | EventKind::Unacknowledged { .. } => acknowledgement::of(incident, event),
        EventKind::RunRequested { .. }
        | EventKind::RunProposed { .. }
        | EventKind::RunFirstApproved { .. }
        | EventKind::RunFirstLapsed { .. }
        | EventKind::RunApproved { .. }
        | EventKind::RunPrepared { .. }
        | EventKind::RunHeld { .. }
        | EventKind::RunSkipped { .. }
        | EventKind::RunRejected { .. }
        | EventKind::RunStopAsked { .. }
        | EventKind::RunStarted { .. }
        | EventKind::RunEnded { .. }
        | EventKind::RunLost { .. }
        | EventKind::StepMarked { .. } => run::runs(incident, event),
        EventKind::UpdatePosted { .. }
        | EventKind::UpdateDue { .. }
        | EventKind::UpdateReminded { .. }
        | EventKind::UpdateMissed { .. } => telling(incident, event),
        EventKind::RecoveryStarted { .. }
        | EventKind::RecoveryBroken { .. }
        | EventKind::RecoveryHeld
        | EventKind::Resolved { .. }
        | EventKind::Reopened { .. } => ending(incident, event),
        EventKind::PostmortemOwed { .. }
        | EventKind::PostmortemStageDue { .. }
        | EventKind::PostmortemSaved { .. }
        | EventKind::ActionItemAdded { .. }
        | EventKind::ActionItemCompleted { .. } => learning(incident, event),
        // These are the timeline's alone.
        EventKind::Noted { .. }
        | EventKind::HelpAsked { .. }
        | EventKind::LevelUnreachable { .. }
        | EventKind::TicketFiled { .. } => {}
    }
}

fn opening(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::Opened(Opening { title, description, how, plan: _ }) => {
            incident.status = Status::Open;
            incident.title.clone_from(title);
            incident.description.clone_from(description);
            incident.how = *how;
            incident.opened_at = event.at;
        }
        EventKind::SeveritySet { severity, basis } => {
            incident.severity = Some((severity.clone(), basis.clone()));
        }
        EventKind::RunbooksMatched { matches } => {
            incident.runbook = matches.first().map(|best| best.runbook.clone());
            incident.matches.clone_from(matches);
        }
        EventKind::RunbookChosen { runbook } => {
            if incident.runbook.as_ref() != Some(runbook) {
                // The marks are of the other runbook's steps; the timeline keeps them.
                incident.steps.clear();
            }
            incident.runbook = Some(runbook.clone());
        }
        EventKind::Ticked { phase, item, because } => {
            let tick = Tick { by: event.by.clone(), at: event.at, because: because.clone() };
            incident.ticks.insert((*phase, *item), tick);
        }
        EventKind::Unticked { phase, item } => {
            incident.ticks.remove(&(*phase, *item));
        }
        EventKind::RoleTaken(Taking { role, person, .. }) => {
            incident.roles.insert(role.clone(), person.clone());
        }
        _ => {}
    }
}

fn holding(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::Held(Holding { hold, title, matches, plan: _ }) => {
            // Held by something else meanwhile it stays what began then.
            if incident.status != Status::Held {
                incident.opened_at = event.at;
            }
            incident.status = Status::Held;
            incident.resolved_at = None;
            incident.title.clone_from(title);
            incident.matches.clone_from(matches);
            incident.hold = Some(hold.clone());
        }
        EventKind::HeldPassed => {
            incident.status = Status::Passed;
            incident.resolved_at = Some(event.at);
            incident.expiry_timer_at = None;
        }
        _ => {}
    }
}

fn alerts(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::AlertFired { alert } => fired(incident, alert, event.at),
        EventKind::AlertRepeated { key, expires_at } => {
            if let Some(state) = incident.alerts.get_mut(key) {
                state.count += 1;
                state.last_at = event.at;
                state.expires_at = *expires_at;
            }
        }
        EventKind::AlertResolved { key, lapsed } => resolved(incident, key, *lapsed, event.at),
        EventKind::AlertsWatched { until } => incident.expiry_timer_at = Some(*until),
        _ => {}
    }
}

fn fired(incident: &mut Incident, alert: &Alert, at: Timestamp) {
    let count = incident.alerts.get(&alert.key).map_or(0, |state| state.count);
    let state = AlertState {
        alert: alert.clone(),
        status: AlertStatus::Firing,
        count: count + 1,
        last_at: at,
        expires_at: alert.expires_at,
        silent: false,
    };
    incident.alerts.insert(alert.key.clone(), state);
}

fn resolved(incident: &mut Incident, key: &AlertKey, lapsed: Lapse, at: Timestamp) {
    if let Some(state) = incident.alerts.get_mut(key) {
        state.status = AlertStatus::Resolved;
        state.silent = lapsed == Lapse::Silence;
        state.last_at = at;
    }
}

fn escalation(incident: &mut Incident, event: &Event) {
    incident.escalation = match &event.kind {
        EventKind::LevelReached(Reaching { round, level, policy, next_due, .. }) => {
            let since = match &incident.escalation {
                Escalation::Waiting { round: current, since, .. } if current == round => *since,
                _ => event.at,
            };
            let (first, counted_from) = incident.escalation.began().unwrap_or((*round, *round));
            let (round, level, policy, next_due) = (*round, *level, policy.clone(), *next_due);
            Escalation::Waiting { round, first, counted_from, level, policy, since, next_due }
        }
        EventKind::EscalationRests(rests) => resting(&incident.escalation, rests),
        EventKind::EscalationExhausted { round } => Escalation::Exhausted { round: *round },
        EventKind::Unpaged { why, next_due } => Escalation::Unpaged { why: why.clone(), next_due: *next_due },
        EventKind::EscalationStopped { .. } => Escalation::Stopped,
        _ => return,
    };
}

fn resting(before: &Escalation, rests: &Resting) -> Escalation {
    let Resting { round, level, policy, until, why, rests_for, without } = rests.clone();
    let (first, counted_from) = before.began().unwrap_or((round, round));
    let counted_from = match rests_for {
        RestsFor::WorkingHours => counted_from,
        RestsFor::QuietHours => round,
    };
    Escalation::Resting { round, first, counted_from, level, policy, until, why, rests_for, without }
}

fn telling(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::UpdatePosted { update, draft, next_due } => {
            let posted =
                StatusUpdate { number: *update, draft: draft.clone(), by: event.by.clone(), at: event.at };
            incident.updates.push(posted);
            promised(incident, *next_due, event.at);
        }
        EventKind::UpdateDue { due } => promised(incident, Some(*due), event.at),
        EventKind::UpdateReminded { due } => {
            incident.update_reminded = true;
            incident.update_asked_at = Some(*due);
        }
        EventKind::UpdateMissed { next_due, .. } => {
            incident.updates_missed += 1;
            incident.update_asked_at = Some(*next_due);
        }
        _ => {}
    }
}

/// An update is promised: whoever tells people is asked for it some time before, and never in the first three quarters.
fn promised(incident: &mut Incident, due: Option<Timestamp>, at: Timestamp) {
    let minutes = i64::from(incident.plan.policy.update_reminder_min);
    let quarter = |due: Timestamp| (due.duration_since(at) / 4).max(SignedDuration::ZERO);
    let before = |due: Timestamp| SignedDuration::from_mins(minutes).min(quarter(due));
    incident.update_due_at = due;
    incident.update_asked_at = due.map(|due| earlier(due, before(due)));
    incident.update_reminded = false;
    incident.updates_missed = 0;
}

fn ending(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::RecoveryStarted { until } => {
            incident.recovery = Some(Recovery { since: event.at, until: *until });
        }
        EventKind::RecoveryBroken { .. } => {
            incident.recovery = None;
            // A watch that ends for want of word is no relapse: nothing fires.
            if incident.is_firing() {
                incident.relapsed_at = Some(event.at);
            }
        }
        EventKind::RecoveryHeld => incident.recovery = None,
        EventKind::Resolved { summary } => {
            incident.status = Status::Resolved;
            incident.resolved_at = Some(event.at);
            incident.resolution = Some(summary.clone());
            incident.recovery = None;
            incident.acknowledged = None;
            incident.update_due_at = None;
            incident.update_asked_at = None;
            incident.expiry_timer_at = None;
        }
        EventKind::Reopened { .. } => {
            incident.status = Status::Open;
            incident.relapsed_at = Some(event.at);
            incident.resolved_at = None;
            incident.resolution = None;
            // The stages stay until the next end, so that their timers can be forgotten.
            incident.postmortem.obligation = None;
            incident.postmortem.stages_due.clear();
        }
        _ => {}
    }
}

fn learning(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::PostmortemOwed { obligation, stages } => {
            incident.postmortem.obligation = *obligation;
            incident.postmortem.stages.clone_from(stages);
        }
        EventKind::PostmortemStageDue { stage } => {
            incident.postmortem.stages_due.insert(*stage);
        }
        EventKind::PostmortemSaved { revision, text } => {
            incident.postmortem.revision = *revision;
            incident.postmortem.text = Some(text.clone());
        }
        EventKind::ActionItemAdded { title, owner, due, .. } => {
            let item = ActionItem { title: title.clone(), owner: owner.clone(), due: *due, done_at: None };
            incident.action_items.push(item);
        }
        EventKind::ActionItemCompleted { item } => {
            let item = usize::try_from(*item).ok().and_then(|item| incident.action_items.get_mut(item));
            if let Some(item) = item {
                item.done_at = Some(event.at);
            }
        }
        _ => {}
    }
}
