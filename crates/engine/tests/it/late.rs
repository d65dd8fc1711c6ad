//! The pager watches itself: what it says of how it goes, and the incident that it opens when it was late.

use crate::world::{PATIENCE, World, alert, minutes};
use core::time::Duration;
use engine::ports::{Clock as _, Filter};
use engine::tell_of_lateness;
use incident::{Alert, AlertKey, AlertStatus, Channel, Incident, Page, PageState, Status, Summary};

/// The row of the incident that tells of lateness, once it is as wanted.
async fn own_incident(world: &World, wanted: impl Fn(&Summary) -> bool) -> Summary {
    let mut feed = world.engine.feed();
    let waiting = async {
        loop {
            let rows =
                world.engine.summaries(Filter { limit: 10, ..Filter::default() }).await.expect("it answers");
            let own = rows.into_iter().find(|row| row.title.contains("Evenkeel itself is late"));
            if let Some(own) = own.filter(&wanted) {
                return own;
            }
            let _ = feed.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("an incident tells of lateness")
}

#[tokio::test]
async fn a_timer_that_fires_late_is_an_incident_that_ends_by_itself() {
    let world = World::new();
    let watching = tokio::spawn(tell_of_lateness(world.engine.clone(), Duration::from_millis(1)));
    let id = world.opened("api").await;
    world.until(id, "is paged", |incident| incident.pages.len() == 1).await;
    // The second level was due after half an hour, and the machine slept.
    world.clock.pass(minutes(45));
    let own = own_incident(&world, |_| true).await;
    let held = world.until(own.id, "it wakes somebody", |incident| !incident.pages.is_empty()).await;
    assert_eq!(held.status, Status::Open);
    assert_eq!(world.engine.counts().timers.within[4], 0);
    // Minute by minute: what falls due meanwhile fires in its minute.
    for _ in 0..22 {
        world.clock.pass(minutes(1));
        world.engine.vitals().await.expect("it turns");
        for id in [id, own.id] {
            world.until(id, "its pages are out", pages_are_out).await;
        }
    }
    world.until(own.id, "nothing is late any more", |incident| !incident.is_firing()).await;
    watching.abort();
    world.stop().await;
}

#[tokio::test]
async fn what_a_server_told_of_before_it_stopped_ends_by_itself() {
    let world = World::new();
    let key = AlertKey { source: "evenkeel".to_owned(), key: "late".to_owned() };
    let told = Alert { key, ..alert("late", AlertStatus::Firing) };
    let answers = world.engine.alerts(vec![told]).await.expect("is taken");
    let id = answers.into_iter().find_map(Result::ok).expect("is accepted").incident;
    // The server after it knows nothing of that.
    let watching = tokio::spawn(tell_of_lateness(world.engine.clone(), Duration::from_millis(1)));
    world.until(id, "its page is out", pages_are_out).await;
    for _ in 0..22 {
        world.clock.pass(minutes(1));
        world.engine.vitals().await.expect("it turns");
        world.until(id, "its pages are out", pages_are_out).await;
    }
    world.until(id, "it is over", |incident| !incident.is_firing() && !incident.is_silent()).await;
    watching.abort();
    world.stop().await;
}

fn pages_are_out(incident: &Incident) -> bool {
    incident.pages.iter().all(|page| matches!(page.state, PageState::Delivered { .. }))
}

#[tokio::test]
async fn what_is_on_time_is_counted_and_opens_nothing() {
    let world = World::new();
    let watching = tokio::spawn(tell_of_lateness(world.engine.clone(), Duration::from_millis(1)));
    let id = world.opened("api").await;
    let delivered = |page: &Page| matches!(page.state, PageState::Delivered { .. });
    world.until(id, "is paged", |incident| incident.pages.first().is_some_and(delivered)).await;
    world.clock.pass(minutes(30));
    world.until(id, "the second level is paged", |incident| incident.pages.len() == 2).await;
    let vitals = world.engine.vitals().await.expect("it answers");
    assert!(vitals.timers > 0 && vitals.next_due > Some(world.clock.now()), "{vitals:?}");
    let counts = world.engine.counts();
    assert_eq!(counts.later_than(0), 0, "{counts:?}");
    assert_eq!(counts.pages[&Channel::Handset].lateness.count, 1);
    let rows = world.engine.summaries(Filter { limit: 10, ..Filter::default() }).await.expect("it answers");
    assert_eq!(rows.len(), 1);
    watching.abort();
    world.stop().await;
}

#[tokio::test]
async fn a_core_that_has_ended_does_not_answer() {
    let mut world = World::new();
    world.break_core();
    let _ = world.alert("api").await;
    world.core_ended().await;
    assert!(world.engine.vitals().await.is_err());
}
