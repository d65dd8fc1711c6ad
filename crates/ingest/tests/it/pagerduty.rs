//! `PagerDuty` Events v2 as its Python client and Alertmanager send it.

use incident::AlertStatus;
use ingest::{Failure, Format, failure_reply, pagerduty_routing_key};
use serde_json::{Value, json};

use super::{FRESH, answer, at, only, read, refusal};

const D: Format = Format::PagerDuty;
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What the official Python client sends.
const MINIMAL: &str = r#"{"event_action":"trigger","payload":{"summary":"sum","source":"src","severity":"critical"},"routing_key":"0123456789abcdef0123456789abcdef"}"#;

fn full() -> Value {
    json!({"routing_key": KEY, "event_action": "trigger", "dedup_key": "srv01/HTTP",
        "payload": {"summary": "DISK at 99%", "timestamp": "2026-01-02T03:04:05.678+0000", "severity": "critical",
            "source": "prod-03", "component": "mysql", "group": "datapipe", "class": "disk",
            "custom_details": {"free": "1%", "n": {"x": [1]}, "none": null, "message": "details\nhere"}},
        "images": [{"src": "https://x.example.test/y.png", "href": "https://x.example.test", "alt": "a"}],
        "links": [{"href": "https://x.example.test", "text": "t"}, {"href": "https://y.example.test"}],
        "client": "mon", "client_url": "https://mon.example.test"})
}

#[test]
fn a_minimal_trigger_takes_the_fresh_key() {
    let alert = only(D, MINIMAL);
    assert_eq!((alert.key.key.as_str(), alert.status), (FRESH, AlertStatus::Firing));
    assert_eq!((alert.title.as_str(), alert.severity.as_deref()), ("sum", Some("critical")));
    assert_eq!(alert.expires_at, None);
    let (status, told) = answer(&read(D, MINIMAL).unwrap().reply);
    assert_eq!(status, 202);
    assert_eq!(told, json!({"status": "success", "message": "Event processed", "dedup_key": FRESH}));
}

#[test]
fn a_full_trigger() {
    let alert = only(D, full().to_string());
    assert_eq!(alert.key.key, "srv01/HTTP");
    assert_eq!(alert.started_at, Some(at("2026-01-02T03:04:05.678Z")));
    assert_eq!(alert.link.as_deref(), Some("https://x.example.test"));
    assert_eq!(alert.description, "details\nhere");
    let labels: Vec<_> = alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "class=disk",
        "client=mon",
        "client_url=https://mon.example.test",
        "component=mysql",
        "details.free=1%",
        "details.message=details\nhere",
        r#"details.n={"x":[1]}"#,
        "group=datapipe",
        "image.1=https://x.example.test/y.png",
        "link.1=https://x.example.test",
        "link.2=https://y.example.test",
        "source=prod-03",
    ];
    assert_eq!(labels, expected);
}

#[test]
fn every_accepted_event_is_told_its_key() {
    for (action, status) in [("acknowledge", AlertStatus::Acknowledged), ("resolve", AlertStatus::Resolved)] {
        let body = json!({"event_action": action, "dedup_key": "dk1", "routing_key": KEY}).to_string();
        let alert = only(D, &body);
        assert_eq!((alert.status, alert.key.key.as_str(), alert.title.as_str()), (status, "dk1", "dk1"));
        let (code, told) = answer(&read(D, &body).unwrap().reply);
        assert_eq!((code, &told["dedup_key"]), (202, &json!("dk1")));
    }
    // Alertmanager's resolve carries the whole payload.
    let mut resolve = full();
    resolve["event_action"] = json!("resolve");
    assert_eq!(only(D, resolve.to_string()).title, "DISK at 99%");
}

#[test]
fn the_same_key_of_two_sources_is_two_alerts() {
    let of = |source| {
        let received = ingest::Received { source, ..super::received(MINIMAL.as_bytes()) };
        ingest::pagerduty(received).unwrap().alerts.remove(0).key
    };
    assert_ne!(of("site-a"), of("site-b"));
}

#[test]
fn times_as_clients_write_them() {
    let time = |text: Value| {
        let mut event = full();
        event["payload"]["timestamp"] = text;
        only(D, event.to_string()).started_at
    };
    let expected = Some(at("2015-07-17T08:42:58.315Z"));
    let written = [
        "2015-07-17T08:42:58.315+0000",
        "2015-07-17T08:42:58.315Z",
        "2015-07-17T10:42:58.315000000+02:00",
        "2015-07-17T08:42:58.315+00:00Z",
        "2015-07-17T08:42:58.315",
        "2015-07-17 08:42:58.315",
        "1437122578315",
    ];
    for text in written {
        assert_eq!(time(json!(text)), expected, "{text}");
    }
    let counted =
        [json!(1_437_122_578_315_u64), json!(1_437_122_578_315_000_000_u64), json!(1_437_122_578.315)];
    for count in counted {
        assert_eq!(time(count.clone()), expected, "{count}");
    }
    for none in [
        json!("yesterday"),
        json!([]),
        json!(0),
        json!("0001-01-01T00:00:00Z"),
        json!(1e300),
        json!(u64::MAX),
    ] {
        assert_eq!(time(none.clone()), None, "{none}");
    }
}

#[test]
fn an_event_that_breaks_a_rule_is_answered_with_the_rule() {
    let cases = [
        ("/routing_key", json!("short"), "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ("/routing_key", Value::Null, "routing_key: is required"),
        ("/event_action", json!("page"), "event_action: \"page\" is not trigger, acknowledge or resolve"),
        ("/dedup_key", json!("k".repeat(256)), "dedup_key: is longer than 255 characters"),
        ("/payload", json!([]), "payload: must be an object, is a list"),
        ("/payload/summary", Value::Null, "payload.summary: is required"),
        ("/payload/summary", json!("  "), "payload.summary: is required"),
        ("/payload/source", Value::Null, "payload.source: is required"),
        ("/payload/severity", json!({}), "payload.severity: must be a string, is an object"),
    ];
    for (place, value, words) in cases {
        let mut event = full();
        *event.pointer_mut(place).unwrap() = value;
        let (status, told) = refusal(D, event.to_string());
        assert_eq!(status, 400);
        assert_eq!(
            told,
            json!({"status": "invalid event", "message": "Event object is invalid", "errors": [words]})
        );
    }
    let keyless = json!({"event_action": "resolve", "routing_key": KEY}).to_string();
    let words = "dedup_key: is required unless event_action is trigger";
    assert_eq!(refusal(D, keyless).1["errors"], json!([words]));
    let unreadable = json!({"status": "Unrecognized object", "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"]});
    assert_eq!(refusal(D, "{"), (400, unreadable));
    assert_eq!(refusal(D, "[]").1["errors"], json!(["body: must be an event object, is a list"]));
    let unknown = answer(&failure_reply(D, &Failure::UnknownSource));
    assert_eq!((unknown.0, &unknown.1["errors"]), (400, &json!(["Invalid routing key"])));
}

#[test]
fn an_unheard_of_severity_is_passed_on() {
    let body = MINIMAL.replace("critical", "apocalyptic");
    assert_eq!(only(D, body).severity.as_deref(), Some("apocalyptic"));
}

#[test]
fn a_summary_is_measured_in_characters() {
    let with = |count| MINIMAL.replace("\"sum\"", &format!("\"{}\"", "😀".repeat(count)));
    let alert = only(D, with(1_024));
    assert_eq!(alert.title.chars().count(), 300);
    let (status, told) = refusal(D, with(1_025));
    assert_eq!(
        (status, &told["errors"][0]),
        (400, &json!("payload.summary: is longer than 1024 characters"))
    );
    let keyed =
        json!({"event_action": "resolve", "dedup_key": "é".repeat(255), "routing_key": KEY}).to_string();
    assert_eq!(only(D, keyed).key.key, "é".repeat(255));
}

#[test]
fn size_is_limited_to_512_kib() {
    let sized = |bytes: usize| {
        let details = "x".repeat(bytes - MINIMAL.len() - r#","p":"""#.len());
        MINIMAL.replacen('{', &format!(r#"{{"p":"{details}","#), 1)
    };
    assert_eq!(sized(512_000).len(), 512_000);
    assert_eq!(only(D, sized(512_000)).title, "sum");
    assert_eq!(only(D, sized(524_288)).title, "sum");
    assert_eq!(read(D, sized(524_289)), Err(Failure::TooLarge { bytes_max: 524_288 }));
    let (status, told) = refusal(D, sized(600_000));
    assert_eq!((status, &told["status"]), (413, &json!("invalid event")));
    assert_eq!(pagerduty_routing_key(sized(600_000).as_bytes()), None);
}

#[test]
fn the_routing_key_is_the_one_the_event_is_read_with() {
    assert_eq!(pagerduty_routing_key(MINIMAL.as_bytes()).as_deref(), Some(KEY));
    let other = "f".repeat(32);
    let twice = MINIMAL.replacen('{', &format!(r#"{{"routing_key":"{other}","#), 1);
    assert_eq!(pagerduty_routing_key(twice.as_bytes()).as_deref(), Some(KEY), "the last of a name counts");
    for none in ["", "[]", "{}", r#"{"routing_key":"short"}"#, r#"{"routing_key":[]}"#] {
        assert_eq!(pagerduty_routing_key(none.as_bytes()), None, "{none}");
        assert!(read(D, none).is_err(), "{none}");
    }
}

#[test]
fn control_characters_in_a_key_are_escaped_where_it_is_stored_and_echoed_as_sent() {
    let body = json!({"event_action": "resolve", "dedup_key": "a\u{0}\nb", "routing_key": KEY}).to_string();
    assert_eq!(only(D, &body).key.key, r"a\u{0}\u{a}b");
    assert_eq!(answer(&read(D, &body).unwrap().reply).1["dedup_key"], json!("a\u{0}\nb"));
}
