//! `evenkeel status …`: telling people, and what they were told.

use super::incident::done;
use super::{incident_path, list, pairs, text};
use crate::cli::{PhaseArg, Reach, StatusVerb};
use crate::client::Client;
use crate::exit::Failure;
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
    let row = |incident: &Value| ["phase", "title"].map(|key| text(incident, key).to_owned()).to_vec();
    list(reach, page, "incidents", "the public page says: no incident", row)
}
