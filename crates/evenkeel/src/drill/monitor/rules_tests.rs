//! The rules over measures as the range really gives them, and the group that they make.

use super::super::group::Group;
use super::super::measures::Platform;
use super::*;
use jiff::{SignedDuration, Timestamp};

fn act(count: usize, failures: &[(&str, usize)], p95_ms: u64) -> Measured {
    let failures: BTreeMap<String, usize> =
        failures.iter().map(|(words, times)| ((*words).to_owned(), *times)).collect();
    let ok = count - failures.values().sum::<usize>();
    Measured { count, ok, p50_ms: p95_ms / 2, p95_ms, failures, ..Measured::default() }
}

fn measures(acts: &[(&str, Measured)], checks: &[(Check, &[Option<&str>])]) -> Measures {
    Measures {
        users: acts.iter().map(|(kind, act)| ((*kind).to_owned(), act.clone())).collect(),
        checks: checks
            .iter()
            .map(|(check, outcomes)| (*check, outcomes.iter().map(|one| one.map(str::to_owned)).collect()))
            .collect(),
        platform: Platform::default(),
    }
}

fn firing(measures: &Measures) -> Vec<&'static str> {
    RULES.iter().filter_map(|rule| (rule.judge)(measures).flatten()).map(|found| found.name).collect()
}

#[test]
fn what_goes_well_and_what_hardly_happens_fires_nothing() {
    let well = [("health", act(9, &[], 3)), ("session", act(8, &[], 400)), ("prompt", act(40, &[], 900))];
    let checks = [(Check::Health, &[None, None, None][..]), (Check::SignIn, &[None, None][..])];
    assert_eq!(firing(&measures(&well, &checks)), [""; 0]);
    let few = [("session", act(2, &[("status 503", 2)], 10)), ("socket", act(1, &[("status 403", 1)], 1))];
    assert_eq!(firing(&measures(&few, &[(Check::Health, &[Some("status 500")][..])])), [""; 0]);
    let rare = [("prompt", act(100, &[("status 500", 5)], 10))];
    assert_eq!(firing(&measures(&rare, &[])), [""; 0], "five in a hundred are promised");
}

#[test]
fn each_failure_fires_the_rule_that_measures_it() {
    for (kind, words, rule) in [
        ("session", "status 503", "SessionStartRatio"),
        ("start", "stuck in starting", "SessionStartRatio"),
        ("socket", "status 403", "SocketUpgradeRatio"),
        ("reading", "Not connected", "SocketLostRatio"),
        ("prompt", "Session paused", "EarlyPauseRatio"),
        ("stay", "Session paused", "EarlyPauseRatio"),
        ("prompt", "no answer appeared", "AnswersMissing"),
        ("prompt", "the session was lost", "AnswersMissing"),
        ("prompt", "the answer broke off", "AnswersBrokenOff"),
        ("prompt", "Something went wrong", "RequestErrorRatio"),
        ("history", "messages are missing", "HistoryMissing"),
        ("show", "status 401", "UnauthorizedRatio"),
        ("socket", "status 401", "UnauthorizedRatio"),
        ("session", "status 401", "UnauthorizedRatio"),
        ("resume", "status 429", "ThrottledRatio"),
        ("session", "status 429", "ThrottledRatio"),
        ("start", "Not connected", "SocketLostRatio"),
        ("resume", "status 502", "SessionStartRatio"),
        ("show", "status 502", "RequestErrorRatio"),
    ] {
        assert_eq!(firing(&measures(&[(kind, act(20, &[(words, 3)], 10))], &[])), [rule], "{kind} {words}");
    }
    assert_eq!(firing(&measures(&[("show", act(20, &[], 2_400))], &[])), ["RequestLatencyP95"]);
    let few = |p50_ms| Measured { p50_ms, ..act(3, &[], 4_400) };
    assert_eq!(firing(&measures(&[("resume", few(4_200))], &[])), ["RequestLatencyP95"], "half of few");
    assert_eq!(firing(&measures(&[("resume", few(40))], &[])), [""; 0], "one of few is an accident");
    let slow = [("show", act(20, &[], 2_400)), ("session", act(9, &[], 5_900))];
    assert_eq!(firing(&measures(&slow, &[])), ["RequestLatencyP95", "SessionStartP95"], "in this order");
    let logins = [(Check::SignIn, &[None, Some("sign-in failed")][..])];
    assert_eq!(firing(&measures(&[], &logins)), ["LoginRatio"]);
    let stays = measures(&[("stay", act(3, &[("Session paused", 3)], 0))], &[]);
    assert_eq!(firing(&stays), ["EarlyPauseRatio"], "of stays there are few");
}

#[test]
fn what_the_platform_counts_of_itself_fires_beyond_its_limit() {
    let platform = |sessions, alarms, over_cpu| Measures {
        platform: Platform { sessions, alarms, over_cpu, queued: 0.0 },
        ..Measures::default()
    };
    let queued = Platform { queued: 2.0, ..Platform::default() };
    assert_eq!(firing(&Measures { platform: queued, ..Measures::default() }), ["SlowStartsQueue"]);
    assert_eq!(firing(&platform(12.0, 14.0, 2.0)), [""; 0]);
    assert_eq!(firing(&platform(1.0, 8.0, 0.0)), [""; 0], "few alarms are an accident");
    assert_eq!(firing(&platform(6.0, 60.0, 0.0)), ["AlarmsPiledUp"]);
    assert_eq!(firing(&platform(6.0, 6.0, 3.0)), ["SlowRequestsCpu"]);
}

#[test]
fn what_belongs_together_is_waited_for_and_whoever_is_at_work_comes_first() {
    let round = |second: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
    let logins = [(Check::SignIn, &[Some("sign-in failed"), Some("sign-in failed")][..])];
    let first = measures(&[], &logins);
    let later = measures(&[("session", act(20, &[("status 503", 20)], 10))], &logins);
    let mut group = Group::at(60.0);
    let said: Vec<Option<&str>> =
        [(0, &first), (30, &first), (60, &first), (90, &later), (120, &later), (210, &later)]
            .into_iter()
            .map(|(second, measures)| group.judge(measures, round(second)).map(|news| news.rule))
            .collect();
    assert_eq!(said, [None, None, None, None, None, Some("SessionStartRatio")]);
}

#[test]
fn what_is_down_silences_its_consequences_and_a_group_is_one_alert() {
    let round = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
    let broken =
        [("session", act(20, &[("status 500", 20)], 10)), ("socket", act(9, &[("status 500", 9)], 1))];
    let down = measures(&broken, &[(Check::Health, &[Some("status 500"), Some("status 500")][..])]);
    let mut group = Group::default();
    assert_eq!(group.judge(&down, round(0)), None, "once is not sure");
    assert_eq!(group.judge(&down, round(15)), None, "the group waits for what belongs to it");
    let news = group.judge(&down, round(45)).unwrap();
    assert_eq!((news.rule, news.severity, news.since), ("ApiDown", "critical", round(0)));
    assert!(!news.description.contains("WebSocket"), "{}", news.description);
    let partly = measures(&broken, &[(Check::Health, &[None, None][..])]);
    let both = [60, 75].map(|second| group.judge(&partly, round(second)).unwrap());
    assert_eq!(both[1].rule, "SocketUpgradeRatio");
    assert!(both[1].also.contains("Sessions fail to start: 100 %"), "{}", both[1].also);
}

#[test]
fn a_group_ends_once_all_of_it_was_well_twice_and_silence_is_no_health() {
    let at = |round: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(round * 15);
    let bad = measures(&[("socket", act(9, &[("status 403", 9)], 1))], &[]);
    let good = measures(&[("socket", act(9, &[], 1))], &[]);
    let mut group = Group::default();
    let said: Vec<Option<bool>> = [&bad, &bad, &bad, &bad, &Measures::default(), &good, &good, &good]
        .into_iter()
        .zip(0..)
        .map(|(measures, round)| group.judge(measures, at(round)).map(|news| news.firing))
        .collect();
    let fires = Some(true);
    assert_eq!(said, [None, None, None, fires, fires, fires, Some(false), None]);
}
