//! Names: what a label of an alert says that is there to name a runbook. Such a label is near-certain.
//!
//! Must never be here: words of sentences.

use super::words::squash;
use crate::{Document, Playbook, Runbook};
use std::collections::BTreeMap;

/// Extensions that a file of a runbook may have, where an address leads to the file itself.
const EXTENSIONS: &[&str] = &[".md", ".markdown", ".html", ".htm", ".mdx"];

/// What calls a runbook by name, and how a reader is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_name: BTreeMap<String, Vec<(usize, Source)>>,
}

/// Where a runbook's name was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Its heading or its id.
    Heading,
    /// An alert that the front matter or a symptom lists.
    Listed,
}

impl Names {
    pub(super) fn new(playbook: &Playbook) -> Self {
        let mut names = Self::default();
        for (runbook, number) in playbook.runbooks.iter().zip(0..) {
            for name in headings(runbook) {
                names.add(&name, number, Source::Heading);
            }
            let document = playbook.document(runbook.document);
            for name in document.into_iter().flat_map(listed) {
                names.add(&name, number, Source::Listed);
            }
            let quoted = runbook.symptoms.iter().flat_map(|symptom| &symptom.quoted);
            for name in quoted.filter(|text| is_one_name(text)) {
                names.add(name, number, Source::Listed);
            }
        }
        names
    }

    fn add(&mut self, name: &str, runbook: usize, source: Source) {
        let name = squash(name);
        if name.is_empty() {
            return;
        }
        let called = self.by_name.entry(name).or_default();
        if called.iter().all(|(other, _)| *other != runbook) {
            called.push((runbook, source));
        }
    }

    /// The runbooks that a label names, each with the reason.
    pub(super) fn named(&self, labels: &BTreeMap<String, String>) -> Vec<(usize, String)> {
        let mut named = Vec::new();
        for (label, value) in labels {
            let Some(said) = said(label, value) else { continue };
            for (runbook, source) in self.by_name.get(&squash(said)).into_iter().flatten() {
                let reason = match source {
                    Source::Heading => format!("the label {label} names it"),
                    Source::Listed => format!("it lists the alert that the label {label} names"),
                };
                named.push((*runbook, reason));
            }
        }
        named
    }
}

fn headings(runbook: &Runbook) -> Vec<String> {
    let id = runbook.id.clone();
    let without_lead = id.strip_prefix("issue-").map(str::to_owned);
    // `HighErrorRate / HighLatency` is the name of two alerts.
    let several = runbook
        .title
        .split(['/', ',', '&'])
        .map(str::trim)
        .filter(|name| is_one_name(name))
        .map(str::to_owned);
    [id, runbook.title.clone()].into_iter().chain(without_lead).chain(several).collect()
}

fn listed(document: &Document) -> Vec<String> {
    let url = document.runbook_url.iter().map(|url| last_part(url).to_owned());
    document.alerts.iter().cloned().chain(url).collect()
}

/// `KubePodCrashLooping` or `disk_full`: one word made of several.
fn is_one_name(text: &str) -> bool {
    let plain = text.chars().all(|character| character.is_alphanumeric() || character == '_');
    let humps = text
        .chars()
        .zip(text.chars().skip(1))
        .filter(|(left, right)| left.is_lowercase() && right.is_uppercase());
    plain && (text.contains('_') || humps.count() > 0)
}

/// What a label says that is there to name a runbook.
fn said<'a>(label: &str, value: &'a str) -> Option<&'a str> {
    let is = |name: &str| label.eq_ignore_ascii_case(name);
    if is("alertname") || is("runbook") {
        Some(value)
    } else if is("runbook_url") || is("runbook_link") {
        Some(last_part(value))
    } else {
        None
    }
}

/// The anchor of an address, or the last part of its path.
fn last_part(address: &str) -> &str {
    let address = address.trim().trim_end_matches('/');
    let last = match address.rsplit_once('#') {
        Some((_, anchor)) if !anchor.is_empty() => return anchor,
        Some((page, _)) => page,
        None => address,
    };
    let last = last.split_once('?').map_or(last, |(page, _)| page).trim_end_matches('/');
    let last = last.rsplit_once('/').map_or(last, |(_, last)| last);
    EXTENSIONS.iter().find_map(|extension| last.strip_suffix(extension)).unwrap_or(last)
}
