//! Runs: what looks begins by itself, what changes waits, and nothing begins twice.

use crate::world::{World, minutes};
use incident::{Command, RunState};
use std::sync::PoisonError;

fn ran(world: &World) -> Vec<String> {
    world.shell.ran.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[tokio::test]
async fn evidence_is_gathered_and_the_change_waits_for_a_person() {
    let world = World::new();
    let id = world.opened("api").await;
    let ended = |number: u32| {
        move |incident: &incident::Incident| {
            incident.run(number).is_some_and(|run| matches!(run.state, RunState::Ended(_)))
        }
    };
    world.until(id, "the look has ended", ended(1)).await;
    assert_eq!(ran(&world), ["curl -I https://api.example.test/health"]);
    let source = "wrangler rollback --env production".to_owned();
    world.person(id, Command::ApproveRun { run: 2, source }).await.expect("is approved");
    world.until(id, "the change has ended", ended(2)).await;
    assert_eq!(ran(&world).len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn a_change_that_ran_during_a_crash_is_lost_and_never_repeated() {
    let mut world = World::new();
    let id = world.opened("api").await;
    world
        .until(id, "the look has ended", |incident| matches!(incident.runs[0].state, RunState::Ended(_)))
        .await;
    world.shell.hangs.send_replace(true);
    let source = "wrangler rollback --env production".to_owned();
    world.person(id, Command::ApproveRun { run: 2, source }).await.expect("is approved");
    world.begun(2).await;
    world.crash();
    let incident =
        world.until(id, "it is known as lost", |incident| incident.runs[1].state == RunState::Lost).await;
    assert_eq!(incident.runs.len(), 2);
    assert!(ran(&world).is_empty(), "{:?}", ran(&world));
    world.stop().await;
}

#[tokio::test]
async fn a_run_that_is_slow_is_not_taken_for_one_that_nobody_runs() {
    let world = World::new();
    world.shell.hangs.send_replace(true);
    let id = world.opened("api").await;
    world.begun(1).await;
    for _ in 0..3 {
        // Longer than a lease; work that nobody holds is looked for after each request.
        world.clock.pass(minutes(9));
        world.person(id, Command::Note { text: "waiting".into() }).await.expect("is written");
    }
    world.shell.hangs.send_replace(false);
    let ended = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
    let incident = world.until(id, "its end is kept", ended).await;
    assert_eq!(incident.runs.len(), 2, "nothing was asked again: {:?}", incident.runs);
    world.stop().await;
}

#[tokio::test]
async fn what_a_person_approved_does_not_wait_behind_the_looks_of_a_storm() {
    let world = World::new();
    world.shell.hangs.send_replace(true);
    let id = world.opened("api-0").await;
    for number in 1..6 {
        world.opened(&format!("api-{number}")).await;
    }
    world.begun(4).await;
    let source = "wrangler rollback --env production".to_owned();
    world.person(id, Command::ApproveRun { run: 2, source }).await.expect("is approved");
    let runs = |incident: &incident::Incident| matches!(incident.runs[1].state, RunState::Running { .. });
    world.until(id, "the change runs", runs).await;
    world.shell.hangs.send_replace(false);
    world.stop().await;
}

#[tokio::test]
async fn an_approved_change_that_waits_too_long_for_its_turn_waits_for_a_word_again() {
    let world = World::new();
    let source = "wrangler rollback --env production".to_owned();
    let approve = || Command::ApproveRun { run: 2, source: source.clone() };
    let mut ids = Vec::new();
    for number in 0..5 {
        let id = world.opened(&format!("api-{number}")).await;
        let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
        world.until(id, "the look has ended", looked).await;
        ids.push(id);
    }
    world.shell.hangs.send_replace(true);
    for id in &ids[..4] {
        world.person(*id, approve()).await.expect("is approved");
    }
    world.begun(9).await;
    world.person(ids[4], approve()).await.expect("is approved");
    world.clock.pass(minutes(16));
    world.shell.hangs.send_replace(false);
    let asks = |incident: &incident::Incident| {
        incident.runs[1].state == RunState::Proposed && incident.runs[1].approved_by.is_none()
    };
    world.until(ids[4], "it waits for a word again", asks).await;
    assert_eq!(ran(&world).len(), 9, "it did not run");
    world.stop().await;
}
