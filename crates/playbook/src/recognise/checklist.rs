//! The first-minutes checklist: a box of `□ n. NAME (a-b min)` rows with bullets, or Markdown task lists.
//!
//! In Markdown a phase is a sub-heading, a bold line, or an item above nested items; its tasks are `- [ ]` items.

use super::boxes::{self, BoxRow};
use super::claims::{Claims, Role};
use super::measure::minute_range;
use super::parts::{Part, parts};
use super::words::Topic;
use super::{conditions, rules};
use crate::model::{Checklist, ChecklistItem, Phase, Window};
use crate::scan::{Block, Document, Fence, Inline, Item, List};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The checklist, if the document has one.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Option<Checklist> {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        let found = section.blocks.iter().find_map(|block| match block {
            Block::Fence(fence) => boxed(fence, &section.title),
            _ => None,
        });
        if found.is_some() {
            claims.claim(index, Role::Checklist);
            return found;
        }
    }
    let (index, found) = doc
        .each()
        .filter(|(i, _)| claims.is_free(*i) && claims.announces(*i, Topic::Checklist))
        .find_map(|(i, _)| marked(doc, i).map(|found| (i, found)))?;
    claims.claim_tree(doc, index, Role::Checklist);
    Some(found)
}

fn boxed(fence: &Fence, heading: &str) -> Option<Checklist> {
    let rows = boxes::rows(fence);
    let first = rows.iter().position(|row| boxes::tick_box(&row.text).is_some())?;
    let title = rows.get(..first).and_then(<[BoxRow]>::first).map_or(heading, |row| row.text.as_str());
    let mut phases: Vec<Phase> = Vec::new();
    for row in rows.get(first..).unwrap_or_default() {
        if let Some(head) = boxes::tick_box(&row.text) {
            phases.push(phase(head, phases.len(), row.line));
        } else if let Some(phase) = phases.last_mut() {
            match (boxes::bullet(&row.text), phase.items.last_mut()) {
                (Some(text), _) => phase.items.push(unread_item(text, row.line)),
                (None, Some(last)) => last.text.extend([" ", &row.text]),
                (None, None) => phase.items.push(unread_item(&row.text, row.line)),
            }
        }
    }
    for item in phases.iter_mut().flat_map(|phase| &mut phase.items) {
        item.condition = conditions::of_item(&item.text);
    }
    Some(Checklist {
        title: title.to_string(),
        phases,
        line: fence.line,
        origin: rules::CHECKLIST_BOX.at(fence.line),
    })
}

fn marked(doc: &Document<'_>, index: usize) -> Option<Checklist> {
    let section = doc.sections.get(index)?;
    let mut phases = Vec::new();
    for part in parts(doc, index) {
        part_phases(&part, &mut phases);
    }
    let any = phases.iter().any(|phase: &Phase| !phase.items.is_empty());
    any.then(|| Checklist {
        title: section.title.clone(),
        phases,
        line: section.line,
        origin: rules::CHECKLIST_TASKS.at(section.line),
    })
}

fn part_phases(part: &Part<'_>, phases: &mut Vec<Phase>) {
    let nested = |item: &Item| item.body().iter().any(|block| matches!(block, Block::List(_)));
    for list in part.lists() {
        if list.items.iter().any(nested) {
            for above in &list.items {
                let mut next = phase(&lead(above), phases.len(), above.line);
                next.items = above.body().iter().flat_map(tasks_below).collect();
                phases.push(next);
            }
        } else if list.items.iter().any(|item| item.task) || !part.label.is_empty() {
            let tasks = tasks(list);
            let same = phases.last_mut().filter(|last| last.line == part.line && part.line > 0);
            match same {
                Some(last) => last.items.extend(tasks),
                None => phases.push(Phase { items: tasks, ..phase(&part.label, phases.len(), part.line) }),
            }
        }
    }
}

fn lead(item: &Item) -> String {
    item.lead().map(Inline::plain).unwrap_or_default()
}

fn tasks_below(block: &Block) -> Vec<ChecklistItem> {
    match block {
        Block::List(list) => tasks(list),
        _ => Vec::new(),
    }
}

fn tasks(list: &List) -> Vec<ChecklistItem> {
    list.items.iter().map(|task| item(&task.text(), task.line)).collect()
}

/// A phase from its head `n. NAME (a-b min)`.
fn phase(head: &str, before: usize, line: u32) -> Phase {
    let head = head.trim().trim_end_matches(':');
    let digits = head.chars().take_while(char::is_ascii_digit).count();
    let numbered = head.get(digits..).and_then(|rest| rest.strip_prefix(['.', ')'])).filter(|_| digits > 0);
    let next = u32::try_from(before + 1).unwrap_or(u32::MAX);
    let number = numbered.and_then(|_| head.get(..digits)?.parse().ok()).unwrap_or(next);
    let rest = numbered.unwrap_or(head).trim();
    let (name, window) = match rest.rsplit_once('(') {
        Some((name, inside)) if minute_range(inside).is_some() => (name.trim(), minute_range(inside)),
        _ => (rest, None),
    };
    let window = window.map(|(from_min, to_min)| Window { from_min, to_min });
    Phase {
        number,
        name: name.to_string(),
        window,
        items: Vec::new(),
        line,
        origin: rules::CHECKLIST_PHASE.at(line),
    }
}

fn item(text: &str, line: u32) -> ChecklistItem {
    ChecklistItem { condition: conditions::of_item(text), ..unread_item(text, line) }
}

/// An item whose text may go on in the next row.
fn unread_item(text: &str, line: u32) -> ChecklistItem {
    ChecklistItem { text: text.to_string(), condition: None, line, origin: rules::CHECKLIST_ITEM.at(line) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn compiled(text: &str) -> Checklist {
        let doc = scan(text);
        read(&doc, &mut Claims::new(&doc)).expect("a checklist")
    }

    #[test]
    fn a_box_is_read() {
        let list = compiled(
            "## X\n```\n┌────┐\n│ FIRST │\n├────┤\n│ □ 1. ACT (0-2 min) │\n│   • do it if needed │\n│     now │\n\
             │ □ 2. DECIDE: A OR B │\n│   • If x → y │\n└────┘\n```\n",
        );
        assert_eq!(list.title, "FIRST");
        let phases: Vec<_> =
            list.phases.iter().map(|p| (p.number, p.name.as_str(), p.window.is_some())).collect();
        assert_eq!(phases, [(1, "ACT", true), (2, "DECIDE: A OR B", false)]);
        assert_eq!(list.phases[0].items[0].text, "do it if needed now");
        assert_eq!(list.phases[1].items[0].line, 10);
    }

    #[test]
    fn task_lists_are_read_in_three_shapes() {
        let nested =
            "# Checklist\n\n1. **Act** (0-2 min)\n   - [ ] do\n   - [ ] tell\n2. **Look**\n   - [ ] see\n";
        let headed =
            "# Checklist\n\n## 1. Act (0-2 min)\n\n- [ ] do\n- [ ] tell\n\n## 2. Look\n\n- [ ] see\n";
        let bold =
            "# Checklist\n\n**1. Act (0-2 min)**\n\n- [ ] do\n- [ ] tell\n\n**2. Look**\n\n- [ ] see\n";
        for text in [nested, headed, bold] {
            let list = compiled(text);
            let phases: Vec<_> = list
                .phases
                .iter()
                .map(|p| (p.number, p.name.as_str(), p.window.is_some(), p.items.len()))
                .collect();
            assert_eq!(phases, [(1, "Act", true, 2), (2, "Look", false, 1)], "{text}");
        }
    }
}
