//! Ends and beginnings that are no crash: a calm stop, time that passes while nobody is there, a playbook that is none.

use crate::world::{LIMIT, Mode, PLAYBOOK, Server, Sink, pass, settings, until};
use serde_json::{Value, json};
use std::time::Duration;

async fn world() -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let server = Server::start(&settings(&sink.url("/hook")), &playbook).await;
    (sink, server)
}

fn alert(title: &str) -> Value {
    json!({ "key": "quay-1", "title": title, "severity": "critical" })
}

async fn hits(sink: &Sink, count: usize) {
    until("the pages come", LIMIT, || async { (sink.hits().len() >= count).then_some(()) }).await;
}

#[tokio::test]
async fn a_calm_stop_keeps_the_page_that_was_under_way() {
    let (sink, mut server) = world().await;
    sink.set(Mode::Hang);
    assert_eq!(server.alert(&alert("The quay is dark")).await.0, 200);
    hits(&sink, 1).await;
    server.end().await;
    sink.set(Mode::Accept);
    server.start_again().await;
    hits(&sink, 2).await;
    let both = sink.hits();
    assert_eq!(both[0].id, both[1].id);
    assert_eq!((both[0].possible_repeat, both[1].possible_repeat), (false, true));
    let incident = until("the page is delivered", LIMIT, || async {
        let incident = server.incident_of("quay-1").await.unwrap();
        (incident["pages"][0]["state"] == "delivered").then_some(incident)
    })
    .await;
    assert_eq!(incident["pages"][0]["possible_repeats"], 1);
    assert!(incident["timeline"].to_string().contains("possible repeat"));
    server.stop().await;
}

#[tokio::test]
async fn a_calm_stop_lets_a_command_end_or_says_that_it_is_lost() {
    let (sink, mut server) = world().await;
    assert_eq!(server.alert(&alert("The disk is full")).await.0, 200);
    until("the runbook's command runs", LIMIT, || async { (sink.looks() > 0).then_some(()) }).await;
    server.end().await;
    server.start_again().await;
    let incident = server.incident_of("quay-1").await.unwrap();
    let first = &incident["runs"][0];
    let runs = incident["runs"].as_array().unwrap().iter();
    let of_that = runs.filter(|run| run["source"] == first["source"]).count();
    // It only looks, so it may be asked again: as another run, and only when nobody knows how the first one went.
    match first["state"].as_str().unwrap() {
        "ended" => assert_eq!(of_that, 1, "{incident}"),
        "lost" => assert_eq!(of_that, 2, "{incident}"),
        other => panic!("{other}: {first}"),
    }
    server.stop().await;
}

#[tokio::test]
async fn what_fell_due_while_nobody_was_there_happens_at_the_start() {
    let (_sink, mut server) = world().await;
    let now = server.get("/api/status").await;
    assert!(now.is_object());
    let mut soon = alert("The quay is dark");
    soon["expires_at"] = json!(crate::world::later(Duration::from_millis(800)));
    assert_eq!(server.alert(&soon).await.0, 200);
    server.kill9().await;
    pass(Duration::from_millis(900)).await;
    server.start_again().await;
    until("the alert is over", LIMIT, || async {
        let incident = server.incident_of("quay-1").await.unwrap();
        (incident["alerts"][0]["status"] == "resolved").then_some(())
    })
    .await;
    server.stop().await;
}

#[tokio::test]
#[ignore = "takes more than a minute: delays of a playbook are minutes"]
async fn the_escalation_climbs_after_a_crash_when_it_was_to() {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url("")).replace("(10 min)", "(1 min)");
    let mut server = Server::start(&settings(&sink.url("/hook")), &playbook).await;
    assert_eq!(server.alert(&alert("The quay is dark")).await.0, 200);
    hits(&sink, 1).await;
    for _ in 0..3 {
        server.kill9().await;
        server.start_again().await;
    }
    let due = server.incident_of("quay-1").await.unwrap()["escalation"]["next_due_at"].clone();
    let incident = until("the second level is woken", Duration::from_secs(90), || async {
        let incident = server.incident_of("quay-1").await.unwrap();
        incident["pages"].get(1).is_some().then_some(incident)
    })
    .await;
    assert_eq!(incident["pages"][1]["responder"], "ben");
    let decided: jiff::Timestamp = incident["pages"][1]["decided_at"].as_str().unwrap().parse().unwrap();
    let due: jiff::Timestamp = due.as_str().unwrap().parse().unwrap();
    let late = decided.duration_since(due);
    assert!(!late.is_negative() && late.as_secs() < 2, "due {due}, decided {decided}");
    server.stop().await;
}

#[tokio::test]
async fn whatever_the_playbook_is_alerts_still_wake_somebody() {
    let sink = Sink::start().await;
    let people = settings(&sink.url("/hook")).replace("catch_all = [\"mute\"]\n", "");
    let damaged = format!("# Half\n\n```\nP1: Primary \u{2192}\n| --- |\n{}", "> ".repeat(2_000));
    for (name, playbook) in [("nothing", ""), ("prose", "Call somebody.\n"), ("damaged", damaged.as_str())] {
        let server = Server::start(&people, playbook).await;
        let before = sink.hits().len();
        assert_eq!(server.alert(&alert("Something broke")).await.0, 200, "{name}");
        hits(&sink, before + 1).await;
        let incident = server.incident_of("quay-1").await.unwrap();
        assert_eq!(incident["severity"]["name"], "P1", "{name}");
        server.stop().await;
    }
}
