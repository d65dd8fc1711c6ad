//! `evenkeel status …`: telling people, and what they were told.

use super::incident::done;
use super::{incident_path, items, pairs, text};
use crate::cli::{PhaseArg, Reach, StatusVerb};
use crate::client::Client;
use crate::exit::Failure;
use crate::print;
use serde_json::{Value, json};

pub(super) fn run(reach: &Reach, verb: &StatusVerb) -> Result<(), Failure> {
    let client = Client::new(reach)?;
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
            done(reach, &client.post(&incident_path(id, "/updates"), &update)?)
        }
        StatusVerb::Show => show(reach, &client.get("/api/status")?),
    }
}

fn show(reach: &Reach, page: &Value) -> Result<(), Failure> {
    if reach.json {
        return print::json(page);
    }
    let incidents = items(page, "incidents");
    if incidents.is_empty() {
        return print::line("the public page says: no incident");
    }
    let row = |incident: &Value| ["phase", "title"].map(|key| text(incident, key).to_owned()).to_vec();
    print::table(&incidents.iter().map(row).collect::<Vec<_>>())
}
