//! `evenkeel runbook …`: which runbook fits, and running its commands.

use super::incident::done;
use super::{incident_path, pairs, percent, text};
use crate::cli::{Reach, RunbookVerb};
use crate::client::Client;
use crate::exit::Failure;
use crate::{print, wiring};
use playbook::{RunbookMatch, Signal, match_runbooks};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn run(reach: &Reach, verb: &RunbookVerb) -> Result<(), Failure> {
    match verb {
        RunbookVerb::Match { text, playbook: Some(file) } => here(reach, text, file),
        RunbookVerb::Match { text: seen, playbook: None } => {
            let answer = Client::new(reach)?.get(&format!("/api/runbooks/match?text={}", percent(seen)))?;
            there(reach, &answer)
        }
        RunbookVerb::Run { id, step, command, values } => {
            let body = json!({
                "step": step,
                "command": command.saturating_sub(1),
                "values": pairs(values)?,
            });
            done(reach, &Client::new(reach)?.post(&incident_path(id, "/runs"), &body)?)
        }
        RunbookVerb::Approve { id, run, command } => {
            let path = incident_path(id, &format!("/runs/{run}/approve"));
            done(reach, &Client::new(reach)?.post(&path, &json!({ "source": command }))?)
        }
    }
}

fn here(reach: &Reach, seen: &str, file: &Path) -> Result<(), Failure> {
    let read = wiring::read_playbook(file)?;
    let signal = Signal { title: seen, description: "", labels: &BTreeMap::new() };
    let found = match_runbooks(&read.playbook, &signal);
    if reach.json {
        return print::json(&found);
    }
    told(&found.iter().map(row).collect::<Vec<_>>())
}

fn there(reach: &Reach, answer: &Value) -> Result<(), Failure> {
    if reach.json {
        return print::json(answer);
    }
    let matches = answer.get("matches").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let row = |found: &Value| {
        let reasons = found.get("reasons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let reasons: Vec<&str> = reasons.iter().filter_map(Value::as_str).collect();
        let score = found.get("score").map(Value::to_string).unwrap_or_default();
        vec![score, text(found, "runbook").to_owned(), reasons.join("; ")]
    };
    told(&matches.iter().map(row).collect::<Vec<_>>())
}

fn row(found: &RunbookMatch) -> Vec<String> {
    vec![found.score.to_string(), found.runbook.clone(), found.reasons.join("; ")]
}

fn told(rows: &[Vec<String>]) -> Result<(), Failure> {
    if rows.is_empty() { print::line("no runbook fits") } else { print::table(rows) }
}
