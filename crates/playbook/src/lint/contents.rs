//! W050: contents that miss a section. W053: an entry of the contents that leads nowhere.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Fix, Section};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn incomplete(document: &Document<'_>) -> Vec<Diagnostic> {
    let contents = &document.playbook.contents;
    let anchors: BTreeSet<&str> = contents.iter().map(|entry| entry.anchor.as_str()).collect();
    let listed = |section: &&Section| anchors.contains(section.anchor.as_str());
    let Some(level) = document.playbook.sections.iter().find(listed).map(|section| section.level) else {
        return Vec::new();
    };
    let neighbours = neighbours(document, level);
    let first = contents.first().map_or(0, |entry| entry.line);
    let missed = document
        .playbook
        .sections
        .iter()
        .filter(|section| section.level == level && section.span.line > first);
    missed
        .filter(|section| !listed(section))
        .map(|section| {
            let finding = Finding {
                code: "W050",
                severity: DiagnosticSeverity::Info,
                message: format!("the contents do not list “{}”", section.heading),
                hint: "add it: people look there first",
            };
            let mut found = document.place(finding, section.span.line, &section.heading);
            let before = neighbours.partition_point(|(line, _)| *line < section.span.line);
            let fix =
                before.checked_sub(1).and_then(|last| entry(document, section, (before, neighbours[last].1)));
            found.fixes.extend(fix);
            found
        })
        .collect()
}

/// Of the sections of a level that were listed so far, the last one: its place among them, and the line of its entry.
type Listed = Option<(usize, u32)>;

/// The sections of a level, each by its line, with the last listed one up to there.
fn neighbours(document: &Document<'_>, level: u8) -> Vec<(u32, Listed)> {
    let entries = document.playbook.contents.iter();
    let line_of: BTreeMap<&str, u32> = entries.map(|entry| (entry.anchor.as_str(), entry.line)).collect();
    let sections = document.playbook.sections.iter().filter(|section| section.level == level);
    let follow = |last: &mut Listed, (at, section): (usize, &Section)| {
        *last = line_of.get(section.anchor.as_str()).map(|line| (at, *line)).or(*last);
        Some((section.span.line, *last))
    };
    sections.enumerate().scan(None, follow).collect()
}

/// The entry that a section lacks, below that of the last listed one of those before it, of which there are so many.
fn entry(document: &Document<'_>, section: &Section, (before, last): (usize, Listed)) -> Option<Fix> {
    if section.heading.is_empty() || section.heading.contains(['[', ']', '\\', '<', '`']) {
        return None;
    }
    let (at, line) = last?;
    let skipped = before - at;
    let (end, text) = document.line(line)?;
    let (lead, _) = text.split_once('[')?;
    let title = unnumbered(lead, &section.heading);
    let added = format!("\n{}[{title}](#{})", numbered(lead, skipped), section.anchor);
    Some(document.change(end, end, &added))
}

/// A heading without its own number, where the list counts.
fn unnumbered<'h>(lead: &str, heading: &'h str) -> &'h str {
    let bare = heading.trim_start_matches(|c: char| c.is_ascii_digit());
    let counts = lead.trim_start().starts_with(|c: char| c.is_ascii_digit()) && bare.len() < heading.len();
    bare.strip_prefix(". ").filter(|_| counts).unwrap_or(heading)
}

/// What stands before an entry's link, so many entries further down.
fn numbered(lead: &str, further: usize) -> String {
    let bare = lead.trim_start();
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = bare.split_at(digits);
    match number.parse::<usize>() {
        Ok(number) => {
            format!("{}{}{rest}", &lead[..lead.len() - bare.len()], number.saturating_add(further))
        }
        Err(_) => lead.to_owned(),
    }
}

pub(super) fn leads_nowhere(document: &Document<'_>) -> Vec<Diagnostic> {
    let sections = &document.playbook.sections;
    if document.playbook.contents.is_empty() {
        return Vec::new();
    }
    let anchors: BTreeSet<&str> = sections.iter().map(|section| section.anchor.as_str()).collect();
    // The section of each heading, where only one has it.
    let mut meant: BTreeMap<String, Option<&Section>> = BTreeMap::new();
    for section in sections {
        let title = section.heading.trim().to_lowercase();
        meant.entry(title).and_modify(|only| *only = None).or_insert(Some(section));
    }
    let contents = document.playbook.contents.iter();
    let lost = contents.filter(|entry| !anchors.is_empty() && !anchors.contains(entry.anchor.as_str()));
    lost.map(|entry| {
        let finding = Finding {
            code: "W053",
            severity: DiagnosticSeverity::Warning,
            message: format!(
                "the contents link “{}” to #{}, which no heading has",
                entry.title, entry.anchor
            ),
            hint: "correct the anchor",
        };
        let mut found = document.place(finding, entry.line, &entry.anchor);
        let title = entry.title.trim().to_lowercase();
        if let Some(Some(section)) = meant.get(&title) {
            let (start, end) = (found.span.start as usize, found.span.end as usize);
            if document.text.get(start..end) == Some(entry.anchor.as_str()) {
                found.fixes.push(document.change(start, end, &section.anchor));
            }
        }
        found
    })
    .collect()
}
