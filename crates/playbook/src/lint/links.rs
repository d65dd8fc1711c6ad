//! W054: a link that leads nowhere, within the document or among files.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity, Link, Playbook, Span};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
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
            document.place(finding, link.line, &link.target)
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
/// below the playbook's root, written with `/`; what lies above the root is not asked for.
#[must_use]
pub fn dead_files(playbook: &Playbook, is_there: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (document, number) in playbook.documents.iter().zip(0_u32..) {
        for link in &document.links {
            let path = link.target.split(['#', '?']).next().unwrap_or_default();
            let Some(path) = resolved(&document.path, path) else { continue };
            if !is_there(&path) {
                found.push(dead_file(number, link, &path));
            }
        }
    }
    found
}

fn dead_file(document: u32, link: &Link, path: &str) -> Diagnostic {
    Diagnostic {
        code: "W054".to_owned(),
        severity: DiagnosticSeverity::Warning,
        document,
        line: link.line,
        span: Span { start: 0, end: 0, line: link.line },
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
        let found = dead_files(&playbook, &|path| there.contains(&path));
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
