//! Evenkeel looks for itself: a target that is down opens an incident and pages, also across a kill, and is over when it
//! is up again; settings that cannot be meant are refused by name, and the doctor tries every probe.

use crate::world::{LIMIT, PLAYBOOK, Server, Sink, beside_a_playbook, evenkeel, serve_with, settings, until};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;

/// A target whose health is the test's, and that asks for an upgrade at `/ws`.
pub(crate) async fn target(well: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let well = Arc::clone(well);
    let health = move || {
        let well = well.load(Ordering::Relaxed);
        async move { if well { (StatusCode::OK, "well") } else { (StatusCode::BAD_GATEWAY, "no quay") } }
    };
    let upgrade = || async { StatusCode::UPGRADE_REQUIRED };
    let router = Router::new().route("/health", get(health)).route("/ws", get(upgrade));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Probes of every local kind; `quay` is the one that fails when the target is ill.
pub(crate) fn probes(address: &str) -> String {
    let (host, port) = address.split_once(':').unwrap();
    format!(
        r#"
[[probe]]
name = "quay"
kind = "http"
url = "http://{address}/health"
every = "1 s"
down_after = 2
up_after = 2
severity = "critical"
service = "Quay"
title = "The disk of the quay is full"
expect = {{ contains = "well" }}

[[probe]]
name = "upgrade"
kind = "websocket"
url = "ws://{address}/ws"
every = "1 s"
expect = {{ status = 426 }}

[[probe]]
name = "port"
kind = "tcp"
host = "{host}"
port = {port}

[[probe]]
name = "words"
kind = "command"
command = "echo 3 ships wait"
expect = {{ value = "< 5", contains = "ships" }}
"#
    )
}

async fn world(well: &Arc<AtomicBool>) -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let settings = format!("{}{}", settings(&sink.url("/hook")), probes(&target(well).await));
    let server = Server::start(&settings, &playbook).await;
    (sink, server)
}

async fn incident(server: &Server, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    until(what, LIMIT, || async { server.incident_of("probe:quay").await.filter(&so) }).await
}

#[tokio::test]
async fn a_target_that_is_down_pages_once_and_is_over_when_it_is_up() {
    let well = Arc::new(AtomicBool::new(false));
    let (sink, mut server) = world(&well).await;
    let firing = incident(&server, "an incident opens", |_| true).await;
    assert_eq!(firing["title"], "The disk of the quay is full");
    assert_eq!(firing["severity"]["name"], "P1");
    let shown = server.get("/api/probes/quay").await;
    assert_eq!(shown["standing"]["state"], "down");
    assert!(shown["whole"]["fails"].as_u64().is_some(), "{shown}");
    let listed = server.cli(&["probe", "list"]).await;
    let row = listed.well().out.lines().find(|line| line.contains("quay")).unwrap().to_owned();
    assert!(row.starts_with("down") && row.contains("status 502; expected is 2xx"), "{row}");
    let alert = &firing["alerts"][0];
    assert_eq!(alert["labels"]["service"], "Quay");
    assert_eq!(firing["matches"].as_array().unwrap().len(), 1, "the runbook fits: {}", firing["matches"]);
    assert!(firing.to_string().contains("status 502; expected is 2xx"), "{firing}");
    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    server.kill9().await;

    // The next life sees the same trouble, and nobody is woken by it again.
    server.start_again().await;
    incident(&server, "the next life tells it again", |incident| {
        incident["alerts"][0]["count"].as_u64() > Some(1)
    })
    .await;
    assert_eq!(server.incidents().await.len(), 1);
    assert_eq!(sink.hits().iter().filter(|hit| !hit.possible_repeat).count(), 1, "{:?}", sink.hits());
    server.kill9().await;

    // A life that never saw it down ends it all the same.
    well.store(true, Ordering::Relaxed);
    server.start_again().await;
    let over = incident(&server, "it is over", |incident| !incident["recovery_until"].is_null()).await;
    assert_eq!(over["alerts"][0]["status"], "resolved");
    assert_eq!(server.incidents().await.len(), 1, "the other probes found nothing wrong");
    server.stop().await;
}

#[tokio::test]
async fn probes_that_cannot_be_meant_stop_the_start_by_name_and_line() {
    let url = "[[probe]]\nname = \"api\"\nkind = \"http\"\nurl = \"http://127.0.0.1:1/\"\n";
    serve_with(&format!("{url}every = \"now\"\n"))
        .await
        .ended(3, &["evenkeel.toml:6:", "is no length of time", "`60s`"]);
    serve_with(&format!("{url}down_after = \"9 of 5\"\n"))
        .await
        .ended(3, &["probe \"api\"", "down_after", "\"3 of 5\""]);
    serve_with(&format!("{url}{url}")).await.ended(3, &["two probes have the name \"api\""]);
    serve_with("[[probe]]\nname = \"x\"\nkind = \"command\"\ncommand = \"rm -rf /srv\"\n")
        .await
        .ended(3, &["probe \"x\"", "must only look"]);
}

#[tokio::test]
async fn the_doctor_tries_every_probe() {
    let (folder, file) = beside_a_playbook();
    let well = Arc::new(AtomicBool::new(false));
    let probes = probes(&target(&well).await).replace("\"critical\"", "\"dreadful\"");
    std::fs::write(&file, format!("playbook = \"p.md\"\n{}{probes}", settings("http://127.0.0.1:1/")))
        .unwrap();
    let said = evenkeel(&["doctor", "--config", file.to_str().unwrap()]).await.out;
    for words in [
        "quay fails: status 502; expected is 2xx",
        "upgrade passes, in ",
        "port passes, in ",
        "words passes, in ",
        "quay has the severity \"dreadful\"",
    ] {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    assert!(!folder.path().join("data").exists(), "looking makes no data folder");
}

#[tokio::test]
async fn one_probe_can_be_tried_from_here() {
    let (_folder, file) = beside_a_playbook();
    let well = Arc::new(AtomicBool::new(true));
    std::fs::write(&file, format!("playbook = \"p.md\"\n{}", probes(&target(&well).await))).unwrap();
    let config = file.to_str().unwrap();
    let said = evenkeel(&["probe", "try", "quay", "--config", config]).await;
    for words in ["status", "200", "connect", "passes"] {
        assert!(said.well().out.contains(words), "{words:?} is not in {}", said.out);
    }
    let json = evenkeel(&["probe", "try", "upgrade", "--config", config, "--json"]).await.json();
    assert_eq!((json["status"].as_u64(), json["sample"]["verdict"].as_str()), (Some(426), Some("pass")));
    well.store(false, Ordering::Relaxed);
    evenkeel(&["probe", "try", "quay", "--config", config]).await.ended(1, &["quay fails: status 502"]);
    let unknown = evenkeel(&["probe", "try", "kuay", "--config", config]).await;
    unknown.ended(3, &["has no probe \"kuay\"", "did you mean `quay`?"]);
}
