//! The escalation path: lines `P0: role → (5 min) → role`, in a fence, a list, a paragraph or a table.
//!
//! The delays are kept as written, in front of their target; how they add up is a setting of whoever pages. A line
//! that names work instead of a person (`create an issue …`) wakes nobody and files that ticket.

use super::claims::{Claims, Role};
use super::measure::minutes;
use super::rules;
use super::words::{Topic, arrows, severity_key};
use crate::model::EscalationHop;
use crate::scan::{Block, Document, Inline};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Paths by severity, and tickets for those that wake nobody.
#[derive(Default)]
pub(crate) struct Escalation {
    pub(crate) paths: BTreeMap<String, Vec<EscalationHop>>,
    pub(crate) tickets: BTreeMap<String, String>,
}

/// The first section that holds such lines.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Escalation {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        let announced = claims.announces(index, Topic::Escalation);
        let mut lines = Vec::new();
        section.blocks.iter().for_each(|block| gather(block, &mut lines));
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

/// Lines that may be such: all of those have a colon.
fn gather(block: &Block, lines: &mut Vec<(u32, String)>) {
    match block {
        Block::Fence(fence) => {
            let keyed = fence.lines.iter().filter(|line| line.text.contains(':'));
            lines.extend(keyed.map(|line| (line.line, line.text.trim().to_string())));
        }
        Block::Paragraph(inline) => {
            let keyed = inline.by_line().filter(|line| line.holds(':'));
            lines.extend(keyed.map(|line| (line.line, line.plain())));
        }
        Block::List(list) => {
            let leads = list.items.iter().filter_map(|item| Some((item.line, item.lead()?)));
            let keyed = leads.filter(|(_, lead)| lead.holds(':'));
            lines.extend(keyed.map(|(line, lead)| (line, lead.plain())));
        }
        Block::Table(table) => {
            for row in &table.rows {
                let mut cells = row.cells.iter().map(Inline::plain);
                let key = cells.next().unwrap_or_default();
                let rest: Vec<_> = cells.filter(|cell| !cell.is_empty()).collect();
                lines.push((row.line, alloc::format!("{key}: {}", rest.join(" → "))));
            }
        }
        Block::Quote(blocks) => blocks.iter().for_each(|inner| gather(inner, lines)),
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
        let mut hops = Vec::new();
        let mut delay_min = 0;
        for part in path.split('→').map(str::trim).filter(|part| !part.is_empty()) {
            match delay(part) {
                Some(minutes) => delay_min = minutes,
                None => {
                    let (target, inline) = split_delay(part);
                    hops.push(EscalationHop {
                        target,
                        delay_min: inline.unwrap_or(delay_min),
                        line,
                        origin: rules::ESCALATION_LINE.at(line),
                    });
                    delay_min = 0;
                }
            }
        }
        self.paths.entry(severity).or_insert(hops);
    }
}

/// A part that is only a delay, such as `(5 min)` or `after 1 hour`.
fn delay(part: &str) -> Option<u32> {
    let bare = part.trim_matches(['(', ')', '[', ']']).trim().to_lowercase();
    let bare = ["after ", "wait ", "in ", "+"].iter().find_map(|w| bare.strip_prefix(w)).unwrap_or(&bare);
    let starts = bare.starts_with(|c: char| c.is_ascii_digit());
    minutes(bare).filter(|_| starts && bare.split_whitespace().count() <= 2)
}

/// A target with its own delay, such as `Eng Lead (15 min)`.
fn split_delay(part: &str) -> (String, Option<u32>) {
    if let Some((target, inside)) = part.strip_suffix(')').and_then(|p| p.rsplit_once('('))
        && let Some(minutes) = delay(inside)
        && !target.trim().is_empty()
    {
        return (target.trim().to_string(), Some(minutes));
    }
    (part.to_string(), None)
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
