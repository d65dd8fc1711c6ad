//! Incidents that went before and are like this one, and what helped then. Says nothing about what to do now: a person reads.

use crate::event::{Ending, Event, EventKind, RunRequest};
use crate::state::Incident;
use crate::summary::Summary;
use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use playbook::Approval;

/// What is less alike than this, of 100, is not shown.
const LEAST: u32 = 40;

/// The shortest word that says anything, in characters.
const WORD_CHARS_MIN: usize = 3;

/// How much an earlier incident is like this one, of 100, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Of 100.
    pub score: u32,
    /// In words.
    pub why: &'static str,
}

/// What ended an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Helped {
    /// What people, or recovery, said at its last end.
    pub resolution: String,
    /// The changes that a person approved and that succeeded, in order, each once.
    pub changes: Vec<String>,
}

/// The most alike of what went before, those of the same likeness with the latest end first.
#[must_use]
pub fn similar<'a>(
    incident: &Incident,
    earlier: &'a [Summary],
    at_most: usize,
) -> Vec<(&'a Summary, Likeness)> {
    let words = words(&incident.title);
    let mut found: Vec<(&Summary, Likeness)> = earlier
        .iter()
        .filter(|row| row.id != incident.id && row.resolved_at.is_some())
        .map(|row| (row, likeness(incident, &words, row)))
        .filter(|(_, likeness)| likeness.score >= LEAST)
        .collect();
    found.sort_by_key(|(row, likeness)| core::cmp::Reverse((likeness.score, row.resolved_at)));
    found.truncate(at_most);
    found
}

fn likeness(incident: &Incident, title: &BTreeSet<String>, row: &Summary) -> Likeness {
    if row.keys.iter().any(|key| incident.alerts.contains_key(key)) {
        return Likeness { score: 100, why: "the same alert" };
    }
    let others = words(&row.title);
    let shared = u32::try_from(title.intersection(&others).count()).unwrap_or(u32::MAX);
    let all = u32::try_from(title.union(&others).count()).unwrap_or(u32::MAX).max(1);
    let alike = shared.saturating_mul(50) / all;
    match incident.runbook.is_some() && incident.runbook == row.runbook {
        true => Likeness { score: LEAST.saturating_add(alike), why: "the same runbook" },
        false => Likeness { score: alike, why: "almost the same words" },
    }
}

/// The words of a title that say anything: numbers differ from one time to the next.
fn words(title: &str) -> BTreeSet<String> {
    let lower = title.to_lowercase();
    let words = lower.split(|sign: char| !sign.is_alphanumeric());
    let says = |word: &&str| word.chars().count() >= WORD_CHARS_MIN && !word.chars().all(char::is_numeric);
    words.filter(says).map(str::to_owned).collect()
}

/// What ended it, by its events.
#[must_use]
pub fn what_helped(events: &[Event]) -> Helped {
    let mut asked: BTreeMap<u32, &RunRequest> = BTreeMap::new();
    let mut helped = Helped::default();
    for event in events {
        match &event.kind {
            EventKind::RunRequested { run, request } | EventKind::RunProposed { run, request } => {
                asked.insert(*run, request);
            }
            EventKind::RunEnded { run, report, .. } if report.ending == (Ending::Exited { code: 0 }) => {
                let change = asked.get(run).filter(|request| request.effect.approval() == Approval::Needed);
                if let Some(change) = change.filter(|change| !helped.changes.contains(&change.source)) {
                    helped.changes.push(change.source.clone());
                }
            }
            EventKind::Resolved { summary } => helped.resolution.clone_from(summary),
            _ => {}
        }
    }
    helped
}
