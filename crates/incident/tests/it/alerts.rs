//! Alerts: fire, repeat, end, come back.

use crate::world::{PRIMARY, World, alert, minutes};
use incident::{Alert, AlertStatus, Command, Escalation, EventKind, Lapse, Refusal, Status, TimerKey};
use jiff::SignedDuration;

#[test]
fn a_repeat_counts_and_never_pages_again() {
    let mut world = World::new();
    world.alert("api", "P1");
    let pages = world.paged().len();
    for _ in 0..50 {
        world.alert("api", "P1");
    }
    assert_eq!(world.paged().len(), pages);
    let state = world.incident.alerts.values().next().expect("the alert is there");
    assert_eq!(state.count, 51);
}

#[test]
fn an_end_without_a_beginning_is_refused() {
    let mut world = World::new();
    assert_eq!(world.over("api"), Err(Refusal::NothingOpen));
    assert!(world.events.is_empty());
}

#[test]
fn recovery_is_watched_for_the_playbooks_time_and_then_it_is_over() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.over("api").expect("it was open");
    world.pass(minutes(4));
    assert_eq!(world.incident.status, Status::Open, "the house setting is five minutes");
    world.pass(minutes(1));
    assert_eq!(world.incident.status, Status::Resolved);
    assert!(world.over("api").expect("a repeated end is fine").is_empty());
}

#[test]
fn the_runbooks_own_watch_leads() {
    let mut world = World::new();
    let matches = vec![playbook::RunbookMatch { runbook: "api".into(), score: 90, reasons: vec![] }];
    let command = incident::Command::Alert { alert: alert("api", "P1", AlertStatus::Firing), matches };
    world.ask(incident::Actor::Source("test".into()), command).expect("opens");
    world.over("api").expect("it was open");
    world.pass(minutes(6));
    assert_eq!(world.incident.status, Status::Open);
    world.pass(minutes(1));
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn firing_during_the_watch_breaks_it() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.over("api").expect("it was open");
    world.pass(minutes(3));
    let events = world.alert("api", "P1");
    assert!(events.iter().any(|event| matches!(event, EventKind::RecoveryBroken { .. })));
    world.pass(minutes(10));
    assert_eq!(world.incident.status, Status::Open);
}

#[test]
fn soon_after_the_end_it_reopens_and_wakes_people_again_later_it_does_not() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.deliver();
    world.over("api").expect("it was open");
    world.pass(minutes(10));
    let before = world.paged().len();
    let events = world.alert("api", "P1");
    assert!(events.iter().any(|event| matches!(event, EventKind::Reopened { .. })));
    assert!(world.paged().len() > before);
    world.over("api").expect("it is open again");
    world.pass(minutes(60));
    let late = world.source(alert("api", "P1", AlertStatus::Firing));
    assert_eq!(late, Err(Refusal::AlreadyResolved), "a new incident is opened for it");
}

#[test]
fn a_source_that_falls_silent_past_its_own_time_is_taken_to_mean_the_end() {
    let mut world = World::new();
    let lease = |world: &World, length| Alert {
        expires_at: Some(world.now + minutes(length)),
        ..alert("api", "P1", AlertStatus::Firing)
    };
    let first = lease(&world, 4);
    world.source(first).expect("opens");
    world.pass(minutes(3));
    let again = lease(&world, 4);
    world.source(again).expect("repeats");
    world.pass(minutes(3));
    assert!(world.incident.is_firing(), "the repeat moved the time");
    world.pass(minutes(2));
    assert!(!world.incident.is_firing());
    assert_eq!(
        world.count(|event| matches!(event, EventKind::AlertResolved { lapsed: Lapse::Silence, .. })),
        1
    );
}

#[test]
fn a_time_finer_than_storage_keeps_it_still_ends_the_silence() {
    let mut world = World::new();
    let until = world.now + SignedDuration::from_nanos(2_000_000_123);
    world
        .source(Alert { expires_at: Some(until), ..alert("api", "P1", AlertStatus::Firing) })
        .expect("opens");
    let kept = world.timers.get_mut(&TimerKey::AlertExpiry).expect("silence is watched");
    // As a storage gives it back that counts in microseconds.
    *kept = until + SignedDuration::from_nanos(877);
    world.pass(minutes(1));
    assert!(!world.incident.is_firing());
}

#[test]
fn an_unknown_word_for_severity_pages_all_the_same_and_says_so() {
    let mut world = World::new();
    world.alert("api", "catastrophic-ish");
    assert_eq!(world.incident.severity().name, "P1");
    assert!(!world.paged().is_empty());
    let says = |event: &EventKind| matches!(event, EventKind::SeveritySet { basis: incident::SeverityBasis::Unknown { word }, .. } if word == "catastrophic-ish");
    assert_eq!(world.count(says), 1);
}

#[test]
fn what_wakes_nobody_and_fits_no_runbook_runs_nothing() {
    let mut plan = crate::world::plan(incident::Policy::default());
    plan.playbook.quick_diagnostics = plan.playbook.runbooks[0].steps[0].commands.clone();
    for (severity, runs) in [("P1", 1), ("P3", 0)] {
        let mut world = World::with(plan.clone(), crate::world::roster(&[crate::world::PRIMARY]));
        world.alert("api", severity);
        assert_eq!(world.incident.runs.len(), runs, "{severity}");
    }
}

#[test]
fn an_alert_that_its_source_calls_worse_is_no_repeat() {
    let mut world = World::new();
    world.alert("disk", "P3");
    assert!(world.paged().is_empty());
    world.alert("disk", "critical");
    assert_eq!(world.incident.severity().name, "P1");
    assert_eq!(world.paged(), [PRIMARY]);
    world.alert("disk", "critical");
    assert_eq!(world.paged(), [PRIMARY], "the same again is a repeat");
    assert_eq!(world.incident.alerts.values().map(|alert| alert.count).sum::<u32>(), 3);
}

#[test]
fn a_repeat_does_not_undo_what_a_person_decided() {
    let mut world = World::new();
    world.alert("disk", "P1");
    let lower = Command::SetSeverity { severity: "P3".into(), reason: "a test machine".into() };
    world.person(PRIMARY, lower).expect("is set");
    for word in ["P1", "", "purple", "P2"] {
        world.alert("disk", word);
        assert_eq!(world.incident.severity().name, "P3", "{word:?}");
    }
}

#[test]
fn an_alert_that_comes_back_worse_wakes_somebody() {
    let mut world = World::new();
    world.alert("disk", "P3");
    world.over("disk").expect("ends");
    world.pass(minutes(6));
    assert_eq!(world.incident.status, Status::Resolved);
    world.alert("disk", "P0");
    assert_eq!(world.incident.severity().name, "P0");
    assert_eq!(world.paged(), [PRIMARY]);
}

#[test]
fn what_is_told_after_the_end_is_known_when_it_is_reopened() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, Command::Resolve { summary: "rolled back".into() }).expect("ends");
    world.over("api").expect("is taken");
    assert!(!world.incident.is_firing());
    assert!(world.incident.recovery.is_none(), "nothing is watched after the end");
    world.person(PRIMARY, Command::Reopen { reason: "not quite".into() }).expect("is reopened");
    assert!(world.timers.contains_key(&TimerKey::Update), "people are told again");
    assert!(world.timers.contains_key(&TimerKey::Escalation));
}

#[test]
fn a_source_that_falls_silent_after_a_reopening_is_noticed() {
    let mut world = World::new();
    let until = world.now + minutes(10);
    world
        .source(Alert { expires_at: Some(until), ..alert("api", "P1", AlertStatus::Firing) })
        .expect("opens");
    world.person(PRIMARY, Command::Resolve { summary: "rolled back".into() }).expect("ends");
    world.person(PRIMARY, Command::Reopen { reason: "not quite".into() }).expect("is reopened");
    world.pass(minutes(11));
    assert!(!world.incident.is_firing());
}

/// A sender whose clock is wrong is heard: an alert that was accepted has a fate, whatever it says of its own end.
#[test]
fn an_alert_that_was_over_long_ago_by_its_own_word_still_wakes_somebody() {
    for hours in [-1, 0, 12, 49, 24 * 365] {
        let mut world = World::new();
        let expires_at = Some(world.now - minutes(hours * 60));
        world.source(Alert { expires_at, ..alert("api", "P1", AlertStatus::Firing) }).expect("is taken");
        assert_eq!(world.paged().len(), 1, "{hours} h");
    }
}

/// An incident whose source named a time, and said nothing more.
fn fallen_silent() -> World {
    let mut world = World::new();
    let lease = Alert { expires_at: Some(world.now + minutes(4)), ..alert("api", "P1", AlertStatus::Firing) };
    world.source(lease).expect("opens");
    world.deliver();
    world.pass(minutes(5));
    assert!(world.incident.is_silent() && !world.incident.is_firing());
    world
}

#[test]
fn what_fell_silent_is_not_taken_for_recovered_and_others_are_woken() {
    let mut world = fallen_silent();
    assert_eq!(world.incident.recovery, None);
    assert!(incident::summarize(&world.incident).silent);
    let woken = world.paged().len();
    world.pass(minutes(120));
    assert_eq!(world.incident.status, Status::Open);
    assert!(world.paged().len() > woken, "the escalation goes on: {:?}", world.paged());
    assert_eq!(world.count(|event| matches!(event, EventKind::RecoveryStarted { .. })), 0);
    world.person(PRIMARY, Command::Resolve { summary: "it is over".into() }).expect("a person ends it");
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn a_source_that_says_after_its_silence_that_it_is_over_starts_the_recovery() {
    let mut world = fallen_silent();
    world.over("api").expect("is heard");
    assert!(world.incident.recovery.is_some() && !world.incident.is_silent());
    world.pass(minutes(10));
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn one_source_that_says_so_does_not_speak_for_another_that_fell_silent() {
    let mut world = World::new();
    world.alert("web", "P1");
    let lease = Alert { expires_at: Some(world.now + minutes(4)), ..alert("api", "P1", AlertStatus::Firing) };
    world.source(lease).expect("is heard");
    world.pass(minutes(5));
    world.over("web").expect("is heard");
    assert_eq!(world.incident.recovery, None);
    world.over("api").expect("is heard");
    assert!(world.incident.recovery.is_some());
}

#[test]
fn what_fires_again_after_a_silence_ends_only_when_it_is_said_to() {
    let mut world = fallen_silent();
    world.alert("api", "P1");
    assert!(world.incident.is_firing() && !world.incident.is_silent());
    world.over("api").expect("is heard");
    assert!(world.incident.recovery.is_some());
}

#[test]
fn what_fires_again_after_its_path_had_ended_wakes_somebody() {
    let mut world = fallen_silent();
    world.pass(minutes(24 * 60));
    assert!(matches!(world.incident.escalation, Escalation::Exhausted { .. }));
    let woken = world.paged().len();
    world.alert("api", "P1");
    assert!(world.paged().len() > woken, "{:?}", world.paged());
}

#[test]
fn a_watch_over_silence_that_an_older_server_began_does_not_resolve() {
    let mut world = fallen_silent();
    let until = world.now + minutes(5);
    let began = incident::Event {
        at: world.now,
        by: incident::Actor::System,
        kind: EventKind::RecoveryStarted { until },
    };
    world.incident = incident::evolve(world.incident.clone(), &began);
    world.timers.insert(TimerKey::Recovery, until);
    world.pass(minutes(6));
    assert_eq!((world.incident.status, world.incident.recovery), (Status::Open, None));
    assert_eq!(world.incident.relapsed_at, None, "nothing fires: no fix was in vain");
    assert_eq!(world.count(|event| matches!(event, EventKind::RecoveryHeld)), 0);
}
