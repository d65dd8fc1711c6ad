//! Signs of life come in at every address that people's scripts and services call already.

use crate::world::World;
use engine::ports::Scope;

/// What is held of the one heartbeat.
async fn state(world: &World, reader: &str) -> (String, String) {
    let listed = world.ask("GET", "/api/heartbeats").bearer(reader).send().await.json();
    let text = |key: &str| listed["heartbeats"][0][key].as_str().unwrap_or_default().to_owned();
    (text("state"), text("said"))
}

async fn world() -> (World, String, String) {
    let world = World::new().await;
    let key = world.token("backup", Scope::Alerts, None).await;
    let reader = world.token("board", Scope::Read, None).await;
    (world, key, reader)
}

#[tokio::test]
async fn each_address_takes_a_sign_by_every_method_and_answers_as_its_callers_expect() {
    let (world, key, reader) = world().await;
    let own = |method: &str, path: &str| world.ask(method, path).bearer(&key);
    let genie = format!("GenieKey {key}");
    let calls = [
        (own("GET", "/api/heartbeats/backup"), 200, r#"{"ok":true}"#),
        (own("POST", "/api/heartbeats/backup"), 200, r#"{"ok":true}"#),
        (own("HEAD", "/api/heartbeats/backup"), 200, ""),
        (world.ask("GET", &format!("/ping/{key}/backup")), 200, "OK"),
        (world.ask("HEAD", &format!("/ping/{key}/backup")), 200, ""),
        (world.ask("POST", &format!("/ping/{key}/backup/0")), 200, "OK"),
        (world.ask("POST", &format!("/in/{key}/heartbeats/backup")), 200, "OK"),
        (world.ask("PUT", "/v2/heartbeats/backup/ping").header("authorization", &genie), 202, "PONG"),
        (world.ask("GET", "/v2/heartbeats/backup/ping").header("authorization", &genie), 202, "PONG"),
        (world.ask("GET", &format!("/api/push/{key}/backup?status=up&msg=OK&ping=3")), 200, r#"{"ok":true}"#),
        (world.ask("GET", &format!("/api/push/{key}")), 200, r#"{"ok":true}"#),
    ];
    for (call, status, words) in calls {
        own("GET", "/api/heartbeats/backup/fail").send().await;
        assert_eq!(state(&world, &reader).await.0, "failed");
        let reply = call.send().await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.body.contains(words), "{reply:?}");
        assert_eq!(state(&world, &reader).await.0, "alive", "{reply:?}");
    }
    let health = &world.app.intake_counts()[0];
    assert_eq!((health.source.as_str(), health.accepted, health.rejected), ("backup", 0, 0));
    assert!(health.last_at.is_some(), "the source was heard");
}

#[tokio::test]
async fn what_begins_and_what_fails_is_told_apart() {
    let (world, key, reader) = world().await;
    let ping = |word: &str| world.ask("POST", &format!("/ping/{key}/backup/{word}"));
    assert_eq!(ping("start").send().await.status, 200);
    assert_eq!(state(&world, &reader).await.0, "running");
    assert_eq!(ping("log").json("a line").send().await.status, 200);
    assert_eq!(state(&world, &reader).await.0, "running", "a line of the log is no sign");
    assert_eq!(ping("fail").json("no space left").send().await.status, 200);
    assert_eq!(state(&world, &reader).await, ("failed".to_owned(), "no space left".to_owned()));
    assert_eq!(ping("0").send().await.status, 200);
    assert_eq!(state(&world, &reader).await, ("alive".to_owned(), String::new()));
    assert_eq!(ping("3").json("tar: out").send().await.status, 200);
    assert_eq!(state(&world, &reader).await.1, "exit status 3\ntar: out");
    ping("0").send().await;
    let down = format!("/api/push/{key}/backup?status=down&msg=no+space&ping=");
    assert_eq!(world.ask("GET", &down).send().await.status, 200);
    assert_eq!(state(&world, &reader).await, ("failed".to_owned(), "no space".to_owned()));
    for word in ["256", "-1", "begin", "%2e%2e"] {
        assert_eq!(ping(word).send().await.status, 404, "{word}");
    }
}

#[tokio::test]
async fn the_end_of_an_alert_that_always_fires_is_no_sign_of_life() {
    let (world, key, reader) = world().await;
    let hook = |status: &str| {
        let body = format!(r#"{{"version":"4","status":"{status}","alerts":[{{"status":"{status}"}}]}}"#);
        world.ask("POST", &format!("/in/{key}/heartbeats/backup")).json(&body)
    };
    assert_eq!(hook("resolved").send().await.status, 200);
    assert_eq!(state(&world, &reader).await.0, "new");
    assert_eq!(hook("firing").send().await.status, 200);
    assert_eq!(state(&world, &reader).await.0, "alive");
}

#[tokio::test]
async fn a_body_of_any_kind_keeps_no_sign_out() {
    let (world, key, reader) = world().await;
    let ping = format!("/ping/{key}/backup");
    let large = "x".repeat(2 * 1024 * 1024);
    for body in ["{", "\u{0}", large.as_str()] {
        world.ask("POST", &format!("{ping}/fail")).send().await;
        assert_eq!(world.ask("POST", &ping).json(body).send().await.status, 200);
        assert_eq!(state(&world, &reader).await.0, "alive");
    }
}

#[tokio::test]
async fn only_a_sources_key_is_heard_and_only_for_what_is_waited_for() {
    let (world, key, reader) = world().await;
    for path in ["/ping/KEY/backup", "/in/KEY/heartbeats/backup", "/api/push/KEY/backup", "/api/push/KEY"] {
        for wrong in ["nobodyskey", reader.as_str()] {
            let reply = world.ask("GET", &path.replace("KEY", wrong)).send().await;
            assert_eq!(reply.status, 401, "{reply:?}");
        }
    }
    assert_eq!(world.ask("GET", "/api/heartbeats/backup").send().await.status, 401);
    assert_eq!(state(&world, &reader).await.0, "new");
    let reply = world.ask("GET", &format!("/ping/{key}/bakcup")).send().await;
    assert_eq!(reply.status, 404);
    assert!(reply.body.contains("[heartbeats.NAME]"), "{reply:?}");
    let reply = world.ask("GET", &format!("/ping/{key}/stuck")).send().await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    assert!(!reply.body.contains("disk"), "causes are not told: {reply:?}");
}
