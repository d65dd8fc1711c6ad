//! The runbook beside the evidence gathered: each step with its commands, each command with its runs.

use super::Room;
use super::run_view::RunView;
use super::word::Word;
use crate::view::{Tag, effect_tag};
use incident::{Incident, Purpose, Run, RunAsk, RunState, Status, StepOutcome};
use playbook::{Approval, Command, Playbook, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// The runbook in use, or the quick diagnostics when there is none.
pub(crate) struct Guide {
    pub(crate) title: String,
    /// The runbook's place on the playbook page.
    pub(crate) place: Option<String>,
    pub(crate) why: Vec<String>,
    pub(crate) score: Option<u32>,
    pub(crate) steps: Vec<StepView>,
    /// Runs that belong to no step of the runbook in use.
    pub(crate) others: Vec<RunView>,
    /// Runs that wait for a person's word, by number.
    pub(crate) waiting: Vec<Waiting>,
    /// Whether commands that only look wait for a word, too.
    pub(crate) looks_wait: bool,
    pub(crate) choices: Vec<Choice>,
    pub(crate) open: bool,
}

/// A run that waits for a word.
pub(crate) struct Waiting {
    pub(crate) number: u32,
    pub(crate) line: String,
}

/// Another runbook.
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) reasons: String,
}

/// A step.
pub(crate) struct StepView {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) kind: &'static str,
    pub(crate) condition: Option<String>,
    pub(crate) instructions: Vec<String>,
    pub(crate) causes: Vec<String>,
    pub(crate) expects: Vec<String>,
    pub(crate) commands: Vec<CommandView>,
    pub(crate) outcome: Option<Tag>,
    pub(crate) markable: bool,
}

/// A blank to fill.
pub(crate) struct HoleView {
    pub(crate) name: String,
    /// What somebody answered that it stands for.
    pub(crate) meaning: Option<String>,
}

/// A command of the playbook with its runs, the newest first.
pub(crate) struct CommandView {
    /// The step's number, or empty for the quick diagnostics.
    pub(crate) step: String,
    pub(crate) index: u32,
    pub(crate) title: Option<String>,
    pub(crate) source: String,
    pub(crate) effect: Tag,
    pub(crate) reason: String,
    pub(crate) condition: Option<String>,
    pub(crate) before: Vec<String>,
    /// The agent that it is for; `None`: the server itself.
    pub(crate) agent: Option<String>,
    /// Why it did not begin alone although it may only look.
    pub(crate) by_hand: Option<String>,
    pub(crate) holes: Vec<HoleView>,
    /// A secret that the environment of a run does not give.
    pub(crate) missing: Option<(String, String)>,
    pub(crate) runs: Vec<RunView>,
    /// Not when the newest run waits for a word: that shows the very same text.
    pub(crate) shown: bool,
    pub(crate) askable: bool,
    pub(crate) ask: &'static str,
}

impl Guide {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let incident = room.incident;
        let mut shown = BTreeSet::new();
        let (title, steps) = match incident.runbook() {
            Some(runbook) => (
                runbook.title.clone(),
                runbook.steps.iter().map(|step| step_view(incident, step, &mut shown)).collect(),
            ),
            None => ("Quick diagnostics".to_owned(), quick(incident, &mut shown)),
        };
        let best = incident.matches.iter().find(|found| Some(&found.runbook) == incident.runbook.as_ref());
        let others = incident.runs.iter().rev().filter(|run| !shown.contains(&run.number));
        let mut guide = Self {
            title,
            place: incident.runbook.as_deref().and_then(|id| place(&incident.plan.playbook, id)),
            why: best.map(|found| found.reasons.clone()).unwrap_or_default(),
            score: best.map(|found| found.score),
            steps,
            others: others.map(|run| RunView::new(incident, run)).collect(),
            waiting: waiting(incident),
            looks_wait: incident.plan.policy.looks_need_word,
            choices: choices(incident),
            open: incident.status == Status::Open,
        };
        if guide.open {
            let in_steps = guide.steps.iter_mut().flat_map(|step| &mut step.commands);
            let views = in_steps.flat_map(|command| &mut command.runs).chain(&mut guide.others);
            for view in views.filter(|view| view.waits) {
                view.word = Word::of(room, view.number);
            }
        }
        guide
    }
}

fn waiting(incident: &Incident) -> Vec<Waiting> {
    if incident.status != Status::Open {
        return Vec::new();
    }
    let waits = incident.runs.iter().filter(|run| run.state == RunState::Proposed);
    let line = |run: &Run| run.request.source.lines().next().unwrap_or_default().to_owned();
    waits.map(|run| Waiting { number: run.number, line: line(run) }).collect()
}

fn choices(incident: &Incident) -> Vec<Choice> {
    let reasons = |id: &str| {
        let found = incident.matches.iter().find(|found| found.runbook == id);
        found
            .map_or_else(|| "nothing in the alert speaks for it".to_owned(), |found| found.reasons.join("; "))
    };
    let rank = |id: &str| incident.matches.iter().position(|found| found.runbook == id).unwrap_or(usize::MAX);
    let other =
        incident.plan.playbook.runbooks.iter().filter(|book| Some(&book.id) != incident.runbook.as_ref());
    let mut choices: Vec<Choice> = other
        .map(|book| Choice { id: book.id.clone(), title: book.title.clone(), reasons: reasons(&book.id) })
        .collect();
    choices.sort_by_key(|choice| rank(&choice.id));
    choices
}

fn quick(incident: &Incident, shown: &mut BTreeSet<u32>) -> Vec<StepView> {
    let commands = &incident.plan.playbook.quick_diagnostics;
    if commands.is_empty() {
        return Vec::new();
    }
    vec![StepView {
        number: 0,
        title: "A first look".to_owned(),
        kind: "look",
        condition: None,
        instructions: Vec::new(),
        causes: Vec::new(),
        expects: Vec::new(),
        commands: command_views(incident, None, commands, shown),
        outcome: None,
        markable: false,
    }]
}

fn step_view(incident: &Incident, step: &Step, shown: &mut BTreeSet<u32>) -> StepView {
    let outcome =
        incident.steps.get(&step.number).map(|(outcome, by)| outcome_tag(*outcome, &by.to_string()));
    let cause = |cause: &playbook::Cause| {
        let hints = cause.hints.join(" ");
        if hints.is_empty() {
            format!("{}) {}", cause.label, cause.name)
        } else {
            format!("{}) {}: {hints}", cause.label, cause.name)
        }
    };
    StepView {
        number: step.number,
        title: step.title.clone(),
        kind: match step.kind {
            StepKind::Look => "look",
            StepKind::Causes => "possible causes",
            StepKind::Fix => "fix",
            StepKind::Verify => "verify",
        },
        condition: step.condition.as_ref().map(|condition| condition.text.clone()),
        instructions: step.instructions.clone(),
        causes: step.causes.iter().map(cause).collect(),
        expects: step.checks.iter().map(|check| check.text.clone()).collect(),
        commands: command_views(incident, Some(step.number), &step.commands, shown),
        outcome,
        markable: incident.status == Status::Open,
    }
}

fn outcome_tag(outcome: StepOutcome, by: &str) -> Tag {
    match outcome {
        StepOutcome::Done => Tag::good(format!("done, {by}")),
        StepOutcome::FoundIt => Tag::info(format!("found it here, {by}")),
        StepOutcome::NotApplicable => Tag::plain(format!("does not apply, {by}")),
        StepOutcome::Failed => Tag::bad(format!("did not work, {by}")),
    }
}

fn command_views(
    incident: &Incident,
    step: Option<u32>,
    commands: &[Command],
    shown: &mut BTreeSet<u32>,
) -> Vec<CommandView> {
    let numbered = (0_u32..).zip(commands);
    numbered.map(|(index, command)| command_view(incident, (step, index), command, shown)).collect()
}

fn command_view(
    incident: &Incident,
    at: (Option<u32>, u32),
    command: &Command,
    shown: &mut BTreeSet<u32>,
) -> CommandView {
    // A run says its step's number, not its runbook; after another one was taken, the text tells them apart.
    let own = |run: &&Run| {
        let same_text = !command.holes.is_empty()
            || run.request.source == command.source
            || matches!(run.request.purpose, Purpose::DryRun { of } if is_of(incident, of, command));
        (run.request.step, run.request.command) == at && same_text && !shown.contains(&run.number)
    };
    let runs: Vec<&Run> = incident.runs.iter().rev().filter(own).collect();
    shown.extend(runs.iter().map(|run| run.number));
    let busy = runs
        .iter()
        .filter(|run| !matches!(run.request.purpose, Purpose::DryRun { .. }))
        .any(|run| run.state == RunState::Proposed || run.is_under_way());
    let mut holes: Vec<HoleView> = Vec::new();
    let plan = &incident.plan;
    // What the environment of a run gives is not asked; a secret that it does not give cannot be typed in.
    let runbook = at.0.and_then(|_| incident.runbook());
    let place = plan.place_of(runbook, command);
    let given = plan.given_at(&place);
    let open = || command.holes.iter().filter(|hole| !hole.is_given(given));
    let secret = open().find(|hole| hole.is_secret());
    let missing = secret.and_then(|hole| Some((hole.token.clone(), hole.variable()?)));
    for hole in open() {
        if !holes.iter().any(|shown| shown.name == hole.name) {
            holes.push(HoleView { name: hole.name.clone(), meaning: hole.meaning.clone() });
        }
    }
    let askable = incident.status == Status::Open && !busy && place.reaches(command) && missing.is_none();
    CommandView {
        agent: place.agent().map(str::to_owned),
        step: at.0.map_or_else(String::new, |number| number.to_string()),
        index: at.1,
        title: command.title.clone(),
        source: command.source.clone(),
        effect: effect_tag(command.effect),
        reason: command.effect_reason.clone(),
        condition: command.condition.clone(),
        before: command.before.clone(),
        by_hand: command.by_hand.clone().filter(|_| command.effect.approval() == Approval::NotNeeded),
        holes,
        shown: !runs
            .iter()
            .any(|run| run.state == RunState::Proposed && run.request.source == command.source)
            || incident.status != Status::Open,
        askable,
        missing,
        ask: if askable { ask_word(incident, at, runs.is_empty()) } else { "" },
        runs: runs.into_iter().map(|run| RunView::new(incident, run)).collect(),
    }
}

/// What a press does; the shell's text is read for it.
fn ask_word(incident: &Incident, (step, command): (Option<u32>, u32), is_first: bool) -> &'static str {
    match (incident.approval_to_run(&RunAsk { step, command, values: BTreeMap::new() }), is_first) {
        (Approval::NotNeeded, true) => "Run",
        (Approval::NotNeeded, false) => "Run again",
        (Approval::Needed, _) => "Propose",
    }
}

/// Whether a run is of exactly this command.
fn is_of(incident: &Incident, number: u32, command: &Command) -> bool {
    incident.run(number).is_some_and(|run| run.request.source == command.source)
}

/// Which document, where there are several, and the heading.
fn place(playbook: &Playbook, runbook: &str) -> Option<String> {
    let runbook = playbook.runbook(runbook)?;
    let is_heading = |section: &&playbook::Section| {
        section.document == runbook.document && section.span.line == runbook.line
    };
    let anchor = &playbook.sections.iter().find(is_heading)?.anchor;
    Some(match runbook.document {
        0 => format!("#s-{anchor}"),
        document => format!("?document={document}#s-{anchor}"),
    })
}
