//! Runs: what looks begins by itself, what changes waits, and nothing begins twice.

use crate::world::{World, minutes};
use engine::EngineError;
use incident::{Actor, Command, Ending, PersonId, Refusal, RunState, Sight};
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
    world.approve(id, 2).await.expect("is approved");
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
    world.approve(id, 2).await.expect("is approved");
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
    world.approve(id, 2).await.expect("is approved");
    let runs = |incident: &incident::Incident| matches!(incident.runs[1].state, RunState::Running { .. });
    world.until(id, "the change runs", runs).await;
    world.shell.hangs.send_replace(false);
    world.stop().await;
}

#[tokio::test]
async fn an_approved_change_that_waits_too_long_for_its_turn_waits_for_a_word_again() {
    let world = World::new();
    let mut ids = Vec::new();
    for number in 0..5 {
        let id = world.opened(&format!("api-{number}")).await;
        let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
        world.until(id, "the look has ended", looked).await;
        ids.push(id);
    }
    world.shell.hangs.send_replace(true);
    for id in &ids[..4] {
        world.approve(*id, 2).await.expect("is approved");
    }
    world.begun(9).await;
    world.approve(ids[4], 2).await.expect("is approved");
    world.clock.pass(minutes(16));
    world.shell.hangs.send_replace(false);
    let asks = |incident: &incident::Incident| {
        incident.runs[1].state == RunState::Proposed && incident.runs[1].approved_by.is_none()
    };
    world.until(ids[4], "it waits for a word again", asks).await;
    assert_eq!(ran(&world).len(), 9, "it did not run");
    world.stop().await;
}

#[tokio::test]
async fn a_person_stops_what_runs_and_the_change_is_in_doubt() {
    let world = World::new();
    let id = world.opened("api").await;
    let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
    world.until(id, "the look has ended", looked).await;
    world.shell.hangs.send_replace(true);
    world.approve(id, 2).await.expect("is approved");
    world.begun(2).await;
    world.person(id, Command::StopRun { run: 2 }).await.expect("is stopped");
    let ended = |incident: &incident::Incident| matches!(incident.runs[1].state, RunState::Ended(_));
    let incident = world.until(id, "it has ended", ended).await;
    let run = &incident.runs[1];
    assert!(matches!(&run.state, RunState::Ended(report) if report.ending == Ending::Stopped), "{run:?}");
    assert_eq!(run.stopped_by.as_ref().map(ToString::to_string).as_deref(), Some("primary"));
    assert!(run.is_in_doubt(), "nobody knows how much of it was done");
    assert!(!incident.runs[0].is_in_doubt(), "a look changes nothing");
    let again = world.person(id, Command::StopRun { run: 2 }).await;
    assert!(again.is_err(), "it is over: {again:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_press_at_once_one_gives_the_word_and_the_others_hear_who() {
    let world = World::new();
    let (other, other_stopped) = world.second_engine();
    let id = world.opened("api").await;
    let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
    let incident = world.until(id, "the look has ended", looked).await;
    let sight = Sight::of(&incident, 2, world.engine.clock().now()).expect("it is there");
    let ready = std::sync::Arc::new(tokio::sync::Barrier::new(16));
    let mut pressing = tokio::task::JoinSet::new();
    for number in 0..16 {
        // Half of them reach another engine on the same journal.
        let engine = if number % 2 == 0 { world.engine.clone() } else { other.clone() };
        let (ready, sight) = (std::sync::Arc::clone(&ready), sight.clone());
        pressing.spawn(async move {
            let by = Actor::Person(PersonId(format!("person-{number}")));
            ready.wait().await;
            let answer =
                engine.ask(id, by.clone(), Command::ApproveRun { run: 2, sight, sponsor: None }).await;
            (by, answer)
        });
    }
    let pressed = pressing.join_all().await;
    let winners: Vec<&Actor> =
        pressed.iter().filter(|(_, answer)| answer.is_ok()).map(|(by, _)| by).collect();
    assert_eq!(winners.len(), 1, "{pressed:?}");
    let first = format!("{} gave the word for run 2", winners[0]);
    for (_, answer) in pressed.iter().filter(|(_, answer)| answer.is_err()) {
        let told = match answer {
            Err(error @ EngineError::Refused(Refusal::Taken { .. })) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(told.contains(&first), "{told}");
    }
    world.begun(2).await;
    let approved = |event: &incident::Event| matches!(event.kind, incident::EventKind::RunApproved { .. });
    let began = |event: &incident::Event| matches!(event.kind, incident::EventKind::RunStarted { run: 2 });
    let events = world.engine.history(id).await.expect("it is kept");
    assert_eq!(events.iter().filter(|event| approved(event)).count(), 1);
    assert_eq!(events.iter().filter(|event| began(event)).count(), 1);
    assert_eq!(ran(&world).len(), 2, "the look and one rollback: {:?}", ran(&world));
    other.stop().await;
    other_stopped.wait().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_look_that_two_people_want_at_once_is_taken_once() {
    let world = World::new();
    let id = world.opened("api").await;
    let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
    world.until(id, "the look has ended", looked).await;
    world.shell.hangs.send_replace(true);
    let ask = || {
        let request = incident::RunAsk { step: Some(1), command: 0, values: [].into() };
        world.person(id, Command::RequestRun { request })
    };
    let (one, two) = tokio::join!(ask(), ask());
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let told = one.err().or(two.err()).expect("one was second").to_string();
    assert!(told.contains("primary asked for run 3"), "{told}");
    world.shell.hangs.send_replace(false);
    world.stop().await;
}
