//! Each fault of the sandbox service from outside: made to happen, seen as a user sees it, repaired as the playbook repairs
//! it, and gone.

use range::{Load, ServiceName};
use serde_json::{Value, json};

use crate::chat::{Chat, Person};
use crate::faults::{broken, repaired};
use crate::stage::Stage;

const ROLLBACK: &str = "modal app rollback coding-agent-sandbox";
const APP_HEALTH: &str = "https://tabbi--coding-agent-sandbox-health.modal.run";

/// Asks for a session that stays in `starting`, and listens to it.
async fn starting(person: &Person<'_>) -> Chat {
    let made = person.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((made.status, &made.body["state"]), (201, &json!("starting")), "{made:?}");
    person.open(made.body["id"].as_str().unwrap()).await.expect("the WebSocket opens")
}

/// Hears that a session failed, and why.
async fn fails(chat: &mut Chat) -> String {
    let told = chat.frame_with("state", "error").await;
    told["reason"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// What the sandbox app's log has of something.
async fn app_log(stage: &Stage, text: &str) -> String {
    let line = format!("modal app logs coding-agent-sandbox --tail 200 --search '{text}'");
    let ended = stage.sh(&line).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.out
}

#[tokio::test]
async fn clone_slow_fails_new_sessions_and_leaves_running_ones() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let before = ada.session().await;
    broken(&stage, "clone-slow");
    let mut chat = starting(&ada).await;
    let why = fails(&mut chat).await;
    assert!(why.contains("clone of demo/small failed: timeout after 10000 ms"), "{why}");
    assert!(app_log(&stage, "create_sandbox").await.contains("clone of demo/small failed"));
    ada.chat(&before).await.is_answered("m1", "hello").await;
    assert_eq!(stage.curl_status(APP_HEALTH).await, 200);
    repaired(&stage, ROLLBACK).await;
    ada.session().await;
}

#[tokio::test]
async fn agent_unhealthy_fails_new_sessions_after_a_fast_clone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "agent-unhealthy");
    let mut chat = starting(&ada).await;
    let why = fails(&mut chat).await;
    assert!(why.contains("agent is not healthy: timeout after 5000 ms"), "{why}");
    let log = app_log(&stage, "create_sandbox").await;
    assert!(log.contains("cloned demo/small") && log.contains("configuration cannot be read"), "{log}");
    let left = std::fs::read_dir(stage.range.dir().join("sandbox/live")).unwrap().count();
    assert_eq!(left, 0, "what did not come up is gone");
    repaired(&stage, ROLLBACK).await;
    ada.session().await;
}

#[tokio::test]
async fn sandbox_app_stuck_lets_nobody_begin_until_its_containers_are_fresh() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let before = ada.session().await;
    broken(&stage, "sandbox-app-stuck");
    let mut chat = starting(&ada).await;
    assert_eq!(stage.curl_status(APP_HEALTH).await, 200, "its health does not show it");
    ada.chat(&before).await.is_answered("m1", "hello").await;
    let log = app_log(&stage, "waits for the image lock").await;
    assert_eq!(log.lines().count(), 1, "{log}");
    repaired(&stage, "modal app rollover coding-agent-sandbox").await;
    chat.frame_with("state", "running").await;
    chat.is_answered("m1", "hello").await;
    // The older way: it ends every session, and helps, too.
    broken(&stage, "sandbox-app-stuck");
    repaired(&stage, "modal app stop coding-agent-sandbox --yes && modal deploy sandbox.py").await;
    chat.frame_with("state", "error").await;
    ada.session().await;
}

#[tokio::test]
async fn ten_minute_ceiling_pauses_before_the_pause() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "ten-minute-ceiling");
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    chat.is_answered("m1", "write notes.txt half a thought").await;
    let told = chat.frame_with("state", "paused").await;
    assert_eq!(told["reason"], "sandbox timeout after 10 s");
    assert!(app_log(&stage, "timeout").await.contains(&format!("of session {session} ran for its 10 s")));
    assert!(stage.edge_log().contains("after 540000 ms"), "the alarms are right");
    repaired(&stage, ROLLBACK).await;
    assert_eq!(ada.ask("POST", &format!("/sessions/{session}/resume"), &json!({})).await.status, 200);
    chat.frame_with("state", "running").await;
    assert_eq!(chat.is_answered("m2", "read notes.txt").await["text"], "half a thought");
}

#[tokio::test]
async fn queue_full_makes_sessions_wait_for_each_other() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let first = ada.session().await;
    broken(&stage, "queue-full");
    let (mut second, mut third) = (starting(&ada).await, starting(&ada).await);
    let refused = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.body["reason"].as_str().unwrap().contains("the queue is full: 2 wait"), "{refused:?}");
    let numbers = stage.metrics(ServiceName::Sandbox).await;
    assert!(numbers.lines().any(|line| line == "sandbox_queue_depth 2"), "{numbers}");
    ada.chat(&first).await.is_answered("m1", "hello").await;
    repaired(&stage, ROLLBACK).await;
    second.frame_with("state", "running").await;
    third.frame_with("state", "running").await;
}

#[tokio::test]
async fn cold_start_slow_makes_each_start_wait_for_a_download() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "cold-start-slow");
    let mut chat = starting(&ada).await;
    chat.frame_with("state", "running").await;
    chat.is_answered("m1", "hello").await;
    assert!(app_log(&stage, "downloaded its agent in").await.contains("create_sandbox"));
    let installs = async || {
        let numbers = stage.metrics(ServiceName::Sandbox).await;
        let of = |name: &str| {
            let found = numbers.lines().find_map(|line| line.strip_prefix(name));
            found.unwrap_or_else(|| panic!("no {name} in {numbers}")).trim().parse::<f64>().unwrap()
        };
        (of("sandbox_boot_seconds_count{part=\"install\"}"), of("sandbox_boot_seconds_sum{part=\"install\"}"))
    };
    let (count, seconds) = installs().await;
    assert!(count == 1.0 && seconds > 3.5, "{count} took {seconds} s");
    repaired(&stage, ROLLBACK).await;
    ada.session().await;
    assert_eq!(installs().await, (count, seconds), "nothing more was downloaded");
}

#[tokio::test]
async fn sandbox_crash_loses_a_session_with_its_first_prompt() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "sandbox-crash");
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    chat.say("m1", "hello").await;
    let why = fails(&mut chat).await;
    assert!(why.contains("sandbox crashed"), "{why}");
    assert!(app_log(&stage, "crashed").await.contains("out of memory"));
    repaired(&stage, ROLLBACK).await;
    let session = ada.session().await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn sse_cut_breaks_long_answers_off() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "sse-cut");
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    chat.is_answered("m1", "hello").await;
    let long = "a long thought ".repeat(20);
    chat.say("m2", &long).await;
    let last = chat.answer().await.pop().unwrap();
    assert_eq!((&last["type"], &last["error"]), (&json!("error"), &json!("Something went wrong")));
    stage.edge_logs("the event stream ended before the answer").await;
    let shown = ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await;
    assert_eq!(shown.body["state"], "running", "the sandbox is well: {shown:?}");
    repaired(&stage, ROLLBACK).await;
    let session = ada.session().await;
    ada.chat(&session).await.is_answered("m1", &long).await;
}
