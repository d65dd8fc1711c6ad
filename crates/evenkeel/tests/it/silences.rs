//! What is silenced wakes nobody, is never lost, and opens its incident when the silence ends: across kills, and on either of
//! two servers.

use crate::postgres_server::PostgresServer;
use crate::world::{LIMIT, PLAYBOOK, Server, Sink, evenkeel, settings, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What time it is at the server, by a silence of nothing.
async fn now(server: &Server) -> Timestamp {
    let body = json!({ "reason": "the time", "matchers": ["key=nothing"], "lasts_min": 1 });
    let (status, made) = server.post("/api/silences", &body).await;
    assert_eq!(status, 201, "{made}");
    made["made_at"].as_str().unwrap().parse().unwrap()
}

fn alert(key: &str, team: &str) -> Value {
    json!({ "key": key, "title": format!("{key} is dark"), "severity": "critical", "labels": { "team": team } })
}

async fn start(more: &str) -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let server = Server::start(&format!("{more}{}", settings(&sink.url("/hook"))), &playbook).await;
    (sink, server)
}

async fn silence(server: &Server, matchers: Value, lasts: SignedDuration) -> String {
    let body = json!({ "reason": "known", "matchers": matchers, "ends_at": now(server).await + lasts });
    let (status, made) = server.post("/api/silences", &body).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

async fn held(server: &Server) -> Vec<String> {
    let list = server.get("/api/held").await;
    let mut keys: Vec<String> = list["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["key"].as_str().unwrap().to_owned())
        .collect();
    keys.sort();
    keys
}

async fn opens(server: &Server, key: &str) -> Value {
    until("the incident opens", LIMIT, || server.incident_of(key)).await
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn what_is_silenced_wakes_nobody_until_the_silence_is_ended_across_a_kill() {
    let (sink, mut server) = start("").await;
    let added = server
        .cli(&["silence", "add", "--match", "team=\"web\"", "--reason", "the quay moves", "--for", "2h"])
        .await;
    let id = added.well().out.split_whitespace().next().unwrap().to_owned();
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(server.alert(&alert("quay-2", "web")).await.0, 200);
    assert_eq!(server.alert(&alert("crane", "db")).await.0, 200);
    opens(&server, "crane").await;
    assert_eq!(server.incidents().await.len(), 1, "what is held back is no incident");
    assert_eq!(held(&server).await, ["quay-1", "quay-2"]);
    let listed = server.cli(&["silence", "list"]).await;
    let row = listed.well().out.lines().find(|line| line.contains(&id)).unwrap().to_owned();
    assert!(row.starts_with("active") && row.contains("holds 2") && row.contains("the quay moves"), "{row}");
    let preview = server.cli(&["silence", "add", "--preview", "--match", "title=~\".*dark\""]).await;
    assert!(preview.well().out.starts_with("3 of the 3 alerts"), "{}", preview.out);
    server.kill9().await;
    server.start_again().await;

    // The next life knows the silence and what it holds.
    assert_eq!(held(&server).await, ["quay-1", "quay-2"]);
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(server.alert(&alert("quay-3", "web")).await.0, 200);
    let over = json!({ "key": "quay-2", "status": "resolved" });
    assert_eq!(server.alert(&over).await.0, 200);
    assert_eq!(held(&server).await, ["quay-1", "quay-3"]);
    assert_eq!(server.cli(&["silence", "end", &id]).await.well().out.trim(), "ended");
    for key in ["quay-1", "quay-3"] {
        let incident = opens(&server, key).await;
        assert!(incident["timeline"].to_string().contains("held back until"), "{incident}");
        until("it pages", LIMIT, || async {
            let incident = server.incident_of(key).await?;
            (incident["pages"][0]["state"] == "delivered").then_some(())
        })
        .await;
    }
    assert_eq!(held(&server).await, Vec::<String>::new());
    assert!(server.incident_of("quay-2").await.is_none(), "it was over before");
    assert!(server.cli(&["silence", "held", "--over"]).await.well().out.contains("quay-2 is dark"));
    let pages = sink.hits().iter().filter(|hit| !hit.possible_repeat).count();
    assert_eq!(pages, 3, "one for each incident: {:?}", sink.hits());
    let all = server.get("/api/silences").await;
    assert_eq!(all["silences"].as_array().unwrap().len(), 1);
    assert_eq!(all["silences"][0]["state"], "over");
    assert_eq!(all["silences"][0]["made_by"], json!({ "person": "ana" }));
    assert_eq!(all["silences"][0]["ended"]["by"], json!({ "person": "ana" }));
    server.stop().await;
}

/// Whichever life sees the end, the alert opens its incident once.
#[tokio::test]
async fn a_silence_that_ends_while_the_server_is_dead_is_judged_by_the_next_life() {
    let (sink, mut server) = start("").await;
    silence(&server, json!(["key=quay-1"]), SignedDuration::from_secs(3)).await;
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(held(&server).await, ["quay-1"]);
    server.kill9().await;
    server.start_again().await;
    opens(&server, "quay-1").await;
    until("it pages", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    assert_eq!(server.incidents().await.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn an_open_incident_is_not_touched_and_what_cannot_be_meant_is_refused() {
    let (_sink, server) = start("").await;
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    let open = opens(&server, "quay-1").await;
    silence(&server, json!([{ "name": "team", "op": "=~", "value": "w.*" }]), HOUR).await;
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    let after = opens(&server, "quay-1").await;
    assert_eq!((&after["id"], &after["status"]), (&open["id"], &json!("open")));
    // Resolved while it fires, what comes next is held back and reopens nothing.
    let resolve = format!("/api/incidents/{}/resolve", open["id"].as_str().unwrap());
    assert_eq!(server.post(&resolve, &json!({ "summary": "known" })).await.0, 200);
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(held(&server).await, ["quay-1"]);
    assert_eq!(server.incidents().await.len(), 1);
    for (body, words) in [
        (json!({ "reason": "", "matchers": ["a=b"], "lasts_min": 5 }), "a reason"),
        (json!({ "reason": "x", "matchers": [], "lasts_min": 5 }), "no condition"),
        (json!({ "reason": "x", "matchers": ["a=~\"(\""], "lasts_min": 5 }), "no regular expression"),
        (json!({ "reason": "x", "matchers": ["a=b"] }), "ends_at and lasts_min"),
        (json!({ "reason": "x", "matchers": ["a=b"], "lasts_min": 43_201 }), "longer than 30 days"),
        (json!({ "reason": "x", "matchers": ["a=b"], "lasts_min": 5, "for": 3 }), "unknown field"),
    ] {
        let (status, said) = server.post("/api/silences", &body).await;
        assert!((400..500).contains(&status) && said.to_string().contains(words), "{body}: {status} {said}");
    }
    let (status, _) = server.post("/api/silences/sil_01HF7YAT00000000000000001A/end", &json!({})).await;
    assert_eq!(status, 409);
    server.stop().await;
}

#[tokio::test]
async fn two_servers_hold_back_and_judge_as_one() {
    let database = PostgresServer::start();
    let (sink, a) = start(&format!("database_url = \"{}\"\n", database.database())).await;
    let mut b = a.join().await;
    let id = silence(&a, json!(["team=web"]), HOUR).await;
    // What one of them was told counts at the other from then on.
    for number in 0..6 {
        let body = alert(&format!("quay-{number}"), "web");
        let (first, second) = tokio::join!(a.alert(&body), b.alert(&body));
        assert_eq!((first.0, second.0), (200, 200));
    }
    assert_eq!(held(&b).await.len(), 6);
    assert!(a.incidents().await.is_empty() && sink.hits().is_empty());
    // Whoever held them is dead when the other ends it.
    b.kill9().await;
    assert_eq!(a.post(&format!("/api/silences/{id}/end"), &json!({})).await.0, 200);
    for number in 0..6 {
        opens(&a, &format!("quay-{number}")).await;
    }
    assert_eq!(a.incidents().await.len(), 6);
    b.start_again().await;
    assert_eq!(held(&b).await, Vec::<String>::new());
    let again = silence(&b, json!(["team=web"]), HOUR).await;
    assert_eq!(a.alert(&alert("late", "web")).await.0, 200);
    assert_eq!(held(&a).await, ["late"]);
    assert_eq!(b.post(&format!("/api/silences/{again}/end"), &json!({})).await.0, 200);
    opens(&a, "late").await;
    a.stop().await;
    b.stop().await;
}

#[tokio::test]
async fn a_window_of_the_settings_holds_back_and_without_it_the_next_start_judges() {
    let window = "[[maintenance]]\nname = \"always\"\nreason = \"the quay is rebuilt\"\nmatchers = ['team=web']\n\
                  days = \"mon-sun\"\nfrom = \"00:00\"\nzone = \"UTC\"\nlasts = \"2 days\"\n";
    let (sink, mut server) = start("").await;
    let without = std::fs::read_to_string(server.config()).unwrap();
    server.kill9().await;
    let config = server.config();
    server.start_with(&format!("{without}\n{window}")).await;
    assert_eq!(server.alert(&alert("quay-1", "web")).await.0, 200);
    assert_eq!(held(&server).await, ["quay-1"]);
    let all = server.get("/api/silences").await;
    assert_eq!((&all["windows"][0]["id"], &all["windows"][0]["holds"]), (&json!("window:always"), &json!(1)));
    server.kill9().await;
    server.start_with(&without).await;
    opens(&server, "quay-1").await;
    until("it pages", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    server.end().await;
    std::fs::write(&config, format!("{without}\n{}", window.replace("mon-sun", "daily"))).unwrap();
    let refused = evenkeel(&["serve", "--config", config.to_str().unwrap()]).await;
    refused.ended(3, &["evenkeel.toml:", "maintenance \"always\"", "days are \"daily\""]);
}
