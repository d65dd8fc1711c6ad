//! Where levels stand: lists, tables, sub-headings, bold labels, lines of a fence.

use super::super::measure::{minutes, quantities};
use super::super::parts::own_parts;
use super::super::words::{calling, severity_key};
use super::entry::{Entry, Holds, Timing, read, read_below, target};
use super::path::path;
use crate::model::{DelayBasis, EscalationHop};
use crate::scan::{Block, Document, Inline, Item, Table};
use alloc::string::String;
use alloc::vec::Vec;

/// More levels than a path has.
const LEVELS_MAX: usize = 24;

/// The path of a section: of one of its blocks, of its labels, or of its sub-headings.
pub(super) fn of_section(doc: &Document<'_>, index: usize) -> Option<Vec<EscalationHop>> {
    let section = doc.sections.get(index)?;
    let of_block = section.blocks.iter().find_map(of_block);
    of_block.or_else(|| of_labels(doc, index)).or_else(|| of_headings(doc, index))
}

/// The path that one block is.
fn of_block(block: &Block) -> Option<Vec<EscalationHop>> {
    let entries = match block {
        Block::List(list) => list.items.iter().take(LEVELS_MAX).map(of_item).collect(),
        Block::Table(table) => of_table(table)?,
        Block::Fence(fence) if fence.is_plain() => {
            let lines = fence.lines.iter().take(LEVELS_MAX);
            lines.map(|line| read(line.text.trim(), line.line)).collect()
        }
        Block::Paragraph(inline) => {
            inline.by_line().take(LEVELS_MAX).map(|line| read(&line.plain(), line.line)).collect()
        }
        Block::Quote(inner) => return inner.iter().find_map(of_block),
        Block::Fence(_) | Block::Rule => return None,
    };
    // Bullets and lines that are not called levels say something else more often than not.
    let counts = match block {
        Block::List(_) | Block::Table(_) => true,
        Block::Fence(_) | Block::Paragraph(_) | Block::Quote(_) | Block::Rule => {
            entries.iter().all(|entry| entry.leveled)
        }
    };
    counts.then(|| path(&entries)).flatten()
}

fn of_item(item: &Item) -> Entry {
    let lead = item.lead().map(Inline::plain).unwrap_or_default();
    let mut entry = read(&lead, item.line);
    item.body().iter().for_each(|block| below(&mut entry, block));
    entry
}

/// Reads what stands below a level's name.
fn below(entry: &mut Entry, block: &Block) {
    match block {
        Block::Paragraph(inline) => {
            inline.by_line().take(LEVELS_MAX).for_each(|line| read_below(entry, &line.plain()));
        }
        Block::List(list) => {
            for item in list.items.iter().take(LEVELS_MAX) {
                read_below(entry, &item.lead().map(Inline::plain).unwrap_or_default());
            }
        }
        Block::Table(_) | Block::Fence(_) | Block::Quote(_) | Block::Rule => {}
    }
}

/// `**Level 1**: …` and what follows each.
fn of_labels(doc: &Document<'_>, index: usize) -> Option<Vec<EscalationHop>> {
    let parts = own_parts(doc, index);
    let levels = parts.iter().filter(|part| calling::level_key(&part.label).0).take(LEVELS_MAX);
    let entries: Vec<Entry> = levels
        .map(|part| {
            let all = part.words();
            let mut words = all.iter();
            let first = words.next().map(|(_, words)| words.as_str()).unwrap_or_default();
            let mut entry = read(&alloc::format!("{}: {first}", part.label), part.line);
            words.for_each(|(_, words)| read_below(&mut entry, words));
            part.blocks.iter().for_each(|block| below(&mut entry, block));
            entry
        })
        .collect();
    path(&entries)
}

/// `### Level 1: …` and what stands below each.
fn of_headings(doc: &Document<'_>, index: usize) -> Option<Vec<EscalationHop>> {
    let children = doc.children(index).filter_map(|child| doc.sections.get(child));
    let levels = children.filter(|section| calling::level_key(&section.title).0).take(LEVELS_MAX);
    let entries: Vec<Entry> = levels
        .map(|section| {
            let mut entry = read(&section.title, section.line);
            section.blocks.iter().for_each(|block| below(&mut entry, block));
            entry
        })
        .collect();
    path(&entries)
}

/// Columns of a table of levels.
struct Columns {
    who: usize,
    when: usize,
    /// Which page the column's delays hold up.
    holds: Holds,
    basis: DelayBasis,
    /// Whether its numbers are minutes.
    bare: bool,
}

const WHO: &[&str] = &[
    "who",
    "role",
    "escalate to",
    "notify",
    "responder",
    "target",
    "contact",
    "team",
    "person",
    "quién",
    "quem",
    "担当",
];
const WHEN: &[&str] = &[
    "after", "when", "time", "delay", "wait", "elapsed", "since", "minutes", "cuándo", "quando", "tiempo",
    "tempo", "時間",
];
const NEXT: &[&str] =
    &["escalate after", "timeout", "time to escalate", "escalation time", "escalates after", "wait before"];
const ANSWER: &[&str] = &["response", "respond", "acknowledge", "sla", "resolution"];

impl Columns {
    fn new(table: &Table) -> Option<Self> {
        let heads: Vec<String> = table.header.iter().map(|cell| cell.plain().to_lowercase()).collect();
        let find = |words: &[&str], not: Option<usize>| {
            let fits = |head: &String| words.iter().any(|word| head.contains(word));
            let mut fitting = heads.iter().enumerate().filter(|(at, head)| Some(*at) != not && fits(head));
            fitting.next().map(|(at, _)| at)
        };
        let when = find(WHEN, None).or_else(|| find(NEXT, None))?;
        let who = find(WHO, Some(when)).or_else(|| find(&["level", "tier"], Some(when)))?;
        let head = heads.get(when)?;
        let says = |words: &[&str]| words.iter().any(|word| head.contains(word));
        if says(ANSWER) {
            return None;
        }
        let start = calling::counts_from_start(head) || says(&["elapsed", "since"]);
        Some(Self {
            who,
            when,
            holds: if says(NEXT) { Holds::Next } else { Holds::This },
            basis: match (start, says(NEXT)) {
                (true, _) => DelayBasis::Start,
                (false, true) => DelayBasis::Previous,
                (false, false) => DelayBasis::Unsaid,
            },
            bare: says(&["min"]),
        })
    }
}

fn of_table(table: &Table) -> Option<Vec<Entry>> {
    let columns = Columns::new(table)?;
    let keyed = |cell: Option<&Inline>| cell.is_some_and(|cell| severity_key(&cell.plain()).is_some());
    if table.rows.iter().any(|row| keyed(row.cells.first())) {
        return None;
    }
    let mut entries = Vec::new();
    for row in table.rows.iter().take(LEVELS_MAX) {
        let cell = |at: usize| row.cells.get(at).map(Inline::plain).unwrap_or_default();
        let who = cell(columns.who);
        let (leveled, rest) = calling::level_key(&who);
        let mut entry = Entry { leveled, target: target(rest), line: row.line, ..Entry::default() };
        let when = cell(columns.when);
        match when.trim().parse() {
            Ok(minutes) if columns.bare => {
                let Columns { basis, holds, .. } = columns;
                entry.timings.push(Timing { minutes, basis, holds });
            }
            _ => entry.timed(&when, columns.basis, columns.holds),
        }
        entries.push(entry);
    }
    Some(entries)
}

/// The delay that a table's column is headed by, such as `After 15 min`.
pub(super) fn delay_of_head(head: &Inline) -> Option<String> {
    let words = head.plain();
    let one = quantities(&words).len() == 1;
    minutes(&words).filter(|_| one).map(|minutes| alloc::format!("({minutes} min)"))
}
