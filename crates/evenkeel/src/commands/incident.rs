//! `evenkeel incident …`: list, show and work on incidents through the server's API.

use super::{incident_path as path, items, percent, text};
use crate::cli::{IncidentVerb, Reach};
use crate::client::Client;
use crate::exit::{Failure, Kind};
use crate::print;
use serde_json::{Value, json};

pub(super) fn run(reach: &Reach, verb: &IncidentVerb) -> Result<(), Failure> {
    let client = Client::new(reach)?;
    match verb {
        IncidentVerb::List { all, text } => list(reach, &client.get(&list_path(*all, text.as_deref()))?),
        IncidentVerb::Show { id } => show(reach, &client.get(&path(id, ""))?),
        IncidentVerb::Why { id, person } => why(reach, &client.get(&path(id, "/why"))?, person.as_deref()),
        IncidentVerb::Ack { id, within, cannot } => {
            let body = match (within, cannot) {
                (Some(minutes), _) => json!({ "intent": "in_minutes", "minutes": minutes }),
                (None, true) => json!({ "intent": "cannot" }),
                (None, false) => json!({ "intent": "on_it" }),
            };
            done(reach, &client.post(&path(id, "/acknowledge"), &body)?)
        }
        IncidentVerb::Note { id, text } => {
            done(reach, &client.post(&path(id, "/notes"), &json!({ "text": text }))?)
        }
        IncidentVerb::Severity { id, severity, reason } => {
            let body = json!({ "severity": severity, "reason": reason });
            done(reach, &client.post(&path(id, "/severity"), &body)?)
        }
        IncidentVerb::Resolve { id, summary } => {
            done(reach, &client.post(&path(id, "/resolve"), &json!({ "summary": summary }))?)
        }
    }
}

fn list_path(all: bool, text: Option<&str>) -> String {
    let status = if all { "" } else { "status=open&" };
    let text = text.map(|text| format!("text={}", percent(text))).unwrap_or_default();
    format!("/api/incidents?{status}{text}")
}

/// What was done, for people one word.
pub(super) fn done(reach: &Reach, answer: &Value) -> Result<(), Failure> {
    if reach.json { print::json(answer) } else { print::line("done") }
}

fn list(reach: &Reach, answer: &Value) -> Result<(), Failure> {
    let row = |incident: &Value| {
        let held = match text(incident, "acknowledged_by") {
            "" if incident.get("unpaged").and_then(Value::as_bool) == Some(true) => "UNPAGED",
            "" if text(incident, "status") == "open" => "nobody yet",
            who => who,
        };
        ["severity", "status"]
            .map(|key| text(incident, key).to_owned())
            .into_iter()
            .chain([held.to_owned(), text(incident, "id").to_owned(), text(incident, "title").to_owned()])
            .collect()
    };
    super::list(reach, answer, "incidents", "no open incident", row)
}

fn show(reach: &Reach, incident: &Value) -> Result<(), Failure> {
    if reach.json {
        return print::json(incident);
    }
    print::line(print::foreign(&format!(
        "{} {}  {}  ({})",
        text(incident.get("severity").unwrap_or(&Value::Null), "name"),
        text(incident, "status"),
        text(incident, "title"),
        text(incident, "id")
    )))?;
    let timeline = items(incident, "timeline");
    let row = |entry: &Value| ["at", "by", "text"].map(|key| text(entry, key).to_owned()).to_vec();
    print::table(&timeline.iter().map(row).collect::<Vec<_>>())
}

fn why(reach: &Reach, answer: &Value, person: Option<&str>) -> Result<(), Failure> {
    let lines = items(answer, "why");
    let about = |line: &&Value| person.is_none_or(|person| text(line, "person") == person);
    let lines: Vec<&Value> = lines.iter().filter(about).collect();
    if let (Some(person), true) = (person, lines.is_empty()) {
        let words = format!("nobody named {person:?} is in the roster, and nobody of that name was paged");
        return Err(Failure::new(Kind::Refused, words));
    }
    if reach.json {
        return print::json(&lines);
    }
    let row = |line: &&Value| ["person", "fate", "because"].map(|key| text(line, key).to_owned()).to_vec();
    print::table(&lines.iter().map(row).collect::<Vec<_>>())
}
