//! `evenkeel alert send`: one alert through the same door that every source uses.

use super::pairs;
use crate::cli::{AlertVerb, Reach};
use crate::client::Client;
use crate::exit::Failure;
use crate::print;
use serde_json::json;

pub(super) fn run(reach: &Reach, verb: &AlertVerb) -> Result<(), Failure> {
    let AlertVerb::Send { key, title, description, severity, resolve, labels } = verb;
    let body = json!({
        "key": key,
        "title": title,
        "description": description,
        "severity": severity,
        "status": if *resolve { "resolved" } else { "firing" },
        "labels": pairs(labels)?,
    });
    let answer = Client::new(reach)?.post("/api/alerts", &body)?;
    if reach.json { print::json(&answer) } else { print::line("accepted") }
}
