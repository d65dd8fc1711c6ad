//! What a document says of itself: its name, its alerts, when it was looked over, and whether it still counts.
//!
//! A document counts unless it says otherwise about *itself*: in its front matter, in its title, or in the first
//! paragraphs below the title. A step that calls some tool deprecated does not make its runbook so.

use super::front_matter::FrontMatter;
use super::links;
use crate::model::Standing;
use crate::needles::needles;
use crate::scan::{Block, Document, Inline};
use aho_corasick::AhoCorasick;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use std::sync::LazyLock;

/// Paragraphs below the title in which a document speaks of itself.
const OPENING_PARAGRAPHS: usize = 3;
/// A stub has no more words than this below its headings.
const STUB_WORDS_MAX: usize = 40;
/// A document that has moved says where to and little else; a longer one speaks of something that was moved.
const MOVED_WORDS_MAX: usize = 150;

const STUB: &[&str] = &[
    "todo",
    "tbd",
    "to be written",
    "coming soon",
    "work in progress",
    "stub",
    "por escribir",
    "a escrever",
    "未作成",
];
const MOVED: &[&str] = &[
    "has moved",
    "have moved",
    "has been moved",
    "was moved to",
    "moved to",
    "now lives",
    "new location",
    "se ha movido",
    "foi movido",
    "移動しました",
];
const DEPRECATED: &[&str] = &[
    "deprecated",
    "obsolete",
    "archived",
    "superseded",
    "no longer maintained",
    "no longer valid",
    "no longer used",
    "do not use",
    "out of date",
    "obsoleto",
    "非推奨",
    "廃止",
];
/// Words without which no opening says that its document does not count.
static NO_LONGER: LazyLock<AhoCorasick> = LazyLock::new(|| needles(&[MOVED, DEPRECATED].concat()));

/// How a sentence shows that it speaks of the document it stands in.
const ITSELF: &[&str] = &[
    "this runbook",
    "this document",
    "this page",
    "this playbook",
    "this procedure",
    "this guide",
    "this doc ",
    "these instructions",
    "este runbook",
    "este documento",
    "esta página",
    "este procedimiento",
    "este procedimento",
    "このページ",
    "このドキュメント",
    "この手順",
];

/// The document's own entry; its digest and path are the caller's to fill.
pub(super) fn read(doc: &Document<'_>, title: &str) -> crate::model::Document {
    let matter = FrontMatter::read(doc.text);
    let (standing, standing_reason, standing_line) = standing(doc, title, &matter);
    let name = if title.is_empty() {
        matter.first(&["title", "name"]).map_or("", |(value, _)| value)
    } else {
        title
    };
    let said = |keys: &[&str]| matter.first(keys).map(|(value, _)| value.to_owned());
    crate::model::Document {
        path: String::new(),
        digest: String::new(),
        answers: None,
        title: name.to_owned(),
        standing,
        standing_reason,
        standing_line,
        alerts: matter.all(&["alert", "alerts", "alertname", "alert_name", "alert_names"]).cloned().collect(),
        runbook_url: said(&["runbook_url", "url"]),
        reviewed_on: said(&["last_reviewed_on", "reviewed_on", "last_reviewed", "last_review", "reviewed"]),
        review_in: said(&["review_in", "review_every", "review_interval"]),
        links: links::read(doc),
    }
}

fn standing(doc: &Document<'_>, title: &str, matter: &FrontMatter) -> (Standing, Option<String>, u32) {
    let told = told_by_front_matter(matter)
        .or_else(|| told_by_title(doc, title))
        .or_else(|| told_by_opening(doc))
        .or_else(|| told_by_emptiness(doc));
    told.map_or((Standing::Current, None, 0), |told| (told.standing, Some(told.words), told.line))
}

struct Told {
    standing: Standing,
    words: String,
    line: u32,
}

fn told_by_front_matter(matter: &FrontMatter) -> Option<Told> {
    let flag = |key, standing| {
        let (value, line) = matter.first(&[key])?;
        (value != "false").then(|| Told { standing, words: alloc::format!("{key}: {value}"), line })
    };
    let status = || {
        let (value, line) = matter.first(&["status", "state"])?;
        let standing = match value.to_lowercase().as_str() {
            "deprecated" | "obsolete" | "archived" | "retired" | "superseded" => Standing::Deprecated,
            "moved" => Standing::Moved,
            "stub" | "placeholder" => Standing::Stub,
            _ => return None,
        };
        Some(Told { standing, words: alloc::format!("status: {value}"), line })
    };
    status()
        .or_else(|| flag("deprecated", Standing::Deprecated))
        .or_else(|| flag("superseded_by", Standing::Deprecated))
        .or_else(|| flag("moved_to", Standing::Moved))
}

/// A mark such as `[DEPRECATED]` or `(moved)` in the title, or before its colon.
fn told_by_title(doc: &Document<'_>, title: &str) -> Option<Told> {
    let lower = title.to_lowercase();
    let bracketed = lower.contains(['[', '(']);
    let enclosed = |word: &str| {
        lower.match_indices(word).any(|(at, _)| {
            let after = lower.get(at + word.len()..).and_then(|rest| rest.chars().next());
            let before = lower.get(..at).and_then(|head| head.chars().next_back());
            matches!((before, after), (Some('['), Some(']')) | (Some('('), Some(')')))
        })
    };
    let marked = |word: &str| {
        lower.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with([':', '-', '–']))
            || (bracketed && enclosed(word))
    };
    let standing = if DEPRECATED.iter().any(|word| marked(word)) {
        Standing::Deprecated
    } else if marked("moved") {
        Standing::Moved
    } else if ["stub", "todo", "tbd"].iter().any(|word| marked(word)) {
        Standing::Stub
    } else {
        return None;
    };
    let line = doc.sections.iter().find(|section| section.level == 1).map_or(1, |section| section.line);
    Some(Told { standing, words: title.to_owned(), line })
}

/// A sentence about the document in its first paragraphs, or one that begins with the word itself.
fn told_by_opening(doc: &Document<'_>) -> Option<Told> {
    let is_short = || words_below_headings(doc, MOVED_WORDS_MAX + 1) <= MOVED_WORDS_MAX;
    opening(doc).take(OPENING_PARAGRAPHS).find_map(|paragraph| {
        let words = paragraph.plain();
        let lower = words.to_lowercase();
        if !NO_LONGER.is_match(&lower) {
            return None;
        }
        let about_itself = ITSELF.iter().any(|it| lower.contains(it));
        let says = |list: &[&str]| {
            list.iter().any(|word| {
                let bare =
                    lower.trim_start_matches(['*', '_', '[', '(', '!', '⚠', '\u{fe0f}', ' ', '🚨', '🛑']);
                lower.contains(word) && (about_itself || bare.starts_with(word))
            })
        };
        let standing = if says(MOVED) && is_short() {
            Standing::Moved
        } else if says(DEPRECATED) {
            Standing::Deprecated
        } else {
            return None;
        };
        Some(Told { standing, words, line: paragraph.line })
    })
}

/// Nothing but headings and a note that somebody will write the rest.
fn told_by_emptiness(doc: &Document<'_>) -> Option<Told> {
    if has_fence(doc) || words_below_headings(doc, STUB_WORDS_MAX + 1) > STUB_WORDS_MAX {
        return None;
    }
    doc.sections.iter().flat_map(|section| paragraphs(&section.blocks, usize::MAX)).find_map(|paragraph| {
        let words = paragraph.plain();
        let lower = words.to_lowercase();
        let alone = |word: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
        let phrase = |word: &str| (word.contains(' ') || !word.is_ascii()) && lower.contains(word);
        let says = STUB.iter().any(|word| alone(word) || phrase(word));
        says.then_some(Told { standing: Standing::Stub, words, line: paragraph.line })
    })
}

/// The paragraphs before the first heading below the title.
fn opening<'d>(doc: &'d Document<'_>) -> impl Iterator<Item = &'d Inline> {
    let upto = doc.sections.iter().position(|section| section.level > 1).unwrap_or(doc.sections.len());
    doc.sections.iter().take(upto.max(1)).flat_map(|section| paragraphs(&section.blocks, OPENING_PARAGRAPHS))
}

/// So many of the paragraphs among blocks, in quotes and lists, too.
fn paragraphs(blocks: &[Block], most: usize) -> Vec<&Inline> {
    let mut found = Vec::new();
    gather(blocks, most, &mut found);
    found
}

fn gather<'d>(blocks: &'d [Block], most: usize, found: &mut Vec<&'d Inline>) {
    for block in blocks {
        if found.len() >= most {
            return;
        }
        match block {
            Block::Paragraph(inline) => found.push(inline),
            Block::Quote(inner) => gather(inner, most, found),
            Block::List(list) => list.items.iter().for_each(|item| gather(&item.blocks, most, found)),
            Block::Fence(_) | Block::Table(_) | Block::Rule => {}
        }
    }
}

/// Counts to a limit: nobody needs to know how many more there are.
fn words_below_headings(doc: &Document<'_>, limit: usize) -> usize {
    let mut left = limit;
    for section in &doc.sections {
        count_off(&section.blocks, &mut left);
    }
    limit - left
}

/// Takes the words of blocks off what is left of a limit.
fn count_off(blocks: &[Block], left: &mut usize) {
    for block in blocks {
        if *left == 0 {
            return;
        }
        match block {
            Block::Paragraph(inline) => count_runs(inline, left),
            Block::Table(table) => {
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| count_runs(cell, left));
            }
            Block::Fence(fence) => fence.lines.iter().for_each(|line| count_words(&line.text, left)),
            Block::List(list) => list.items.iter().for_each(|item| count_off(&item.blocks, left)),
            Block::Quote(inner) => count_off(inner, left),
            Block::Rule => {}
        }
    }
}

fn count_runs(inline: &Inline, left: &mut usize) {
    inline.runs.iter().for_each(|run| count_words(&run.text, left));
}

fn count_words(text: &str, left: &mut usize) {
    *left -= text.split_whitespace().take(*left).count();
}

fn has_fence(doc: &Document<'_>) -> bool {
    doc.sections.iter().any(|section| section.blocks.iter().any(|block| matches!(block, Block::Fence(_))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn entry(text: &str) -> crate::model::Document {
        let doc = scan(text);
        let title =
            doc.sections.iter().find(|section| section.level == 1).map(|section| section.title.clone());
        read(&doc, &title.unwrap_or_default())
    }

    fn standing_of(text: &str) -> (Standing, u32) {
        let entry = entry(text);
        (entry.standing, entry.standing_line)
    }

    #[test]
    fn a_document_says_that_it_no_longer_counts() {
        assert_eq!(standing_of("# Disk full [DEPRECATED]\n\n1. look\n"), (Standing::Deprecated, 1));
        assert_eq!(
            standing_of(
                "# Disk full\n\n> **Warning**: this runbook is deprecated, see [new](new.md).\n\n## Steps\n"
            ),
            (Standing::Deprecated, 3)
        );
        assert_eq!(
            standing_of("# Disk full\n\n**DEPRECATED** since the move.\n\n## Steps\n\nx\n"),
            (Standing::Deprecated, 3)
        );
        assert_eq!(standing_of("---\nstatus: archived\n---\n\n# Disk full\n"), (Standing::Deprecated, 2));
        assert_eq!(
            standing_of("# Disk\n\nThis page has moved to [the wiki](wiki.md).\n"),
            (Standing::Moved, 3)
        );
        assert_eq!(standing_of("# Disk\n\nEste documento foi movido para a wiki.\n"), (Standing::Moved, 3));
        assert_eq!(standing_of("# ディスク\n\nこのページは移動しました。\n"), (Standing::Moved, 3));
        assert_eq!(
            standing_of("# Disk\n\n## Diagnosis\n\nTODO\n\n## Mitigation\n\nTODO\n"),
            (Standing::Stub, 5)
        );
    }

    #[test]
    fn a_document_that_speaks_of_other_things_counts() {
        let current = [
            "# Old API\n\nThe v1 API is deprecated; calls to it show in the log.\n\n## Diagnosis\n\nlook\n",
            "# Disk\n\n## Steps\n\n1. Do not use the old tool\n2. This runbook is deprecated\n",
            "# Queue\n\nMessages that were moved to the dead-letter queue wait there.\n\n## Steps\n\n1. look\n",
            "# Disk\n\nTODO: add a picture.\n\n```sh\ndf -h\n```\n",
            "# Full\n\n## Meaning\n\nThe disk of a node is full.\n",
            "---\nstatus: active\ndeprecated: false\n---\n# Disk\n\nlook at it\n",
        ];
        for text in current {
            assert_eq!(standing_of(text), (Standing::Current, 0), "{text}");
        }
    }

    #[test]
    fn front_matter_is_kept() {
        let entry = entry(
            "---\nalerts: [DiskFull, DiskSlow]\nlast_reviewed_on: 2025-03-01\nreview_in: 6 months\nrunbook_url: https://r.test/d\n---\n# Disk\n",
        );
        assert_eq!(entry.alerts, ["DiskFull", "DiskSlow"]);
        assert_eq!(
            (entry.reviewed_on.as_deref(), entry.review_in.as_deref()),
            (Some("2025-03-01"), Some("6 months"))
        );
        assert_eq!(entry.runbook_url.as_deref(), Some("https://r.test/d"));
    }
}
