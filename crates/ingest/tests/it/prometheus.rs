//! What Prometheus and amtool send to `/api/v2/alerts`, and the answers of that API.

use incident::{AlertKey, AlertStatus};
use ingest::{Failure, Format, check_media_type};
use serde_json::json;

use super::{answer, at, now, only, read, refusal};

const P: Format = Format::Prometheus;

/// As Prometheus 2.42 sends it, addresses shortened.
const RECORDED: &str = r#"[{"annotations":{"runbook_url":"https://runbooks.example.test/latency","summary":"High latency on 127.0.0.1:18081 = 1","dashboard":"d1"},"endsAt":"2026-11-23T19:29:51.632Z","startsAt":"2026-11-23T19:29:31.632Z","generatorURL":"http://vm:19090/graph?g0.expr=demo_flag+%3E+0\u0026g0.tab=1","labels":{"alertname":"HighLatency","cluster":"demo","instance":"127.0.0.1:18081","job":"demo","severity":"page","team":"pay"}}]"#;

#[test]
fn a_recorded_alert_fires_while_its_end_lies_ahead() {
    let parsed = read(P, RECORDED).unwrap();
    assert_eq!((parsed.reply.status, parsed.reply.content_type, parsed.reply.body.as_str()), (200, None, ""));
    let alert = only(P, RECORDED);
    assert_eq!(alert.status, AlertStatus::Firing);
    assert_eq!(alert.title, "High latency on 127.0.0.1:18081 = 1");
    assert_eq!(alert.severity.as_deref(), Some("page"));
    assert_eq!(alert.link.as_deref(), Some("http://vm:19090/graph?g0.expr=demo_flag+%3E+0&g0.tab=1"));
    assert_eq!(alert.started_at, Some(at("2026-11-23T19:29:31.632Z")));
    assert_eq!(alert.expires_at, Some(at("2026-11-23T19:29:51.632Z")));
    assert_eq!(alert.key.source, "site-a");
    let labels: Vec<_> = alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "alertname=HighLatency",
        "annotation.dashboard=d1",
        "cluster=demo",
        "instance=127.0.0.1:18081",
        "job=demo",
        "runbook_url=https://runbooks.example.test/latency",
        "severity=page",
        "team=pay",
    ];
    assert_eq!(labels, expected);
}

#[test]
fn an_end_that_has_come_resolves_and_repeating_it_changes_nothing() {
    let body = RECORDED.replace("19:29:51.632Z", "19:29:40Z");
    let resolved = only(P, &body);
    assert_eq!((resolved.status, resolved.expires_at), (AlertStatus::Resolved, None));
    assert_eq!(resolved.key, only(P, RECORDED).key);
    assert_eq!(resolved, only(P, &body));
    let a_nanosecond_ahead = RECORDED.replace("19:29:51.632Z", "19:29:40.000000001Z");
    assert_eq!(only(P, a_nanosecond_ahead).status, AlertStatus::Firing);
}

#[test]
fn the_year_one_is_no_time() {
    for none in [r#""0001-01-01T00:00:00Z""#, r#""0001-01-01T00:00:00.000Z""#, "null", r#""""#] {
        let alert =
            only(P, format!(r#"[{{"labels":{{"alertname":"x"}},"startsAt":{none},"endsAt":{none}}}]"#));
        assert_eq!(alert.status, AlertStatus::Firing);
        assert_eq!(alert.started_at, Some(now()));
        assert_eq!(alert.expires_at, Some(at("2026-11-23T19:34:40Z")));
    }
}

#[test]
fn a_missing_start_is_the_end_but_never_ahead() {
    let past = only(P, r#"[{"labels":{"a":"b"},"endsAt":"2026-11-23T19:00:00Z"}]"#);
    assert_eq!((past.status, past.started_at), (AlertStatus::Resolved, Some(at("2026-11-23T19:00:00Z"))));
    let ahead = only(P, r#"[{"labels":{"a":"b"},"endsAt":"2026-11-23T20:00:00Z"}]"#);
    assert_eq!((ahead.status, ahead.started_at), (AlertStatus::Firing, Some(now())));
}

#[test]
fn watchdog_has_alertmanagers_fingerprint_whatever_its_annotations() {
    let key = AlertKey { source: "site-a".into(), key: "4bcd930190551935".into() };
    let bare = r#"[{"labels":{"severity":"none","cluster":"demo","alertname":"Watchdog","empty":""}}]"#;
    let alert = only(P, bare);
    assert_eq!(alert.key, key);
    assert_eq!(alert.title, "Watchdog");
    assert!(!alert.labels.contains_key("empty"));
    let annotated = bare.replace("}}", r#"},"annotations":{"summary":"beats"},"new_field":[{"x":1}]}"#);
    assert_eq!(only(P, annotated).key, key);
}

#[test]
fn titles_without_summary() {
    let title = |labels: &str| only(P, format!(r#"[{{"labels":{labels}}}]"#)).title;
    assert_eq!(title(r#"{"alertname":"Down","instance":"db-1"}"#), "Down on db-1");
    assert_eq!(title(r#"{"job":"api","dc":"fra"}"#), "dc=fra, job=api");
}

#[test]
fn an_empty_list_is_fine() {
    let parsed = read(P, "[]").unwrap();
    assert!(parsed.alerts.is_empty());
    assert_eq!((parsed.reply.status, parsed.reply.content_type, parsed.reply.body.as_str()), (200, None, ""));
}

#[test]
fn one_bad_alert_does_not_lose_the_others() {
    let good = r#"{"labels":{"alertname":"good"}}"#;
    let cases = [
        ("7", "[1]"),
        ("null", "[1]"),
        (r#"{"labels":{}}"#, "[1].labels"),
        (r#"{"labels":{"a":["x"]}}"#, "[1].labels.a"),
        (r#"{"labels":{"":"x"}}"#, "[1].labels"),
        (r#"{"labels":"x"}"#, "[1].labels"),
        (r#"{"labels":{"a":"b"},"annotations":{"summary":{}}}"#, "[1].annotations.summary"),
        (r#"{"labels":{"a":"b"},"endsAt":"soon"}"#, "[1].endsAt"),
        (r#"{"labels":{"a":"b"},"startsAt":[]}"#, "[1].startsAt"),
        ("{}", "[1].labels"),
    ];
    for (bad, path) in cases {
        let parsed = read(P, format!("[{good},{bad},{good}]")).unwrap();
        assert_eq!(parsed.alerts.len(), 2, "{bad}");
        let paths: Vec<_> = parsed.rejected.iter().map(|rejected| rejected.path.as_str()).collect();
        assert_eq!(paths, [path], "{bad}");
        assert!((400..=422).contains(&parsed.reply.status), "{bad}");
    }
}

#[test]
fn recorded_answers() {
    let told = |body: &str| answer(&read(P, body).unwrap().reply);
    assert_eq!(told(r#"[{"labels":{}}]"#), (400, json!("at least one label pair required")));
    let backwards =
        r#"[{"labels":{"a":"b"},"startsAt":"2026-11-23T19:00:00Z","endsAt":"2026-11-23T18:00:00Z"}]"#;
    assert_eq!(told(backwards), (400, json!("start time must be before end time")));
    assert_eq!(told("[{}]"), (422, json!({"code": 602, "message": "0.labels in body is required"})));
    assert_eq!(
        told(r#"[{"labels":{"a":"b"}},{"labels":null}]"#).1["message"],
        "1.labels in body is required"
    );
    assert_eq!(told(r#"[{"labels":{"":"b"}}]"#), (400, json!("invalid label set: invalid name \"\"")));
    let two = told(r#"[{"labels":{}},{"labels":{"a":{}}}]"#);
    assert_eq!(
        two,
        (400, json!("at least one label pair required; [1].labels.a: must be a string, is an object"))
    );
}

#[test]
fn label_names_may_be_any_utf8_and_a_relative_generator_is_no_fault() {
    let alert = only(P, r#"[{"labels":{"a-b":"1","größe":"2"},"generatorURL":"/graph?x"}]"#);
    assert_eq!((alert.labels["a-b"].as_str(), alert.labels["größe"].as_str()), ("1", "2"));
    assert_eq!((alert.link, alert.labels["generatorURL"].as_str()), (None, "/graph?x"));
    let script = only(P, r#"[{"labels":{"a":"b"},"generatorURL":"javascript:alert(1)"}]"#);
    assert_eq!(script.link, None);
}

#[test]
fn broken_bodies_are_answered_in_the_apis_shape() {
    let (status, told) = refusal(P, r#"[{"labels":"#);
    assert_eq!((status, &told["code"]), (400, &json!(400)));
    let message = told["message"].as_str().unwrap();
    assert!(
        message.starts_with("parsing alerts body from \"\" failed, because EOF while parsing"),
        "{message}"
    );
    assert!(message.ends_with("at line 1 column 11"), "{message}");
    assert_eq!(refusal(P, "").0, 400);
    let object = refusal(P, "{}");
    let expected =
        "parsing alerts body from \"\" failed, because body: must be a list of alerts, is an object";
    assert_eq!(object, (400, json!({"code": 400, "message": expected})));
}

#[test]
fn media_types() {
    for fine in [None, Some("application/json"), Some("Application/JSON; charset=utf-8")] {
        assert_eq!(check_media_type(P, fine), Ok(()));
    }
    for refused in ["text/plain", "application/x-www-form-urlencoded"] {
        let failure = check_media_type(P, Some(refused)).unwrap_err();
        let (status, told) = answer(&ingest::failure_reply(P, &failure));
        assert_eq!((status, &told["code"]), (415, &json!(415)));
        let expected = format!("unsupported media type \"{refused}\", only [application/json] are allowed");
        assert_eq!(told["message"], json!(expected));
        assert_eq!(check_media_type(Format::Generic, Some(refused)), Ok(()));
    }
}

#[test]
fn more_alerts_than_the_limit_are_refused_together() {
    let many = |count| format!("[{}]", vec![r#"{"labels":{"a":"b"}}"#; count].join(","));
    assert_eq!(read(P, many(10_000)).unwrap().alerts.len(), 10_000);
    assert_eq!(read(P, many(10_001)), Err(Failure::TooManyAlerts { sent: 10_001 }));
    assert_eq!(refusal(P, many(10_001)).0, 413);
}

#[test]
fn long_texts_are_cut_and_labels_counted() {
    let labels: Vec<_> = (0..150).map(|n| format!(r#""l{n:03}":"{}""#, "é".repeat(2_000))).collect();
    let long = "x".repeat(5_000);
    let body = format!(
        r#"[{{"labels":{{{}}},"annotations":{{"summary":"a\nb\u0000 {long}","description":"{long}","z":"dropped"}}}}]"#,
        labels.join(",")
    );
    let alert = only(P, body);
    assert_eq!(alert.title.chars().count(), 300);
    assert!(alert.title.starts_with("a b  xx") && alert.title.ends_with("x…"), "{}", alert.title);
    assert_eq!(alert.description.chars().count(), 4_000);
    assert_eq!(alert.labels.len(), 100);
    assert!(alert.labels.keys().all(|name| name.starts_with('l')));
    assert!(alert.labels.values().all(|value| value.chars().count() == 1_000 && value.ends_with('…')));
}
