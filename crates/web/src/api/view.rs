//! An incident as programs read it. Times are RFC 3339 in UTC; people are their short names.

use super::run_view::{self, RunView};
use crate::view::timeline::timeline_text;
use incident::{
    AckIntent, Actor, AlertStatus, Audience, Diagnosis, Escalation, Event, Incident, IncidentId, PagePurpose,
    PageState, Phase, Severity, SeverityBasis, Status, StatusUpdate, StepOutcome, diagnose,
};
use jiff::Timestamp;
use jiff::civil::Date;
use playbook::{Obligation, RunbookMatch};
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole incident.
#[derive(Debug, Serialize)]
pub(super) struct IncidentView {
    id: IncidentId,
    version: u64,
    title: String,
    description: String,
    status: &'static str,
    severity: Severity,
    severity_because: Option<SeverityBasis>,
    opened_at: Timestamp,
    updated_at: Timestamp,
    resolved_at: Option<Timestamp>,
    resolution: Option<String>,
    unpaged: bool,
    acknowledged: Option<AckView>,
    lead: Option<String>,
    roles: BTreeMap<String, String>,
    people: Vec<String>,
    alerts: Vec<AlertView>,
    runbook: Option<String>,
    matches: Vec<RunbookMatch>,
    diagnosis: Diagnosis,
    steps: BTreeMap<u32, StepView>,
    escalation: EscalationView,
    pages: Vec<PageView>,
    pub(super) runs: Vec<RunView>,
    checklist: Vec<PhaseView>,
    updates: Vec<UpdateView>,
    update_due_at: Option<Timestamp>,
    updates_missed: u32,
    recovery_until: Option<Timestamp>,
    /// Its alerts fire no more, of at least one only because its source fell silent: nobody says that it is over.
    silent: bool,
    action_items: Vec<ActionItemView>,
    postmortem: PostmortemView,
    plan: String,
    timeline: Vec<TimelineView>,
}

#[derive(Debug, Serialize)]
struct AckView {
    by: String,
    intent: AckIntent,
    at: Timestamp,
    lapses_at: Timestamp,
    remind_at: Option<Timestamp>,
    handing_to: Option<String>,
}

#[derive(Debug, Serialize)]
struct AlertView {
    source: String,
    key: String,
    title: String,
    status: AlertStatus,
    severity: Option<String>,
    labels: BTreeMap<String, String>,
    link: Option<String>,
    count: u32,
    last_at: Timestamp,
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct StepView {
    outcome: StepOutcome,
    by: String,
}

#[derive(Debug, Default, Serialize)]
struct EscalationView {
    /// `idle`, `waiting`, `resting`, `exhausted`, `unpaged` or `stopped`.
    state: &'static str,
    round: Option<u32>,
    level: Option<u32>,
    next_due_at: Option<Timestamp>,
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct PageView {
    number: u32,
    responder: String,
    channel: &'static str,
    address: Option<String>,
    round: u32,
    level: u32,
    because: String,
    purpose: PagePurpose,
    decided_at: Timestamp,
    attempt: u32,
    possible_repeats: u32,
    /// `planned`, `pending`, `retrying`, `delivered`, `failed` or `withdrawn`.
    state: &'static str,
    at: Option<Timestamp>,
    /// What it waits for until then, in words, when that is its responder's quiet hours.
    waits: Option<String>,
    error: Option<String>,
    answer: Option<AckIntent>,
}

#[derive(Debug, Serialize)]
struct PhaseView {
    name: String,
    from_min: Option<u32>,
    to_min: Option<u32>,
    items: Vec<ItemView>,
}

#[derive(Debug, Serialize)]
struct ItemView {
    text: String,
    done: bool,
    by: Option<String>,
    at: Option<Timestamp>,
    because: Option<String>,
}

/// A status update.
#[derive(Debug, Serialize)]
pub(super) struct UpdateView {
    number: u32,
    phase: Phase,
    audience: Audience,
    public_title: Option<String>,
    body: String,
    by: String,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct ActionItemView {
    item: u32,
    title: String,
    owner: Option<String>,
    due: Option<Date>,
    done_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct PostmortemView {
    obligation: Option<Obligation>,
    revision: u32,
    stages: Vec<(String, Timestamp)>,
}

#[derive(Debug, Serialize)]
struct TimelineView {
    at: Timestamp,
    by: String,
    what: &'static str,
    text: String,
}

/// An incident as the API tells it to whoever reads.
///
/// # Errors
/// Never for an incident as the engine gives it.
pub fn incident_json(
    incident: &Incident,
    events: &[Event],
    now: Timestamp,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(IncidentView::of(incident, events, now))
}

impl IncidentView {
    /// Of an incident and the events that made it.
    pub(super) fn of(incident: &Incident, events: &[Event], now: Timestamp) -> Self {
        Self {
            id: incident.id,
            version: incident.version,
            title: incident.title.clone(),
            description: incident.description.clone(),
            status: match incident.status {
                Status::New | Status::Held | Status::Passed | Status::Open => "open",
                Status::Resolved => "resolved",
            },
            severity: incident.severity(),
            severity_because: incident.severity.as_ref().map(|(_, basis)| basis.clone()),
            opened_at: incident.opened_at,
            updated_at: incident.updated_at,
            resolved_at: incident.resolved_at,
            resolution: incident.resolution.clone(),
            unpaged: incident.is_unpaged(),
            acknowledged: acknowledged(incident),
            lead: incident.lead().map(ToString::to_string),
            roles: incident.roles.iter().map(|(role, person)| (role.clone(), person.to_string())).collect(),
            people: incident.people.iter().map(ToString::to_string).collect(),
            alerts: alerts(incident),
            runbook: incident.runbook.clone(),
            matches: incident.matches.clone(),
            diagnosis: diagnose(incident, now),
            steps: steps(incident),
            escalation: escalation(&incident.escalation),
            pages: incident.pages.iter().map(page).collect(),
            runs: run_view::runs(incident),
            checklist: checklist(incident),
            updates: incident.updates.iter().map(UpdateView::of).collect(),
            update_due_at: incident.update_due_at,
            updates_missed: incident.updates_missed,
            recovery_until: incident.recovery.map(|recovery| recovery.until),
            silent: incident.is_silent(),
            action_items: action_items(incident),
            postmortem: PostmortemView {
                obligation: incident.postmortem.obligation,
                revision: incident.postmortem.revision,
                stages: incident.postmortem.stages.clone(),
            },
            plan: incident.plan.digest.clone(),
            timeline: timeline(incident, events),
        }
    }
}

fn timeline(incident: &Incident, events: &[Event]) -> Vec<TimelineView> {
    let told = events.iter().filter_map(|event| {
        let (what, text) = timeline_text(event, incident)?;
        Some(TimelineView { at: event.at, by: event.by.to_string(), what, text })
    });
    told.collect()
}

fn acknowledged(incident: &Incident) -> Option<AckView> {
    incident.acknowledged.as_ref().map(|ack| AckView {
        by: ack.by.to_string(),
        intent: ack.intent,
        at: ack.at,
        lapses_at: ack.lapses_at,
        remind_at: ack.remind_at,
        handing_to: ack.handing_to.as_ref().map(ToString::to_string),
    })
}

fn steps(incident: &Incident) -> BTreeMap<u32, StepView> {
    let view = |outcome: StepOutcome, by: &Actor| StepView { outcome, by: by.to_string() };
    incident.steps.iter().map(|(step, (outcome, by))| (*step, view(*outcome, by))).collect()
}

fn alerts(incident: &Incident) -> Vec<AlertView> {
    let alerts = incident.alerts.values().map(|state| AlertView {
        source: state.alert.key.source.clone(),
        key: state.alert.key.key.clone(),
        title: state.alert.title.clone(),
        status: state.status,
        severity: state.alert.severity.clone(),
        labels: state.alert.labels.clone(),
        link: state.alert.link.clone(),
        count: state.count,
        last_at: state.last_at,
        expires_at: state.expires_at,
    });
    alerts.collect()
}

fn escalation(escalation: &Escalation) -> EscalationView {
    let state = |state| EscalationView { state, ..EscalationView::default() };
    match escalation {
        Escalation::Idle => state("idle"),
        Escalation::Waiting { round, level, next_due, .. } => EscalationView {
            round: Some(*round),
            level: Some(*level),
            next_due_at: *next_due,
            ..state("waiting")
        },
        Escalation::Resting { round, level, until, why, .. } => EscalationView {
            round: Some(*round),
            level: Some(*level),
            next_due_at: Some(*until),
            why: Some(why.clone()),
            ..state("resting")
        },
        Escalation::Exhausted { round } => EscalationView { round: Some(*round), ..state("exhausted") },
        Escalation::Unpaged { why, .. } => EscalationView { why: Some(why.clone()), ..state("unpaged") },
        Escalation::Stopped => state("stopped"),
    }
}

fn page(page: &incident::Page) -> PageView {
    let (state, at, error) = match &page.state {
        PageState::Planned { at } => ("planned", Some(*at), None),
        PageState::Pending => ("pending", None, None),
        PageState::Retrying { at } => ("retrying", Some(*at), None),
        PageState::Delivered { at } => ("delivered", Some(*at), None),
        PageState::Failed { error } => ("failed", None, Some(error.clone())),
        PageState::Withdrawn => ("withdrawn", None, None),
    };
    PageView {
        number: page.number,
        responder: page.responder.to_string(),
        channel: page.channel.name(),
        address: page.open_address().map(str::to_owned),
        round: page.round,
        level: page.level,
        because: page.rule.clone(),
        purpose: page.purpose,
        decided_at: page.decided_at,
        attempt: page.attempt,
        possible_repeats: page.possible_repeat,
        state,
        at,
        waits: page.waits.clone(),
        error,
        answer: page.answer,
    }
}

fn checklist(incident: &Incident) -> Vec<PhaseView> {
    let Some(checklist) = &incident.plan.playbook.checklist else { return Vec::new() };
    let phases = (0..).zip(&checklist.phases).map(|(number, phase)| {
        let items = (0..).zip(&phase.items).map(|(item, known)| {
            let tick = incident.ticks.get(&(number, item));
            ItemView {
                text: known.text.clone(),
                done: tick.is_some(),
                by: tick.map(|tick| tick.by.to_string()),
                at: tick.map(|tick| tick.at),
                because: tick.and_then(|tick| tick.because.clone()),
            }
        });
        PhaseView {
            name: phase.name.clone(),
            from_min: phase.window.as_ref().map(|window| window.from_min),
            to_min: phase.window.as_ref().map(|window| window.to_min),
            items: items.collect(),
        }
    });
    phases.collect()
}

fn action_items(incident: &Incident) -> Vec<ActionItemView> {
    let items = (0..).zip(&incident.action_items).map(|(item, known)| ActionItemView {
        item,
        title: known.title.clone(),
        owner: known.owner.as_ref().map(ToString::to_string),
        due: known.due,
        done_at: known.done_at,
    });
    items.collect()
}

impl UpdateView {
    /// Of an update that was posted.
    pub(super) fn of(update: &StatusUpdate) -> Self {
        Self {
            number: update.number,
            phase: update.draft.phase,
            audience: update.draft.audience,
            public_title: update.draft.public_title.clone(),
            body: update.draft.body.clone(),
            by: update.by.to_string(),
            at: update.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample::{Sample, settings};
    use engine::Settings;
    use incident::{Channel, Contact, PersonId, Responder, Roster};
    use std::sync::Arc;

    #[test]
    fn addresses_of_contacts_stay_inside() {
        let contacts = [
            (Channel::Webhook, "https://hooks.example.test/?key=s3cret"),
            (Channel::Slack, "https://slack.example.test/services/s3cret"),
            (Channel::Email, "s3cret@example.test"),
            (Channel::Handset, "primary"),
        ];
        let contact = |(channel, address): (Channel, &str)| Contact::new(channel, address.to_owned());
        let id = PersonId("primary".to_owned());
        let person =
            Responder { id: id.clone(), name: "Primary".to_owned(), contacts: contacts.map(contact).into() };
        let roles = [("On-call Primary".to_owned(), vec![id])].into();
        let roster = Arc::new(Roster::new(vec![person], roles, Vec::new()));
        let sample =
            Sample::with(Settings::new(settings(&[]).plan, roster), "API returning 5xx errors", "P1");
        let view = IncidentView::of(&sample.incident, &sample.events, sample.incident.updated_at);
        let told = serde_json::to_string(&view).expect("it is written");
        assert!(!told.contains("s3cret"), "{told}");
        let shown = view.pages.iter().map(|page| (page.channel, page.address.as_deref()));
        let known = [("webhook", None), ("slack", None), ("email", None), ("handset", Some("primary"))];
        assert_eq!(shown.collect::<Vec<_>>(), known);
    }
}
