//! How bad it is, and who says so.

use crate::world::{PRIMARY, SECONDARY, World, minutes};
use incident::{AckIntent, Command, PageState, Refusal, TimerKey};

fn severity(name: &str, reason: &str) -> Command {
    Command::SetSeverity { severity: name.into(), reason: reason.into() }
}

#[test]
fn raising_is_at_once_and_wakes_by_the_new_path() {
    let mut world = World::new();
    world.alert("api", "P2");
    world.person(SECONDARY, severity("p0", "")).expect("raising needs no reason");
    assert_eq!(world.incident.severity().name, "P0");
    world.pass(minutes(5));
    assert!(world.paged().contains(&SECONDARY));
}

#[test]
fn lowering_needs_a_reason() {
    let mut world = World::new();
    world.alert("api", "P0");
    assert!(matches!(world.person(PRIMARY, severity("P2", " ")), Err(Refusal::Missing { .. })));
    world.person(PRIMARY, severity("P2", "only the export is broken")).expect("is set");
    assert_eq!(world.incident.severity().name, "P2");
}

#[test]
fn raising_after_the_acknowledgement_pages_nobody() {
    let mut world = World::new();
    world.alert("api", "P2");
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("is taken");
    let before = world.paged().len();
    world.person(PRIMARY, severity("P0", "")).expect("is set");
    assert_eq!(world.paged().len(), before);
}

#[test]
fn lowering_to_the_one_that_wakes_nobody_stops_the_escalation() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, severity("P3", "cosmetic")).expect("is set");
    world.pass(minutes(24 * 60));
    assert_eq!(world.paged(), [PRIMARY]);
    assert!(!world.incident.is_unpaged());
}

#[test]
fn a_name_that_the_playbook_does_not_have_is_refused() {
    let mut world = World::new();
    world.alert("api", "P1");
    let unknown = world.person(PRIMARY, severity("P9", "?"));
    assert_eq!(unknown, Err(Refusal::Unknown { what: "severity", id: "P9".into() }));
}

#[test]
fn pages_of_the_path_before_do_not_go_out_any_more() {
    let mut world = World::new();
    world.alert("api", "P2");
    world.person(SECONDARY, severity("P0", "")).expect("is set");
    assert_eq!(world.incident.page(1).map(|page| page.state.clone()), Some(PageState::Withdrawn));
    assert_eq!(world.pending(), [(2, 1)]);
}

#[test]
fn raised_from_the_one_that_wakes_nobody_an_update_is_due() {
    let mut world = World::new();
    world.alert("api", "P3");
    assert!(!world.timers.contains_key(&TimerKey::Update));
    world.person(PRIMARY, severity("P1", "")).expect("is set");
    assert!(world.timers.contains_key(&TimerKey::Update));
    assert!(world.incident.update_due_at.is_some());
}
