//! Silences: what they cover wakes nobody, is kept, and opens its incident when nothing holds it back any more.

use crate::world::{PRIMARY, World, alert, minutes};
use incident::{
    Actor, Alert, AlertStatus, Command, EventKind, IncidentId, Lapse, Matcher, PersonId, Refusal, Silence,
    SilenceDraft, SilenceId, SilenceKind, Silences, Status, TimerKey, summarize,
};
use jiff::SignedDuration;
use std::sync::Arc;

fn ana() -> Actor {
    Actor::Person(PersonId("ana".into()))
}

fn draft(world: &World, matchers: &[&str], length: i64) -> SilenceDraft {
    SilenceDraft {
        kind: SilenceKind::Silence,
        reason: "we know".into(),
        matchers: matchers.iter().map(|text| text.parse::<Matcher>().expect("a matcher")).collect(),
        starts_at: None,
        ends_at: world.now + minutes(length),
    }
}

/// A silence of so many minutes over everything with a key.
fn silence(world: &World, number: u64, length: i64) -> Silence {
    let id = SilenceId::from(IncidentId::from_parts(number, 0));
    Silence::new(id, draft(world, &["key=~\".+\""], length), ana(), world.now).expect("a silence")
}

fn set(world: &mut World, silences: Vec<Silence>) {
    world.silences = Silences::new(silences, Arc::new([]));
}

/// An alert that fires under a silence of so many minutes.
fn held(length: i64) -> World {
    let mut world = World::new();
    let silence = silence(&world, 1, length);
    set(&mut world, vec![silence]);
    world.opens();
    world
}

fn opened(world: &World) -> usize {
    world.events.iter().filter(|event| matches!(event.kind, EventKind::Opened(_))).count()
}

#[test]
fn what_is_silenced_wakes_nobody_and_says_what_holds_it() {
    let world = held(30);
    assert_eq!(world.incident.status, Status::Held);
    assert!(world.paged().is_empty() && world.work.is_empty(), "no page, no run");
    let hold = world.incident.hold.as_ref().expect("as the story goes");
    assert_eq!((hold.reason.as_str(), &hold.by), ("we know", &ana()));
    let row = summarize(&world.incident);
    assert_eq!((row.status.as_str(), row.held_by.as_deref()), ("held", Some(hold.silence.as_str())));
    assert_eq!(world.timers.keys().collect::<Vec<_>>(), [&TimerKey::Hold]);
}

#[test]
fn when_the_silence_ends_and_it_fires_still_it_opens_at_once_as_any_other() {
    let mut world = held(30);
    for _ in 0..3 {
        world.alert("api", "P1");
    }
    world.pass(minutes(29));
    assert_eq!(world.incident.status, Status::Held);
    world.pass(minutes(1));
    assert_eq!(world.incident.status, Status::Open);
    assert_eq!(world.paged().first().copied(), Some(PRIMARY));
    assert_eq!(world.incident.runbook.as_deref(), Some("api"), "the runbook was found when it fired");
    assert_eq!(
        world.incident.alerts.values().next().expect("as the story goes").count,
        4,
        "nothing was forgotten"
    );
    assert_eq!(world.incident.opened_at, world.now);
    assert!(!world.timers.contains_key(&TimerKey::Hold));
    assert_eq!(opened(&world), 1);
}

#[test]
fn ended_early_it_is_judged_at_once() {
    let mut world = held(30);
    let ended = silence(&world, 1, 30).end(ana(), world.now).expect("a silence");
    set(&mut world, vec![ended]);
    world.ask(Actor::System, Command::JudgeHeld).expect("as the story goes");
    assert_eq!(world.incident.status, Status::Open);
    assert_eq!(world.ask(Actor::System, Command::JudgeHeld), Err(Refusal::Stale), "once");
    world.pass(minutes(60));
    assert_eq!(opened(&world), 1);
}

#[test]
fn another_silence_takes_over_and_the_timer_moves_with_it() {
    let mut world = held(30);
    let two = vec![silence(&world, 1, 30), silence(&world, 2, 45)];
    set(&mut world, two);
    world.pass(minutes(30));
    let hold = world.incident.hold.clone().expect("as the story goes");
    assert_eq!(hold.until, world.now + minutes(15));
    assert!(hold.silence.parse::<SilenceId>().is_ok());
    world.pass(minutes(14));
    assert_eq!(world.incident.status, Status::Held);
    world.pass(minutes(1));
    assert_eq!(world.incident.status, Status::Open);
}

#[test]
fn what_is_over_before_the_silence_never_becomes_an_incident() {
    let mut world = held(30);
    world.over("api").expect("as the story goes");
    assert_eq!(world.incident.status, Status::Passed);
    let row = summarize(&world.incident);
    assert_eq!((row.status.as_str(), row.resolved_at), ("passed", Some(world.now)));
    world.pass(minutes(60));
    assert_eq!(opened(&world), 0);
    assert!(world.timers.is_empty() && world.paged().is_empty(), "no recovery, no postmortem");
    assert!(world.over("api").expect("as the story goes").is_empty(), "a repeated end is fine");
}

#[test]
fn what_comes_back_under_the_silence_is_held_again_and_afterwards_is_an_incident_of_its_own() {
    let mut world = held(30);
    world.over("api").expect("as the story goes");
    world.alert("api", "P1");
    assert_eq!((world.incident.status, world.incident.resolved_at), (Status::Held, None));
    world.over("api").expect("as the story goes");
    world.pass(minutes(31));
    let again = world.source(alert("api", "P1", AlertStatus::Firing));
    assert_eq!(again, Err(Refusal::AlreadyResolved), "whoever asks opens another");
}

#[test]
fn a_source_that_falls_silent_ends_what_is_held() {
    let mut world = World::new();
    let silence = silence(&world, 1, 30);
    set(&mut world, vec![silence]);
    let expires_at = Some(world.now + minutes(5));
    world.source(Alert { expires_at, ..alert("api", "P1", AlertStatus::Firing) }).expect("as the story goes");
    world.pass(minutes(5));
    assert_eq!(world.incident.status, Status::Passed);
    let lapsed = |event: &&incident::Event| {
        matches!(event.kind, EventKind::AlertResolved { lapsed: Lapse::Silence, .. })
    };
    assert_eq!(world.events.iter().filter(lapsed).count(), 1);
}

#[test]
fn an_alert_that_changes_so_that_nothing_covers_it_opens() {
    let mut world = World::new();
    let id = SilenceId::from(IncidentId::from_parts(1, 0));
    let of_team = draft(&world, &["team=web"], 30);
    let silence = Silence::new(id, of_team, ana(), world.now).expect("a silence");
    set(&mut world, vec![silence]);
    let of = |team: &str| Alert {
        labels: [("team".to_owned(), team.to_owned())].into(),
        ..alert("api", "P1", AlertStatus::Firing)
    };
    world.source(of("web")).expect("as the story goes");
    assert_eq!(world.incident.status, Status::Held);
    world.source(of("db")).expect("as the story goes");
    assert_eq!(world.incident.status, Status::Open);
}

#[test]
fn what_is_open_stays_open_and_what_is_resolved_is_not_reopened() {
    let mut world = World::new();
    world.opens();
    let silence = silence(&world, 1, 600);
    set(&mut world, vec![silence]);
    world.alert("api", "P1");
    assert_eq!(world.incident.status, Status::Open, "a silence touches no incident");
    world.person(PRIMARY, Command::Resolve { summary: "known".into() }).expect("as the story goes");
    let again = world.source(alert("api", "P1", AlertStatus::Firing));
    assert_eq!(again, Err(Refusal::AlreadyResolved), "whoever asks holds it back anew");
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn that_somebody_has_it_where_it_comes_from_changes_nothing() {
    let mut world = held(30);
    let acknowledged = alert("api", "P1", AlertStatus::Acknowledged);
    assert_eq!(world.source(acknowledged), Ok(vec![]));
    let refused = world.person(PRIMARY, Command::Note { text: "hm".into() });
    assert!(matches!(refused, Err(Refusal::Unknown { what: "incident", .. })), "{refused:?}");
}

#[test]
fn a_silence_has_an_author_a_reason_and_an_end_within_a_limit() {
    let world = World::new();
    let id = SilenceId::from(IncidentId::from_parts(1, 0));
    let make = |draft, by| Silence::new(id, draft, by, world.now);
    let good = || draft(&world, &["a=b"], 30);
    assert_eq!(make(good(), Actor::Source("robot".into())), Err(Refusal::PersonNeeded));
    let refused = |draft: SilenceDraft| make(draft, ana()).unwrap_err().to_string();
    assert!(refused(SilenceDraft { reason: "  ".into(), ..good() }).contains("a reason"));
    assert!(refused(draft(&world, &["a=b"], 0)).contains("before it begins"));
    assert!(refused(draft(&world, &["a=b"], 30 * 24 * 60 + 1)).contains("longer than 30 days"));
    assert!(refused(draft(&world, &[], 30)).contains("no condition"));
    let later = world.now + SignedDuration::from_hours(24 * 400);
    let far = SilenceDraft { starts_at: Some(later), ends_at: later + minutes(5), ..good() };
    assert!(refused(far).contains("more than a year"));
    let made = make(good(), ana()).expect("as the story goes");
    assert!(made.is_active(world.now) && !made.is_active(made.ends_at));
    let ended = made.end(ana(), world.now).expect("a silence");
    assert_eq!((ended.version, ended.is_active(world.now)), (2, false));
    assert!(ended.end(ana(), world.now).is_err(), "it is over");
    let past = SilenceDraft { starts_at: Some(world.now - minutes(60)), ..good() };
    assert_eq!(
        make(past, ana()).expect("as the story goes").starts_at,
        world.now,
        "the past is not silenced"
    );
}

#[test]
fn one_that_begins_later_holds_nothing_before() {
    let mut world = World::new();
    let id = SilenceId::from(IncidentId::from_parts(1, 0));
    let starts_at = Some(world.now + minutes(10));
    let later = SilenceDraft { starts_at, ..draft(&world, &["key=~\".+\""], 30) };
    let silence = Silence::new(id, later, ana(), world.now).expect("a silence");
    set(&mut world, vec![silence]);
    world.opens();
    assert_eq!(world.incident.status, Status::Open);
}

#[test]
fn of_several_what_ends_last_holds_it_and_what_cannot_be_read_any_more_holds_nothing() {
    let world = World::new();
    let long = silence(&world, 1, 60);
    let broken = Silence {
        id: SilenceId::from(IncidentId::from_parts(3, 0)),
        matchers: vec![Matcher { name: "key".into(), op: incident::MatchOp::Fits, value: "(".into() }],
        ends_at: world.now + minutes(90),
        ..long.clone()
    };
    let silences = Silences::new(vec![silence(&world, 2, 30), long.clone(), broken], Arc::new([]));
    let hold = silences.hold(&alert("api", "P1", AlertStatus::Firing), world.now).expect("as the story goes");
    assert_eq!(hold.silence, long.id.to_string());
    let active = silences.active(world.now);
    assert!(active.contains(&hold.silence) && active.len() == 2, "{active:?}");
}
