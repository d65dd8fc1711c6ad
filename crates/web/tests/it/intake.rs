//! Alerts come in: every format over a real socket, malformed ones too, and what happens when nothing can be kept.

use crate::client::Reply;
use crate::world::World;
use core::time::Duration;
use engine::ports::{Filter, JournalError, Scope};
use incident::{Actor, Command};
use jiff::SignedDuration;

const PROMETHEUS: &str = r#"[{"labels":{"alertname":"HighErrorRate","severity":"critical"},"annotations":{"summary":"API returning 5xx errors"},"startsAt":"2026-11-23T09:59:00Z"}]"#;
const ALERTMANAGER: &str = r#"{"version":"4","groupKey":"{}:{alertname=\"A\"}","status":"firing","receiver":"r","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am.example","alerts":[{"status":"firing","labels":{"alertname":"A","severity":"critical"},"annotations":{},"startsAt":"2026-11-23T09:59:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"00ff"}]}"#;
const GENERIC: &str = r#"{"title":"disk full","key":"disk","severity":"P1"}"#;

fn event(key: &str, action: &str) -> String {
    format!(
        r#"{{"routing_key":"{key}","event_action":"{action}","dedup_key":"srv01/HTTP","payload":{{"summary":"down","source":"srv01","severity":"critical"}}}}"#
    )
}

async fn open_incidents(world: &World) -> usize {
    world.engine.summaries(Filter::default()).await.unwrap().len()
}

#[tokio::test]
async fn each_format_opens_an_incident_and_is_answered_as_its_sender_expects() {
    let world = World::new().await;
    let key = world.source_key().await;
    let basic = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("anyone:{key}"))
    };
    let deliveries = [
        (world.ask("POST", "/api/v2/alerts").bearer(&key), PROMETHEUS.to_owned(), 200),
        (
            world.ask("POST", "/api/v2/alerts").header("authorization", &format!("Basic {basic}")),
            PROMETHEUS.to_owned(),
            200,
        ),
        (world.ask("POST", &format!("/in/{key}/api/v2/alerts")), PROMETHEUS.to_owned(), 200),
        (world.ask("POST", &format!("/in/{key}/alertmanager")), ALERTMANAGER.to_owned(), 200),
        (world.ask("POST", "/v2/enqueue"), event(&key, "trigger"), 202),
        (world.ask("POST", &format!("/in/{key}/v2/enqueue")), event(&key, "trigger"), 202),
    ];
    for (asking, body, status) in deliveries {
        let reply = asking.json(&body).send().await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    assert_eq!(open_incidents(&world).await, 3, "repeats open nothing");
    for (asking, known) in [
        (world.ask("POST", "/api/alerts").bearer(&key), 4),
        (world.ask("POST", &format!("/in/{key}/alerts")), 4),
    ] {
        let reply = asking.json(GENERIC).send().await;
        assert!((200..300).contains(&reply.status), "{reply:?}");
        assert_eq!(open_incidents(&world).await, known);
    }
    let health = &world.app.intake_counts()[0];
    assert_eq!((health.source.as_str(), health.accepted, health.rejected), ("prometheus-main", 8, 0));
}

#[tokio::test]
async fn an_event_without_its_key_is_told_its_new_one() {
    let world = World::new().await;
    let key = world.source_key().await;
    let body = event(&key, "trigger").replace(r#""dedup_key":"srv01/HTTP","#, "");
    let reply = world.ask("POST", "/v2/enqueue").json(&body).send().await;
    assert_eq!(reply.status, 202);
    assert_eq!(reply.json()["status"], "success");
    assert_eq!(reply.json()["dedup_key"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn an_end_of_what_never_began_is_accepted_and_dropped() {
    let world = World::new().await;
    let key = world.source_key().await;
    for action in ["resolve", "acknowledge"] {
        let reply = world.ask("POST", "/v2/enqueue").json(&event(&key, action)).send().await;
        assert_eq!(reply.status, 202, "{reply:?}");
    }
    let over = PROMETHEUS.replace("}]", r#","endsAt":"2026-11-23T09:59:30Z"}]"#);
    let reply = world.ask("POST", "/api/v2/alerts").bearer(&key).json(&over).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(open_incidents(&world).await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_senders_own_shape_and_counted() {
    let world = World::new().await;
    let key = world.source_key().await;
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let bodies: [&[u8]; 6] = [b"", b"{", b"nonsense", b"{\"title\": \"\xff\xfe\"}", b"42", deep.as_bytes()];
    let formats = ["api/v2/alerts", "alertmanager", "alerts", "v2/enqueue"];
    for format in formats {
        for body in bodies {
            let path = format!("/in/{key}/{format}");
            let reply =
                world.ask("POST", &path).header("content-type", "application/json").body(body).send().await;
            assert_eq!(reply.status, 400, "{format} {:?}: {reply:?}", String::from_utf8_lossy(body));
            let told = reply.json();
            let shape = match format {
                "api/v2/alerts" => told["code"] == 400 && told["message"].is_string(),
                "v2/enqueue" => {
                    told["status"].is_string() && told["message"].is_string() && told["errors"].is_array()
                }
                _ => told["status"] == 400 && told["detail"].is_string() && told["errors"].is_array(),
            };
            assert!(shape, "{format}: {told}");
        }
    }
    let health = &world.app.intake_counts()[0];
    assert_eq!((health.accepted, health.rejected), (0, 24));
    assert!(!health.last_rejection.as_ref().unwrap().why.is_empty());
    assert_eq!(open_incidents(&world).await, 0);
}

#[tokio::test]
async fn one_bad_alert_loses_none_of_the_others_and_its_place_is_told() {
    let world = World::new().await;
    let key = world.source_key().await;
    let body = r#"{"alerts":[{"title":"good","key":"g"},7,{"title":"fine","key":"f"}]}"#;
    let reply = world.ask("POST", &format!("/in/{key}/alerts")).json(body).send().await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.body.contains("alerts[1]"), "{}", reply.body);
    assert_eq!(open_incidents(&world).await, 2);
    let health = &world.app.intake_counts()[0];
    assert_eq!((health.accepted, health.rejected), (2, 1));
    assert!(health.last_rejection.as_ref().unwrap().path.starts_with("alerts[1]"), "{health:?}");
}

#[tokio::test]
async fn compressed_bodies_and_other_media_types_are_told_why() {
    let world = World::new().await;
    let key = world.source_key().await;
    let path = format!("/in/{key}/alerts");
    let reply = world.ask("POST", &path).header("content-encoding", "gzip").body(b"\x1f\x8b").send().await;
    assert_eq!(reply.status, 415);
    assert!(reply.json()["detail"].as_str().unwrap().contains("gzip"), "{}", reply.body);
    let xml =
        world.ask("POST", "/api/v2/alerts").bearer(&key).header("content-type", "text/xml").body(b"<a/>");
    assert_eq!(xml.send().await.status, 415);
    let charset = world.ask("POST", &path).header("content-type", "application/json; charset=utf-8");
    assert!(charset.body(GENERIC.as_bytes()).send().await.status < 300);
}

#[tokio::test]
async fn a_key_that_is_nobodys_sends_nothing() {
    let world = World::new().await;
    let reading = world.token("board", Scope::Read, None).await;
    for key in ["a".repeat(32), reading] {
        for path in ["api/v2/alerts", "alertmanager", "alerts"] {
            let reply = world.ask("POST", &format!("/in/{key}/{path}")).json(PROMETHEUS).send().await;
            assert_eq!(reply.status, 401, "{path}: {reply:?}");
        }
    }
    let reply = world.ask("POST", "/v2/enqueue").json(&event(&"a".repeat(32), "trigger")).send().await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.body.contains("Invalid routing key"), "{}", reply.body);
    assert_eq!(open_incidents(&world).await, 0);
    assert!(world.app.intake_counts()[0].source.contains("unknown"));
}

/// One delivery in each format.
async fn deliver_all(world: &World, key: &str) -> [Reply; 4] {
    let send = |path: &str, body: String| world.ask("POST", path).json(&body).send();
    [
        send(&format!("/in/{key}/api/v2/alerts"), PROMETHEUS.to_owned()).await,
        send(&format!("/in/{key}/alertmanager"), ALERTMANAGER.to_owned()).await,
        send(&format!("/in/{key}/alerts"), GENERIC.to_owned()).await,
        send("/v2/enqueue", event(key, "trigger")).await,
    ]
}

#[tokio::test]
async fn nothing_is_accepted_while_nothing_can_be_kept() {
    let world = World::new().await;
    let key = world.source_key().await;
    for _ in 0..4 {
        // The batch, and then each question by itself.
        world.memory.fail_next_commit(JournalError::Unavailable("disk full".to_owned()));
    }
    for reply in deliver_all(&world, &key).await {
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(reply.header("retry-after").is_some());
        assert!(!reply.body.contains("disk full"), "strangers do not see causes");
        assert!(reply.body.contains("storage refuses"), "nobody is only busy: {reply:?}");
    }
    let health = world.get("/api/health").await;
    assert!(health.status == 503 && !health.body.contains("disk full"), "{health:?}");
    assert_eq!(open_incidents(&world).await, 0);
    assert_eq!(world.app.intake_counts()[0].postponed, 4);
    for reply in deliver_all(&world, &key).await {
        assert!(reply.status < 300, "afterwards it is: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_that_stands_still_is_not_healthy_until_it_turns_again() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    world.settled(id).await;
    let (open, holder) = shut(&world);
    let engine = world.engine.clone();
    let note = Command::Note { text: "n".to_owned() };
    let noted = tokio::spawn(async move { engine.ask(id, Actor::System, note).await });
    let token = world.token("board", Scope::Read, None).await;
    let metrics = || world.ask("GET", "/metrics").header("authorization", &format!("Bearer {token}")).send();
    // Once the core waits at the gate.
    while metrics().await.body.contains("\nevenkeel_core_turns 1\n") {}
    let waits = world.get("/readyz").await.status;
    let lives = world.get("/healthz").await.status;
    world.pass(SignedDuration::from_secs(61));
    let stands_still = world.get("/healthz").await.status;
    open.send(()).unwrap();
    holder.join().unwrap();
    noted.await.unwrap().unwrap();
    assert_eq!((waits, lives, stands_still), (503, 200, 503));
    // A whole turn, after which it is known to have come round.
    assert_eq!(world.get("/readyz").await.status, 200);
    assert_eq!(world.get("/healthz").await.status, 200);
    let body = metrics().await.body;
    for line in [
        "evenkeel_core_turns 1",
        "evenkeel_storage_keeps 1",
        "evenkeel_page_attempts_total{channel=\"handset\",outcome=\"delivered\"} 1",
        "evenkeel_page_lateness_seconds_bucket{channel=\"handset\",le=\"1\"} 1",
        "evenkeel_page_lateness_seconds_count{channel=\"handset\"} 1",
    ] {
        assert!(body.lines().any(|given| given == line), "{line} is not in {body}");
    }
}

/// Shuts the gate: nothing is kept until it is opened.
fn shut(world: &World) -> (std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>) {
    let gate = std::sync::Arc::clone(&world.gate);
    let (open, opening) = std::sync::mpsc::channel::<()>();
    let (closed, is_closed) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        let _held = gate.lock().unwrap();
        closed.send(()).unwrap();
        let _ = opening.recv();
    });
    is_closed.recv().unwrap();
    (open, holder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_asks_senders_to_come_again_in_their_own_words() {
    let world = World::new().await;
    let key = world.source_key().await;
    let (id, _) = world.incident("P1").await;
    world.settled(id).await;
    let (open, holder) = shut(&world);
    let mut waiting = Vec::new();
    let (refuse, mut is_refused) = tokio::sync::mpsc::unbounded_channel::<()>();
    for _ in 0..6_000 {
        let (engine, refuse) = (world.engine.clone(), refuse.clone());
        let note = Command::Note { text: "n".to_owned() };
        waiting.push(tokio::spawn(async move {
            let answer = engine.ask(id, Actor::System, note).await;
            if answer.is_err() {
                let _ = refuse.send(());
            }
            answer
        }));
    }
    // The queue is full once many are refused at the door: the core has taken its one batch by then, and waits at the gate.
    let full = async {
        for _ in 0..500 {
            is_refused.recv().await;
        }
    };
    let full = tokio::time::timeout(Duration::from_secs(20), full).await;
    let replies = if full.is_ok() { Some(deliver_all(&world, &key).await) } else { None };
    open.send(()).unwrap();
    holder.join().unwrap();
    let [prometheus, alertmanager, generic, pagerduty] = replies.expect("the queue fills up");
    for reply in [&prometheus, &alertmanager, &generic] {
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(reply.header("retry-after").is_some());
    }
    assert_eq!(pagerduty.status, 429, "{pagerduty:?}");
    assert!(pagerduty.header("retry-after").is_some());
    let mut refused = 0;
    for asked in waiting {
        refused += usize::from(asked.await.unwrap().is_err());
    }
    assert!(refused > 0, "some were refused and the others answered");
}

#[tokio::test]
async fn probes_and_status_answer() {
    let world = World::new().await;
    let key = world.source_key().await;
    for path in ["/-/healthy", "/-/ready", "/healthz", "/readyz"] {
        assert_eq!(world.get(path).await.status, 200);
    }
    assert_eq!(world.get("/api/health").await.body, r#"{"status":"ok"}"#);
    let status = world.get(&format!("/in/{key}/api/v2/status")).await;
    assert_eq!(status.json()["cluster"]["status"], "disabled");
    assert_eq!(world.get("/in/nobody/api/v2/status").await.status, 401);
}

#[tokio::test]
async fn every_piece_of_a_good_body_is_answered_calmly() {
    let world = World::new().await;
    let key = world.source_key().await;
    let good = event(&key, "trigger");
    let bodies = [
        ("api/v2/alerts", PROMETHEUS),
        ("alertmanager", ALERTMANAGER),
        ("alerts", GENERIC),
        ("v2/enqueue", &good),
    ];
    for (format, body) in bodies {
        let path = format!("/in/{key}/{format}");
        for end in (1..body.len()).step_by(7) {
            let cut = world.ask("POST", &path).json(&body[..end]).send().await;
            assert_eq!(cut.status, 400, "{format} cut at {end}: {cut:?}");
            let mut wrong = body.as_bytes().to_vec();
            wrong[end] = b'\\';
            let bent =
                world.ask("POST", &path).header("content-type", "application/json").body(&wrong).send().await;
            assert!(bent.status < 500, "{format} bent at {end}: {bent:?}");
        }
    }
}
