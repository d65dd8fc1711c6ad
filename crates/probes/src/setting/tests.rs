//! What settings become, and what is said of those that cannot be meant.

use super::*;
use crate::judge::Measure;

fn read(text: &str) -> Result<Probe, String> {
    let setting: ProbeSetting = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    setting.probe()
}

#[test]
fn the_least_that_can_be_said_is_enough() {
    let probe = read("name = 'api'\nkind = 'http'\nurl = 'https://api.example.test/health?token=x'").unwrap();
    assert_eq!((probe.every, probe.timeout), (Duration::from_secs(60), Duration::from_secs(10)));
    assert_eq!(probe.rules.down, Share::in_a_row(3));
    assert_eq!(probe.rules.up_after, 2);
    assert_eq!(probe.expect.status.unwrap().to_string(), "2xx");
    assert_eq!(probe.target, "https://api.example.test/health?…", "a query may hold a secret");
    let Kind::Http(ask) = probe.kind else { panic!("{:?}", probe.kind) };
    assert_eq!((ask.place.host.as_str(), ask.place.port, ask.encrypted), ("api.example.test", 443, true));
    assert_eq!(ask.target, "/health?token=x");
}

#[test]
fn every_kind_can_be_said() {
    for text in [
        "kind = 'websocket'\nurl = 'wss://api.example.test/ws'\nexpect = { status = [101, 426] }",
        "kind = 'tcp'\nhost = 'db.example.test'\nport = 5432\nip = 4",
        "kind = 'dns'\nhost = 'api.example.test'\nexpect = { addresses = ['192.0.2.1'] }",
        "kind = 'tls'\nhost = 'api.example.test'\nexpect = { valid_for = '21 days' }",
        "kind = 'command'\ncommand = 'df -h'\nexpect = { contains = '/' }",
        "kind = 'prometheus'\nurl = 'http://prometheus.example.test:9090'\nquery = 'up'\nexpect = { value = '== 1' }",
    ] {
        read(&format!("name = 'a'\n{text}")).unwrap();
    }
}

#[test]
fn windows_and_shares_are_read() {
    let probe = read(
        "name = 'a'\nkind = 'http'\nurl = 'http://x.test'\nevery = '10 s'\ntimeout = '2s'\ndown_after = '60 % of 10'\n\
         expect = { p95_max = '2 s', success_min = 95, window = '10 min' }",
    )
    .unwrap();
    assert_eq!((probe.rules.down.fails, probe.rules.down.of), (6, 10));
    let measures: Vec<_> = probe.rules.windows.iter().map(|rule| rule.measure).collect();
    assert_eq!(
        measures,
        [Measure::PercentileAtMostMs { percentile: 95.0, ms: 2_000 }, Measure::SuccessAtLeastPercent(95.0)]
    );
}

#[test]
fn what_cannot_be_meant_is_told_by_its_key() {
    let web = "kind = 'http'\nurl = 'http://x.test'";
    for (text, said) in [
        ("kind = 'http'".to_owned(), "needs url"),
        ("kind = 'tcp'\nhost = 'x.test'".to_owned(), "needs port"),
        ("kind = 'dns'\nhost = 'x.test'\nport = 3".to_owned(), "no use for port"),
        (format!("{web}\nquery = 'up'"), "no use for query"),
        ("kind = 'http'\nurl = 'x.test'".to_owned(), "no address"),
        ("kind = 'http'\nurl = 'ftp://x.test'".to_owned(), "must begin with http:// or https://"),
        ("kind = 'http'\nurl = 'http://u:p@x.test'".to_owned(), "put them into headers"),
        (format!("{web}\nheaders = {{ Host = 'y' }}"), "the probe's own"),
        (format!("{web}\nheaders = {{ a = \"b\\r\\nc: d\" }}"), "no header that can be sent"),
        (format!("{web}\nevery = '10 ms'"), "every is 10ms"),
        (format!("{web}\nevery = '60'"), "no length of time"),
        (format!("{web}\nevery = '5 s'\ntimeout = '6 s'"), "must end before the next begins"),
        (format!("{web}\ndown_after = 0"), "down_after is 0"),
        (format!("{web}\ndown_after = '6 of 5'"), "\"3 of 5\""),
        (format!("{web}\nup_after = 0"), "up_after is 0"),
        (format!("{web}\ntargets = ['x.test']"), "targets: url is \"x.test\""),
        ("kind = 'tcp'\nhost = 'x.test'\nport = 1\ntargets = ['y.test']".to_owned(), "must be host:port"),
        ("kind = 'command'\ncommand = 'df'\ntargets = ['df']".to_owned(), "no use for targets"),
        (format!("{web}\nip = 5"), "4 or 6"),
        (format!("{web}\nexpect = {{ status = '2yy' }}"), "expect.status"),
        (format!("{web}\nexpect = {{ matches = '(' }}"), "no regular expression"),
        (format!("{web}\nexpect = {{ exit = 0 }}"), "has no expect.exit"),
        (format!("{web}\nexpect = {{ window = '5 min' }}"), "set one of them"),
        (format!("{web}\nexpect = {{ p95_max = '1s', window = '2 min' }}"), "holds 2 looks"),
        (format!("{web}\nexpect = {{ success_min = 200 }}"), "from 0 to 100"),
        (format!("{web}\nexpect = {{ stauts = 200 }}"), "unknown field `stauts`"),
        ("kind = 'prometheus'\nurl = 'http://x.test'\nquery = 'up'".to_owned(), "needs expect.value"),
        ("kind = 'command'\ncommand = 'rm -rf /srv'".to_owned(), "must only look"),
        ("kind = 'command'\ncommand = 'kubectl logs -f api'".to_owned(), "does not end by itself"),
        ("kind = 'tls'\nhost = 'a b'".to_owned(), "a name or an address"),
        ("kind = 'ping'\nhost = 'x.test'".to_owned(), "unknown variant `ping`"),
    ] {
        let refused = read(&format!("name = 'api'\n{text}")).expect_err(&text);
        assert!(refused.contains(said), "{text}: {refused}");
    }
    let refused = read(&format!("name = 'a b'\n{web}")).unwrap_err();
    assert!(refused.contains("probe \"a b\": name must be"), "{refused}");
}

#[test]
fn further_targets_are_looked_at_as_the_first_one_is() {
    let probe =
        read("name = 'a'\nkind = 'tls'\nhost = 'x.test'\nip = 6\ntargets = ['y.test:8443', '[::1]:443']")
            .unwrap();
    let Kind::Tls { place, .. } = &probe.others[0].kind else { panic!("{:?}", probe.others) };
    assert_eq!((place.host.as_str(), place.port, place.family), ("y.test", 8_443, Family::V6));
    assert_eq!(probe.others[1].target, "[::1]:443");
}

#[test]
fn headers_are_never_shown() {
    let text =
        "name = 'a'\nkind = 'http'\nurl = 'http://x.test'\nheaders = { authorization = 'Bearer s3cret' }";
    let setting: ProbeSetting = toml::from_str(text).unwrap();
    let shown = format!("{setting:?} {:?}", setting.probe().unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
}
