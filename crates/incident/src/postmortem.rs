//! Drafts the postmortem from what really happened, in the playbook's own template.
//!
//! A fold over the events. What the machine cannot know stays as the template wrote it, so that the gaps show.

use crate::alert::AlertStatus;
use crate::event::{Ending, Event, EventKind, OpenedBy, Opening, Reaching, Resting};
use crate::state::{Incident, RunState};
use crate::words::{clock, date, duration, one_line};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::Approval;

/// The shape used when the playbook has no template of its own.
const HOUSE_TEMPLATE: &str = "# Incident Postmortem: [Title]\n\n**Date**: YYYY-MM-DD\n**Duration**: X\n\
**Severity**: P0\n**Status**: Draft\n\n## Summary\n\n[What happened]\n\n## Impact\n\n[Who was affected, and how]\n\n\
## Timeline (UTC)\n\n## Root Cause\n\n[Why it happened]\n\n## Resolution\n\n[What fixed it]\n\n## Action Items\n\n\
## Lessons Learned\n\n[What to keep and what to change]\n";

/// The postmortem's draft as Markdown, from the incident and the events that made it.
#[must_use]
pub fn draft_postmortem(incident: &Incident, events: &[Event]) -> String {
    let own = incident.plan.playbook.postmortem.as_ref().map(|postmortem| postmortem.template.as_str());
    let template = own.filter(|template| !template.trim().is_empty()).unwrap_or(HOUSE_TEMPLATE);
    let mut out = Vec::new();
    let mut section = String::new();
    let mut rows_done = false;
    for line in template.lines() {
        if line.starts_with('#') {
            // What stands under the title itself, before the first section, is the head.
            section = match line.strip_prefix("# ") {
                Some(_) => String::new(),
                None => line.trim_start_matches('#').trim().to_lowercase(),
            };
            rows_done = false;
            out.push(line.replace("[Title]", &one_line(&incident.title)));
            if !line.starts_with("# ") {
                out.extend(below_heading(incident, events, &section));
            }
            continue;
        }
        if is_table_body(line, &section) {
            if !rows_done {
                out.extend(table_rows(incident, events, &section));
                rows_done = true;
            }
            continue;
        }
        out.push(fill_line(incident, &section, line));
    }
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// Rows of the timeline and of the action items are ours to write; headers and rules are the template's.
fn is_table_body(line: &str, section: &str) -> bool {
    let ours = section.starts_with("timeline") || section.starts_with("action item");
    let first = line.trim().trim_start_matches('|').trim_start();
    let is_rule = first.starts_with("--") || first.starts_with(":-");
    let is_header = first.starts_with("Time ") || first.starts_with("Action ") || first.starts_with("Time|");
    ours && line.trim_start().starts_with('|') && !is_rule && !is_header
}

fn table_rows(incident: &Incident, events: &[Event], section: &str) -> Vec<String> {
    if section.starts_with("timeline") { timeline(incident, events) } else { action_items(incident) }
}

/// For templates whose section has no table to fill.
fn below_heading(incident: &Incident, events: &[Event], section: &str) -> Vec<String> {
    let template =
        incident.plan.playbook.postmortem.as_ref().map_or("", |postmortem| postmortem.template.as_str());
    if !template.trim().is_empty() {
        return match section {
            "executive summary" | "summary" => in_brief(incident),
            "resolution" => fixes(incident),
            "supporting data" | "evidence" => evidence(incident),
            "root cause" => findings(incident, events),
            _ => Vec::new(),
        };
    }
    let mut lines = alloc::vec![String::new()];
    if section.starts_with("timeline") {
        lines.push("| Time | Event |".to_string());
        lines.push("| ---- | ----- |".to_string());
        lines.extend(timeline(incident, events));
    } else if section.starts_with("action item") {
        lines.push("| Action | Owner | Priority | Due | Status |".to_string());
        lines.push("| ------ | ----- | -------- | --- | ------ |".to_string());
        lines.extend(action_items(incident));
    } else if section == "resolution" {
        lines.extend(fixes(incident));
    } else {
        return Vec::new();
    }
    lines
}

fn fill_line(incident: &Incident, section: &str, line: &str) -> String {
    let end = incident.resolved_at.unwrap_or(incident.updated_at);
    let lasted = duration(end.duration_since(incident.opened_at));
    let lead = incident.lead().map(|lead| format!("@{lead}"));
    let field = |name: &str| line.trim_start_matches(['*', '|', ' ']).to_lowercase().starts_with(name);
    if section.is_empty() {
        if field("date") {
            return format!("**Date**: {}", date(incident.opened_at));
        }
        if field("duration") {
            return format!("**Duration**: {lasted}");
        }
        if field("severity") {
            return format!("**Severity**: {}", incident.severity());
        }
        if let (true, Some(lead)) = (field("author"), lead) {
            return format!("**Author**: {lead}");
        }
        if field("status") {
            return "**Status**: Draft".to_string();
        }
    }
    if section == "impact" && field("duration") && line.trim_start().starts_with('|') {
        return format!("| Duration | {lasted} |");
    }
    if section == "detection" {
        return detection(incident, line);
    }
    line.to_string()
}

fn detection(incident: &Incident, line: &str) -> String {
    let found: &[&str] = match incident.how {
        OpenedBy::Alert => &["alert"],
        OpenedBy::Report => &["internal", "one of us"],
    };
    let lower = line.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if lower.trim_start().starts_with("- [ ]") && says(found) {
        return line.replacen("[ ]", "[x]", 1);
    }
    let Some((label, _)) = line.split_once(':').filter(|_| says(&["detection time", "until we knew"])) else {
        return line.to_string();
    };
    let started = incident.alerts.values().filter_map(|alert| alert.alert.started_at).min();
    let took = started.map_or_else(
        || "not known; nobody says when it began".to_string(),
        |at| format!("{} from start of incident", duration(incident.opened_at.duration_since(at))),
    );
    format!("{label}: {took}")
}

/// The story, one row for each thing that a reader next week wants to know.
fn timeline(incident: &Incident, events: &[Event]) -> Vec<String> {
    let told = events.iter().filter_map(|event| tell(incident, event).map(|words| (event, words)));
    let rows = told.map(|(event, words)| format!("| {} | {} |", clock(event.at), cell(&words)));
    rows.collect()
}

/// For what every page of a level waited that was decided at an instant.
fn waits(incident: &Incident, level: u32, at: Timestamp) -> Option<&str> {
    let pages = incident.pages.iter().filter(|page| (page.level, page.decided_at) == (level, at));
    let waits: Option<Vec<&str>> = pages.map(|page| page.waits.as_deref()).collect();
    waits?.first().copied()
}

fn tell(incident: &Incident, event: &Event) -> Option<String> {
    let run = |number: &u32| incident.run(*number).map(|run| code(&run.request.source)).unwrap_or_default();
    match &event.kind {
        EventKind::Opened(Opening { title, how: OpenedBy::Alert, .. }) => {
            Some(format!("Alert fired: {title}"))
        }
        EventKind::Opened(Opening { title, how: OpenedBy::Report, .. }) => {
            Some(format!("{} reported: {title}", event.by))
        }
        EventKind::SeveritySet { severity, .. } => Some(format!("Severity {severity}")),
        EventKind::LevelReached(Reaching { target, level, .. }) => {
            Some(match waits(incident, *level, event.at) {
                Some(waits) => format!("{target} not paged yet: {waits}"),
                None => format!("{target} paged"),
            })
        }
        EventKind::EscalationRests(Resting { why, .. }) => Some(format!("Nobody paged yet: {why}")),
        EventKind::PageDue { page } => {
            let page = incident.page(*page).filter(|page| page.waits.is_some())?;
            Some(format!("{} paged", page.responder))
        }
        EventKind::Unpaged { why, .. } => Some(format!("Nobody could be paged: {why}")),
        EventKind::Acknowledged(_) => Some(format!("{} acknowledged", event.by)),
        EventKind::Unacknowledged { why } => Some(format!("Acknowledgement ended: {why}")),
        EventKind::Noted { text } => Some(format!("{}: {text}", event.by)),
        EventKind::RunFirstApproved { run: number, .. } => {
            Some(format!("{} gave the first word for {}", event.by, run(number)))
        }
        EventKind::RunApproved { run: number } => Some(format!("{} approved {}", event.by, run(number))),
        EventKind::RunHeld { run: number, why } => {
            Some(format!("{} waits for a word again: {why}", run(number)))
        }
        EventKind::RunEnded { run: number, report, .. } => {
            let changed = incident.run(*number)?.request.effect.approval() == Approval::Needed;
            changed.then(|| format!("{} {}", run(number), ending(&report.ending)))
        }
        EventKind::RunStopAsked { run: number } => Some(format!("{} stopped {}", event.by, run(number))),
        EventKind::UpdatePosted { draft, .. } => Some(format!("Status update: {}", draft.phase.name())),
        EventKind::UpdateMissed { .. } => Some("A promised status update did not come".to_string()),
        EventKind::RecoveryStarted { .. } => Some("All alerts over; recovery watched".to_string()),
        EventKind::RecoveryBroken { why } => Some(format!("Not recovered: {why}")),
        EventKind::Resolved { summary } => Some(format!("Resolved: {summary}")),
        EventKind::Reopened { why } => Some(format!("Reopened: {why}")),
        _ => None,
    }
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code: 0 } => "succeeded".to_string(),
        Ending::Exited { code } => format!("ended with exit code {code}"),
        Ending::Killed { signal } => format!("was ended by signal {signal}"),
        Ending::TimedOut => "took too long and was ended".to_string(),
        Ending::Followed => "was followed to its limit".to_string(),
        Ending::TooMuchOutput => "wrote too much and was ended".to_string(),
        Ending::Stopped => "was stopped".to_string(),
        Ending::NotStarted { error } => format!("could not be started: {error}"),
    }
}

/// What happened, in the sentences that the record can vouch for.
fn in_brief(incident: &Incident) -> Vec<String> {
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

fn fixes(incident: &Incident) -> Vec<String> {
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

fn findings(incident: &Incident, events: &[Event]) -> Vec<String> {
    // A step's number belongs to the runbook that was in use when it was marked.
    let mut used = None;
    let found = events.iter().filter_map(|event| match &event.kind {
        EventKind::RunbooksMatched { matches } => {
            used = matches.first().map(|best| best.runbook.as_str());
            None
        }
        EventKind::RunbookChosen { runbook } => {
            used = Some(runbook.as_str());
            None
        }
        EventKind::StepMarked { step, outcome: crate::StepOutcome::FoundIt } => {
            let steps = &incident.plan.playbook.runbook(used?)?.steps;
            let title = &steps.iter().find(|known| known.number == *step)?.title;
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

fn evidence(incident: &Incident) -> Vec<String> {
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

fn action_items(incident: &Incident) -> Vec<String> {
    let rows = incident.action_items.iter().map(|item| {
        let owner = item.owner.as_ref().map_or_else(|| "nobody yet".to_string(), |owner| format!("@{owner}"));
        let due = item.due.map_or_else(|| "no date".to_string(), |due| due.to_string());
        let status = if item.done_at.is_some() { "Done" } else { "Open" };
        format!("| {} | {owner} | {} | {due} | {status} |", cell(&item.title), incident.severity())
    });
    rows.collect()
}

/// Text that cannot leave its cell.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// A command on one line, in as many backticks as it needs.
fn code(source: &str) -> String {
    let source = one_line(source);
    if source.contains('`') { format!("`` {source} ``") } else { format!("`{source}`") }
}
