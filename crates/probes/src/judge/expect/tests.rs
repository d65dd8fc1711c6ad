//! Each expectation, met and not met.

use super::*;

const NOW: fn() -> Timestamp = || Timestamp::from_second(1_800_000_000).unwrap();

fn faults(expect: &Expect, seen: &Seen) -> String {
    expect.faults(seen, NOW()).join(" | ")
}

#[test]
fn nothing_is_expected_of_what_is_left_out() {
    assert_eq!(faults(&Expect::default(), &Seen { status: Some(500), exit: Some(3), ..Seen::default() }), "");
}

#[test]
fn a_status_is_told_with_where_it_points() {
    let expect = Expect { status: StatusSet::read(["200-204", "3xx", "426"]), ..Expect::default() };
    for status in [200, 204, 301, 426] {
        assert_eq!(faults(&expect, &Seen { status: Some(status), ..Seen::default() }), "");
    }
    let seen = Seen { status: Some(500), location: Some("/sorry".to_owned()), ..Seen::default() };
    assert_eq!(faults(&expect, &seen), "status 500 to /sorry; expected is 200 to 204 or 3xx or 426");
}

#[test]
fn words_that_are_no_status_are_refused() {
    for word in ["ok", "99", "600", "6xx", "0xx", "204-200", "", "200 "] {
        assert_eq!(StatusSet::read([word]).is_some(), word == "200 ", "{word:?}");
    }
    assert_eq!(StatusSet::read([]), None);
}

#[test]
fn texts_are_looked_for_and_what_came_instead_is_told() {
    let expect = Expect {
        contains: vec!["\"ok\":true".to_owned()],
        lacks: vec!["Traceback".to_owned()],
        matches: Some(Regex::new(r"version \d+").unwrap()),
        ..Expect::default()
    };
    let good = Seen { body: "{\"ok\":true} version 12".to_owned(), ..Seen::default() };
    assert_eq!(faults(&expect, &good), "");
    let bad = Seen { body: "Traceback\nmore".to_owned(), body_cut: true, ..Seen::default() };
    assert_eq!(
        faults(&expect, &bad),
        "\"\\\"ok\\\":true\" is missing in what was read of it; it says \"Traceback…\" | \
         \"Traceback\" is in it and should not be | \
         nothing fits \"version \\\\d+\" in what was read of it; it says \"Traceback…\""
    );
}

#[test]
fn headers_are_compared_without_case() {
    let headers = BTreeMap::from([("Content-Type".to_owned(), "JSON".to_owned())]);
    let expect = Expect { headers, ..Expect::default() };
    let header = |value: &str| Seen {
        headers: vec![("content-type".to_owned(), value.to_owned())],
        ..Seen::default()
    };
    assert_eq!(faults(&expect, &header("application/json; charset=utf-8")), "");
    assert_eq!(
        faults(&expect, &header("text/html")),
        "the header Content-Type is \"text/html\"; expected is \"JSON\""
    );
    assert_eq!(faults(&expect, &Seen::default()), "the header Content-Type is missing; expected is \"JSON\"");
}

#[test]
fn time_certificates_addresses_and_exits() {
    let expect = Expect {
        latency_max: Some(Duration::from_secs(1)),
        valid_for: Some(SignedDuration::from_hours(14 * 24)),
        addresses: vec!["192.0.2.1".parse().unwrap()],
        exit: Some(0),
        ..Expect::default()
    };
    let seen = Seen {
        took: Duration::from_millis(1_250),
        expires_at: Some(NOW() + SignedDuration::from_hours(50)),
        addresses: vec!["192.0.2.2".parse().unwrap()],
        exit: Some(7),
        body: "disk full".to_owned(),
        ..Seen::default()
    };
    assert_eq!(
        faults(&expect, &seen),
        "it took 1250 ms; at most 1000 ms is expected | \
         a certificate ends on 2027-01-17T10:00:00Z, in 2 days; at least 14 days are expected | \
         the name does not stand for 192.0.2.1, but for 192.0.2.2 | \
         exit code 7; expected is 0; it says \"disk full\""
    );
}

#[test]
fn numbers_keep_within_their_bound_and_the_first_that_does_not_is_named() {
    let expect = Expect { value: Bound::read("> 95 %"), ..Expect::default() };
    let values = |values: &[(&str, f64)]| Seen {
        values: values.iter().map(|(about, value)| ((*about).to_owned(), *value)).collect(),
        ..Seen::default()
    };
    assert_eq!(faults(&expect, &values(&[("", 96.0)])), "");
    assert_eq!(
        faults(&expect, &values(&[("{zone=\"a\"}", 99.0), ("{zone=\"b\"}", 95.0)])),
        "the value of {zone=\"b\"} is 95; expected is > 95"
    );
    assert_eq!(
        faults(&expect, &values(&[("", f64::NAN)])),
        "the value is NaN; expected is > 95",
        "what is no number is never good"
    );
    assert_eq!(faults(&expect, &values(&[])), "there is no number; expected is > 95");
    for (words, value, holds) in [
        ("<= 0.01", 0.01, true),
        ("< 2", 2.0, false),
        ("≥ 3", 3.0, true),
        ("== 0.3", 0.1 + 0.2, true),
        ("!= 4", 4.0, false),
    ] {
        assert_eq!(Bound::read(words).unwrap().holds(value), holds, "{words}");
    }
    for words in ["95", "> many", "", "> inf", "=> 3"] {
        assert_eq!(Bound::read(words), None, "{words:?}");
    }
}
