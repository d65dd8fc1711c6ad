//! What every format must withstand: wrong bytes, deep nesting, endless lists, and what some clients do to text.

use ingest::{DEPTH_MAX, Failure, Format, VALUES_MAX};

use super::{only, read, refusal};

#[test]
fn bytes_that_are_not_utf8_are_refused_with_their_place() {
    for format in Format::ALL {
        let failure = read(format, b"{\n \"title\": \"a\xffb\"}").unwrap_err();
        assert_eq!(failure, Failure::NotUtf8 { line: 2, column: 13 });
        assert_eq!(refusal(format, b"\xff").0, 400);
    }
}

#[test]
fn deep_nesting_is_refused_before_the_stack_is_in_danger() {
    // The alert's own object and the field's lists, then one more.
    let nested =
        |levels: usize| format!(r#"{{"title":"t","x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert_eq!(only(Format::Generic, nested(DEPTH_MAX - 1)).title, "t");
    let failure = read(Format::Generic, nested(DEPTH_MAX)).unwrap_err();
    assert!(matches!(failure, Failure::TooDeep { line: 1, .. }), "{failure:?}");
    for format in Format::ALL {
        for opening in ["[", "{\"a\":", "[{\"alerts\":"] {
            let body = opening.repeat(format.body_bytes_max() / opening.len());
            assert!(matches!(read(format, &body), Err(Failure::TooDeep { .. })), "{format:?} {opening}");
            assert_eq!(refusal(format, &body).0, 400);
        }
    }
}

#[test]
fn endless_lists_and_bodies_are_refused() {
    let values = |count| format!(r#"{{"title":"t","x":[{}0]}}"#, "0,".repeat(count - 4));
    assert_eq!(only(Format::Generic, values(VALUES_MAX)).title, "t");
    assert_eq!(read(Format::Generic, values(VALUES_MAX + 1)), Err(Failure::TooManyValues));
    for format in Format::ALL {
        let body = vec![b' '; format.body_bytes_max() + 1];
        assert_eq!(read(format, &body), Err(Failure::TooLarge { bytes_max: format.body_bytes_max() }));
        assert_eq!(refusal(format, &body).0, 413);
    }
}

#[test]
fn of_a_name_sent_twice_the_last_counts() {
    let alert = only(Format::Generic, r#"{"title":"a","title":"b","labels":{"x":"1","x":"2","x":"3"}}"#);
    assert_eq!((alert.title.as_str(), alert.labels["x"].as_str()), ("b", "3"));
}

#[test]
fn a_byte_order_mark_and_half_an_emoji_are_no_reason_to_lose_an_alert() {
    let alert = only(Format::Generic, "\u{feff}{\"title\":\"half \\ud83d, whole \\ud83d\\ude00\"}");
    assert_eq!(alert.title, "half \u{fffd}, whole 😀");
}

#[test]
fn unknown_fields_of_any_kind_are_ignored() {
    let extra = r#""new":{"a":[1,null,true,{"b":-1.5e300}]},"status2":null"#;
    only(Format::Prometheus, format!(r#"[{{"labels":{{"a":"b"}},{extra}}}]"#));
    only(Format::Alertmanager, format!(r#"{{"alerts":[{{"labels":{{"a":"b"}},{extra}}}],{extra}}}"#));
    only(Format::Generic, format!(r#"{{"title":"t",{extra}}}"#));
    let event =
        r#""routing_key":"0123456789abcdef0123456789abcdef","event_action":"resolve","dedup_key":"k""#;
    only(Format::PagerDuty, format!("{{{event},{extra}}}"));
}

#[test]
fn a_text_of_control_characters_alone_is_no_title() {
    let nul = r#""\u0000""#;
    let title = only(Format::Generic, format!(r#"{{"key":{nul},"title":{nul},"severity":{nul}}}"#));
    assert_eq!((title.title.as_str(), title.severity), (r"\u{0}", None));
    let labels = format!(r#"[{{"labels":{{"alertname":{nul}}},"annotations":{{"summary":{nul}}}}}]"#);
    assert_eq!(only(Format::Prometheus, labels).title, "alertname=");
    let event = r#""routing_key":"0123456789abcdef0123456789abcdef","event_action":"resolve""#;
    assert_eq!(only(Format::PagerDuty, format!(r#"{{{event},"dedup_key":{nul}}}"#)).title, r"\u{0}");
}

#[test]
fn an_answer_lists_some_faults_and_counts_all() {
    let many = vec![r#"{"labels":{"a":[]}}"#; 5_000].join(",");
    for (format, body) in [
        (Format::Prometheus, format!("[{many}]")),
        (Format::Alertmanager, format!(r#"{{"alerts":[{many}]}}"#)),
    ] {
        let parsed = read(format, body).unwrap();
        assert_eq!(parsed.rejected.len(), 5_000);
        assert!(parsed.reply.body.len() < 4_000, "{}", parsed.reply.body);
        assert!(parsed.reply.body.contains("and 4980 more") || parsed.reply.body.contains("5000 of 5000"));
    }
}
