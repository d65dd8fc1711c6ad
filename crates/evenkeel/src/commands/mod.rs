//! One verb a file.

mod agent;
mod alert;
mod db;
mod docs;
mod doctor;
mod heartbeat;
mod incident;
mod person;
mod place;
mod playbook;
mod playbook_check;
mod playbook_fix;
mod playbook_questions;
mod postmortem;
mod preflight;
mod probe;
mod progress;
mod runbook;
mod sarif;
mod schedule;
pub(crate) mod serve;
mod silence;
mod status;
mod status_copy;
mod token;
mod tools;

use crate::cli::{Cli, Reach, Verb};
use crate::exit::{Failure, Kind};
use crate::practice::Voice;
use crate::{demo, drill, print};
use serde_json::{Map, Value};
use std::process::ExitCode;

/// Does what the command line asks.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let Cli { reach, verb } = cli;
    match verb {
        Verb::Demo(args) => demo::run(&args)?,
        Verb::Drill(verb) => {
            let voice = if reach.json { Voice::Silent } else { Voice::Aloud };
            return drill::run(&verb, voice);
        }
        Verb::Serve(args) => serve::run(&args.config)?,
        Verb::Agent(args) => agent::run(&reach, &args)?,
        Verb::Agents => agent::list(&reach)?,
        Verb::Playbook(verb) => playbook::run(&reach, &verb)?,
        Verb::Alert(verb) => alert::run(&reach, &verb)?,
        Verb::Incident(verb) => incident::run(&reach, &verb)?,
        Verb::Runbook(verb) => runbook::run(&reach, &verb)?,
        Verb::Status(verb) => status::run(&reach, &verb)?,
        Verb::Postmortem(verb) => postmortem::run(&reach, &verb)?,
        Verb::Probe(verb) => probe::run(&reach, &verb)?,
        Verb::Heartbeat(verb) => heartbeat::run(&reach, &verb)?,
        Verb::Schedule(verb) => schedule::run(&reach, &verb)?,
        Verb::Silence(verb) => silence::run(&reach, &verb)?,
        Verb::Person(verb) => person::run(&reach, &verb)?,
        Verb::Token(verb) => token::run(&reach, &verb)?,
        Verb::Db(verb) => db::run(&reach, &verb)?,
        Verb::Doctor(args) => doctor::run(&reach, &args.config)?,
        Verb::Preflight(args) => preflight::run(&reach, &args)?,
        Verb::Completions { shell } => docs::completions(shell)?,
        Verb::Range { args } => return Ok(crate::code(range::cli::run(&args))),
        Verb::Docs(verb) => docs::run(&verb)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads `NAME=VALUE` arguments.
fn pairs(arguments: &[String]) -> Result<Map<String, Value>, Failure> {
    let pair = |argument: &String| {
        let wrong = || Failure::new(Kind::Usage, format!("{argument:?} is not NAME=VALUE"));
        let (name, value) = argument.split_once('=').ok_or_else(wrong)?;
        Ok((name.trim().to_owned(), Value::from(value)))
    };
    arguments.iter().map(pair).collect()
}

/// Where the API keeps an incident; `id` is whatever was typed, and stays one part of the path.
fn incident_path(id: &str, rest: &str) -> String {
    format!("/api/incidents/{}{rest}", percent(id))
}

/// Everything but letters, digits and `_`, percent-encoded.
fn percent(text: &str) -> String {
    let byte = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || byte == b'_';
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}

/// Prints a list of an answer, a row each, or what there is to say when it is empty.
fn list(
    reach: &Reach,
    answer: &Value,
    key: &str,
    none: &str,
    row: impl Fn(&Value) -> Vec<String>,
) -> Result<(), Failure> {
    if reach.json {
        return print::json(answer);
    }
    match items(answer, key) {
        [] => print::line(none),
        rows => print::table(&rows.iter().map(row).collect::<Vec<_>>()),
    }
}

/// A list of a JSON answer, or nothing.
fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text of a JSON answer, or nothing.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_as_an_id_stays_one_part_of_the_path() {
        assert_eq!(incident_path("inc_01J", "/notes"), "/api/incidents/inc_01J/notes");
        assert_eq!(incident_path("../tokens?x#y", ""), "/api/incidents/%2E%2E%2Ftokens%3Fx%23y");
    }
}
