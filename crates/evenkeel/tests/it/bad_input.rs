//! Bad input at each intake: the documented 4xx with what and where, counted where people see it, and never a crash.

use crate::world::{LIMIT, PLAYBOOK, Server, Sink, client, settings, until};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a body may take, and a little more.
const BODY_LIMIT: Duration = Duration::from_secs(40);

/// A body, the status that `docs/intake.md` names for it, and words of the answer that say what and where.
struct Bad {
    name: &'static str,
    body: Vec<u8>,
    status: u16,
    words: Vec<&'static str>,
}

fn bad(name: &'static str, body: impl Into<Vec<u8>>, status: u16, words: &[&'static str]) -> Bad {
    Bad { name, body: body.into(), status, words: words.to_vec() }
}

async fn world() -> Server {
    let sink = Sink::start().await;
    Server::start(&settings(&sink.url("/hook")), &PLAYBOOK.replace("SINK", &sink.url(""))).await
}

async fn send(server: &Server, path: &str, body: Vec<u8>) -> (u16, String, String) {
    let request = client().post(server.at(path)).header("content-type", "application/json").body(body);
    let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (answer.status().as_u16(), kind.unwrap_or_default(), answer.text().await.unwrap())
}

/// What the API counts of a source.
async fn counted(server: &Server, source: &str) -> Value {
    let mut intake = server.get("/api/intake").await;
    assert_eq!(intake["panics"], 0);
    let sources = intake["sources"].take();
    sources.as_array().unwrap().iter().find(|known| known["source"] == source).cloned().unwrap_or_default()
}

/// Bodies that are wrong in every format, and those that are wrong only in one.
fn every_bad_body(format: &str, key: &str) -> Vec<Bad> {
    let limit = if format == "pagerduty" { 512 * 1024 } else { 4 * 1024 * 1024 };
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let routed = |rest: &str| format!("{{\"routing_key\": \"{key}\", {rest}}}");
    let mut all = vec![
        bad(
            "not JSON",
            "{\"key\": \n  oops}",
            400,
            if format == "pagerduty" { &["JSON"] } else { &["line 2"] },
        ),
        bad("nothing", "", 400, &[]),
        bad("not UTF-8", b"{\"title\": \"\xff\xfe\"}".to_vec(), 400, &[]),
        bad("too deep", deep, 400, &[]),
        bad(
            "too large",
            vec![b' '; limit + 1],
            413,
            &[if format == "pagerduty" { "524288" } else { "4194304" }],
        ),
        bad("only a number", "7", 400, &[]),
        bad("half a surrogate and no end", "{\"title\": \"\\ud800", 400, &[]),
    ];
    all.extend(match format {
        "prometheus" => vec![
            bad("an object", "{}", 400, &["must be a list"]),
            bad(
                "a label that is a list",
                r#"[{"labels": {"alertname": ["x"]}}]"#,
                400,
                &["labels.alertname"],
            ),
        ],
        "alertmanager" => vec![bad("no alerts", r#"{"version": "4"}"#, 400, &["alerts"])],
        "pagerduty" => vec![
            bad("no summary", routed(r#""event_action": "trigger", "payload": {}"#), 400, &["summary"]),
            bad("an unknown action", routed(r#""event_action": "shout""#), 400, &["event_action"]),
        ],
        _ => vec![
            bad("neither key nor title", "{}", 400, &["title"]),
            bad("an unknown status", r#"{"key": "a", "status": "on fire"}"#, 400, &["status", "on fire"]),
            bad(
                "a label that is a list",
                r#"{"key": "a", "labels": {"x": []}}"#,
                400,
                &["labels.x", "must be a string"],
            ),
        ],
    });
    all
}

#[tokio::test]
async fn each_intake_says_what_is_wrong_and_counts_it() {
    let server = world().await;
    let paths: BTreeMap<&str, String> = BTreeMap::from([
        ("prometheus", format!("/in/{}/api/v2/alerts", server.key)),
        ("alertmanager", format!("/in/{}/alertmanager", server.key)),
        ("pagerduty", format!("/in/{}/v2/enqueue", server.key)),
        ("generic", format!("/in/{}/alerts", server.key)),
    ]);
    let mut refused = 0;
    for (format, path) in &paths {
        for wrong in every_bad_body(format, &server.key) {
            let (status, kind, text) = send(&server, path, wrong.body).await;
            assert_eq!(status, wrong.status, "{format}, {}: {text}", wrong.name);
            assert!(kind.contains("json"), "{format}, {}: {kind}", wrong.name);
            let answer: Value = serde_json::from_str(&text).unwrap();
            // The API that Prometheus speaks answers some failures with a bare text.
            assert!(answer.is_object() || answer.is_string(), "{format}, {}: {text}", wrong.name);
            for word in wrong.words {
                assert!(text.contains(word), "{format}, {}: no {word:?} in {text}", wrong.name);
            }
            refused += 1;
            let health = counted(&server, "tests").await;
            assert_eq!(health["rejected"], refused, "{format}, {}", wrong.name);
            let last = &health["last_rejection"];
            assert_eq!(last["format"], *format, "{}", wrong.name);
            let why = last["why"].as_str().unwrap();
            assert!(!why.is_empty(), "{format}, {}", wrong.name);
            // People see where, even when the imitated API has no place for it.
            assert!(wrong.name != "not JSON" || why.contains("line 2 column"), "{format}: {why}");
        }
    }
    assert_eq!(counted(&server, "tests").await["accepted"], 0);
    assert!(server.incidents().await.is_empty(), "nothing came of bad input");
    let (status, _) = server.alert(&json!({ "key": "good", "title": "after all that" })).await;
    assert_eq!(status, 200);
    server.stop().await;
}

#[tokio::test]
async fn the_wrong_kind_of_body_is_refused_where_the_imitated_server_does() {
    let server = world().await;
    let ask = async |path: &str, header: (&str, &str)| {
        let url = server.at(&format!("/in/{}/{path}", server.key));
        let request = client().post(url).header(header.0, header.1).body("[]");
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("api/v2/alerts", ("content-type", "text/plain")).await, 415);
    assert_eq!(ask("api/v2/alerts", ("content-type", "application/json; charset=utf-8")).await, 200);
    for path in ["api/v2/alerts", "alertmanager", "alerts", "v2/enqueue"] {
        assert_eq!(ask(path, ("content-encoding", "gzip")).await, 415, "{path}");
    }
    let curl = client().post(server.at(&format!("/in/{}/alerts", server.key)));
    let curl =
        curl.header("content-type", "application/x-www-form-urlencoded").body(r#"{"key": "from curl -d"}"#);
    assert_eq!(curl.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(counted(&server, "tests").await["rejected"], 5);
    server.stop().await;
}

#[tokio::test]
async fn the_good_alerts_beside_a_bad_one_are_kept() {
    let server = world().await;
    let body = json!({ "alerts": [{ "key": "good" }, { "key": "bad", "labels": { "host": [] } }, { "key": "fine" }] });
    let (status, answer) = server.alert(&body).await;
    assert_eq!((status, &answer["accepted"]), (400, &json!(2)), "{answer}");
    assert_eq!(answer["errors"][0]["path"], "alerts[1].labels.host");
    assert_eq!(server.incidents().await.len(), 2);
    let health = counted(&server, "tests").await;
    assert_eq!((&health["accepted"], &health["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(health["last_rejection"]["path"], "alerts[1].labels.host");
    server.stop().await;
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let server = world().await;
    for (path, status) in [
        ("/in/nobodyskeynobodyskeynobodyskey12/alerts", 401),
        ("/in/nobodyskeynobodyskeynobodyskey12/alertmanager", 401),
        ("/in/nobodyskeynobodyskeynobodyskey12/api/v2/alerts", 401),
        ("/api/v2/alerts", 401),
    ] {
        assert_eq!(send(&server, path, b"{}".to_vec()).await.0, status, "{path}");
    }
    let body = br#"{"routing_key": "nobodyskeynobodyskeynobodyskey12", "event_action": "trigger"}"#;
    assert_eq!(send(&server, "/v2/enqueue", body.to_vec()).await.0, 400);
    assert_eq!(counted(&server, "(unknown key)").await["rejected"], 5);
    let slash = format!("/in/{}/alerts/", server.key);
    assert_eq!(send(&server, &slash, b"{}".to_vec()).await.0, 404, "no redirects");
    server.stop().await;
}

/// Sends these bytes and nothing more, and reads what comes until the server hangs up.
async fn dribble(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(BODY_LIMIT, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection was not closed: {}", String::from_utf8_lossy(&answer));
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_slow_are_cut_off_and_the_others_served_meanwhile() {
    let server = world().await;
    let body = format!(
        "POST /in/{}/alerts HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n{{\"key\": ",
        server.key
    );
    let head = "POST /in/x/alerts HTTP/1.1\r\nhost: x\r\nx-slow";
    let slow = async { tokio::join!(dribble(&server, body.as_bytes()), dribble(&server, head.as_bytes())) };
    let others = async {
        for n in 0..20 {
            let (status, _) = server.alert(&json!({ "key": format!("meanwhile-{n}") })).await;
            assert_eq!(status, 200);
        }
    };
    let ((body, _), ()) = tokio::join!(slow, others);
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    assert!(body.contains("took longer"), "{body}");
    let health = counted(&server, "tests").await;
    assert_eq!((&health["accepted"], &health["rejected"]), (&json!(20), &json!(1)));
    server.stop().await;
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_refused_while_it_comes() {
    let server = world().await;
    let head = format!(
        "POST /in/{}/alerts HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        server.key,
        1_u64 << 40
    );
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b' '; 64 * 1024];
    let mut sent = 0;
    while sent < 256 * 1024 * 1024 && stream.write_all(&piece).await.is_ok() {
        sent += piece.len();
    }
    assert!(sent < 64 * 1024 * 1024, "it took {sent} bytes of a body that is too large after 4 MiB");
    until("the refusal is counted", LIMIT, || async {
        let health = counted(&server, "tests").await;
        let why = health["last_rejection"]["why"].as_str().unwrap_or_default().to_owned();
        why.contains("4194304").then_some(())
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn broken_off_bodies_are_no_alerts() {
    let server = world().await;
    let request = format!(
        "POST /in/{}/alerts HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{\"key\": \"x\"}}",
        server.key
    );
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    drop(stream);
    until("the broken body is counted", LIMIT, || async {
        (counted(&server, "tests").await["rejected"] == 1).then_some(())
    })
    .await;
    assert!(server.incidents().await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn two_hundred_connections_at_once_are_all_served() {
    let server = world().await;
    let address = server.url.strip_prefix("http://").unwrap();
    // Open first, so that all of them are there at the same time.
    let mut streams = Vec::new();
    for _ in 0..200 {
        streams.push(TcpStream::connect(address).await.unwrap());
    }
    let mut asked = tokio::task::JoinSet::new();
    for (n, mut stream) in streams.into_iter().enumerate() {
        let body = format!("{{\"key\": \"crowd-{n}\", \"severity\": \"P3\"}}");
        let request = format!(
            "POST /in/{}/alerts HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            server.key,
            body.len()
        );
        asked.spawn(async move {
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        });
    }
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
    assert_eq!(server.incidents().await.len(), 200);
    server.stop().await;
}
