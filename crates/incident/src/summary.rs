//! The row by which lists and searches know an incident; written in the same transaction as its events.

use crate::id::IncidentId;
use crate::state::{Incident, Status};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of a list of incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Which.
    pub id: IncidentId,
    /// One line for people.
    pub title: String,
    /// `open` or `resolved`; of an alert that is held back `held`, or `passed` when it is over.
    pub status: String,
    /// Its severity's name.
    pub severity: String,
    /// Its severity's rank, 0 is the worst.
    pub rank: u8,
    /// When it began.
    pub opened_at: Timestamp,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// When it was first acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// Who has it.
    pub acknowledged_by: Option<String>,
    /// Who leads it.
    pub lead: Option<String>,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// How many alerts it holds.
    pub alerts: u32,
    /// How often they came in all.
    pub alert_count: u32,
    /// The runbook in use, by id.
    pub runbook: Option<String>,
    /// Nobody has it although somebody should.
    pub unpaged: bool,
    /// It wakes nobody before working hours, or one of its pages waits for the end of somebody's quiet hours.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub rests: bool,
    /// Its alerts fire no more, of at least one only because its source fell silent: nobody says that it is over.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub silent: bool,
    /// Commands that wait for a person's word.
    pub approvals: u32,
    /// When the next status update is due.
    pub update_due_at: Option<Timestamp>,
    /// Open action items.
    pub action_items_open: u32,
    /// What holds its alert back, or did last: a silence's id or a window's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// The dedup keys of its alerts, so that the next delivery finds it.
    pub keys: Vec<crate::AlertKey>,
}

/// The row for an incident as it stands.
#[must_use]
pub fn summarize(incident: &Incident) -> Summary {
    let severity = incident.severity();
    let waiting = |run: &&crate::Run| run.state == crate::RunState::Proposed;
    Summary {
        id: incident.id,
        title: incident.title.clone(),
        status: match incident.status {
            Status::New | Status::Open => "open".to_string(),
            Status::Held => "held".to_string(),
            Status::Passed => "passed".to_string(),
            Status::Resolved => "resolved".to_string(),
        },
        severity: severity.name,
        rank: severity.rank,
        opened_at: incident.opened_at,
        updated_at: incident.updated_at,
        acknowledged_at: incident.first_acknowledged_at,
        acknowledged_by: incident.acknowledged.as_ref().map(|holder| holder.by.to_string()),
        lead: incident.lead().map(ToString::to_string),
        resolved_at: incident.resolved_at,
        alerts: count(incident.alerts.len()),
        alert_count: incident.alerts.values().map(|alert| alert.count).sum(),
        runbook: incident.runbook.clone(),
        unpaged: incident.is_unpaged(),
        rests: incident.rests(),
        silent: incident.is_silent(),
        approvals: count(incident.runs.iter().filter(waiting).count()),
        update_due_at: incident.update_due_at,
        action_items_open: count(incident.action_items.iter().filter(|item| item.done_at.is_none()).count()),
        held_by: incident.hold.as_ref().map(|hold| hold.silence.clone()),
        keys: incident.alerts.keys().cloned().collect(),
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
