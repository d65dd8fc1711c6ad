//! Storage that fails, and storage that somebody else has written to.

use crate::world::World;
use engine::EngineError;
use engine::ports::{Batch, Clock, Journal, JournalError, Lease, StreamWrite, WorkWrite};
use incident::{
    Actor, Command, Event, EventKind, Incident, IncidentId, OpenedBy, Opening, Plan, Refusal, Work, evolve,
    summarize,
};
use std::sync::Arc;

#[tokio::test]
async fn what_cannot_be_kept_is_not_accepted_and_leaves_nothing_behind() {
    let world = World::new();
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    let refused = world.alert("api").await;
    assert!(matches!(refused, Err(EngineError::Unavailable(why)) if why.contains("disk full")));
    assert!(world.phone.carried().is_empty(), "nobody is woken for what was not kept");
    let fault = world.engine.storage_fault().expect("everybody can know");
    assert!(fault.why.contains("disk full") && fault.since == world.clock.now(), "{fault:?}");
    let id = world.opened("api").await;
    assert_eq!(world.engine.storage_fault(), None);
    let incident = world.engine.incident(id).await.expect("it is there");
    assert_eq!(incident.alerts.values().map(|alert| alert.count).sum::<u32>(), 1, "it is the first");
    world.stop().await;
}

#[tokio::test]
async fn that_the_storage_is_well_again_is_found_out_though_nobody_asks() {
    let world = World::new();
    let id = world.opened("api").await;
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    world.person(id, Command::Note { text: "looking".into() }).await.expect_err("cannot be kept");
    world.clock.pass(crate::world::minutes(1));
    let well = async {
        while world.engine.storage_fault().is_some() {
            // The storage is looked after between two answers, and no change of an incident tells of it.
            world.engine.incident(id).await.expect("it is there");
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, well).await.expect("it is found out");
    world.stop().await;
}

#[tokio::test]
async fn that_the_storage_is_well_again_is_found_out_before_anything_was_ever_kept() {
    let world = World::new();
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    world.memory.fail_next_commit(JournalError::Unavailable("disk still full".into()));
    world.alert("api").await.expect_err("cannot be kept");
    for second in 1..=2 {
        world.clock.pass(jiff::SignedDuration::from_secs(1));
        let looked = async {
            let why = if second == 1 { Some("storage: disk still full") } else { None };
            while world.engine.storage_fault().as_deref().map(|fault| fault.why.as_str()) != why {
                // Any answer makes the core turn; no change of an incident tells of the storage.
                world.engine.incident(IncidentId::from_parts(7, 7)).await.expect_err("nothing was kept");
            }
        };
        tokio::time::timeout(crate::world::PATIENCE, looked).await.expect("it is found out");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_start_on_storage_that_refuses_wakes_for_what_stands_unpaged_once_it_is_well() {
    let mut world = World::new();
    world.unbind_all();
    let id = world.opened("api").await;
    // Whatever the start writes first, and the first trial after it, is refused.
    for _ in 0..3 {
        world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    }
    world.crash();
    // Not as long as until the incident's own timer would try again.
    for _ in 0..10 {
        world.clock.pass(jiff::SignedDuration::from_secs(1));
        // Any answer makes the core turn.
        world.engine.incident(id).await.expect("it is there");
    }
    world.until(id, "somebody is woken", |_| world.phone.count() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn a_conflict_is_decided_again() {
    let world = World::new();
    let id = world.opened("api").await;
    world.memory.conflict_next();
    world.person(id, Command::Note { text: "looking".into() }).await.expect("is written in the end");
    let events = world.engine.history(id).await.expect("it is there");
    let notes = events.iter().filter(|event| matches!(event.kind, incident::EventKind::Noted { .. }));
    assert_eq!(notes.count(), 1);
    world.stop().await;
}

#[tokio::test]
async fn one_refusal_in_a_batch_does_not_stop_the_others() {
    let world = World::new();
    let alerts = vec![
        crate::world::alert("ghost", incident::AlertStatus::Resolved),
        crate::world::alert("api", incident::AlertStatus::Firing),
    ];
    let answers = world.engine.alerts(alerts).await.expect("is taken");
    assert!(matches!(answers.first(), Some(Err(EngineError::Refused(Refusal::NothingOpen)))));
    assert!(matches!(answers.get(1), Some(Ok(_))));
    world.stop().await;
}

#[tokio::test]
async fn an_incident_that_is_not_there_is_said_so() {
    let world = World::new();
    let id = incident::IncidentId::from_parts(1, 1);
    let missing = world.person(id, Command::Note { text: "?".into() }).await;
    assert_eq!(missing, Err(EngineError::NoIncident(id)));
    world.stop().await;
}

#[tokio::test]
async fn an_incident_that_cannot_be_read_does_not_keep_the_server_from_starting() {
    let mut world = World::new();
    let id = world.opened("api").await;
    let broken = IncidentId::from_parts(1, 1);
    let plan = Plan { digest: "gone".into(), ..Plan::default() };
    let opened = EventKind::Opened(Opening {
        title: "broken".into(),
        description: String::new(),
        how: OpenedBy::Report,
        plan: plan.digest.clone(),
    });
    let event = Event { at: world.clock.now(), by: Actor::System, kind: opened };
    let incident = evolve(Incident::new(broken, Arc::new(plan)), &event);
    let lease = Lease { owner: "node-0".into(), epoch: 1, until: world.clock.now() };
    let stream = StreamWrite {
        incident: broken,
        expected: 0,
        events: vec![event],
        work: [Work::Page(1), Work::Run(1)]
            .map(|work| WorkWrite::Put { work, lease: lease.clone() })
            .to_vec(),
        timers: Vec::new(),
        keys: Vec::new(),
        summary: summarize(&incident),
        plan: "gone".into(),
    };
    world.memory.clone().commit(&Batch { streams: vec![stream] }).expect("is kept");
    world.crash();
    assert_eq!(world.opened("api").await, id, "the others go on");
    assert!(matches!(world.engine.incident(broken).await, Err(EngineError::Unavailable(_))));
    world.stop().await;
}
