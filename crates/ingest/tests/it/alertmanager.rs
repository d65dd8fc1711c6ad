//! Alertmanager's webhook.

use incident::AlertStatus;
use ingest::{Failure, Format, failure_reply};
use serde_json::json;

use super::{answer, at, only, read, refusal};

const A: Format = Format::Alertmanager;

/// A group as Alertmanager 0.25 posts it, with the two fields that 0.34 added under the same version.
const RECORDED: &str = r#"{"receiver":"all","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Watchdog","cluster":"demo","severity":"none"},"annotations":{"description":"always on"},"startsAt":"2026-11-23T19:29:24.632Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://vm:19090/graph","fingerprint":"4bcd930190551935"},{"status":"resolved","labels":{"alertname":"Down","instance":"db-1"},"annotations":{},"startsAt":"2026-11-23T19:00:00Z","endsAt":"2026-11-23T19:29:00Z","generatorURL":"","fingerprint":"0000000000000000"}],"groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://vm:19093","version":"4","groupKey":"{}:{}","truncatedAlerts":3,"notification_reason":"new alerts added","routeLabels":{"a":null}}"#;

#[test]
fn a_recorded_group_has_firing_and_resolved_alerts() {
    let parsed = read(A, RECORDED).unwrap();
    assert_eq!((parsed.reply.status, parsed.reply.body.as_str()), (200, ""));
    let [fires, over] = parsed.alerts.as_slice() else { panic!("{:?}", parsed.alerts) };
    assert_eq!((fires.status, fires.key.key.as_str()), (AlertStatus::Firing, "4bcd930190551935"));
    assert_eq!((fires.title.as_str(), fires.description.as_str()), ("Watchdog", "always on"));
    assert!(!fires.labels.keys().any(|name| name.contains("description")));
    assert_eq!((fires.started_at, fires.expires_at), (Some(at("2026-11-23T19:29:24.632Z")), None));
    assert_eq!((over.status, over.title.as_str()), (AlertStatus::Resolved, "Down on db-1"));
}

#[test]
fn the_same_labels_have_the_same_key_as_from_prometheus() {
    let labels = r#"{"labels":{"alertname":"Down","instance":"db-1"}}"#;
    let direct = only(Format::Prometheus, format!("[{labels}]"));
    let webhook = only(A, format!(r#"{{"alerts":[{labels}]}}"#));
    assert_eq!(direct.key, webhook.key);
}

#[test]
fn status_decides_and_the_end_only_without_it() {
    let status =
        |fields: &str| only(A, format!(r#"{{"alerts":[{{"labels":{{"a":"b"}},{fields}}}]}}"#)).status;
    assert_eq!(status(r#""status":"firing","endsAt":"2026-11-23T19:00:00Z""#), AlertStatus::Firing);
    assert_eq!(status(r#""status":"firing","endsAt":"2026-11-23T20:00:00Z""#), AlertStatus::Firing);
    assert_eq!(status(r#""status":"resolved","endsAt":"0001-01-01T00:00:00Z""#), AlertStatus::Resolved);
    assert_eq!(status(r#""status":"unheard of""#), AlertStatus::Firing);
    assert_eq!(status(r#""endsAt":"2026-11-23T19:00:00Z""#), AlertStatus::Resolved);
}

#[test]
fn without_labels_the_senders_fingerprint_is_the_key() {
    let alert = only(A, r#"{"alerts":[{"fingerprint":"abc","labels":null,"annotations":{"message":"m"}}]}"#);
    assert_eq!((alert.key.key.as_str(), alert.title.as_str()), ("abc", "alert without a name"));
    assert_eq!(alert.description, "m");
}

#[test]
fn a_bad_alert_is_told_of_with_its_path() {
    let parsed = read(A, r#"{"alerts":[{"labels":{"a":"b"}},{"labels":{"a":[]}}]}"#).unwrap();
    assert_eq!(parsed.alerts.len(), 1);
    let (status, told) = answer(&parsed.reply);
    assert_eq!((status, &told["accepted"]), (400, &json!(1)));
    assert_eq!(
        told["errors"],
        json!([{"path": "alerts[1].labels.a", "detail": "must be a string, is a list"}])
    );
    let (status, told) = refusal(A, r#"{"status":"firing"}"#);
    assert_eq!((status, &told["detail"]), (400, &json!("alerts: must be a list of alerts, is null")));
}

#[test]
fn overload_is_503_because_alertmanager_never_retries_429() {
    for format in [A, Format::Generic, Format::Prometheus] {
        let reply = failure_reply(format, &Failure::Busy);
        assert_eq!(reply.status, 503);
        assert!(reply.retry_after_seconds.is_some());
    }
    assert_eq!(failure_reply(Format::PagerDuty, &Failure::Busy).status, 429);
}
