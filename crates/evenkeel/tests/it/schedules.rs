//! Schedules at a real server: overrides across kills and on either of two servers, calendars in and out, and settings made of
//! what holds.

use crate::postgres_server::PostgresServer;
use crate::world::{LIMIT, PLAYBOOK, Server, Sink, client, evenkeel, settings, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Ana for weeks, then ben; at the time of the tests whoever it is, the other is not.
fn scheduled(hook: &str) -> String {
    let schedule = "\n[[schedules]]\nid = \"platform\"\nzone = \"Europe/Berlin\"\n\n[[schedules.layers]]\n\
                    people = [\"ana\"]\nevery = \"4 weeks\"\nfrom = \"2024-01-01 09:00\"\n";
    settings(hook).replace("\"Primary\" = [\"ana\"]", "\"Primary\" = [\"platform\"]") + schedule
}

async fn start(more: &str) -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let server = Server::start(&format!("{more}{}", scheduled(&sink.url("/hook"))), &playbook).await;
    (sink, server)
}

fn alert(key: &str) -> Value {
    json!({ "key": key, "title": format!("{key} is dark"), "severity": "critical" })
}

async fn paged(server: &Server, key: &str) -> Value {
    assert_eq!(server.alert(&alert(key)).await.0, 200);
    until("somebody is woken", LIMIT, || async {
        let incident = server.incident_of(key).await?;
        (incident["pages"][0]["state"] == "delivered").then_some(incident)
    })
    .await
}

#[tokio::test]
async fn an_override_counts_at_once_outlives_a_kill_and_becomes_settings() {
    let (_sink, mut server) = start("").await;
    let listed = server.cli(&["schedule", "list"]).await;
    assert!(listed.well().out.starts_with("platform  ana"), "{}", listed.out);
    assert_eq!(paged(&server, "quay-1").await["pages"][0]["responder"], "ana");
    let made = server
        .cli(&["schedule", "override", "platform", "ben", "--for", "2h", "--reason", "the dentist"])
        .await;
    let id = made.well().out.lines().next().unwrap().to_owned();
    assert!(id.starts_with("ovr_"), "{}", made.out);
    server.kill9().await;
    server.start_again().await;
    let incident = paged(&server, "quay-2").await;
    assert_eq!(incident["pages"][0]["responder"], "ben", "the next life knows it");
    let why = server.get(&format!("/api/incidents/{}/why", incident["id"].as_str().unwrap())).await;
    assert!(why.to_string().contains("ana's reason for it: the dentist"), "{why}");
    let listed = server.cli(&["schedule", "list"]).await;
    let row = listed.well().out.lines().find(|line| line.contains(&id)).unwrap().to_owned();
    assert!(row.starts_with("active") && row.contains("ben") && row.ends_with("ana: the dentist"), "{row}");

    // What holds, as settings: a server on them has the same shifts.
    let config = server.config();
    let shifts = |answer: &Value| {
        let shifts = answer["shifts"].as_array().unwrap();
        // The end of the last is where it is looked to.
        let until = |at: usize| (at + 1 < shifts.len()).then(|| shifts[at]["until"].clone());
        shifts.iter().enumerate().map(|(at, shift)| (until(at), shift["people"].clone())).collect::<Vec<_>>()
    };
    let before = shifts(&server.get("/api/schedules/platform?days=90").await);
    assert_eq!(before.len(), 2, "{before:?}");
    let exported = server.cli(&["schedule", "export", "--config", config.to_str().unwrap()]).await;
    let exported = exported.well().out.clone();
    assert!(exported.contains("# ovr_") && exported.contains("made by ana: the dentist"), "{exported}");
    let ended = server.cli(&["schedule", "end", &id]).await;
    assert_eq!(ended.well().out.trim(), "ended");
    assert_eq!(shifts(&server.get("/api/schedules/platform?days=90").await).len(), 1);
    assert_eq!(paged(&server, "quay-3").await["pages"][0]["responder"], "ana");
    let twice = server.cli(&["schedule", "end", &id]).await;
    twice.ended(1, &["is over since"]);
    server.kill9().await;
    let text = std::fs::read_to_string(&config).unwrap();
    let (without, _) = text.split_once("\n[[schedules]]").unwrap();
    server.start_with(&format!("{without}\n{exported}")).await;
    let after = shifts(&server.get("/api/schedules/platform?days=90").await);
    assert_eq!(after, before);
    server.stop().await;
}

#[tokio::test]
async fn two_people_exchange_shifts_and_what_cannot_be_meant_is_refused() {
    let (_sink, server) = start("").await;
    let shown = server.get("/api/schedules/platform?days=1").await;
    let now: Timestamp = shown["shifts"][0]["from"].as_str().unwrap().parse().unwrap();
    let at = |days: i64| (now + SignedDuration::from_hours(24 * days)).to_string();
    let (from, until) = (at(3), at(4));
    let made = server
        .cli(&[
            "schedule", "override", "platform", "ben", "--from", &from, "--until", &until, "--reason", "x",
        ])
        .await;
    made.well();
    let (early, late) = (at(1), (now + SignedDuration::from_hours(24 * 3 + 12)).to_string());
    let swap =
        ["schedule", "swap", "platform", "ana", &early, "--with", "ben", &late, "--reason", "the play"];
    let swapped = server.cli(&swap).await;
    let out = &swapped.well().out;
    assert!(out.lines().nth(1).unwrap().starts_with("ben  platform"), "{out}");
    assert!(out.lines().nth(2).unwrap().starts_with("ana  platform"), "{out}");
    let shown = server.cli(&["schedule", "show", "platform", "--days", "5"]).await;
    let rows: Vec<&str> = shown.well().out.lines().collect();
    assert!(rows[0].contains("  ben  ") && rows[1].contains("  ana  "), "{rows:?}");
    server.cli(&swap).await.ended(1, &["ana does not have"]);
    server
        .cli(&["schedule", "override", "nights", "ben", "--for", "2h", "--reason", "x"])
        .await
        .ended(1, &["no schedule"]);
    server
        .cli(&["schedule", "override", "platform", "zoe", "--for", "2h", "--reason", "x"])
        .await
        .ended(1, &["nobody has the id"]);
    server
        .cli(&["schedule", "end", "ovr_01HF7YAT00000000000000001A"])
        .await
        .ended(1, &["no override", "schedule list"]);
    server.stop().await;
}

#[tokio::test]
async fn what_is_made_at_one_server_counts_at_the_other() {
    let database = PostgresServer::start();
    let (_sink, a) = start(&format!("database_url = \"{}\"\n", database.database())).await;
    let b = a.join().await;
    let made =
        a.cli(&["schedule", "override", "platform", "ben", "--for", "2h", "--reason", "the dentist"]).await;
    let id = made.well().out.lines().next().unwrap().to_owned();
    // Before it decides anything, the other has read it.
    assert_eq!(paged(&b, "quay-1").await["pages"][0]["responder"], "ben");
    assert_eq!(b.get("/api/schedules").await["schedules"][0]["on_call"], json!(["ben"]));
    assert_eq!(b.cli(&["schedule", "end", &id]).await.well().out.trim(), "ended");
    assert_eq!(paged(&a, "quay-2").await["pages"][0]["responder"], "ana");
    // Also where nothing is decided, it is seen soon.
    a.cli(&["schedule", "override", "platform", "ben", "--for", "1h", "--reason", "again"]).await.well();
    until("the other shows it", LIMIT, || async {
        (b.get("/api/schedules").await["schedules"][0]["on_call"] == json!(["ben"])).then_some(())
    })
    .await;
    a.stop().await;
    b.stop().await;
}

#[tokio::test]
async fn preflight_and_calendars_see_an_override_at_once() {
    let (_sink, server) = start("").await;
    // Refused until it has been looked at.
    let findings = || async {
        let asked =
            client().get(server.at("/api/preflight")).bearer_auth(&server.token).send().await.unwrap();
        let told = asked.status().is_success();
        told.then_some(asked.text().await.unwrap())
    };
    let before = until("it has been looked at", LIMIT, findings).await;
    // Other levels of this playbook have nobody; this one has.
    let empty = r#""trouble":"level_empty","target":"Primary""#;
    assert!(!before.contains(empty), "{before}");
    // Who has no way to be reached takes it.
    let take = ["schedule", "override", "platform", "mute", "--for", "3h", "--reason", "a mistake"];
    server.cli(&take).await.well();
    let sees = || async { findings().await.filter(|told| told.contains(empty)) };
    until("preflight sees it", LIMIT, sees).await;
    let ics = server.cli(&["schedule", "ics", "--person", "mute"]).await;
    assert!(ics.well().out.contains("SUMMARY:On call: Primary (platform)"), "{}", ics.out);
    let address = server.cli(&["schedule", "address", "platform"]).await;
    let address = address.well().out.trim().to_owned();
    let calendar = client().get(&address).send().await.unwrap();
    assert_eq!(calendar.status(), 200);
    assert!(calendar.text().await.unwrap().contains("by an override"));
    server.cli(&["schedule", "address", "platform", "--forget"]).await.well();
    assert_eq!(client().get(&address).send().await.unwrap().status(), 404);
    server.stop().await;
}

#[tokio::test]
async fn a_layer_from_a_calendar_wakes_people_also_when_a_server_starts_on_a_bad_file() {
    let (_sink, mut server) = start("").await;
    let text = std::fs::read_to_string(server.config()).unwrap();
    server.kill9().await;
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Secondary of the tests\r\n\
                    DTSTART:20240101T000000Z\r\nDTEND:20240102T000000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let file = server.path("oncall.ics");
    std::fs::write(&file, calendar).unwrap();
    let layer = "[[schedules.layers]]\nics = \"oncall.ics\"\n\n[[schedules.layers]]\npeople";
    let with = text.replace("[[schedules.layers]]\npeople", layer);
    server.start_with(&with).await;
    assert_eq!(
        paged(&server, "quay-1").await["pages"][0]["responder"],
        "ben",
        "the calendar is the topmost layer"
    );
    server.end().await;
    std::fs::write(&file, calendar.replace("FREQ=DAILY", "FREQ=YEARLY")).unwrap();
    let config = server.config();
    let refused = evenkeel(&["preflight", "--config", config.to_str().unwrap()]).await;
    refused.ended(
        3,
        &["schedule \"platform\"", "oncall.ics: the event at line 3", "line 8", "neither daily nor weekly"],
    );
    server.start_again().await;
    assert_eq!(paged(&server, "quay-2").await["pages"][0]["responder"], "ben", "what was read of it last");
    let grave = || async {
        let asked =
            client().get(server.at("/api/preflight")).bearer_auth(&server.token).send().await.unwrap();
        let told = asked.text().await.unwrap();
        (told.contains("\"calendar_unread\"") && told.contains("neither daily nor weekly")).then_some(())
    };
    until("Watch and preflight say so", LIMIT, grave).await;
    server.stop().await;
}
