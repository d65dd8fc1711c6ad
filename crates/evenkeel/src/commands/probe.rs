//! `evenkeel probe …`: what the probes of a server hold, and one look from here.

use super::{list, text};
use crate::cli::{ProbeVerb, Reach};
use crate::client::Client;
use crate::config::{Config, place};
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::{Clock as _, Verdict};
use probes::{Attempt, Probe, Suggestion};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(reach: &Reach, verb: &ProbeVerb) -> Result<(), Failure> {
    match verb {
        ProbeVerb::List => {
            let answer = Client::new(reach)?.get("/api/probes")?;
            let none = "nothing is looked at; a [[probe]] in the settings names a target (docs/probes.md)";
            list(reach, &answer, "probes", none, row)
        }
        ProbeVerb::Try { name, config } => try_one(reach, name, config),
        ProbeVerb::Suggest { file, config } => suggest(reach, file.as_deref(), config),
    }
}

fn suggest(reach: &Reach, file: Option<&Path>, config: &Path) -> Result<(), Failure> {
    let playbook = match file {
        Some(file) => wiring::read_playbook(file)?.playbook,
        None => Config::read(config)?.playbook.read()?.playbook,
    };
    let suggestions = probes::suggest(&playbook);
    if reach.json {
        return print::json(&suggestions.iter().map(as_json).collect::<Vec<_>>());
    }
    if suggestions.is_empty() {
        return print::line("the playbook says nowhere with a whole address what a request should get");
    }
    for suggestion in &suggestions {
        // A comment ends with its line, whatever the playbook says.
        let comment = |text: &str| print::line(format!("# {}", print::foreign(text).replace('\n', " ")));
        comment(&place(suggestion))?;
        suggestion.words.iter().try_for_each(|words| comment(words))?;
        print::line(format!("[[probe]]\n{}\n", suggestion.toml()))?;
    }
    print::line("# `[probes] from_playbook = true` in the settings runs them without copying them there.")
}

fn as_json(suggestion: &Suggestion) -> Value {
    json!({
        "name": suggestion.name, "url": suggestion.url, "method": suggestion.method, "status": suggestion.status,
        "document": suggestion.document, "line": suggestion.line, "span": suggestion.span,
        "place": suggestion.place, "words": suggestion.words, "toml": suggestion.toml(),
    })
}

fn row(probe: &Value) -> Vec<String> {
    let none = Value::Null;
    let standing = probe.get("standing").unwrap_or(&none);
    let last = probe.get("last").and_then(Value::as_array).and_then(|last| last.last()).unwrap_or(&none);
    let took = last.get("took_ms").and_then(Value::as_u64).map(|ms| format!("{ms} ms")).unwrap_or_default();
    let reason = match text(standing, "blind_reason") {
        "" => text(standing, "reason").to_owned(),
        blind => format!("cannot look: {blind}"),
    };
    let word = |value: &Value, key: &str| text(value, key).to_owned();
    vec![
        word(standing, "state"),
        word(probe, "name"),
        word(probe, "kind"),
        took,
        word(probe, "target"),
        reason,
    ]
}

fn try_one(reach: &Reach, name: &str, path: &Path) -> Result<(), Failure> {
    let config = Config::read(path)?;
    let probes = config.all_probes(&config.playbook.read()?.playbook);
    let Some(probe) = probes.iter().find(|probe| probe.name == name) else {
        let names: Vec<&str> = probes.iter().map(|probe| probe.name.as_str()).collect();
        let failure = Failure::new(Kind::Config, format!("{} has no probe {name:?}", path.display()));
        return Err(failure.hint(crate::config::nearest(name, &names)));
    };
    let attempt = look(&config, probe)?;
    tell(reach, probe, &attempt)?;
    let reason = &attempt.sample.reason;
    match attempt.sample.verdict {
        Verdict::Pass | Verdict::Breach => Ok(()),
        Verdict::Fail => Err(Failure::new(Kind::Refused, format!("{name} fails: {reason}"))),
        Verdict::Blind => Err(Failure::new(Kind::World, format!("{name} cannot look from here: {reason}"))),
    }
}

fn look(config: &Config, probe: &Probe) -> Result<Attempt, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Kind::World, format!("cannot look: {error}")))?;
    let now = wiring::Steady::new(1.0).now();
    Ok(runtime.block_on(probes::try_once(probe, wiring::command_runner(config), now)))
}

fn tell(reach: &Reach, probe: &Probe, attempt: &Attempt) -> Result<(), Failure> {
    let (sample, seen) = (&attempt.sample, attempt.seen.as_ref());
    let parts = attempt.phases.parts().map(|(name, took)| (name, took.as_secs_f64() * 1_000.0));
    let status = seen.and_then(|seen| seen.status);
    let expires_at = seen.and_then(|seen| seen.expires_at);
    if reach.json {
        let phases: serde_json::Map<_, _> =
            parts.iter().map(|(name, ms)| ((*name).to_owned(), json!(ms))).collect();
        return print::json(&json!({
            "name": probe.name, "kind": probe.kind.name(), "target": probe.target, "sample": sample,
            "phases_ms": phases, "status": status, "expires_at": expires_at,
        }));
    }
    let mut rows = vec![vec!["target".to_owned(), format!("{} {}", probe.kind.name(), probe.target)]];
    let mut fact = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    fact("took", format!("{} ms", sample.took_ms));
    for (name, ms) in parts.iter().filter(|(_, ms)| *ms > 0.0) {
        fact(name, format!("{ms:.1} ms"));
    }
    if let Some(status) = status {
        fact("status", status.to_string());
    }
    if let Some(at) = expires_at {
        fact("certificate", format!("good until {at:.0}"));
    }
    let verdict = match sample.verdict {
        Verdict::Pass | Verdict::Breach => "passes",
        Verdict::Fail => "fails",
        Verdict::Blind => "cannot look",
    };
    fact("verdict", verdict.to_owned());
    print::table(&rows)
}
