//! `evenkeel status …`: telling people, and what they were told.

use super::incident::done;
use super::{incident_path, items, list, pairs, text};
use crate::cli::{PhaseArg, Reach, StatusVerb};
use crate::client::Client;
use crate::exit::{Failure, Kind};
use crate::print;
use serde_json::{Value, json};

pub(super) fn run(reach: &Reach, verb: &StatusVerb) -> Result<(), Failure> {
    // A copy is verified where no server is.
    let client = || Client::new(reach);
    match verb {
        StatusVerb::Post { id, phase, public, title, body, values } => {
            let phase = match phase {
                PhaseArg::Investigating => "investigating",
                PhaseArg::Identified => "identified",
                PhaseArg::Monitoring => "monitoring",
                PhaseArg::Resolved => "resolved",
            };
            let update = json!({
                "phase": phase,
                "audience": if *public { "public" } else { "internal" },
                "public_title": title,
                "body": body,
                "values": pairs(values)?,
            });
            done(reach, &client()?.post(&incident_path(id, "/updates"), &update)?)
        }
        StatusVerb::Check => check(reach, &client()?.get("/api/status/check")?),
        StatusVerb::Export { dir } => {
            super::status_copy::export(reach, &client()?.get("/api/status/copy")?, dir)
        }
        StatusVerb::Verify { dir, key, max_age } => super::status_copy::verify(reach, dir, key, *max_age),
        StatusVerb::Show => show(reach, &client()?.get("/api/status")?),
    }
}

fn show(reach: &Reach, page: &Value) -> Result<(), Failure> {
    let row = |incident: &Value| ["phase", "title"].map(|key| text(incident, key).to_owned()).to_vec();
    list(reach, page, "incidents", "the public page says: no incident", row)
}

fn check(reach: &Reach, answer: &Value) -> Result<(), Failure> {
    let findings = items(answer, "findings");
    if reach.json {
        print::json(answer)?;
    } else if findings.is_empty() {
        print::line("the status page says nothing that is not so")?;
    } else {
        for finding in findings {
            print::line(print::foreign(&format!("{}: {}", text(finding, "code"), text(finding, "said"))))?;
        }
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new(Kind::Findings, "one thing on the status page is not so")),
        many => Err(Failure::new(Kind::Findings, format!("{many} things on the status page are not so"))),
    }
}
