//! The sections that the record fills whole: what happened in brief, what ended it, where it was found, the evidence, what is
//! to be done.

use super::marks::{cell, code, ending};
use super::record::Record;
use crate::alert::AlertStatus;
use crate::event::{EventKind, OpenedBy};
use crate::state::{Incident, RunState};
use crate::words::{clock, date, duration, one_line};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What happened, in the sentences that the record can vouch for.
pub(super) fn in_brief(incident: &Incident) -> Vec<String> {
    let end = incident.resolved_at.unwrap_or(incident.updated_at);
    let how = match incident.how {
        OpenedBy::Alert => "An alert",
        OpenedBy::Report => "A person",
    };
    let mut said = format!(
        "{how} reported \"{}\" on {} at {}; it was {} and lasted {}.",
        one_line(&incident.title),
        date(incident.opened_at),
        clock(incident.opened_at),
        incident.severity(),
        duration(end.duration_since(incident.opened_at)),
    );
    if let Some(at) = incident.first_acknowledged_at {
        said.push_str(&format!(
            " Somebody had it after {}.",
            duration(at.duration_since(incident.opened_at))
        ));
    }
    if let Some(resolution) = &incident.resolution {
        said.push_str(&format!(" It ended: {}.", one_line(resolution)));
    }
    alloc::vec![String::new(), said]
}

pub(super) fn fixes(incident: &Incident) -> Vec<String> {
    let mut lines = Vec::new();
    let changed = incident.runs.iter().filter(|run| run.approved_by.is_some());
    for run in changed {
        if let (RunState::Ended(report), Some(by)) = (&run.state, &run.approved_by) {
            lines.push(format!(
                "- {}, approved by {by}, {}",
                code(&run.request.source),
                ending(&report.ending)
            ));
        }
    }
    if let Some(resolution) = &incident.resolution {
        lines.push(format!("- {}", one_line(resolution)));
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

pub(super) fn findings(record: &Record<'_>) -> Vec<String> {
    let found = record.events.iter().enumerate().filter_map(|(at, event)| match &event.kind {
        EventKind::StepMarked { step, outcome: crate::StepOutcome::FoundIt } => {
            let title = record.step_title(at, *step)?;
            Some(format!("- {} found it at the step \"{title}\" ({})", event.by, clock(event.at)))
        }
        _ => None,
    });
    let mut lines: Vec<String> = found.collect();
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

pub(super) fn evidence(incident: &Incident) -> Vec<String> {
    let mut lines = alloc::vec![String::new()];
    for alert in incident.alerts.values() {
        let over = if alert.status == AlertStatus::Resolved { "over" } else { "firing" };
        lines.push(format!(
            "- Alert {}: {}, {} time(s), {over}",
            one_line(&alert.alert.title),
            one_line(&alert.alert.key.key),
            alert.count
        ));
    }
    for run in &incident.runs {
        if let RunState::Ended(report) = &run.state {
            let how = ending(&report.ending);
            lines.push(format!(
                "- Run {}: {} {how}, {} bytes",
                run.number,
                code(&run.request.source),
                report.output_bytes
            ));
        }
    }
    lines
}

pub(super) fn action_items(incident: &Incident) -> Vec<String> {
    let rows = incident.action_items.iter().map(|item| {
        let owner = item.owner.as_ref().map_or_else(|| "nobody yet".to_string(), |owner| format!("@{owner}"));
        let due = item.due.map_or_else(|| "no date".to_string(), |due| due.to_string());
        let status = if item.done_at.is_some() { "Done" } else { "Open" };
        format!("| {} | {owner} | {} | {due} | {status} |", cell(&item.title), incident.severity())
    });
    rows.collect()
}
