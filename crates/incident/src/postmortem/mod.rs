//! Drafts the postmortem from what really happened, in the playbook's own template.
//!
//! A fold over the events. What the machine cannot know stays as the template wrote it, so that the gaps show.

mod marks;
mod sections;
mod timeline;

use crate::event::{Event, OpenedBy};
use crate::state::Incident;
use crate::words::{date, duration, one_line};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use sections::{action_items, evidence, findings, fixes, in_brief};
use timeline::timeline;

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
