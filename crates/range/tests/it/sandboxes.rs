//! Sandboxes from outside: real clones, real processes, snapshots, limits, and nothing left behind.

use range::{Load, ServiceName};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::chat::Person;
use crate::stage::{LIMIT, Stage, Streaming};

/// The processes of agents under a directory.
async fn agents(stage: &Stage, dir: &std::path::Path) -> Vec<String> {
    let found = stage.sh(&format!("pgrep -f '[r]ange serve agent --dir {}'", dir.display())).await;
    found.out.lines().map(str::to_owned).collect()
}

/// Waits until none of these processes is there.
async fn gone(stage: &Stage, pids: &[String]) {
    let line = format!("while kill -0 {} 2>/dev/null; do :; done", pids.join(" "));
    let ended = stage.sh(&format!("timeout 10 bash -c '{line}'")).await;
    assert_eq!(ended.code, Some(0), "{pids:?} go on");
}

#[tokio::test]
async fn a_session_works_in_a_clone_and_finds_its_files_again_after_a_pause() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let listed = chat.is_answered("m1", "list files").await;
    assert_eq!(listed["text"], "The workspace has README.md, src.");
    let read = chat.is_answered("m2", "read README.md").await;
    assert!(read["text"].as_str().unwrap().starts_with("# demo/small"), "{read}");
    chat.is_answered("m3", "write notes.txt half a thought").await;
    let before = agents(&stage, stage.range.dir()).await;
    assert_eq!(before.len(), 1, "a process a sandbox");

    let path = format!("/sessions/{session}");
    assert_eq!(ada.ask("POST", &format!("{path}/pause"), &json!({})).await.status, 200);
    gone(&stage, &before).await;
    let snapshots = stage.range.dir().join("sandbox/snapshots");
    assert_eq!(std::fs::read_dir(&snapshots).unwrap().count(), 1);
    assert_eq!(ada.ask("POST", &format!("{path}/resume"), &json!({})).await.status, 200);
    chat.frame_with("state", "running").await;
    assert_eq!(chat.is_answered("m4", "read notes.txt").await["text"], "half a thought");
    assert_ne!(agents(&stage, stage.range.dir()).await, before);

    let running = agents(&stage, stage.range.dir()).await;
    assert_eq!(ada.ask("DELETE", &path, &Value::Null).await.status, 200);
    gone(&stage, &running).await;
    for place in ["sandbox/snapshots", "sandbox/live"] {
        let left = std::fs::read_dir(stage.range.dir().join(place)).unwrap().count();
        assert_eq!(left, 0, "{place} is empty");
    }
}

#[tokio::test]
async fn what_cannot_be_cloned_is_told_and_leaves_nothing() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    for repository in ["demo/none", "../../etc", "demo/small.git/../small"] {
        let refused = ada.ask("POST", "/sessions", &json!({ "repository": repository })).await;
        assert_eq!((refused.status, &refused.body["error"]), (503, &json!("Failed to create session")));
        assert!(refused.body["reason"].as_str().unwrap().contains("no repository"), "{refused:?}");
    }
    assert_eq!(std::fs::read_dir(stage.range.dir().join("sandbox/live")).unwrap().count(), 0);
    let host =
        "https://tabbi--coding-agent-sandbox.modal.run/git/demo/small.git/info/refs?service=git-upload-pack";
    assert_eq!(stage.curl_status(host).await, 403, "nobody clones without a token");
}

#[tokio::test]
async fn a_sandbox_that_crashes_is_noticed_at_once() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let running = agents(&stage, stage.range.dir()).await;
    assert_eq!(stage.sh(&format!("kill -KILL {}", running[0])).await.code, Some(0));
    let told = chat.frame_with("state", "error").await;
    assert!(told["reason"].as_str().unwrap().contains("sandbox crashed"), "{told}");
    let numbers = stage.metrics(ServiceName::Sandbox).await;
    for line in [
        "sandbox_ends_total{how=\"crashed\"} 1",
        "sandbox_sandboxes{state=\"running\"} 0",
        "sandbox_places_taken 0",
        "sandbox_creates_total{result=\"made\"} 1",
        "sandbox_boot_seconds_count{part=\"all\"} 1",
        "sandbox_boot_seconds_count{part=\"clone\"} 1",
    ] {
        assert!(numbers.lines().any(|found| found == line), "no `{line}` in\n{numbers}");
    }
    assert_eq!(std::fs::read_dir(stage.range.dir().join("sandbox/live")).unwrap().count(), 0);
}

#[tokio::test]
async fn agents_die_with_the_service_and_sessions_go_on_from_their_files() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    chat.is_answered("m1", "write notes.txt half a thought").await;
    let running = agents(&stage, stage.range.dir()).await;
    let service = stage.pid(ServiceName::Sandbox);
    // It cannot end anything itself.
    assert_eq!(stage.sh(&format!("kill -KILL {service}")).await.code, Some(0));
    gone(&stage, &running).await;
    let told = chat.frame_with("state", "paused").await;
    assert!(told["reason"].as_str().unwrap().contains("started again"), "{told}");
    assert_eq!(ada.ask("POST", &format!("/sessions/{session}/resume"), &json!({})).await.status, 200);
    chat.frame_with("state", "running").await;
    assert_eq!(chat.is_answered("m2", "read notes.txt").await["text"], "half a thought");
}

#[tokio::test]
async fn no_agent_is_left_of_a_range_that_is_killed() {
    let stage = Stage::up(Load::Off).await;
    let dir = stage.range.dir().join("another");
    let tool = env!("CARGO_BIN_EXE_range-tool");
    let line = format!("exec {tool} up --load-ms 20 --dir {}", dir.display());
    let mut up = Streaming::start(stage.shell(&line));
    assert!(up.line().await.starts_with("practice range up"));
    let some = async { while agents(&stage, &dir).await.is_empty() {} };
    timeout(LIMIT, some).await.expect("a user starts a session");
    up.child.kill().await.unwrap();
    let line =
        format!("while pgrep -f \"[r]ange serve [a-z]+ --dir {}\" >/dev/null; do :; done", dir.display());
    let ended = stage.sh(&format!("timeout 10 bash -c '{line}'")).await;
    assert_eq!(ended.code, Some(0), "still there: {:?}", agents(&stage, &dir).await);
}

#[tokio::test]
async fn a_range_that_is_started_again_goes_on_from_the_files() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    ada.chat(&session).await.is_answered("m1", "write notes.txt half a thought").await;
    let stage = stage.again().await;
    let ada = Person::signed_in(&stage, "ada").await;
    let mut chat = ada.open(&session).await.expect("the WebSocket opens");
    chat.frame_with("state", "paused").await;
    assert_eq!(ada.ask("POST", &format!("/sessions/{session}/resume"), &json!({})).await.status, 200);
    chat.frame_with("state", "running").await;
    assert_eq!(chat.is_answered("m2", "read notes.txt").await["text"], "half a thought");
}

#[tokio::test]
async fn a_sandbox_has_an_end_of_its_own() {
    let stage = Stage::up(Load::Off).await;
    stage.deploy_app_with("SANDBOX_TIMEOUT_S", "1").await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let told = chat.frame_with("state", "paused").await;
    assert_eq!(told["reason"], "sandbox timeout after 1 s");
    let log = stage.sh("modal app logs coding-agent-sandbox --search timeout").await;
    assert!(log.out.contains(&format!("of session {session} ran for its 1 s")), "{log:?}");
}

#[tokio::test]
async fn more_sessions_than_places_wait_for_their_turn() {
    let stage = Stage::up(Load::Off).await;
    stage.deploy_app_with("MAX_CONTAINERS", "1").await;
    let ada = Person::signed_in(&stage, "ada").await;
    let first = ada.session().await;
    let made = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((made.status, &made.body["state"]), (201, &json!("starting")), "{made:?}");
    let numbers = stage.metrics(ServiceName::Sandbox).await;
    assert!(numbers.lines().any(|line| line == "sandbox_queue_depth 1"), "{numbers}");
    let second = made.body["id"].as_str().unwrap();
    let mut chat = ada.open(second).await.expect("the WebSocket opens");
    assert_eq!(ada.ask("DELETE", &format!("/sessions/{first}"), &Value::Null).await.status, 200);
    chat.frame_with("state", "running").await;
    chat.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn a_session_that_is_ended_while_it_starts_leaves_no_sandbox_behind() {
    let stage = Stage::up(Load::Off).await;
    stage.deploy_app_with("MAX_CONTAINERS", "1").await;
    let ada = Person::signed_in(&stage, "ada").await;
    let first = ada.session().await;
    let second = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!(second.body["state"], "starting", "{second:?}");
    // The second one is given up while it waits; then its turn comes.
    for id in [second.body["id"].as_str().unwrap(), &first] {
        assert_eq!(ada.ask("DELETE", &format!("/sessions/{id}"), &Value::Null).await.status, 200);
    }
    let number = |text: &str, line: &str| text.lines().any(|found| found == line);
    let both_ended = async {
        loop {
            let numbers = stage.metrics(ServiceName::Sandbox).await;
            if number(&numbers, "sandbox_ends_total{how=\"ended\"} 2") {
                return numbers;
            }
        }
    };
    let numbers = timeout(LIMIT, both_ended).await.expect("both sandboxes end");
    assert!(number(&numbers, "sandbox_places_taken 0"), "{numbers}");
    assert_eq!(std::fs::read_dir(stage.range.dir().join("sandbox/live")).unwrap().count(), 0);
    let objects = stage.range.dir().join("edge/objects");
    assert_eq!(std::fs::read_dir(objects).unwrap().count(), 0, "nothing of the sessions is stored");
}

#[tokio::test]
async fn a_stopped_app_ends_every_sandbox() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let running = agents(&stage, stage.range.dir()).await;
    assert_eq!(stage.sh("modal app stop coding-agent-sandbox --yes").await.code, Some(0));
    let told = chat.frame_with("state", "error").await;
    assert_eq!(told["reason"], "sandbox app is stopped");
    gone(&stage, &running).await;
    assert_eq!(stage.sh("modal deploy sandbox.py").await.code, Some(0));
    let session = ada.session().await;
    // Fresh containers for the app's functions; sandboxes go on.
    assert_eq!(stage.sh("modal app rollover coding-agent-sandbox").await.code, Some(0));
    ada.chat(&session).await.is_answered("m1", "still there?").await;
}
