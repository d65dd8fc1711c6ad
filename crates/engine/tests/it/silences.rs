//! Silences: what they hold back is judged at their end, whatever fails, dies or is changed in between, and once.

use crate::world::{PATIENCE, World, alert, minutes};
use engine::EngineError;
use engine::ports::{Filter, Journal as _, JournalError};
use incident::{
    Actor, AlertStatus, Command, Incident, IncidentId, PersonId, Refusal, Silence, SilenceDraft, SilenceKind,
    Status, Summary,
};
use std::sync::Arc;

fn ana() -> Actor {
    Actor::Person(PersonId("ana".into()))
}

fn draft(world: &World, length: i64) -> SilenceDraft {
    SilenceDraft {
        kind: SilenceKind::Silence,
        reason: "we know".into(),
        matchers: vec!["key=~\"api.*\"".parse().expect("a condition")],
        starts_at: None,
        ends_at: world.engine.clock().now() + minutes(length),
    }
}

async fn silence(world: &World, length: i64) -> Silence {
    world.engine.make_silence(draft(world, length), ana()).await.expect("is kept")
}

async fn rows(world: &World, status: Option<&str>) -> Vec<Summary> {
    let filter = Filter { status: status.map(str::to_owned), limit: 2_000, ..Filter::default() };
    world.engine.summaries(filter).await.expect("memory can be read")
}

/// Waits until the held alert has opened its incident.
async fn opens(world: &World, id: IncidentId) -> Arc<Incident> {
    let mut feed = world.engine.feed();
    let waiting = async {
        loop {
            match world.engine.incident(id).await {
                Ok(incident) => return incident,
                Err(EngineError::NoIncident(_)) => drop(feed.recv().await),
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it opens")
}

#[tokio::test]
async fn what_is_held_is_no_incident_and_opens_when_the_silence_is_ended_on_the_plan_of_then() {
    let mut world = World::new();
    let silence = silence(&world, 60).await;
    let id = world.opened("api").await;
    assert_eq!(world.opened("api").await, id, "a repeat goes to the same stream");
    assert_eq!(world.engine.incident(id).await, Err(EngineError::NoIncident(id)));
    let note = world.person(id, Command::Note { text: "hm".into() }).await;
    assert!(matches!(note, Err(EngineError::Refused(Refusal::Unknown { .. }))), "{note:?}");
    assert_eq!(rows(&world, None).await, []);
    let held = rows(&world, Some("held")).await;
    assert_eq!((held.len(), held[0].alert_count), (1, 2));
    assert_eq!(held[0].held_by, Some(silence.id.to_string()));
    let other = world.opened("db").await;
    world.until(other, "another alert pages", |incident| incident.pages.len() == 1).await;
    world.plan_of_today("plan-2");
    let ended = world.engine.end_silence(silence.id, ana()).await.expect("is kept");
    assert_eq!((ended.version, ended.ended.map(|ended| ended.by)), (2, Some(ana())));
    let incident = opens(&world, id).await;
    assert_eq!((incident.plan.digest.as_str(), incident.status), ("plan-2", Status::Open));
    world.until(id, "somebody is woken", |incident| incident.pages.len() == 1).await;
    assert_eq!(rows(&world, Some("held")).await, []);
    world.crash();
    let again = world.engine.incident(id).await.expect("it is there");
    assert_eq!(again.plan.digest, "plan-2", "and it is read with the plan it opened on");
    assert_eq!(again.hold.as_ref().map(|hold| hold.silence.clone()), Some(silence.id.to_string()));
    world.stop().await;
}

#[tokio::test]
async fn at_its_end_it_opens_once_also_after_a_crash() {
    let mut world = World::new();
    silence(&world, 60).await;
    let id = world.opened("api").await;
    world.clock.pass(minutes(59));
    world.crash();
    assert_eq!(world.opened("api").await, id, "the next process knows the silence and the alert");
    assert_eq!(rows(&world, Some("held")).await.len(), 1);
    world.clock.pass(minutes(1));
    let incident = opens(&world, id).await;
    assert_eq!(incident.alerts.values().next().map(|state| state.count), Some(2));
    assert_eq!(rows(&world, None).await.len(), 1);
    world.stop().await;
}

/// The end is on disk, and whoever wrote it died before anything was judged.
#[tokio::test]
async fn an_end_that_nobody_judged_is_judged_by_the_next_process() {
    let mut world = World::new();
    let silence = silence(&world, 60).await;
    let id = world.opened("api").await;
    let ended = silence.end(ana(), world.engine.clock().now()).expect("it goes on");
    assert!(world.memory.clone().keep_silence(&ended).expect("memory can be written"));
    world.crash();
    opens(&world, id).await;
    world.stop().await;
}

/// The clock by which it was ended ran ahead, and has been set right since.
#[tokio::test]
async fn an_end_that_is_still_to_come_by_the_clock_is_judged_when_it_comes() {
    let mut world = World::new();
    let silence = silence(&world, 600).await;
    let id = world.opened("api").await;
    let ahead = world.engine.clock().now() + minutes(10);
    assert!(
        world.memory.clone().keep_silence(&silence.end(ana(), ahead).expect("it goes on")).expect("is kept")
    );
    world.crash();
    assert_eq!(world.engine.incident(id).await, Err(EngineError::NoIncident(id)), "not yet");
    world.clock.pass(minutes(11));
    opens(&world, id).await;
    world.stop().await;
}

#[tokio::test]
async fn a_judgement_that_cannot_be_kept_is_made_again() {
    let world = World::new();
    let silence = silence(&world, 60).await;
    let ids = [world.opened("api-1").await, world.opened("api-2").await];
    let ended = silence.end(ana(), world.engine.clock().now()).expect("it goes on");
    assert!(world.memory.clone().keep_silence(&ended).expect("memory can be written"));
    for _ in 0..3 {
        world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    }
    // The settings are read anew, and so is what holds alerts back.
    world.plan_of_today("plan-1");
    let probing = async {
        let mut turn = tokio::time::interval(std::time::Duration::from_millis(5));
        while world.engine.incident(ids[0]).await.is_err() || world.engine.incident(ids[1]).await.is_err() {
            // Storage that refused is tried again each second.
            world.clock.pass(jiff::SignedDuration::from_secs(1));
            turn.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, probing).await.expect("both open");
    assert_eq!(rows(&world, None).await.len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn a_silence_that_was_not_kept_holds_nothing_back() {
    let world = World::new();
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    let refused = world.engine.make_silence(draft(&world, 60), ana()).await;
    assert!(matches!(refused, Err(EngineError::Unavailable(_))), "{refused:?}");
    let id = world.opened("api").await;
    world.until(id, "it pages", |incident| incident.pages.len() == 1).await;
    assert_eq!(world.engine.silences(10).await.expect("memory can be read"), []);
    world.stop().await;
}

#[tokio::test]
async fn a_change_that_somebody_else_was_quicker_with_is_decided_again() {
    let world = World::new();
    world.memory.conflict_next();
    let silence = silence(&world, 60).await;
    assert_eq!(world.engine.silences(10).await.expect("memory can be read"), std::slice::from_ref(&silence));
    let (first, second) = tokio::join!(
        world.engine.end_silence(silence.id, ana()),
        world.engine.end_silence(silence.id, ana())
    );
    assert!(first.is_ok());
    assert!(matches!(second, Err(EngineError::Refused(Refusal::NotNow { .. }))), "{second:?}");
    world.stop().await;
}

#[tokio::test]
async fn what_passed_is_listed_and_what_comes_after_the_silence_is_an_incident_of_its_own() {
    let world = World::new();
    let silence = silence(&world, 60).await;
    let id = world.opened("api").await;
    world.engine.alerts(vec![alert("api", AlertStatus::Resolved)]).await.expect("is taken");
    let passed = rows(&world, Some("passed")).await;
    assert_eq!((passed.len(), passed[0].id), (1, id));
    assert_eq!(world.opened("api").await, id, "under the silence it is held again");
    world.engine.alerts(vec![alert("api", AlertStatus::Resolved)]).await.expect("is taken");
    world.engine.end_silence(silence.id, ana()).await.expect("is kept");
    let own = world.opened("api").await;
    assert_ne!(own, id);
    world.until(own, "it pages", |incident| incident.pages.len() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn a_storm_that_was_held_back_opens_whole() {
    let world = World::new();
    let silence = silence(&world, 60).await;
    let ids = world.storm(600).await;
    assert_eq!(rows(&world, Some("held")).await.len(), 600);
    world.engine.end_silence(silence.id, ana()).await.expect("is kept");
    for id in ids {
        opens(&world, id).await;
    }
    assert_eq!(rows(&world, Some("held")).await, []);
    world.stop().await;
}
