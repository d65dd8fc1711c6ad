//! The escalation path: lines `P0: role → (5 min) → role`, in a fence, a list, a paragraph or a table; or levels, one
//! an item, row or heading, for a severity or for all that have no path of their own.
//!
//! The delays are kept as written, in front of their target, and from when they count where that is said; else how they
//! add up is a setting of whoever pages. A line that names work instead of a person (`create an issue …`) wakes nobody
//! and files that ticket.

mod entry;
mod levels;
mod line;
mod path;

use super::claims::{Claims, Role};
use super::parts::own_parts;
use super::rules;
use super::words::{Announced, Topic, arrows, calling, is_bare, severity_key, severity_names};
use crate::model::EscalationHop;
use crate::scan::{Block, Document, Inline};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Paths by severity, and tickets for those that wake nobody.
#[derive(Default)]
pub(crate) struct Escalation {
    pub(crate) paths: BTreeMap<String, Vec<EscalationHop>>,
    /// For every severity without a path.
    pub(crate) otherwise: Vec<EscalationHop>,
    pub(crate) tickets: BTreeMap<String, String>,
}

/// Only so many sections that announce an escalation are looked into for levels.
const SECTIONS_MAX: usize = 64;

/// The first section that holds such lines; without any, the first that holds levels.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Escalation {
    let lines = of_lines(doc, claims);
    if !(lines.paths.is_empty() && lines.tickets.is_empty()) {
        return lines;
    }
    let chief = |index: usize| claims.chief(index) == Some(Topic::Escalation);
    let announced = |index: &usize| {
        let above = doc.sections.get(*index).and_then(|section| section.parent);
        claims.announces(*index, Topic::Escalation) || above.is_some_and(chief)
    };
    let sections: Vec<usize> = (0..doc.sections.len())
        .filter(|index| claims.is_free_or_title(*index) && announced(index))
        .take(SECTIONS_MAX)
        .collect();
    for index in sections {
        let found = of_levels(doc, index);
        if (found.paths.is_empty() && found.otherwise.is_empty()) || is_of_a_runbook(doc, index) {
            continue;
        }
        claims.claim(index, Role::Escalation);
        let of_path = |child: &usize| {
            let title = doc.sections.get(*child).map(|section| section.title.as_str()).unwrap_or_default();
            calling::level_key(title).0 || !severity_names(title).is_empty()
        };
        let children: Vec<usize> = doc.children(index).filter(of_path).collect();
        children.into_iter().for_each(|child| claims.claim_tree(doc, child, Role::Escalation));
        return found;
    }
    Escalation::default()
}

/// Levels below a heading, or below sub-headings that each name a severity.
fn of_levels(doc: &Document<'_>, index: usize) -> Escalation {
    let mut found = Escalation::default();
    let named =
        |at: usize| doc.sections.get(at).map(|section| severity_names(&section.title)).unwrap_or_default();
    for child in doc.children(index) {
        let names = named(child);
        if names.is_empty() {
            continue;
        }
        if let Some(hops) = levels::of_section(doc, child).or_else(|| chain_of(doc, child)) {
            for name in names {
                found.paths.entry(name).or_insert_with(|| hops.clone());
            }
        }
    }
    if !found.paths.is_empty() {
        return found;
    }
    let Some(hops) = levels::of_section(doc, index).or_else(|| chain_of(doc, index)) else { return found };
    let names = named(index);
    if names.is_empty() {
        found.otherwise = hops;
    } else {
        found.paths.extend(names.into_iter().map(|name| (name, hops.clone())));
    }
    found
}

/// What an arrow of any kind is made of.
const ARROWS: &[char] = &['→', '>', '⇒', '➜', '➡', '⟶', '›'];

/// A line `role → (5 min) → role` that says when each is woken.
fn chain_of(doc: &Document<'_>, index: usize) -> Option<Vec<EscalationHop>> {
    let mut lines = Vec::new();
    doc.sections.get(index)?.blocks.iter().for_each(|block| gather(block, ARROWS, &mut lines));
    lines.iter().find_map(|(line, text)| {
        let text = arrows(text);
        let hops = text.contains('→').then(|| line::hops(&text, *line))?;
        let is_asked = hops.iter().any(|hop| hop.origin.rule == rules::ESCALATION_UNTIMED.id);
        let is_timed = is_asked || hops.iter().skip(1).all(|hop| hop.delay_min > 0);
        let names_severity = hops.iter().any(|hop| severity_key(&hop.target).is_some());
        (hops.len() >= 2 && is_timed && !names_severity).then_some(hops)
    })
}

/// Whether a section tells how to escalate one problem: beside it stand that problem's symptoms or steps.
fn is_of_a_runbook(doc: &Document<'_>, index: usize) -> bool {
    const PARTS: [Topic; 5] =
        [Topic::Symptoms, Topic::Procedure, Topic::Diagnosis, Topic::Mitigation, Topic::Meaning];
    let Some(parent) = doc.sections.get(index).and_then(|section| section.parent) else { return false };
    let is_part = |about: Announced| about.topic.is_some_and(|topic| PARTS.contains(&topic));
    let beside = doc.children(parent).filter_map(|child| doc.sections.get(child));
    beside.into_iter().any(|section| is_bare(&section.title) && is_part(Announced::of(&section.title)))
        || own_parts(doc, parent).iter().any(|part| is_bare(&part.label) && is_part(part.about))
}

fn of_lines(doc: &Document<'_>, claims: &mut Claims) -> Escalation {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        let announced = claims.announces(index, Topic::Escalation);
        let mut lines = Vec::new();
        section.blocks.iter().for_each(|block| gather(block, &[':'], &mut lines));
        let keyed: Vec<_> = lines.iter().filter_map(|(line, text)| Some((*line, keyed(text)?))).collect();
        let chained = keyed.iter().any(|(_, (_, path))| path.contains('→'));
        if keyed.is_empty() || !(announced || (chained && keyed.len() >= 2)) {
            continue;
        }
        claims.claim(index, Role::Escalation);
        let mut escalation = Escalation::default();
        for (line, (severity, path)) in keyed {
            escalation.add(severity, &path, line);
        }
        return escalation;
    }
    Escalation::default()
}

/// Lines that hold one of some characters, and rows.
fn gather(block: &Block, marks: &[char], lines: &mut Vec<(u32, String)>) {
    match block {
        Block::Fence(fence) => {
            let marked = fence.lines.iter().filter(|line| line.text.contains(marks));
            lines.extend(marked.map(|line| (line.line, line.text.trim().to_string())));
        }
        Block::Paragraph(inline) => {
            let marked = inline.by_line().filter(|line| marks.iter().any(|mark| line.holds(*mark)));
            lines.extend(marked.map(|line| (line.line, line.plain())));
        }
        Block::List(list) => {
            let leads = list.items.iter().filter_map(|item| Some((item.line, item.lead()?)));
            let marked = leads.filter(|(_, lead)| marks.iter().any(|mark| lead.holds(*mark)));
            lines.extend(marked.map(|(line, lead)| (line, lead.plain())));
        }
        Block::Table(table) => {
            let delays: Vec<_> = table.header.iter().map(levels::delay_of_head).collect();
            for row in &table.rows {
                let mut cells = row.cells.iter().map(Inline::plain);
                let key = cells.next().unwrap_or_default();
                let rest = cells.zip(delays.iter().skip(1)).filter(|(cell, _)| !cell.is_empty());
                let rest: Vec<_> =
                    rest.flat_map(|(cell, delay)| delay.clone().into_iter().chain([cell])).collect();
                lines.push((row.line, alloc::format!("{key}: {}", rest.join(" → "))));
            }
        }
        Block::Quote(blocks) => blocks.iter().for_each(|inner| gather(inner, marks, lines)),
        Block::Rule => {}
    }
}

/// Severity and path of a line `P0: …`.
fn keyed(text: &str) -> Option<(String, String)> {
    let (key, _) = text.split_once(':')?;
    // No severity that begins a line is without a number.
    if !key.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = arrows(text);
    let (key, path) = text.split_once(':')?;
    let severity = severity_key(key).filter(|_| key.trim().chars().count() <= 24)?;
    let path = path.trim();
    (!path.is_empty()).then(|| (severity, path.to_string()))
}

impl Escalation {
    fn add(&mut self, severity: String, path: &str, line: u32) {
        if !path.contains('→') && is_work(path) {
            self.tickets.entry(severity.clone()).or_insert_with(|| path.to_string());
            self.paths.entry(severity).or_default();
            return;
        }
        let hops = line::hops(path, line);
        // A line that names nobody says nothing about whom to wake, least of all that it is nobody.
        if !hops.is_empty() {
            self.paths.entry(severity).or_insert(hops);
        }
    }
}

fn is_work(path: &str) -> bool {
    let lower = path.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    let verbs = ["create", "file", "open", "log", "assign", "add", "raise", "no", "none", "nobody", "track"];
    verbs.contains(&first) || ["ticket", "backlog", "sprint"].iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn shape(text: &str) -> Vec<(String, Vec<(String, u32)>)> {
        let doc = scan(text);
        let found = read(&doc, &mut Claims::new(&doc));
        found
            .paths
            .into_iter()
            .map(|(severity, hops)| (severity, hops.into_iter().map(|h| (h.target, h.delay_min)).collect()))
            .collect()
    }

    fn hops(list: &[(&str, u32)]) -> Vec<(String, u32)> {
        list.iter().map(|(target, delay)| ((*target).to_string(), *delay)).collect()
    }

    #[test]
    fn delays_stay_as_written() {
        let text =
            "## Escalation\n```\nP0: A → (5 min) → B -> (1 hour) -> C\nP3: Create issue, next sprint\n```\n";
        assert_eq!(
            shape(text),
            [("P0".to_string(), hops(&[("A", 0), ("B", 5), ("C", 60)])), ("P3".to_string(), Vec::new())]
        );
    }

    #[test]
    fn a_line_of_delays_alone_is_no_path() {
        assert_eq!(
            shape("## Escalation\n\n```\nP0: (5 min) → some minutes later\nP1: A\n```\n"),
            [("P1".to_string(), hops(&[("A", 0)]))]
        );
    }

    #[test]
    fn lists_and_tables_do_as_well() {
        let list = "## Escalation\n\n- **P1**: A → B (30 min)\n- P2: A\n";
        assert_eq!(
            shape(list),
            [("P1".to_string(), hops(&[("A", 0), ("B", 30)])), ("P2".to_string(), hops(&[("A", 0)]))]
        );
        let table =
            "## Who to call: escalation\n\n| Sev | First | Then |\n|-|-|-|\n| P1 | A | B (10 min) |\n";
        assert_eq!(shape(table), [("P1".to_string(), hops(&[("A", 0), ("B", 10)]))]);
    }
}
