//! Something is expected to say that it lives: what it says opens and ends one incident, across a kill and on either of two
//! servers.

use crate::postgres_server::PostgresServer;
use crate::world::{LIMIT, PLAYBOOK, Server, Sink, client, serve_with, settings, until};
use serde_json::{Value, json};

const BACKUP: &str =
    "[heartbeats.backup]\nevery = \"1 day\"\ngrace = \"1 h\"\nseverity = \"critical\"\nservice = \"Quay\"\n";

async fn says(server: &Server, word: &str) {
    let address = server.at(&format!("/ping/{}/backup{word}", server.key));
    let answer = client().get(address).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

async fn incident(server: &Server, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    until(what, LIMIT, || async { server.incident_of("heartbeat:backup").await.filter(&so) }).await
}

fn is_over(incident: &Value) -> bool {
    incident["alerts"][0]["status"] == "resolved"
}

#[tokio::test]
async fn what_says_that_it_failed_pages_once_and_is_over_when_it_lives_across_kills() {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let mut server = Server::start(&format!("{}{BACKUP}", settings(&sink.url("/hook"))), &playbook).await;
    says(&server, "").await;
    says(&server, "/start").await;
    says(&server, "/3").await;
    let firing = incident(&server, "an incident opens", |_| true).await;
    assert_eq!(firing["title"], "backup says that it failed");
    assert_eq!(firing["alerts"][0]["labels"], json!({ "heartbeat": "backup", "service": "Quay" }));
    assert!(firing.to_string().contains("exit status 3"), "{firing}");
    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    server.kill9().await;

    // The next life tells it again, and nobody is woken by it.
    server.start_again().await;
    let told = |incident: &Value| incident["alerts"][0]["count"].as_u64() > Some(1);
    incident(&server, "the next life tells it again", told).await;
    let listed = server.cli(&["heartbeat", "list"]).await;
    let row = listed.well().out.lines().find(|line| line.contains("backup")).unwrap().to_owned();
    assert!(row.starts_with("failed") && row.contains("exit status 3"), "{row}");
    assert_eq!(server.cli(&["heartbeat", "send", "backup"]).await.well().out.trim(), "heard");
    server.kill9().await;
    server.start_again().await;
    incident(&server, "it is over, whichever life heard it", is_over).await;
    assert_eq!(server.incidents().await.len(), 1);
    assert_eq!(sink.hits().iter().filter(|hit| !hit.possible_repeat).count(), 1, "{:?}", sink.hits());
    server.stop().await;
}

#[tokio::test]
async fn two_servers_hear_as_one() {
    let database = PostgresServer::start();
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let shared =
        format!("database_url = \"{}\"\n{}{BACKUP}", database.database(), settings(&sink.url("/hook")));
    let a = Server::start(&shared, &playbook).await;
    let b = a.join().await;
    says(&a, "/fail").await;
    incident(&b, "an incident opens", |_| true).await;
    says(&b, "").await;
    let over = incident(&a, "it is over", is_over).await;
    assert_eq!(a.incidents().await.len(), 1, "{over}");
    a.stop().await;
    b.stop().await;
}

#[tokio::test]
async fn heartbeats_that_cannot_be_meant_stop_the_start_by_name_and_line() {
    serve_with("[heartbeats.a]\nevery = \"often\"\n")
        .await
        .ended(3, &["evenkeel.toml:", "is no length of time"]);
    serve_with("[heartbeats.a]\nevery = \"1 s\"\n").await.ended(3, &["heartbeats.a: every is 1s"]);
    serve_with("[heartbeats.a]\nevery = \"1 h\"\ngrace = \"1 s\"\n")
        .await
        .ended(3, &["heartbeats.a: grace is 1s"]);
    serve_with("[heartbeats.a]\nevery = \"1 h\"\ngraze = \"1 h\"\n").await.ended(3, &["graze"]);
}
