//! Commands on the timeline: asked for, given a word, begun, ended, stopped.

use incident::{Ending, Event, EventKind, Fact, Incident, Place, Purpose, Run, RunReport, RunRequest, words};
use playbook::Approval;

pub(super) fn told(event: &Event, incident: &Incident) -> Option<(&'static str, String)> {
    let source = |number: u32| match incident.run(number) {
        Some(run) => format!("run {number} `{}`", run.request.source),
        None => format!("run {number}"),
    };
    let asked = |number: u32, request: &RunRequest| match &request.place {
        Place::Server => format!("run {number} `{}`", request.source),
        Place::Agent(name) => format!("run {number} `{}` on the agent {name}", request.source),
    };
    let words = match &event.kind {
        EventKind::RunRequested { run, request } => {
            let why = match request.purpose {
                Purpose::Step => "it only looks".to_owned(),
                Purpose::DryRun { of } => format!("it tries run {of} without doing it"),
                Purpose::Before { run } => format!("it keeps how things were before run {run}"),
            };
            ("run", format!("{} begins: {why}", asked(*run, request)))
        }
        EventKind::RunPrepared { run, whole } => {
            ("run", format!("{} goes: {}", source(*run), prepared(incident, *run, *whole)))
        }
        EventKind::RunProposed { run, request } => (
            "approval",
            format!("{} waits for a person's word: {}", asked(*run, request), why_waits(request)),
        ),
        EventKind::RunFirstApproved { run, until, .. } => (
            "approval",
            format!(
                "gave the first word for {}; it waits for another person's until {}",
                source(*run),
                words::clock(*until)
            ),
        ),
        EventKind::RunFirstLapsed { run } => (
            "approval",
            format!("nobody gave the second word for {} in time: it waits for two again", source(*run)),
        ),
        EventKind::RunApproved { run } => {
            let first = incident.run(*run).and_then(|run| run.first_word.as_ref());
            let after = |first: &incident::FirstWord| format!(", after the first word of {}", first.by);
            let first = first.map(after).unwrap_or_default();
            ("approval", format!("approved {}{first}", source(*run)))
        }
        EventKind::RunHeld { run, why } => {
            ("approval", format!("{} waits for a word again: {why}", source(*run)))
        }
        EventKind::RunSkipped { run, why } => ("run", format!("{} did not run: {why}", source(*run))),
        EventKind::RunRejected { run, reason } => ("approval", format!("refused {}: {reason}", source(*run))),
        EventKind::RunStopAsked { run } => ("approval", format!("had {} stopped", source(*run))),
        EventKind::RunEnded { run, report, checks } => {
            let known = incident.run(*run);
            let mut text = ended(&source(*run), report, checks);
            let by = known.and_then(|run| run.stopped_by.as_ref());
            if let (Ending::Stopped, Some(by)) = (&report.ending, by) {
                text.push_str(&format!("; stopped by {by}"));
            }
            if known.is_some_and(Run::is_in_doubt) {
                text.push_str("; IN DOUBT: nobody knows how much of it was done");
            }
            ("run", text)
        }
        EventKind::RunLost { run } => {
            let known = incident.run(*run);
            let place = known.map(|run| run.request.place.clone()).unwrap_or_default();
            let stopped_by = known.and_then(|run| run.stopped_by.as_ref());
            ("run", format!("{}: {}", source(*run), words::lost(&place, stopped_by)))
        }
        _other => return None,
    };
    Some(words)
}

/// Where it is kept how things were before a change.
fn prepared(incident: &Incident, run: u32, whole: bool) -> String {
    let looks: Vec<String> = incident.looks_before(run).map(|look| look.number.to_string()).collect();
    let how = if whole { "is kept in" } else { "was not waited for longer; see" };
    format!("how things were before it {how} run {}", looks.join(", "))
}

fn why_waits(request: &RunRequest) -> String {
    let looks = match request.effect.approval() {
        Approval::NotNeeded => "looks wait for one here, too; ",
        Approval::Needed => "",
    };
    format!("{looks}{}", request.effect_reason)
}

fn ended(source: &str, report: &RunReport, checks: &[(String, Fact)]) -> String {
    let took = format!("{}.{} s", report.duration_ms / 1000, report.duration_ms % 1000 / 100);
    let mut text = format!("{source} {} after {took}", ending(&report.ending));
    for (check, fact) in checks {
        let held = match fact {
            Fact::AsExpected => "as expected",
            Fact::NotAsExpected => "NOT as expected",
        };
        text.push_str(&format!("; {held}: {check}"));
    }
    text
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code: 0 } => "succeeded".to_owned(),
        Ending::Exited { code } => format!("ended with exit code {code}"),
        Ending::Killed { signal } => format!("was ended by signal {signal}"),
        Ending::TimedOut => "took too long and was ended".to_owned(),
        Ending::Followed => "was followed to its limit".to_owned(),
        Ending::TooMuchOutput => "wrote too much and was ended".to_owned(),
        Ending::Stopped => "was stopped".to_owned(),
        Ending::NotStarted { error } => format!("could not be started: {error}"),
    }
}
