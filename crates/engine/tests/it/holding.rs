//! Which of several incidents has an alert: the open one, also when a person has opened it again.

use crate::world::{World, minutes};
use engine::EngineError;
use engine::ports::JournalError;
use incident::{Command, IncidentId};

/// Longer than an alert opens its incident again by itself.
const LONG: i64 = 60;

fn resolve() -> Command {
    Command::Resolve { summary: "fixed".into() }
}

fn reopen() -> Command {
    Command::Reopen { reason: "it is not over".into() }
}

/// Two incidents of one alert, both over, the second for so many minutes.
async fn two_are_over(world: &World, for_minutes: i64) -> [IncidentId; 2] {
    let first = world.opened("api").await;
    world.person(first, resolve()).await.expect("is resolved");
    world.clock.pass(minutes(LONG));
    let second = world.opened("api").await;
    assert_ne!(second, first, "the first stays over");
    world.person(second, resolve()).await.expect("is resolved");
    world.clock.pass(minutes(for_minutes));
    [first, second]
}

#[tokio::test]
async fn what_was_reopened_beside_a_newer_one_that_is_over_has_its_alert() {
    for for_minutes in [1, LONG] {
        let mut world = World::new();
        let [first, _] = two_are_over(&world, for_minutes).await;
        world.person(first, reopen()).await.expect("is reopened");
        assert_eq!(world.opened("api").await, first, "over for {for_minutes} min");
        world.crash();
        assert_eq!(world.opened("api").await, first, "after a restart");
        world.stop().await;
    }
}

#[tokio::test]
async fn what_is_reopened_after_a_restart_has_its_alert() {
    for for_minutes in [1, LONG] {
        let mut world = World::new();
        let [first, _] = two_are_over(&world, for_minutes).await;
        world.crash();
        world.person(first, reopen()).await.expect("is reopened");
        assert_eq!(world.opened("api").await, first, "over for {for_minutes} min");
        world.stop().await;
    }
}

#[tokio::test]
async fn what_could_not_be_reopened_has_no_alert() {
    let world = World::new();
    let [first, second] = two_are_over(&world, 1).await;
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    let failed = world.person(first, reopen()).await;
    assert_eq!(failed, Err(EngineError::Unavailable("storage: disk full".into())));
    assert_eq!(world.opened("api").await, second, "it is over for a minute, so its alert opens it again");
    world.stop().await;
}

#[tokio::test]
async fn nothing_is_reopened_beside_what_is_open_for_its_alert() {
    let world = World::new();
    let first = world.opened("api").await;
    world.person(first, resolve()).await.expect("is resolved");
    world.clock.pass(minutes(LONG));
    let second = world.opened("api").await;
    let refused = world.person(first, reopen()).await.expect_err("is refused");
    assert!(refused.to_string().contains(&second.to_string()), "it says where to go on: {refused}");
    assert_eq!(world.opened("api").await, second, "it is with whoever has it");
    world.person(second, resolve()).await.expect("is resolved");
    world.person(first, reopen()).await.expect("is reopened");
    assert_eq!(world.opened("api").await, first);
    world.stop().await;
}
