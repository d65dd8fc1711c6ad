//! Severities told as headings or as a list, below a heading about severities: `## SEV1 – Critical`, `- **P0**: …`.
//!
//! A table is the matrix's business. Entries with arrows say who is woken, which is the escalation's.

use super::claims::{Claims, Role};
use super::measure::minutes;
use super::parts::own_parts;
use super::rules;
use super::severities::{listed, response, worst_first};
use super::words::{Topic, holds_any, is_word, severity_key};
use crate::model::{Response, SeverityRow};
use crate::scan::{Block, Document, Inline, Item, List};
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// More severities than anybody has.
const SEVERITIES_MAX: usize = 12;
/// Only so many lines about one of them are looked at.
const LINES_MAX: usize = 200;

/// The severities of the first section about them that lists several.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<SeverityRow> {
    for (index, _) in doc.each() {
        if !claims.is_free_or_title(index) || claims.chief(index) != Some(Topic::Severities) {
            continue;
        }
        let (rows, children) = of_section(doc, index);
        if rows.len() >= 2 {
            claims.claim(index, Role::Severities);
            children.into_iter().for_each(|child| claims.claim_tree(doc, child, Role::Severities));
            return worst_first(rows);
        }
    }
    Vec::new()
}

/// The severities, and the sub-headings that they were.
fn of_section(doc: &Document<'_>, index: usize) -> (Vec<SeverityRow>, Vec<usize>) {
    let Some(section) = doc.sections.get(index) else { return Default::default() };
    let of_blocks = section.blocks.iter().find_map(|block| match block {
        Block::List(list) => of_list(list),
        _ => None,
    });
    if let Some(rows) = of_blocks {
        return (rows, Vec::new());
    }
    let labels = of_labels(doc, index);
    if labels.len() >= 2 {
        return (labels, Vec::new());
    }
    let mut rows = Vec::new();
    let mut children = Vec::new();
    for child in doc.children(index) {
        let Some(heading) = doc.sections.get(child) else { continue };
        let Some(named) = named(&heading.title).filter(|_| rows.len() < SEVERITIES_MAX) else { continue };
        let mut told = Told::new(named.title());
        let below = doc.subtree(child).filter_map(|at| doc.sections.get(at));
        below.flat_map(|section| &section.blocks).for_each(|block| told.block(block));
        rows.push(told.row(named.name, heading.line));
        children.push(child);
    }
    (rows, children)
}

fn of_list(list: &List) -> Option<Vec<SeverityRow>> {
    let rows: Vec<SeverityRow> = list.items.iter().take(SEVERITIES_MAX).filter_map(of_item).collect();
    (rows.len() >= 2 && rows.len() * 2 > list.items.len()).then_some(rows)
}

fn of_item(item: &Item) -> Option<SeverityRow> {
    let lead = item.lead()?;
    let words = lead.text();
    if super::words::arrows(&words).contains('→') {
        return None;
    }
    let Named { name, extra, rest } = named(&words)?;
    let mut told = Told::new(&extra);
    told.line(&rest);
    item.body().iter().for_each(|block| told.block(block));
    Some(told.row(name, item.line))
}

/// `**P0 – Critical**` paragraphs and what follows each.
fn of_labels(doc: &Document<'_>, index: usize) -> Vec<SeverityRow> {
    let parts = own_parts(doc, index);
    let rows = parts.iter().filter_map(|part| {
        let named = named(&part.label)?;
        let mut told = Told::new(named.title());
        part.words().iter().take(LINES_MAX).for_each(|(_, line)| told.line(line));
        for block in &part.blocks {
            if !matches!(block, Block::Paragraph(_)) {
                told.block(block);
            }
        }
        Some(told.row(named.name, part.line))
    });
    rows.take(SEVERITIES_MAX).collect()
}

/// A severity at the beginning of a text.
struct Named {
    name: String,
    /// Its word in brackets or right behind it.
    extra: String,
    /// What is said about it.
    rest: String,
}

impl Named {
    fn title(&self) -> &str {
        if self.rest.is_empty() { &self.extra } else { &self.rest }
    }
}

/// The severity that a text begins with.
fn named(text: &str) -> Option<Named> {
    let bare = text.trim().trim_start_matches(['*', '`']).trim_start();
    let (head, rest) = split(bare);
    let head = head.trim_matches(['*', '`', ' ']);
    let name = match severity_key(head) {
        Some(name) => name,
        None if is_word(head) => head.to_owned(),
        None => return None,
    };
    // `P0 (Critical)` has its word in brackets, `SEV1 Critical` right behind.
    let inside = head.split_once('(').map(|(_, inside)| inside.trim_end_matches(')'));
    let behind = head
        .get(..name.len())
        .filter(|start| start.eq_ignore_ascii_case(&name))
        .and_then(|_| head.get(name.len()..));
    let extra =
        inside.filter(|inside| !inside.eq_ignore_ascii_case(&name)).or(behind).unwrap_or_default().trim();
    let extra = extra.trim_matches(['(', ')', '*', ' ']);
    let rest = rest.trim().trim_matches(['*', ' ']).to_owned();
    Some(Named { name, extra: extra.to_owned(), rest })
}

/// Cut behind the name: at a colon, a dash between blanks, or nowhere.
fn split(text: &str) -> (&str, &str) {
    const MARKS: &[&str] = &[": ", ":", " – ", " — ", " - ", "："];
    let cut = MARKS.iter().filter_map(|mark| text.find(mark).map(|at| (at, at + mark.len()))).min();
    match cut {
        Some((at, end)) => (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default()),
        None => (text, ""),
    }
}

/// What is said about one severity.
struct Told {
    title: String,
    impact: String,
    examples: Vec<String>,
    response: Option<Response>,
    lines: usize,
}

const RESPONSE: &[&str] =
    &["respon", "acknowledg", "sla", "time", "tiempo", "tempo", "plazo", "prazo", "対応"];
const EXAMPLES: &[&str] = &["example", "e.g.", "ejemplo", "exemplo", "例"];
const IMPACT: &[&str] =
    &["impact", "definition", "description", "criteria", "meaning", "what", "impacto", "影響"];

impl Told {
    fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            impact: String::new(),
            examples: Vec::new(),
            response: None,
            lines: 0,
        }
    }

    fn row(self, name: String, line: u32) -> SeverityRow {
        let title = self.title.trim_end_matches('.').to_owned();
        SeverityRow {
            name,
            impact: if self.impact.is_empty() { title } else { self.impact },
            examples: self.examples,
            response: self.response.unwrap_or_else(|| response("")),
            line,
            origin: rules::SEVERITY_LIST.at(line),
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(inline) => inline.by_line().for_each(|line| self.line(&line.text())),
            Block::List(list) => list.items.iter().take(LINES_MAX).for_each(|item| self.item(item)),
            Block::Table(table) => {
                for row in table.rows.iter().take(LINES_MAX) {
                    let cells: Vec<_> = row.cells.iter().map(Inline::text).collect();
                    self.line(&cells.join(": "));
                }
            }
            Block::Quote(inner) => inner.iter().for_each(|block| self.block(block)),
            Block::Fence(_) | Block::Rule => {}
        }
    }

    /// An item with a label is what the label says; one without is an example.
    fn item(&mut self, item: &Item) {
        let words = item.lead().map(Inline::text).unwrap_or_default();
        let nested = || {
            let lists = item.body().iter().filter_map(|block| match block {
                Block::List(list) => Some(list),
                _ => None,
            });
            lists.flat_map(|list| &list.items).map(Item::text).take(LINES_MAX)
        };
        let lower = words.to_lowercase();
        if label(&lower, EXAMPLES) && nested().next().is_some() {
            self.examples.extend(nested());
        } else if words.ends_with(':') {
            let below: Vec<String> = nested().collect();
            self.line(&alloc::format!("{words} {}", below.join(", ")));
        } else if words.contains(':') || is_response(&lower) {
            self.line(&words);
        } else {
            self.examples.push(words);
        }
    }

    fn line(&mut self, words: &str) {
        self.lines += 1;
        let words = words.trim();
        if words.is_empty() || self.lines > LINES_MAX {
            return;
        }
        let lower = words.to_lowercase();
        if let Some((key, value)) = words.split_once(':') {
            let value = value.trim();
            let key = key.to_lowercase();
            let short = key.split_whitespace().count() <= 4;
            if short && label(&key, RESPONSE) && self.response.is_none() && !value.is_empty() {
                self.response = Some(response(value));
                return;
            }
            if short && label(&key, EXAMPLES) {
                self.examples.extend(listed(value));
                return;
            }
            if short && label(&key, IMPACT) && self.impact.is_empty() {
                value.clone_into(&mut self.impact);
                return;
            }
        }
        self.sentences(words, &lower);
    }

    fn sentences(&mut self, words: &str, lower: &str) {
        let marks = ["e.g. ", "e.g., ", "for example ", "for example, ", "such as "];
        let example = marks.iter().filter_map(|mark| lower.find(mark).map(|at| (at, at + mark.len()))).min();
        let (before, after) = match example {
            Some((at, end)) if lower.len() == words.len() => {
                (words.get(..at).unwrap_or_default(), words.get(end..).unwrap_or_default())
            }
            _ => (words, ""),
        };
        let (examples, rest) = after.split_once(". ").unwrap_or((after, ""));
        self.examples.extend(listed(examples.trim_end_matches(['.', ')'])));
        for sentence in before.split(". ").chain(rest.split(". ")).flat_map(|part| part.split(';')) {
            let sentence = sentence.trim().trim_end_matches(['.', '(', ',']).trim();
            if sentence.is_empty() {
                continue;
            }
            if self.response.is_none() && is_response(&sentence.to_lowercase()) {
                self.response = Some(response(sentence));
            } else if self.impact.is_empty() {
                self.impact = sentence.to_string();
            }
        }
    }
}

/// Whether a word of a label begins so.
fn label(key: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        key.split_whitespace().any(|part| part.trim_start_matches('*').starts_with(word))
            || (!word.is_ascii() && key.contains(word))
    })
}

/// Whether a sentence says how fast somebody answers.
fn is_response(lower: &str) -> bool {
    let verb = ["respon", "acknowledg", "react", "page ", "answer within", "対応"]
        .iter()
        .any(|word| lower.contains(word));
    let soon = ["immediate", "at once"].iter().any(|word| lower.contains(word))
        || holds_any(lower, |language| language.working_days);
    verb && (soon || minutes(lower).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn found(text: &str) -> Vec<(String, String, Vec<String>, Option<u32>)> {
        let doc = scan(text);
        let rows = read(&doc, &mut Claims::new(&doc));
        rows.into_iter().map(|row| (row.name, row.impact, row.examples, row.response.minutes)).collect()
    }

    fn row(
        name: &str,
        impact: &str,
        examples: &[&str],
        minutes: Option<u32>,
    ) -> (String, String, Vec<String>, Option<u32>) {
        (name.into(), impact.into(), examples.iter().map(|one| (*one).to_owned()).collect(), minutes)
    }

    #[test]
    fn lists_and_headings_are_read() {
        let list = "## Severity levels\n\n- **P1** – Part of it is slow. Respond within 30 minutes.\n\
                    - **P0**: All down, e.g. no sign-in, data lost. Respond immediately.\n";
        let wanted = [
            row("P0", "All down", &["no sign-in", "data lost"], Some(0)),
            row("P1", "Part of it is slow", &[], Some(30)),
        ];
        assert_eq!(found(list), wanted);
        let headings = "## Severities\n\n### SEV1 – Critical\n\nEverybody is affected.\n\n- Response time: 15 min\n- Examples:\n  - sign-in down\n\n\
                        ### SEV2 (Major)\n\n**Response**: 1 hour\n\n- one region slow\n";
        let wanted = [
            row("SEV1", "Everybody is affected", &["sign-in down"], Some(15)),
            row("SEV2", "Major", &["one region slow"], Some(60)),
        ];
        assert_eq!(found(headings), wanted);
    }

    #[test]
    fn words_are_severities_below_such_a_heading() {
        let text = "## Severity\n\n- Minor: a blemish\n- Critical: nobody gets in\n";
        assert_eq!(
            found(text),
            [row("Critical", "nobody gets in", &[], None), row("Minor", "a blemish", &[], None)]
        );
        assert!(found("## Tasks\n\n- P1: write a test\n- P2: tidy up\n").is_empty());
        assert!(found("## Severity\n\n- P1: A → B\n- P2: B → C\n").is_empty());
        assert!(found("## Severity\n\n- P1: down\n- ask the lead\n- be kind\n").is_empty());
    }
}
