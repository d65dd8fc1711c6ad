//! Each fault from outside: made to happen, seen as a user sees it, repaired as the playbook repairs it, and gone.

use range::{Load, ServiceName, faults};
use serde_json::{Value, json};

use crate::chat::{Heard, Person};
use crate::stage::Stage;

const ROLLBACK: &str = "wrangler rollback --env production";

/// Breaks it, and sees that the register says so.
pub(crate) fn broken(stage: &Stage, fault: &str) {
    stage.range.break_it(fault).unwrap();
    assert_eq!(stage.range.faults_on().unwrap(), [fault]);
}

/// Repairs it with the tool, and sees that nothing is left.
pub(crate) async fn repaired(stage: &Stage, line: &str) {
    let ended = stage.sh(line).await;
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
}

async fn health(stage: &Stage) -> u16 {
    stage.curl_status("https://api.tabbi.dev/health").await
}

#[tokio::test]
async fn bad_deployment_answers_500_to_everybody() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "bad-deployment");
    assert_eq!(health(&stage).await, 500);
    let refused = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((refused.status, &refused.body["error"]), (500, &json!("Something went wrong")));
    assert!(stage.edge_log().contains("required setting SESSION_STORE is missing"));
    repaired(&stage, ROLLBACK).await;
    assert_eq!(health(&stage).await, 200);
    ada.session().await;
}

#[tokio::test]
async fn origin_missing_refuses_the_page_and_nobody_else() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "origin-missing");
    assert_eq!(ada.open(&session).await.err(), Some(403));
    assert!(stage.edge_log().contains("CORS: origin https://tabbi.dev is not in ALLOWED_ORIGINS"));
    // The check of the playbook is content: it comes from no page.
    assert_eq!(stage.curl_status("https://api.tabbi.dev/sessions/test/ws").await, 426);
    assert_eq!(health(&stage).await, 200);
    repaired(&stage, "wrangler deploy --env production").await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn actor_crashed_fails_every_session_that_is_stored() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    broken(&stage, "actor-crashed");
    chat.say("m1", "hello").await;
    assert_eq!(chat.hear().await, Heard::Closed(1011));
    assert_eq!(ada.open(&session).await.err(), Some(500));
    assert!(stage.edge_log().contains("SessionAgent: stored state of"));
    assert_eq!(health(&stage).await, 200);
    repaired(&stage, ROLLBACK).await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn actor_hibernated_loses_quiet_connections() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "actor-hibernated");
    let mut chat = ada.chat(&session).await;
    assert_eq!(chat.hear().await, Heard::Closed(1001));
    stage.edge_logs("hibernated, 1 WebSocket(s) lost with it").await;
    repaired(&stage, ROLLBACK).await;
    let mut chat = ada.chat(&session).await;
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(1), chat.hear()).await;
    assert!(quiet.is_err(), "the connection stays while nobody writes: {quiet:?}");
    chat.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn auto_pause_wrong_pauses_in_the_middle_of_a_thought() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "auto-pause-wrong");
    let mut chat = ada.chat(&session).await;
    chat.is_answered("m1", "hello").await;
    chat.frame_with("state", "paused").await;
    assert!(stage.edge_log().contains("after 540 ms"));
    repaired(&stage, ROLLBACK).await;
    assert_eq!(ada.ask("POST", &format!("/sessions/{session}/resume"), &json!({})).await.status, 200);
    chat.frame_with("state", "running").await;
    stage.edge_logs("after 540000 ms").await;
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(1), chat.hear()).await;
    assert!(quiet.is_err(), "no pause after a second: {quiet:?}");
}

#[tokio::test]
async fn alarms_twice_pauses_a_session_that_is_in_use() {
    let stage = Stage::up(Load::Off).await;
    // Nine minutes, in a hurry.
    stage.deploy_with("AUTO_PAUSE_TIMEOUT_MS", "2000").await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "alarms-twice");
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let used = in_use_until_paused(&mut chat).await;
    assert!(used < 12, "an alarm of long ago pauses it: {used} prompts");
    let log = stage.edge_log();
    let set = format!("alarm set: pause {session} after 2000 ms");
    let twice = log.lines().any(|line| line.matches(&set).count() == 2);
    assert!(twice, "two alarms for one session at once: {log}");
    repaired(&stage, ROLLBACK).await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let used = in_use_until_paused(&mut chat).await;
    assert_eq!(used, 12, "a session in use is not paused");
}

/// Asks again and again, never as much as the timeout apart; at most for 3.6 s. Returns how many were answered.
async fn in_use_until_paused(chat: &mut crate::chat::Chat) -> usize {
    for n in 0..12 {
        chat.say(&format!("m{n}"), "still there?").await;
        let last = chat.answer().await.pop().unwrap();
        if last["done"] != true {
            return n;
        }
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(300), chat.frame()).await;
        if quiet.is_ok_and(|frame| frame["state"] == "paused") {
            return n;
        }
    }
    12
}

#[tokio::test]
async fn duplicate_filter_swallows_the_second_answer() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "duplicate-filter");
    let mut chat = ada.chat(&session).await;
    // The minute may turn between two answers, but not between each two of three.
    let mut shown = 0;
    for n in 0..3 {
        chat.say(&format!("m{n}"), "hello").await;
        chat.frame_with("role", "user").await;
        stage.edge_logs(&format!("prompt m{n} of")).await;
        let answered = tokio::time::timeout(std::time::Duration::from_secs(1), chat.answer()).await;
        shown += usize::from(answered.is_ok());
    }
    assert!((1..3).contains(&shown), "{shown} of three answers showed");
    assert!(stage.edge_log().contains("dropped as a repeat"));
    repaired(&stage, ROLLBACK).await;
    for n in 10..12 {
        chat.is_answered(&format!("m{n}"), "hello").await;
    }
}

#[tokio::test]
async fn storage_limit_fails_long_chats_alone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let (long, short) = (ada.session().await, ada.session().await);
    broken(&stage, "storage-limit");
    let paste = json!({ "text": "x".repeat(60_000) });
    let path = format!("/sessions/{long}/prompt");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ada.ask("POST", &path, &paste).await.status);
    }
    assert_eq!(statuses, [202, 202, 500]);
    assert!(stage.edge_log().contains("(128 KB) a key"));
    ada.chat(&short).await.is_answered("m1", "hello").await;
    assert_eq!(health(&stage).await, 200);
    repaired(&stage, ROLLBACK).await;
    assert_eq!(ada.ask("POST", &path, &paste).await.status, 202);
}

#[tokio::test]
async fn cpu_limit_breaks_answers_off() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "cpu-limit");
    let mut chat = ada.chat(&session).await;
    chat.say("m1", &"a long & winding text ".repeat(500)).await;
    let last = chat.answer().await.pop().unwrap();
    assert_eq!(last["type"], "error", "{last}");
    stage.edge_logs("Worker exceeded CPU time limit").await;
    let numbers = stage.metrics(ServiceName::Edge).await;
    assert!(numbers.contains("edge_exceptions_total{kind=\"cpu\"}"), "{numbers}");
    repaired(&stage, ROLLBACK).await;
    chat.is_answered("m2", "hello").await;
}

#[tokio::test]
async fn rate_limiter_mad_refuses_people_who_do_nothing_special() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "rate-limiter-mad");
    let mut refused = 0;
    for _ in 0..8 {
        let shown = ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await;
        refused += usize::from(shown.status == 429);
    }
    assert!(refused >= 2, "{refused} of 8 in at most two minutes");
    assert!(stage.edge_log().contains("rate limit: ada has made more than 3 requests"));
    assert_eq!(health(&stage).await, 200);
    repaired(&stage, ROLLBACK).await;
    assert_eq!(ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await.status, 200);
}

#[tokio::test]
async fn backend_down_fails_what_needs_a_user_and_leaves_health_alone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "backend-down");
    stage.until_gone(ServiceName::Backend).await;
    let refused = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((refused.status, &refused.body["error"]), (503, &json!("Something went wrong")));
    assert_eq!(ada.open(&session).await.err(), Some(503));
    assert_eq!(health(&stage).await, 200);
    assert_eq!(stage.curl_status("https://cheery-anaconda-510.convex.site/api/health").await, 503);
    stage.range.set_back("backend-down").unwrap();
    stage.until_there(ServiceName::Backend).await;
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
    ada.session().await;
}

#[tokio::test]
async fn sandbox_down_fails_new_sessions_alone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "sandbox-down");
    stage.until_gone(ServiceName::Sandbox).await;
    let refused = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((refused.status, &refused.body["error"]), (503, &json!("Failed to create session")));
    assert_eq!(health(&stage).await, 200);
    stage.range.set_back("sandbox-down").unwrap();
    stage.until_there(ServiceName::Sandbox).await;
    ada.session().await;
}

#[tokio::test]
async fn slow_dependency_makes_users_wait_and_health_does_not_show_it() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "slow-dependency");
    // The backend runs for a moment every three seconds: sooner or later a request waits for it.
    let slowest = slowest_within(&stage, &ada, &session, 1.5).await;
    assert!(slowest > 1.5, "the slowest took {slowest} s");
    let health = stage.sh("curl -s -o /dev/null -w '%{time_total}' https://api.tabbi.dev/health").await;
    assert!(health.out.parse::<f64>().unwrap() < 1.0, "{health:?}");
    stage.range.set_back("slow-dependency").unwrap();
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
    // The last stop may be over only a moment later.
    seconds(&stage, &ada, &session).await;
    let slowest = slowest_within(&stage, &ada, &session, 1.5).await;
    assert!(slowest < 1.5, "the slowest took {slowest} s");
}

/// The slowest of the requests within two rounds of a starved backend, up to the first that is slower than `enough`.
async fn slowest_within(stage: &Stage, person: &Person<'_>, session: &str, enough: f64) -> f64 {
    let (mut slowest, mut all) = (0.0_f64, 0.0);
    while all < 6.5 && slowest <= enough {
        let took = seconds(stage, person, session).await;
        // curl's own start counts, too.
        all += took + 0.02;
        slowest = slowest.max(took);
    }
    slowest
}

/// How long the edge takes to show a session.
async fn seconds(stage: &Stage, person: &Person<'_>, session: &str) -> f64 {
    let line = format!(
        "curl -s -o /dev/null -w '%{{time_total}}' -H 'Authorization: Bearer {}' https://api.tabbi.dev/sessions/{session}",
        person.token
    );
    stage.sh(&line).await.out.parse().unwrap()
}

#[tokio::test]
async fn two_faults_at_once_need_two_repairs() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    stage.range.break_it("origin-missing").unwrap();
    stage.range.break_it("auto-pause-wrong").unwrap();
    assert_eq!(stage.range.faults_on().unwrap(), ["origin-missing", "auto-pause-wrong"]);
    // One step back leaves the older one.
    assert_eq!(stage.sh(ROLLBACK).await.code, Some(0));
    assert_eq!(stage.range.faults_on().unwrap(), ["origin-missing"]);
    assert_eq!(ada.open(&session).await.err(), Some(403));
    repaired(&stage, "wrangler deploy --env production").await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
}

#[tokio::test]
async fn the_command_line_lists_breaks_and_sets_back() {
    let stage = Stage::up(Load::Off).await;
    // There is a git token that can expire.
    stage.range.sign_in("ada").await.unwrap();
    let tool = env!("CARGO_BIN_EXE_range-tool");
    let json = stage.sh(&format!("{tool} faults --json")).await;
    let listed: Vec<Value> = serde_json::from_str(&json.out).unwrap();
    assert_eq!(listed.len(), faults::all().count());
    assert!(listed.iter().all(|fault| fault["owner"].is_string() && fault["cause"].is_string()), "{json:?}");
    for fault in faults::all() {
        let broken = stage.sh(&format!("{tool} break {}", fault.name)).await;
        assert_eq!(broken.code, Some(0), "{broken:?}");
        let text = stage.sh(&format!("{tool} faults")).await;
        assert!(text.out.contains(&format!("on {}", fault.name)), "{text:?}");
        let set_back = stage.sh(&format!("{tool} repair")).await;
        let mut told: Vec<&str> = set_back.out.lines().collect();
        told.sort_unstable();
        let mut parts: Vec<String> = fault.parts().map(|part| format!("repaired: {}", part.name)).collect();
        parts.sort_unstable();
        assert_eq!(told, parts);
        for service in [ServiceName::Backend, ServiceName::Sandbox, ServiceName::Provider] {
            stage.until_there(service).await;
        }
    }
    assert!(stage.sh(&format!("{tool} repair")).await.out.contains("nothing to repair"));
    let unknown = stage.sh(&format!("{tool} break glass")).await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("bad-deployment"), "{unknown:?}");
}
