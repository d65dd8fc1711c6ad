//! What is kept of a drill as it really went, for plays under a seed: what the monitor measured, what the commands printed,
//! and when the fault was gone.

use super::monitor::Measures;
use crate::exit::{Failure, Kind};
use incident::{Incident, RunReport, RunState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use web::drills::{DrillCard, RepairedBy};

/// The recordings that come with Evenkeel, by drill.
const OWN: &[(&str, &str)] = &[
    ("bad-deployment", include_str!("recordings/bad-deployment.jsonl")),
    ("auto-pause-wrong", include_str!("recordings/auto-pause-wrong.jsonl")),
    ("backend-down", include_str!("recordings/backend-down.jsonl")),
];
/// A drill of some hours has no more rounds than this.
const ROUNDS_MAX: usize = 2_000;

/// A drill as it went. Times are by the drill's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Recording {
    /// Which drill.
    pub(super) drill: String,
    /// When the fault was made to happen.
    pub(super) broken_at: Timestamp,
    /// When it was gone.
    pub(super) mended_at: Timestamp,
    /// Whether the operator had to set it back.
    pub(super) by_operator: bool,
    /// The command that ended it; empty where the operator did.
    pub(super) fix: String,
    /// The variables that the commands were given, by name.
    pub(super) given: BTreeSet<String>,
    /// What the monitor measured, in order.
    pub(super) rounds: Vec<Round>,
    /// What each command came to, in order.
    pub(super) runs: Vec<Ran>,
}

/// One round of the monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Round {
    /// When.
    pub(super) at: Timestamp,
    /// What it measured.
    pub(super) measures: Measures,
}

/// One command that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ran {
    /// Its text.
    pub(super) source: String,
    /// When it ended.
    pub(super) ended_at: Timestamp,
    /// What came of it.
    pub(super) report: RunReport,
}

/// The rounds of a drill under way, as the monitor takes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounds(Arc<Mutex<Vec<Round>>>);

impl Rounds {
    /// Adds one.
    pub(super) fn add(&self, at: Timestamp, measures: &Measures) {
        let mut rounds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rounds.len() < ROUNDS_MAX {
            rounds.push(Round { at, measures: measures.clone() });
        }
    }
}

/// A drill that is over.
pub(super) struct Played<'a> {
    /// Its card.
    pub(super) card: &'a DrillCard,
    /// When the fault was made to happen.
    pub(super) broken_at: Timestamp,
    /// When it was gone, if it ever was.
    pub(super) mended_at: Option<Timestamp>,
    /// What the monitor measured.
    pub(super) rounds: &'a Rounds,
    /// Its incident.
    pub(super) incident: &'a Incident,
}

/// When the last change that somebody approved had run.
pub(super) fn last_fix(incident: &Incident) -> Option<Timestamp> {
    incident.runs.iter().filter(|run| run.approved_by.is_some()).filter_map(|run| run.ended_at).max()
}

/// Writes it to a file.
pub(super) fn keep(file: &Path, played: &Played<'_>) -> Result<(), Failure> {
    let Some(mended_at) = played.mended_at.filter(|_| played.card.times.verified.is_some()) else {
        let words = "the fault of this drill did not end, or its end was not verified: that cannot be played";
        return Err(Failure::new(Kind::Refused, words));
    };
    let by_operator = played.card.repaired_by == RepairedBy::Operator;
    let fix = played.card.fixes.last().filter(|_| !by_operator).cloned().unwrap_or_default();
    let ran = |run: &incident::Run| match (&run.state, run.ended_at) {
        (RunState::Ended(report), Some(ended_at)) => {
            Some(Ran { source: run.request.source.clone(), ended_at, report: report.clone() })
        }
        (_, _) => None,
    };
    let recording = Recording {
        drill: played.card.drill.clone(),
        broken_at: played.broken_at,
        mended_at,
        by_operator,
        fix,
        given: played.incident.plan.given.clone(),
        rounds: played.rounds.0.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        runs: played.incident.runs.iter().filter_map(ran).collect(),
    };
    let failed = |error: &dyn core::fmt::Display| {
        Failure::new(Kind::World, format!("cannot keep the recording in {}: {error}", file.display()))
    };
    let text = recording.text().map_err(|error| failed(&error))?;
    std::fs::write(file, text).map_err(|error| failed(&error))
}

impl Recording {
    /// One line a round and a command, so that two recordings can be compared by eye.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        let bare = Self { rounds: Vec::new(), runs: Vec::new(), ..self.clone() };
        let mut lines = vec![serde_json::to_string(&bare)?];
        for round in &self.rounds {
            lines.push(serde_json::to_string(round)?);
        }
        for ran in &self.runs {
            lines.push(serde_json::to_string(ran)?);
        }
        Ok(lines.join("\n") + "\n")
    }

    /// Reads what [`keep`] wrote.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut lines = (1_u32..).zip(text.lines());
        let (_, head) = lines.next().ok_or("it is empty")?;
        let mut recording: Self = serde_json::from_str(head).map_err(|error| format!("line 1: {error}"))?;
        for (number, line) in lines {
            let wrong = |error: serde_json::Error| format!("line {number}: {error}");
            if line.starts_with("{\"at\"") {
                recording.rounds.push(serde_json::from_str(line).map_err(wrong)?);
            } else {
                recording.runs.push(serde_json::from_str(line).map_err(wrong)?);
            }
        }
        Ok(recording)
    }

    /// The drills of which there is one.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        OWN.iter().map(|(name, _)| *name)
    }

    /// The one that comes with Evenkeel.
    pub(super) fn of(name: &str) -> Option<Result<Self, String>> {
        let (_, text) = OWN.iter().find(|(known, _)| *known == name)?;
        Some(Self::read(text))
    }

    /// What the monitor measures `at`, where the fault was gone at `mended` in the play.
    pub(super) fn measures(&self, at: Timestamp, mended: Option<Timestamp>) -> Measures {
        let is_then = |round: &&Round| match mended {
            None => round.at <= at && round.at < self.mended_at,
            Some(mended) => round.at.duration_since(self.mended_at) <= at.duration_since(mended),
        };
        self.rounds.iter().rev().find(is_then).map(|round| round.measures.clone()).unwrap_or_default()
    }

    /// What a command comes to while the fault is on, or after it; what never ran in that time came to the same in the other.
    pub(super) fn report(&self, source: &str, mended: bool) -> Option<&RunReport> {
        let same = || self.runs.iter().rev().filter(|ran| ran.source == source);
        let then = same().find(|ran| (ran.ended_at > self.mended_at) == mended);
        then.or_else(|| same().next()).map(|ran| &ran.report)
    }
}
