//! The demonstration, as the README tells people to run it, only faster.

use crate::world::{Process, Said, evenkeel};
use std::path::Path;

/// What the transcript must hold, in this order.
const STAGES: [(&str, &[&str]); 12] = [
    ("an incident opens", &["An incident opens:"]),
    ("by the monitor's alert", &["opened by an alert: API returning 5xx errors"]),
    ("with a severity", &["severity"]),
    ("someone is woken", &["page 1 to "]),
    ("nobody answers, so the next level is woken", &["level 2: "]),
    ("somebody has it", &["acknowledged: on it"]),
    ("the public is told", &["status update", "to everyone, Investigating"]),
    ("someone gives the word for what changes something", &["approved run", "rollback"]),
    ("recovery is watched", &["recovery is watched until"]),
    ("it is over", &["resolved: "]),
    ("the public page says so", &["The status page at ", " says: Resolved"]),
    ("the postmortem is drafted", &["The postmortem, drafted from what happened:"]),
];

/// The words of a line that are there whatever the playbook: the text after the stage was found.
fn follow<'a>(transcript: &'a str, stage: &str, words: &[&str]) -> &'a str {
    let found = transcript.lines().find(|line| words.iter().all(|word| line.contains(word)));
    let line = found.unwrap_or_else(|| panic!("{stage}: no further line with {words:?} in\n{transcript}"));
    let at = transcript.find(line).unwrap();
    &transcript[at..]
}

async fn demo(speed: &str, playbook: Option<&Path>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("transcript.txt");
    let mut args = vec!["demo", "--hands-off", "--speed", speed, "--transcript", file.to_str().unwrap()];
    if let Some(playbook) = playbook {
        args.extend(["--playbook", playbook.to_str().unwrap()]);
    }
    let said: Said = evenkeel(&args).await;
    said.well();
    let transcript = std::fs::read_to_string(&file).unwrap();
    assert!(said.out.contains(transcript.trim()), "the terminal and the transcript differ");
    let mut rest = transcript.as_str();
    for (stage, words) in STAGES {
        rest = follow(rest, stage, words);
    }
    assert!(rest.lines().count() > 20, "the postmortem is short:\n{rest}");
    assert!(transcript.contains("(stand-in)"), "the stand-in is not marked");
}

#[tokio::test]
async fn the_demonstration_ends_by_itself_and_tells_every_stage() {
    demo("600", None).await;
}

#[tokio::test]
async fn the_demonstration_at_the_speed_of_the_readme() {
    demo("60", None).await;
}

#[tokio::test]
async fn the_demonstration_runs_a_real_document_unedited() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds");
    let seeds = std::fs::read_dir(&file).into_iter().flatten().flatten().map(|entry| entry.path());
    let texts: Vec<_> = seeds.filter(|path| path.extension().is_some_and(|name| name == "txt")).collect();
    if texts.is_empty() {
        println!("not there, so not tested: {}/*.txt", file.display());
    }
    for text in texts {
        println!("tested: {}", text.display());
        demo("600", Some(&text)).await;
    }
}

#[tokio::test]
async fn a_demonstration_that_is_told_to_stop_leaves_nothing_running() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::evenkeel(&["demo"], &folder.path().join("log"));
    let mut console = None;
    while let Some(line) = process.line().await {
        if let Some((_, url)) = line.split_once("Console: ") {
            console = Some(url.trim().to_owned());
            break;
        }
    }
    let console = console.unwrap_or_else(|| panic!("no console: {}", process.log()));
    assert_eq!(process.terminate().await, Some(0), "{}", process.log());
    let answer = crate::world::client().get(format!("{console}/api/health")).send().await;
    assert!(answer.is_err(), "{console} still answers");
}
