//! W054: a link that leads nowhere, within the document or among files.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Link, Playbook, Span};
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What gives a place a name besides headings.
static NAMED: LazyLock<AhoCorasick> =
    LazyLock::new(|| crate::needles::needles(&["id=", "name=", "{#", "{: #"]));

/// Links to places of the document that no heading has. Entries of the contents have a finding of their own.
pub(super) fn dead_anchors(document: &Document<'_>) -> Vec<Diagnostic> {
    let Some(own) = document.playbook.documents.first() else { return Vec::new() };
    // A page that names places in markup may name any.
    if own.links.is_empty() || NAMED.is_match(document.text) {
        return Vec::new();
    }
    let anchors = anchors(document.playbook, 0);
    let contents: BTreeSet<u32> = document.playbook.contents.iter().map(|entry| entry.line).collect();
    let links = own.links.iter().filter(|link| !contents.contains(&link.line));
    let mut places = Places::of(document.text);
    links
        .filter_map(|link| Some((link, link.target.strip_prefix('#').filter(|anchor| is_heading(anchor))?)))
        .filter(|(_, anchor)| !anchors.contains(&anchor.to_lowercase()))
        .map(|(link, _)| {
            let finding = Finding {
                code: "W054",
                severity: DiagnosticSeverity::Warning,
                message: format!("`{}` leads nowhere: no heading has this anchor", link.target),
                hint: "link to the heading as it is called now",
            };
            let span = places.span(link);
            let (start, end) = (span.start as usize, span.end as usize);
            document.place_at(finding, start, end - start)
        })
        .collect()
}

/// Neither the top of the page nor a line of a listing.
fn is_heading(anchor: &str) -> bool {
    let is_line = anchor.strip_prefix('L').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    !(anchor.is_empty() || anchor == "top" || is_line || anchor.starts_with("fn"))
}

fn anchors(playbook: &Playbook, document: u32) -> BTreeSet<String> {
    let own = playbook.sections.iter().filter(|section| section.document == document);
    own.map(|section| section.anchor.to_lowercase()).collect()
}

/// Links among the documents of a playbook that lead to no file. `is_there` says whether there is a file at a path
/// below the playbook's root, written with `/`; what lies above the root is not asked for. `texts` are the documents',
/// repaired.
#[must_use]
pub fn dead_files(playbook: &Playbook, texts: &[String], is_there: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ((document, text), number) in playbook.documents.iter().zip(texts).zip(0_u32..) {
        let mut places = Places::of(text);
        for link in &document.links {
            let path = link.target.split(['#', '?']).next().unwrap_or_default();
            let Some(path) = resolved(&document.path, path) else { continue };
            if !is_there(&path) {
                found.push(dead_file(number, (link, places.span(link)), &path));
            }
        }
    }
    found
}

/// Where links stand in a text. The links of a line are found once for all that are asked about it.
struct Places<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    known: BTreeMap<u32, BTreeMap<&'t str, usize>>,
}

/// In a longer line a link is only found where it is written in the usual way.
const LINE_BYTES_MAX: usize = 4 * 1024;

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: core::iter::once(0).chain(ends).collect(), known: BTreeMap::new() }
    }

    /// Where a link leads to is written; its line, when that is written in another way there.
    fn span(&mut self, link: &Link) -> Span {
        let index = (link.line as usize).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(self.text.len());
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        let known = self.known.entry(link.line).or_insert_with(|| targets(line));
        let at = known.get(link.target.as_str()).copied();
        let at = at.or_else(|| (line.len() <= LINE_BYTES_MAX).then(|| line.find(&link.target)).flatten());
        let (start, end) = at.map_or((start, end), |at| (start + at, start + at + link.target.len()));
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(end), line: link.line }
    }
}

/// What stands behind `](` in a line, with its place; the first of several.
fn targets(line: &str) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    for (at, open) in line.match_indices("](") {
        let rest = &line[at + open.len()..];
        let bare = rest.trim_start_matches([' ', '<']);
        let ends = |byte: &u8| matches!(byte, b')' | b' ' | b'>');
        let Some(end) = bare.bytes().take(LINE_BYTES_MAX).position(|byte| ends(&byte)) else { continue };
        found.entry(&bare[..end]).or_insert(at + open.len() + rest.len() - bare.len());
    }
    found
}

fn dead_file(document: u32, (link, span): (&Link, Span), path: &str) -> Diagnostic {
    Diagnostic {
        code: "W054".to_owned(),
        severity: DiagnosticSeverity::Warning,
        document,
        line: link.line,
        span,
        message: format!("`{}` leads nowhere: there is no {path}", link.target),
        hint: Some("correct the path, or remove the link".to_owned()),
        fixes: Vec::new(),
    }
}

/// A link's path from the root; nothing for a link within the document, or one that leaves the root.
fn resolved(from: &str, target: &str) -> Option<String> {
    if target.is_empty() || target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/").replace("%20", " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, compile_documents};

    #[test]
    fn links_among_files_are_followed_below_the_root() {
        let one =
            "# One\n\n[a](two.md#x) [b](../sub/three%20b.md) [c](gone.md) [d](../../above.md) [e](#one)\n";
        let sources = [("sub/one.md", one), ("sub/two.md", "# Two\n"), ("four.md", "[f](sub/../gone/)\n")];
        let sources = sources.map(|(path, text)| Source { path, bytes: text.as_bytes() });
        let playbook = compile_documents(&sources);
        let there = ["sub/one.md", "sub/two.md", "sub/three b.md", "four.md"];
        let texts = [one, "# Two\n", "[f](sub/../gone/)\n"].map(String::from);
        let found = dead_files(&playbook, &texts, &|path| there.contains(&path));
        let pointed = found.iter().map(|one| {
            let text = &texts[one.document as usize];
            &text[one.span.start as usize..one.span.end as usize]
        });
        assert_eq!(pointed.collect::<Vec<_>>(), ["gone.md", "sub/../gone/"]);
        let told: Vec<_> = found.iter().map(|one| (one.document, one.line, one.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (0, 3, "`gone.md` leads nowhere: there is no sub/gone.md"),
                (2, 1, "`sub/../gone/` leads nowhere: there is no gone"),
            ]
        );
    }
}
