//! Every shell command of the playbook that the project ships runs against the range, as it stands.

use std::path::Path;

use futures_util::future::join_all;
use range::Load;
use tokio::process::Command;

use crate::stage::{Stage, ended};

/// Ends streams, which have no end of their own; `timeout` then exits with 124.
const STREAM: &str = "timeout 1";

#[tokio::test]
async fn every_command_of_the_shipped_playbook_runs() {
    let stage = Stage::busy().await;
    // There is something to roll back.
    stage.range.deploy_good().unwrap();
    let commands = shell_commands(&shipped_playbook());
    assert!(commands.len() >= 30, "only {} commands were found", commands.len());
    for command in &commands {
        assert!(!command.contains(['<', '[']), "a blank in `{command}`");
    }
    all_run(&stage, &commands, Stage::shell).await;
}

#[tokio::test]
async fn the_seed_s_commands_run_unedited_in_its_dialect() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds/000_114f38fe85231b49.txt");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: the seed playbook is not on this machine");
        return;
    };
    println!("used the seed playbook, {} bytes", bytes.len());
    let stage = Stage::busy().await;
    stage.range.deploy_good().unwrap();
    let commands = shell_commands(&String::from_utf8_lossy(&bytes));
    assert!(commands.len() >= 20, "only {} commands were found", commands.len());
    all_run(&stage, &commands, Stage::seed_shell).await;
}

/// The streams beside each other, since they only read; then the others in the document's order.
async fn all_run(stage: &Stage, commands: &[String], shell: fn(&Stage, &str) -> Command) {
    let (streams, others): (Vec<_>, Vec<_>) = commands.iter().partition(|command| is_stream(command));
    join_all(streams.into_iter().map(|command| runs(stage, command, shell))).await;
    for command in others {
        runs(stage, command, shell).await;
    }
}

/// Runs a command and expects that it is understood and succeeds, or that it streams.
async fn runs(stage: &Stage, command: &str, shell: fn(&Stage, &str) -> Command) {
    let (line, ends) = match is_stream(command) {
        true => (format!("{STREAM} bash -o pipefail -c '{command}'"), [Some(0), Some(124)]),
        false => (command.to_owned(), [Some(0), Some(0)]),
    };
    let ended = ended(shell(stage, &line)).await;
    assert!(ends.contains(&ended.code), "`{command}`: {ended:?}");
    for refusal in ["ERROR", "error:", "Error:"] {
        assert!(!ended.err.contains(refusal), "`{command}`: {ended:?}");
    }
}

#[tokio::test]
async fn the_playbook_s_own_rollback_repairs_a_bad_deployment() {
    let stage = Stage::up(Load::Off).await;
    stage.range.deploy_bad().unwrap();
    let commands = shell_commands(&shipped_playbook());
    let one = |start: &str| commands.iter().find(|command| command.starts_with(start)).unwrap();
    let health = one("curl -fsS -I --max-time 10 https://api.tabbi.dev/health");
    let rollback = one("wrangler rollback");
    let broken = stage.sh(health).await;
    assert_eq!(broken.code, Some(22), "curl's exit code for a failing status: {broken:?}");
    assert!(broken.out.starts_with("HTTP/1.1 500") || broken.err.contains("500"), "{broken:?}");
    assert_eq!(stage.sh(rollback).await.code, Some(0));
    assert_eq!(stage.sh(health).await.code, Some(0));
}

fn shipped_playbook() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    std::fs::read_to_string(path).unwrap()
}

/// The lines of the shell fences, continuations joined, comments left out.
fn shell_commands(playbook: &str) -> Vec<String> {
    let mut inside = false;
    let mut commands = Vec::new();
    let mut begun = String::new();
    for line in playbook.lines().map(str::trim) {
        match line {
            "```bash" => inside = true,
            "```" => inside = false,
            "" => {}
            comment if comment.starts_with('#') => {}
            _prose if !inside => {}
            command => match command.strip_suffix('\\') {
                Some(part) => begun.push_str(part),
                None => commands.push(std::mem::take(&mut begun) + command),
            },
        }
    }
    commands
}

fn is_stream(command: &str) -> bool {
    ["wrangler tail", "npx convex logs", "modal app logs"].iter().any(|stream| command.starts_with(stream))
}
