//! The process dies and another begins: nothing that was answered is lost, timers go on, repeats say so.

use crate::world::{World, alert, minutes};
use engine::EngineError;
use incident::{AckIntent, AlertStatus, Command, PageState};

#[tokio::test]
async fn a_page_whose_outcome_nobody_heard_goes_out_again_once_and_says_so() {
    let mut world = World::new();
    world.phone.hangs.send_replace(true);
    let id = world.opened("api").await;
    world.until(id, "it is being carried", |_| world.phone.carried().len() == 1).await;
    world.crash();
    let delivered =
        |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Delivered { .. });
    world.until(id, "it is delivered", delivered).await;
    let carried = world.phone.carried();
    assert_eq!(carried.len(), 1);
    assert!(carried.iter().all(|page| page.possible_repeat && page.short.starts_with("[possible repeat]")));
    world.crash();
    world.until(id, "it is still delivered", delivered).await;
    assert!(world.phone.carried().is_empty(), "a delivered page is not repeated");
    world.stop().await;
}

#[tokio::test]
async fn a_page_whose_repeat_could_not_be_kept_at_the_start_does_not_wait_for_a_lease() {
    let mut world = World::new();
    world.phone.hangs.send_replace(true);
    let id = world.opened("api").await;
    world.until(id, "it is being carried", |_| world.phone.carried().len() == 1).await;
    world.memory.fail_next_commit(engine::ports::JournalError::Unavailable("disk full".into()));
    world.crash();
    world.engine.incident(id).await.expect("the start is over");
    // Longer than a sweep, far shorter than a lease.
    world.clock.pass(minutes(1));
    let delivered =
        |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Delivered { .. });
    world.until(id, "it is delivered", delivered).await;
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_was_answered_meanwhile_does_not_go_out_again() {
    let mut world = World::new();
    world.phone.hangs.send_replace(true);
    let id = world.opened("api").await;
    world.until(id, "it is being carried", |_| world.phone.carried().len() == 1).await;
    world
        .person(id, Command::Acknowledge { intent: AckIntent::OnIt, page: Some(1) })
        .await
        .expect("is taken");
    world.crash();
    let incident = world.engine.incident(id).await.expect("it is there");
    assert!(incident.acknowledged.is_some());
    assert!(world.phone.carried().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn timers_go_on() {
    let mut world = World::new();
    let id = world.opened("api").await;
    world.until(id, "the first page", |incident| incident.pages.len() == 1).await;
    world.clock.pass(minutes(20));
    world.crash();
    world.clock.pass(minutes(9));
    world.alert("other").await.expect("is accepted");
    assert_eq!(world.engine.incident(id).await.expect("it is there").pages.len(), 1);
    world.clock.pass(minutes(1));
    world.until(id, "the second level at its old time", |incident| incident.pages.len() == 2).await;
    world.stop().await;
}

#[tokio::test]
async fn a_repeat_finds_its_incident_and_an_end_ends_it() {
    let mut world = World::new();
    let id = world.opened("api").await;
    world.crash();
    assert_eq!(world.opened("api").await, id);
    let over = world.engine.alerts(vec![alert("api", AlertStatus::Resolved)]).await.expect("is taken");
    assert_eq!(over.first().and_then(|answer| answer.as_ref().ok()).map(|answer| answer.incident), Some(id));
    world.stop().await;
}

#[tokio::test]
async fn what_was_reopened_long_after_its_end_is_found_by_its_alert() {
    let mut world = World::new();
    let id = world.opened("api").await;
    world.person(id, Command::Resolve { summary: "fixed".into() }).await.expect("is resolved");
    // Longer than an alert reopens by itself, so that a start does not read its alerts.
    world.clock.pass(minutes(60));
    world.crash();
    world.person(id, Command::Reopen { reason: "it is not over".into() }).await.expect("is reopened");
    assert_eq!(world.opened("api").await, id);
    world.stop().await;
}

#[tokio::test]
async fn the_state_after_a_crash_is_the_state_before() {
    let mut world = World::new();
    let id = world.opened("api").await;
    world.person(id, Command::Note { text: "looking".into() }).await.expect("is written");
    world.person(id, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).await.expect("is taken");
    let settled = |incident: &incident::Incident| {
        incident.runs.iter().all(|run| run.number != 1 || run.ended_at.is_some())
            && incident.pages.iter().all(|page| page.state != PageState::Pending)
    };
    let before = world.until(id, "nothing is under way", settled).await;
    world.crash();
    let after = world.engine.incident(id).await.expect("it is there");
    assert_eq!(*after, *before);
    world.stop().await;
}

#[tokio::test]
async fn a_core_that_breaks_says_so_and_accepts_nothing() {
    let mut world = World::new();
    let kept = world.opened("before").await;
    world.break_core();
    assert_eq!(world.alert("after").await, Err(EngineError::Stopping), "it was not accepted");
    world.core_ended().await;
    world.crash();
    world.engine.incident(kept).await.expect("a new start finds what was kept");
}
