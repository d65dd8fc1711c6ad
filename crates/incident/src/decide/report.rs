//! A person's report, and how every incident begins: severity, runbook, evidence, the first word due, escalation.

use super::{Draft, escalate, run};
use crate::event::{EventKind, OpenedBy, Opening, SeverityBasis};
use crate::later::later;
use crate::refusal::Refusal;
use crate::severity::Severity;
use crate::state::{Incident, Status};
use crate::words;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::SignedDuration;
use playbook::RunbookMatch;

pub(super) struct Report {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) severity: Option<String>,
    pub(super) matches: Vec<RunbookMatch>,
}

pub(super) fn report(draft: &mut Draft<'_>, report: Report) -> Result<(), Refusal> {
    if draft.incident.status != Status::New {
        return Err(Refusal::NotNow { what: "report", why: String::from("the incident is already open") });
    }
    let title = words::line(&report.title, words::TITLE_CHARS_MAX);
    if title.is_empty() {
        return Err(Refusal::Missing { what: String::from("a title that says what is wrong") });
    }
    let (severity, basis) = match &report.severity {
        Some(name) => {
            let unknown = || Refusal::Unknown { what: "severity", id: name.clone() };
            (draft.incident.plan.severity(name).ok_or_else(unknown)?, SeverityBasis::Report)
        }
        None => (draft.incident.plan.unknown_severity(), SeverityBasis::Unknown { word: String::new() }),
    };
    draft.push(EventKind::Opened(Opening {
        title,
        description: words::block(&report.description, words::DESCRIPTION_CHARS_MAX),
        how: OpenedBy::Report,
        plan: draft.incident.plan.digest.clone(),
    }));
    begin(draft, severity, basis, report.matches);
    Ok(())
}

/// What every incident begins with.
pub(super) fn begin(
    draft: &mut Draft<'_>,
    severity: Severity,
    basis: SeverityBasis,
    matches: Vec<RunbookMatch>,
) {
    draft.push_own(EventKind::SeveritySet { severity, basis });
    draft.push_own(EventKind::RunbooksMatched { matches });
    escalate::start(draft, 0, String::from("the incident opened"));
    promise_update(draft);
    // What can wait for the next business day does not run every first look for every alert of a storm.
    if escalate::wakes_somebody(&draft.incident) || draft.incident.runbook.is_some() {
        run::gather(draft);
    }
}

/// Whatever wakes somebody is told about: the first word is due, unless one is due already.
pub(super) fn promise_update(draft: &mut Draft<'_>) {
    if escalate::wakes_somebody(&draft.incident) && draft.incident.update_due_at.is_none() {
        let due = later(draft.now.at, first_update_after(&draft.incident));
        draft.push_own(EventKind::UpdateDue { due });
    }
}

/// The first word is due when the checklist's phase about communication ends, else at the severity's rhythm.
fn first_update_after(incident: &Incident) -> SignedDuration {
    let phases = incident.plan.playbook.checklist.iter().flat_map(|checklist| &checklist.phases);
    let telling = phases.filter(|phase| {
        let name = phase.name.to_lowercase();
        name.contains("communicat") || name.contains("update") || name.contains("inform")
    });
    let minutes = telling.filter_map(|phase| phase.window).map(|window| window.to_min).next();
    match minutes {
        Some(minutes) => SignedDuration::from_mins(i64::from(minutes)),
        None => incident.plan.update_every(&incident.severity()),
    }
}
