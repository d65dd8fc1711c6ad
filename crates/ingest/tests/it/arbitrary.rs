//! Whatever arrives: no panic, no alert out of nothing, and limits kept.

use ingest::{
    DESCRIPTION_CHARS_MAX, Format, LABEL_CHARS_MAX, LABELS_MAX, Parsed, TITLE_CHARS_MAX, failure_reply,
    pagerduty_routing_key,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::read;

/// Names which the formats look for, among names which they do not.
const NAMES: &[&str] = &[
    "alerts",
    "labels",
    "annotations",
    "startsAt",
    "endsAt",
    "generatorURL",
    "status",
    "fingerprint",
    "key",
    "title",
    "severity",
    "description",
    "link",
    "started_at",
    "expires_at",
    "routing_key",
    "event_action",
    "dedup_key",
    "payload",
    "summary",
    "source",
    "custom_details",
    "timestamp",
    "links",
    "images",
    "href",
    "client_url",
    "zzz",
    "",
];

/// Texts which mean something somewhere.
const TEXTS: &[&str] = &[
    "firing",
    "resolved",
    "trigger",
    "resolve",
    "acknowledge",
    "critical",
    "2026-11-23T19:29:51.632Z",
    "0001-01-01T00:00:00Z",
    "-9999-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0123456789abcdef0123456789abcdef",
    "https://x.example.test",
    "",
    "\u{0}",
    "😀",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let name = proptest::sample::select(NAMES).prop_map(String::from);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn check(format: Format, body: &[u8]) {
    match read(format, body) {
        Ok(parsed) => check_parsed(format, &parsed),
        Err(failure) => {
            let reply = failure_reply(format, &failure);
            assert!((400..500).contains(&reply.status), "{failure}");
            assert!(serde_json::from_str::<Value>(&reply.body).is_ok(), "{}", reply.body);
        }
    }
    if pagerduty_routing_key(body).is_none() {
        assert!(read(Format::PagerDuty, body).is_err(), "an event without a key must never be accepted");
    }
}

fn check_parsed(format: Format, parsed: &Parsed) {
    let success = parsed.reply.status < 300;
    assert_eq!(success, parsed.rejected.is_empty(), "a 2xx must lose nothing, {format:?}");
    for alert in &parsed.alerts {
        assert!(!alert.key.key.is_empty() && !alert.key.key.contains(char::is_control));
        assert!(!alert.title.is_empty() && !alert.title.contains(char::is_control), "{:?}", alert.title);
        assert!(alert.title.chars().count() <= TITLE_CHARS_MAX);
        assert!(alert.description.chars().count() <= DESCRIPTION_CHARS_MAX);
        assert!(alert.labels.len() <= LABELS_MAX);
        assert!(alert.labels.values().all(|value| value.chars().count() <= LABEL_CHARS_MAX));
        assert!(alert.link.as_ref().is_none_or(|link| link.to_ascii_lowercase().starts_with("http")));
        let stored = serde_json::to_string(alert).unwrap();
        assert_eq!(
            &serde_json::from_str::<incident::Alert>(&stored).unwrap(),
            alert,
            "what is stored can be read"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        Format::ALL.iter().for_each(|format| check(*format, &body));
    }

    #[test]
    fn any_json(json in value()) {
        let body = json.to_string();
        Format::ALL.iter().for_each(|format| check(*format, body.as_bytes()));
    }

    /// The same, where each format looks for its fields.
    #[test]
    fn any_json_in_place(field in value(), name in proptest::sample::select(NAMES), other in value()) {
        let alert = json!({"labels": {"a": "b"}, "title": "t", name: field, "zzz": other});
        check(Format::Prometheus, json!([alert]).to_string().as_bytes());
        check(Format::Alertmanager, json!({"alerts": [alert]}).to_string().as_bytes());
        check(Format::Generic, alert.to_string().as_bytes());
        let mut event = json!({"routing_key": "0123456789abcdef0123456789abcdef", "event_action": "trigger",
            "payload": {"summary": "s", "source": "s", "severity": "error"}});
        event["payload"][name] = field.clone();
        check(Format::PagerDuty, event.to_string().as_bytes());
        event["payload"] = json!({"summary": "s", "source": "s", "severity": "error"});
        event[name] = field;
        check(Format::PagerDuty, event.to_string().as_bytes());
    }

    /// A body cut anywhere is refused, never half read.
    #[test]
    fn any_cut(json in value(), at in any::<proptest::sample::Index>()) {
        let body = json!([{"labels": {"a": "b"}, "x": json}]).to_string();
        let cut = &body.as_bytes()[..at.index(body.len())];
        prop_assert!(read(Format::Prometheus, cut).is_err());
    }

    /// Backslashes and surrogate halves in any order, inside a string.
    #[test]
    fn any_escapes(pieces in proptest::collection::vec(
        proptest::sample::select(&["\\ud83d", "\\ude00", "\\\\", "\\u0041", "\\n", "u", "d83d", "é", "\\\""][..]), 0..12,
    )) {
        let body = format!(r#"{{"key":"k","title":"{}"}}"#, pieces.concat());
        let parsed = read(Format::Generic, body);
        prop_assert!(parsed.is_ok(), "{parsed:?}");
    }
}
