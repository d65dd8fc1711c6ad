//! Forms about the runbook: which one, what to run, whose word it has.

use super::tell::unix_lines;
use super::{Form, Nothing, ask as ask_incident};
use crate::app::App;
use crate::auth::{Posted, invite};
use crate::error::{PageProblem, Problem};
use crate::pages::{incident_id, room};
use crate::view::Said;
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{Command, RunAsk, StepOutcome};
use playbook::Approval;
use serde::Deserialize;
use std::collections::BTreeMap;

type Done = Result<Response, PageProblem>;

#[derive(Deserialize)]
pub(super) struct Choose {
    runbook: String,
}

#[derive(Deserialize)]
pub(super) struct Mark {
    step: u32,
    outcome: String,
}

#[derive(Deserialize)]
pub(super) struct Approve {
    source: String,
    #[serde(default)]
    seen: String,
}

#[derive(Deserialize)]
pub(super) struct Reject {
    #[serde(default)]
    reason: String,
}

pub(super) async fn choose(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Choose>,
) -> Done {
    let command = Command::ChooseRunbook { runbook: sent.runbook };
    ask_incident(&app, &who, &id, Form::new(command, Said::Runbook, "guide")).await
}

/// `step` is empty for the quick diagnostics; each blank's value comes as `v.<name>`.
pub(super) async fn ask(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<BTreeMap<String, String>>,
) -> Done {
    let request = run_ask(&sent)?;
    let incident = app.engine().incident(incident_id(&id)?).await?;
    let said = asked(incident.approval_to_run(&request));
    ask_incident(&app, &who, &id, Form::new(Command::RequestRun { request }, said, "guide")).await
}

/// What asking came to, by whether it needs a word.
fn asked(approval: Approval) -> Said {
    match approval {
        Approval::NotNeeded => Said::Begun,
        Approval::Needed => Said::Proposed,
    }
}

fn run_ask(sent: &BTreeMap<String, String>) -> Result<RunAsk, Problem> {
    let number = |name: &str| {
        let text = sent.get(name).map_or("", String::as_str);
        text.parse::<u32>().map_err(|_| Problem::invalid(format!("{name} is not a number: {text:?}")))
    };
    let step = match sent.get("step").map_or("", String::as_str) {
        "" => None,
        _ => Some(number("step")?),
    };
    let value = |(name, value): (&String, &String)| {
        name.strip_prefix("v.").map(|name| (name.to_owned(), value.clone()))
    };
    Ok(RunAsk { step, command: number("command")?, values: sent.iter().filter_map(value).collect() })
}

pub(super) async fn mark(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Mark>,
) -> Done {
    let outcome = match sent.outcome.as_str() {
        "done" => StepOutcome::Done,
        "found-it" => StepOutcome::FoundIt,
        "not-applicable" => StepOutcome::NotApplicable,
        "failed" => StepOutcome::Failed,
        other => return Err(Problem::invalid(format!("no outcome {other:?}")).into()),
    };
    let command = Command::MarkStep { step: sent.step, outcome };
    ask_incident(&app, &who, &id, Form::new(command, Said::Marked, "guide")).await
}

pub(super) async fn approve(
    State(app): State<App>,
    Path((id, run)): Path<(String, u32)>,
    Posted(who, sent): Posted<Approve>,
) -> Done {
    let number = incident_id(&id)?;
    let sight = match app.own.sights.read(&sent.seen, &who.person, unix_lines(&sent.source)) {
        Ok(sight) => sight,
        Err(problem) => return room::refused(&app, &who, number, problem, room::Typed::default()).await,
    };
    let incident = app.engine().incident(number).await?;
    let first = incident
        .run(run)
        .is_some_and(|run| run.first_word.is_none() && incident.plan.policy.needs_two(run.request.effect));
    let said = if first { Said::FirstWord } else { Said::Approved };
    let sponsor = invite::sponsor(&app, &who.person).await?;
    ask_incident(&app, &who, &id, Form::new(Command::ApproveRun { run, sight, sponsor }, said, "guide")).await
}

pub(super) async fn reject(
    State(app): State<App>,
    Path((id, run)): Path<(String, u32)>,
    Posted(who, sent): Posted<Reject>,
) -> Done {
    let command = Command::RejectRun { run, reason: sent.reason };
    ask_incident(&app, &who, &id, Form::new(command, Said::Rejected, "guide")).await
}

pub(super) async fn dry_run(
    State(app): State<App>,
    Path((id, run)): Path<(String, u32)>,
    Posted(who, Nothing {}): Posted<Nothing>,
) -> Done {
    let incident = app.engine().incident(incident_id(&id)?).await?;
    let dry = incident.run(run).and_then(|run| playbook::dry_run(&run.request.source));
    let said = dry.map_or(Said::Begun, |dry| asked(incident.plan.policy.approval(dry.effect)));
    ask_incident(&app, &who, &id, Form::new(Command::DryRun { run }, said, "guide")).await
}

pub(super) async fn stop(
    State(app): State<App>,
    Path((id, run)): Path<(String, u32)>,
    Posted(who, Nothing {}): Posted<Nothing>,
) -> Done {
    ask_incident(&app, &who, &id, Form::new(Command::StopRun { run }, Said::Stopped, "guide")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_come_by_name() {
        let sent = [("step", "3"), ("command", "0"), ("v.deployment id", "abc")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let ask = run_ask(&sent.into()).expect("a whole form");
        assert_eq!((ask.step, ask.command), (Some(3), 0));
        assert_eq!(ask.values["deployment id"], "abc");
        assert!(run_ask(&BTreeMap::new()).is_err(), "a command has a number");
    }
}
