//! `evenkeel postmortem draft`: the postmortem as Markdown.

use super::incident_path;
use crate::cli::{PostmortemVerb, Reach};
use crate::client::Client;
use crate::exit::Failure;
use crate::print;
use serde_json::json;

pub(super) fn run(reach: &Reach, verb: &PostmortemVerb) -> Result<(), Failure> {
    let PostmortemVerb::Draft { id } = verb;
    let markdown = Client::new(reach)?.text(&incident_path(id, "/postmortem"))?;
    if reach.json {
        print::json(&json!({ "incident": id, "markdown": markdown }))
    } else {
        print::line(print::foreign(markdown.trim_end()))
    }
}
