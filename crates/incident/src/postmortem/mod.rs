//! Drafts the postmortem from what really happened, in the playbook's own template.
//!
//! A fold over the events. What the machine cannot know stays as the template wrote it, so that the gaps show.

mod badly;
mod figures;
mod impact;
mod lucky;
mod marks;
mod record;
mod sections;
mod timeline;
mod well;

pub use figures::recovery_began;
pub use impact::Impact;
pub use marks::absolute_links;

use crate::event::{Event, OpenedBy};
use crate::state::Incident;
use crate::words::{date, duration, one_line};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use record::Record;
use sections::{action_items, evidence, findings, fixes, in_brief};
use timeline::timeline;

/// The shape used when the playbook has no template of its own.
const HOUSE_TEMPLATE: &str = "# Incident Postmortem: [Title]\n\n**Date**: YYYY-MM-DD\n**Duration**: X\n\
**Severity**: P0\n**Status**: Draft\n\n## Summary\n\n[What happened]\n\n## Impact\n\n[Who was affected, and how]\n\n\
## Timeline (UTC)\n\n| Time | Event |\n| ---- | ----- |\n\n## Root Cause\n\n[Why it happened]\n\n\
### Contributing Factors\n\n1. [Factor 1]\n2. [Factor 2]\n\n## Resolution\n\n[What fixed it]\n\n## Response\n\n\
### What Went Well\n\n- [Item]\n\n### What Went Badly\n\n- [Item]\n\n### Where We Were Lucky\n\n- [Item]\n\n\
## Action Items\n\n| Action | Owner | Priority | Due | Status |\n| ------ | ----- | -------- | --- | ------ |\n\n\
## Lessons Learned\n\n[What to keep and what to change]\n";

/// The postmortem's draft as Markdown, from the incident, the events that made it, and what probes saw meanwhile. Links to
/// events have no host; see [`absolute_links`].
#[must_use]
pub fn draft_postmortem(incident: &Incident, events: &[Event], impacts: &[Impact]) -> String {
    let own = incident.plan.playbook.postmortem.as_ref().map(|postmortem| postmortem.template.as_str());
    let template = own.filter(|template| !template.trim().is_empty()).unwrap_or(HOUSE_TEMPLATE);
    let record = Record { incident, events };
    let parts = parts(template);
    // The first section of these that a template has tells how long things took.
    let of_times = ["response", "detection", "impact"].into_iter();
    let of_times = of_times.filter_map(|word| parts.iter().position(|part| part.name.contains(word))).next();
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        out.extend(part.heading.map(|heading| heading.replace("[Title]", &one_line(&incident.title))));
        if of_times == Some(at) && !events.is_empty() {
            out.extend(figures::table(&record));
        }
        out.extend(below(&record, impacts, part));
    }
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// A heading of the template, and what stands below it up to the next one.
struct Part<'a> {
    heading: Option<&'a str>,
    /// The heading's words in small letters; empty for what stands under the title itself, which is the head.
    name: String,
    body: Vec<&'a str>,
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for line in template.lines() {
        if line.starts_with('#') {
            let is_title = line.starts_with("# ");
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let name = if is_title { String::new() } else { words };
            parts.push(Part { heading: Some(line), name, body: Vec::new() });
        } else if let Some(part) = parts.last_mut() {
            part.body.push(line);
        } else {
            parts.push(Part { heading: None, name: String::new(), body: alloc::vec![line] });
        }
    }
    parts
}

/// What stands below a heading, with what the record knows of it.
fn below(record: &Record<'_>, impacts: &[Impact], part: &Part<'_>) -> Vec<String> {
    let name = part.name.as_str();
    let judged = if name.contains("went well") {
        well::items(record)
    } else if ["went badly", "went poorly", "went wrong"].iter().any(|words| name.contains(words)) {
        badly::items(record)
    } else if name.contains("lucky") {
        lucky::items(record)
    } else if name.starts_with("impact") {
        return hit(record, impacts, part);
    } else {
        return told(record, part);
    };
    in_place_of_open(&part.body, judged)
}

/// The lines with these where the first open one stands; the open ones go. Lines as they are when there is nothing to say.
fn in_place_of_open(body: &[&str], items: Vec<String>) -> Vec<String> {
    let mut items = Some(items).filter(|items| !items.is_empty());
    let is_any = items.is_some();
    let mut out = Vec::new();
    if is_any && !body.iter().any(|line| is_open(line)) {
        out.push(String::new());
        out.extend(items.take().unwrap_or_default());
    }
    for line in body {
        if is_any && is_open(line) {
            out.extend(items.take().unwrap_or_default());
        } else {
            out.push((*line).to_string());
        }
    }
    out
}

/// Whether a line waits for somebody to fill it: `- [Item]`, `1. [Factor 1]`, `[Words]`, `-`. A box to tick is none.
fn is_open(line: &str) -> bool {
    let text = line.trim();
    let marked = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '+' | '.'));
    let (is_marked, text) = (marked.len() < text.len(), marked.trim());
    let is_blank =
        text.starts_with('[') && text.ends_with(']') && text.len() > "[x]".len() && !text.contains("](");
    is_blank || (is_marked && text.is_empty() && !line.trim().starts_with("--"))
}

/// The section on impact: what is known stands in the rows of its table that ask for it, and below the heading where no row
/// asks. Whom it hit, only people know.
fn hit(record: &Record<'_>, impacts: &[Impact], part: &Part<'_>) -> Vec<String> {
    let seen = impact::sentences(record, impacts);
    let asks = |line: &&str| {
        let label = line.trim_start().strip_prefix('|').and_then(|rest| rest.split('|').next());
        label.map(str::trim).filter(|label| label.to_lowercase().contains("error")).map(ToString::to_string)
    };
    let mut out = Vec::new();
    if !seen.is_empty() && !part.body.iter().any(|line| asks(line).is_some()) {
        out.push(String::new());
        out.extend(seen.iter().map(|sentence| format!("- {sentence}")));
    }
    out.extend(part.body.iter().map(|line| match asks(line) {
        Some(label) if !seen.is_empty() => format!("| {label} | {} |", seen.join("; ")),
        _ => fill_line(record, &part.name, line),
    }));
    out
}

/// What the record tells at its places in the other sections.
fn told(record: &Record<'_>, part: &Part<'_>) -> Vec<String> {
    let (incident, name) = (record.incident, part.name.as_str());
    let rows = if name.starts_with("timeline") {
        Some(timeline(incident, record.events))
    } else if name.starts_with("action item") {
        Some(action_items(incident))
    } else {
        None
    };
    let mut out = match name {
        "executive summary" | "summary" => in_brief(incident),
        "resolution" => fixes(incident),
        "supporting data" | "evidence" => evidence(incident),
        "root cause" => findings(record),
        _ => Vec::new(),
    };
    let Some(rows) = rows else {
        out.extend(part.body.iter().map(|line| fill_line(record, name, line)));
        return out;
    };
    // Rows of a table are ours to write; its header and its rule are the template's.
    let has_table = part.body.iter().any(|line| line.trim_start().starts_with('|') && is_rule(line));
    if name.starts_with("timeline") && !has_table && !rows.is_empty() {
        out.extend(["", "| Time | Event |", "| ---- | ----- |"].map(ToString::to_string));
        out.extend(rows);
        out.extend(part.body.iter().map(|line| (*line).to_string()));
        return out;
    }
    let (mut rows, mut is_below_rule) = (Some(rows), false);
    for line in &part.body {
        let is_row = line.trim_start().starts_with('|');
        if !(is_row && is_below_rule) {
            out.push((*line).to_string());
        }
        is_below_rule = is_row && (is_below_rule || is_rule(line));
        if is_below_rule {
            out.extend(rows.take().unwrap_or_default());
        }
    }
    out
}

fn is_rule(line: &str) -> bool {
    let first = line.trim().trim_start_matches('|').trim_start();
    first.starts_with("--") || first.starts_with(":-")
}

fn fill_line(record: &Record<'_>, section: &str, line: &str) -> String {
    let incident = record.incident;
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
    if section.starts_with("impact") && field("duration") && line.trim_start().starts_with('|') {
        return format!("| Duration | {lasted} |");
    }
    if section == "detection" {
        return detection(record, line);
    }
    line.to_string()
}

fn detection(record: &Record<'_>, line: &str) -> String {
    let found: &[&str] = match record.incident.how {
        OpenedBy::Alert => &["alert"],
        OpenedBy::Report => &["internal", "one of us"],
    };
    let lower = line.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if lower.trim_start().starts_with("- [ ]") && says(found) {
        return line.replacen("[ ]", "[x]", 1);
    }
    match line.split_once(':').filter(|_| says(&["detection time", "until we knew"])) {
        Some((label, _)) => format!("{label}: {}", figures::to_know(record)),
        None => line.to_string(),
    }
}
