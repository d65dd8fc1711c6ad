//! The quick-reference card: a box of UPPER-CASE groups with `Name: value` bullets, or lists and tables under
//! sub-headings or labels of a section that announces one.

use super::boxes;
use super::claims::{Claims, Role};
use super::parts::parts;
use super::words::Topic;
use super::{commands, rules};
use crate::model::{QuickEntry, QuickGroup};
use crate::scan::{Block, Document, Fence, Inline};
use crate::shell::Shell;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The groups of the card.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims, shell: &mut Shell) -> Vec<QuickGroup> {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        let announced = claims.announces(index, Topic::QuickReference);
        let boxed = section.blocks.iter().find_map(|block| match block {
            Block::Fence(fence) => boxed(fence, shell).filter(|groups| announced || groups.len() >= 2),
            _ => None,
        });
        if let Some(groups) = boxed {
            claims.claim_tree(doc, index, Role::QuickReference);
            return groups;
        }
        let groups = if announced { listed(doc, index, shell) } else { Vec::new() };
        if !groups.is_empty() {
            claims.claim_tree(doc, index, Role::QuickReference);
            return groups;
        }
    }
    Vec::new()
}

fn boxed(fence: &Fence, shell: &mut Shell) -> Option<Vec<QuickGroup>> {
    let rows = boxes::rows(fence);
    if !fence.is_plain() || rows.iter().any(|row| boxes::tick_box(&row.text).is_some()) {
        return None;
    }
    let mut groups: Vec<QuickGroup> = Vec::new();
    for row in rows {
        match (boxes::bullet(&row.text), groups.last_mut()) {
            (Some(text), Some(group)) => group.entries.push(entry(text, row.line, shell)),
            (None, _) if is_upper(&row.text) => {
                groups.push(QuickGroup {
                    name: row.text,
                    entries: Vec::new(),
                    line: row.line,
                    origin: rules::QUICK_BOX.at(row.line),
                });
            }
            (_, _) => {}
        }
    }
    groups.retain(|group| !group.entries.is_empty());
    (!groups.is_empty()).then_some(groups)
}

fn listed(doc: &Document<'_>, index: usize, shell: &mut Shell) -> Vec<QuickGroup> {
    let mut groups = Vec::new();
    for part in parts(doc, index) {
        let mut entries: Vec<QuickEntry> = Vec::new();
        for block in &part.blocks {
            match block {
                Block::List(list) => {
                    entries.extend(list.items.iter().map(|item| entry(&item.text(), item.line, shell)));
                }
                Block::Table(table) => {
                    for row in &table.rows {
                        let cells: Vec<_> = row.cells.iter().map(Inline::text).collect();
                        entries.push(entry(&cells.join(": "), row.line, shell));
                    }
                }
                Block::Paragraph(_) | Block::Fence(_) | Block::Quote(_) | Block::Rule => {}
            }
        }
        if !entries.is_empty() {
            groups.push(QuickGroup {
                name: part.label.clone(),
                entries,
                line: part.line,
                origin: rules::QUICK_LIST.at(part.line),
            });
        }
    }
    groups
}

fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase) && !text.contains(':')
}

fn entry(text: &str, line: u32, shell: &mut Shell) -> QuickEntry {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    let value: String = value.trim().to_string();
    QuickEntry {
        name: name.trim().to_string(),
        command: commands::of_value(&value, line, shell),
        value,
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn boxes_and_lists_are_cards() {
        let drawn = "## Card\n```\n┌──┐\n│ QUICK │\n├──┤\n│ LOGS │\n│ • A: wrangler tail --env p │\n│ WHO │\n│ • B: #room │\n└──┘\n```\n";
        let listed =
            "## Quick Reference\n\n### LOGS\n\n- A: wrangler tail --env p\n\n### WHO\n\n- B: #room\n";
        for text in [drawn, listed] {
            let doc = scan(text);
            let groups = read(&doc, &mut Claims::new(&doc), &mut Shell::default());
            let shape: Vec<_> =
                groups.iter().map(|g| (g.name.as_str(), g.entries[0].command.is_some())).collect();
            assert_eq!(shape, [("LOGS", true), ("WHO", false)], "{text}");
        }
    }
}
