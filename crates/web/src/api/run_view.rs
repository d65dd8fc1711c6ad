//! Runs as programs read them, and what a person's word for one must send back.

use super::view::IncidentView;
use crate::sights::Sights;
use incident::{Fact, Incident, PersonId, Place, Purpose, Run, RunState, Sight};
use jiff::Timestamp;
use playbook::Effect;
use serde::Serialize;

/// A run as programs read it.
#[derive(Debug, Serialize)]
pub(super) struct RunView {
    number: u32,
    step: Option<u32>,
    command: u32,
    title: String,
    source: String,
    effect: Effect,
    effect_because: String,
    /// `step`, `{"dry_run": {"of": N}}` or `{"before": {"run": N}}`.
    purpose: Purpose,
    /// `server` or `{"agent": NAME}`.
    place: Place,
    /// The playbook's way back.
    undone_by: Option<String>,
    /// What would try it without doing it, while it waits for a word.
    dry_run: Option<String>,
    asked_by: String,
    asked_at: Timestamp,
    /// Whether it takes the word of two people.
    needs_two: bool,
    /// Who gave the first of two words.
    first_word_by: Option<String>,
    /// Until when the second can be given.
    first_word_until: Option<Timestamp>,
    approved_by: Option<String>,
    /// What a word for it must send back; only while it waits, and only for a person.
    seen: Option<String>,
    /// Who had it stopped.
    stopped_by: Option<String>,
    /// Whether nobody knows how much of a change was made.
    in_doubt: bool,
    /// `proposed`, `rejected`, `ready`, `running`, `ended` or `lost`.
    state: &'static str,
    rejected_because: Option<String>,
    ended_at: Option<Timestamp>,
    ending: Option<incident::Ending>,
    duration_ms: Option<u64>,
    output: Option<String>,
    output_bytes: Option<u64>,
    masked: Option<u32>,
    /// What the system that ran it could not hold of what a command of its kind is held to.
    not_held: Vec<String>,
    checks: Vec<CheckView>,
}

#[derive(Debug, Serialize)]
struct CheckView {
    text: String,
    fact: Fact,
}

impl IncidentView {
    /// The same as it is shown to a person: with what their word for a run would have to send back.
    pub(super) fn shown_to(
        mut self,
        person: &PersonId,
        sights: &Sights,
        incident: &Incident,
        now: Timestamp,
    ) -> Self {
        for run in self.runs.iter_mut().filter(|run| run.state == "proposed") {
            let sight = Sight::of(incident, run.number, now);
            run.seen = sight.map(|sight| sights.token(&sight, person));
        }
        self
    }
}

/// All of an incident.
pub(super) fn runs(incident: &Incident) -> Vec<RunView> {
    incident.runs.iter().map(|one| run(incident, one)).collect()
}

fn run(incident: &Incident, run: &Run) -> RunView {
    let (rejected_because, report) = match &run.state {
        RunState::Rejected { by, reason } => (Some(format!("{by}: {reason}")), None),
        RunState::Ended(report) => (None, Some(report)),
        RunState::Proposed | RunState::Ready | RunState::Running { .. } | RunState::Lost => (None, None),
    };
    RunView {
        number: run.number,
        step: run.request.step,
        command: run.request.command,
        title: run.request.title.clone(),
        source: run.request.source.clone(),
        effect: run.request.effect,
        effect_because: run.request.effect_reason.clone(),
        purpose: run.request.purpose,
        place: run.request.place.clone(),
        undone_by: incident.command_of(run).and_then(|command| command.inverse.clone()),
        dry_run: Some(run)
            .filter(|run| run.state == RunState::Proposed)
            .and_then(|run| playbook::dry_run(&run.request.source))
            .map(|dry| dry.source),
        asked_by: run.asked_by.to_string(),
        asked_at: run.asked_at,
        needs_two: incident.plan.policy.needs_two(run.request.effect),
        first_word_by: run.first_word.as_ref().map(|first| first.by.to_string()),
        first_word_until: run.first_word.as_ref().map(|first| first.until),
        approved_by: run.approved_by.as_ref().map(ToString::to_string),
        seen: None,
        stopped_by: run.stopped_by.as_ref().map(ToString::to_string),
        in_doubt: run.is_in_doubt(),
        state: state_name(&run.state),
        rejected_because,
        ended_at: run.ended_at,
        ending: report.map(|report| report.ending.clone()),
        duration_ms: report.map(|report| report.duration_ms),
        output: report.map(|report| report.output.to_string()),
        output_bytes: report.map(|report| report.output_bytes),
        masked: report.map(|report| report.masked),
        not_held: report.map(|report| report.not_held.clone()).unwrap_or_default(),
        checks: run.checks.iter().map(|(text, fact)| CheckView { text: text.clone(), fact: *fact }).collect(),
    }
}

/// How a run stands, in one word.
pub(super) const fn state_name(state: &RunState) -> &'static str {
    match state {
        RunState::Proposed => "proposed",
        RunState::Rejected { .. } => "rejected",
        RunState::Ready => "ready",
        RunState::Running { .. } => "running",
        RunState::Ended(_) => "ended",
        RunState::Lost => "lost",
    }
}
