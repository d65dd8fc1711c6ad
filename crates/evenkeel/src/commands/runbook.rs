//! `evenkeel runbook …`: which runbook fits, and running its commands.

use super::incident::done;
use super::{incident_path, items, pairs, percent, text};
use crate::cli::{Reach, RunbookVerb};
use crate::client::Client;
use crate::exit::{Failure, Kind};
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
            asked(reach, id, &Client::new(reach)?.post(&incident_path(id, "/runs"), &body)?)
        }
        RunbookVerb::Approve { id, run, command, on } => {
            let client = Client::new(reach)?;
            let seen = seen(&client.get(&incident_path(id, ""))?, *run, on.as_deref())?;
            let path = incident_path(id, &format!("/runs/{run}/approve"));
            done(reach, &client.post(&path, &json!({ "source": command, "seen": seen }))?)
        }
        RunbookVerb::Stop { id, run } => {
            let path = incident_path(id, &format!("/runs/{run}/stop"));
            done(reach, &Client::new(reach)?.post(&path, &json!({}))?)
        }
    }
}

/// Whether a run that was asked for begins, or for what it waits.
fn asked(reach: &Reach, id: &str, answer: &Value) -> Result<(), Failure> {
    let number = answer.get("number").and_then(Value::as_u64);
    match (reach.json, number, text(answer, "state")) {
        (false, Some(number), "proposed") => print::line(format!(
            "run {number} waits for a person's word; `evenkeel runbook approve {id} {number} --command '…'` gives it"
        )),
        (false, Some(number), _) => print::line(format!("run {number} begins")),
        (true, _, _) | (false, None, _) => done(reach, answer),
    }
}

/// What a word for a run sends back. The command and the place come from whoever typed them, so that nothing else is
/// approved than what they had read, and nowhere else.
fn seen(incident: &Value, number: u32, on: Option<&str>) -> Result<String, Failure> {
    let runs = items(incident, "runs");
    let run = runs.iter().find(|run| run.get("number").and_then(Value::as_u64) == Some(u64::from(number)));
    let Some(run) = run else {
        return Err(Failure::new(Kind::Refused, format!("the incident has no run {number}")));
    };
    let place = run.get("place").and_then(|place| place.get("agent")).and_then(Value::as_str);
    if place != on {
        let message = match place {
            Some(agent) => format!("run {number} would run on the agent {agent}"),
            None => format!("run {number} would run on the server's own host, and on no agent"),
        };
        let hint = place
            .map_or_else(|| "leave --on out".to_owned(), |agent| format!("if you mean it, add --on {agent}"));
        return Err(Failure::new(Kind::Refused, message).hint(hint));
    }
    match text(run, "seen") {
        "" => {
            let by =
                ["approved_by", "stopped_by"].map(|key| text(run, key)).into_iter().find(|by| !by.is_empty());
            let by = by.map_or_else(String::new, |by| format!(", by {by}"));
            let message =
                format!("run {number} does not wait for this token's word: it is {}{by}", text(run, "state"));
            Err(Failure::new(Kind::Refused, message))
        }
        seen => Ok(seen.to_owned()),
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
    let matches = items(answer, "matches");
    let row = |found: &Value| {
        let reasons = items(found, "reasons");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_the_place_as_well() {
        let incident = json!({ "runs": [
            { "number": 1, "place": "server", "seen": "here", "state": "proposed" },
            { "number": 2, "place": { "agent": "db1" }, "seen": "there", "state": "proposed" },
        ] });
        assert_eq!(seen(&incident, 1, None).unwrap(), "here");
        assert_eq!(seen(&incident, 2, Some("db1")).unwrap(), "there");
        for (run, on, words) in
            [(1, Some("db1"), "leave --on out"), (2, None, "--on db1"), (2, Some("db2"), "--on db1")]
        {
            let refused = seen(&incident, run, on).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
