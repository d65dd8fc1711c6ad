//! Evenkeel's own JSON.

use incident::AlertStatus;
use ingest::{Failure, Format};
use serde_json::json;

use super::{answer, at, only, read, refusal};

const G: Format = Format::Generic;

#[test]
fn one_alert_with_everything() {
    let body = json!({"key": "backup/db-1", "title": "Backup failed\n", "status": "firing", "severity": "P2",
        "description": "exit code 1", "labels": {"host": "db-1", "try": 3, "dry": false, "none": null},
        "link": "https://ci.example.test/7", "started_at": "2026-11-23T19:00:00Z",
        "expires_at": "2026-11-23T21:00:00Z", "unknown": {"x": []}});
    let parsed = read(G, body.to_string()).unwrap();
    assert_eq!(answer(&parsed.reply), (200, json!({"accepted": 1})));
    let alert = only(G, body.to_string());
    assert_eq!((alert.key.key.as_str(), alert.title.as_str()), ("backup/db-1", "Backup failed"));
    assert_eq!((alert.severity.as_deref(), alert.description.as_str()), (Some("P2"), "exit code 1"));
    assert_eq!(alert.link.as_deref(), Some("https://ci.example.test/7"));
    assert_eq!(alert.started_at, Some(at("2026-11-23T19:00:00Z")));
    assert_eq!(alert.expires_at, Some(at("2026-11-23T21:00:00Z")));
    let labels: Vec<_> = alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(labels, ["dry=false", "host=db-1", "try=3"]);
}

#[test]
fn little_is_enough() {
    let titled = only(G, r#"{"title":"Disk full","labels":{"host":"a"}}"#);
    assert_eq!((titled.status, titled.title.as_str()), (AlertStatus::Firing, "Disk full"));
    let over = only(G, r#"{"title":"Disk full","labels":{"host":"a"},"status":"resolved"}"#);
    assert_eq!((over.status, &over.key), (AlertStatus::Resolved, &titled.key));
    assert_ne!(only(G, r#"{"title":"Disk full","labels":{"host":"b"}}"#).key, titled.key);
    let keyed = only(G, r#"{"key":"k","status":"resolved"}"#);
    assert_eq!((keyed.status, keyed.title.as_str()), (AlertStatus::Resolved, "k"));
    assert_eq!(only(G, r#"{"key":"k","status":"acknowledged"}"#).status, AlertStatus::Acknowledged);
}

#[test]
fn several_alerts_are_read_one_by_one() {
    let body = r#"{"alerts":[{"title":"a"},{"severity":"P1"},{"title":"c","status":"on"},{"title":"d","labels":{"x":[]}}]}"#;
    let parsed = read(G, body).unwrap();
    assert_eq!(parsed.alerts.len(), 1);
    let (status, told) = answer(&parsed.reply);
    assert_eq!((status, &told["accepted"]), (400, &json!(1)));
    assert_eq!(told["detail"], json!("3 of 4 alerts rejected"));
    let expected = json!([
        {"path": "alerts[1].title", "detail": "is required, or a key"},
        {"path": "alerts[2].status", "detail": "\"on\" is not firing, acknowledged or resolved"},
        {"path": "alerts[3].labels.x", "detail": "must be a string, is a list"},
    ]);
    assert_eq!(told["errors"], expected);
    assert_eq!(parsed.reply.content_type, Some("application/problem+json"));
    assert!(read(G, r#"{"alerts":[]}"#).unwrap().alerts.is_empty());
}

#[test]
fn refusals_name_the_place() {
    let (status, told) = refusal(G, r#"{"title":{"de":"x"}}"#);
    assert_eq!((status, &told["errors"][0]["path"]), (400, &json!("title")));
    assert_eq!(
        refusal(G, r#"{"title":"x","started_at":"noon"}"#).1["errors"][0]["path"],
        json!("started_at")
    );
    assert_eq!(refusal(G, "7").1["detail"], json!("body: must be an object, is a number"));
    let (_, told) = refusal(G, "{\n  \"title\": oops\n}");
    assert_eq!(told["detail"], json!("expected value at line 2 column 12"));
    let failure = read(G, "{\"title\":\"x\"} trailing").unwrap_err();
    assert!(matches!(failure, Failure::NotJson { line: 1, column: 15, .. }), "{failure:?}");
}

#[test]
fn an_end_that_means_never_loses_no_alert() {
    for never in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59"] {
        let alert = only(G, json!({"title": "x", "expires_at": never}).to_string());
        assert_eq!(alert.expires_at, Some(jiff::Timestamp::MAX), "{never}");
    }
    assert_eq!(refusal(G, r#"{"title":"x","expires_at":"9999-13-31T23:59:59Z"}"#).0, 400);
}
