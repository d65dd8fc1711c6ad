//! Pages: carried, climbed, taken back.

use crate::world::{World, minutes};
use incident::{AckIntent, Command, PageOutcome, PageState};

fn on_it() -> Command {
    Command::Acknowledge { intent: AckIntent::OnIt, page: None }
}

#[tokio::test]
async fn an_alert_becomes_a_page_and_the_outcome_comes_back() {
    let world = World::new();
    let id = world.opened("api").await;
    let delivered = |incident: &incident::Incident| {
        incident.pages.iter().any(|page| matches!(page.state, PageState::Delivered { .. }))
    };
    world.until(id, "the page is delivered", delivered).await;
    let carried = world.phone.carried();
    assert_eq!(carried.len(), 1);
    let page = carried.first().expect("one was carried");
    assert_eq!(page.reference, format!("{id}.page.1"));
    assert!(page.short.starts_with("P1: api answers with errors"), "{}", page.short);
    assert!(page.short.chars().count() <= 160);
    world.stop().await;
}

#[tokio::test]
async fn unanswered_it_climbs_when_the_clock_says_so() {
    let world = World::new();
    let id = world.opened("api").await;
    world.until(id, "the first page", |incident| incident.pages.len() == 1).await;
    world.clock.pass(minutes(30));
    world.until(id, "the second level", |incident| incident.pages.len() == 2).await;
    world.until(id, "the mail", |_| world.mail.carried().len() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn after_an_acknowledgement_nobody_else_is_woken() {
    let world = World::new();
    let id = world.opened("api").await;
    world.person(id, on_it()).await.expect("is taken");
    world.clock.pass(minutes(45));
    // The next request is decided after every timer that was due before it.
    world.person(id, Command::Note { text: "looking".into() }).await.expect("is written");
    let incident = world.engine.incident(id).await.expect("it is there");
    assert_eq!(incident.pages.len(), 1);
    assert!(world.mail.carried().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_channel_that_hangs_delays_nobody_else() {
    let world = World::new();
    world.phone.hangs.send_replace(true);
    let first = world.opened("api").await;
    world.until(first, "the phone rings for ever", |_| world.phone.carried().len() == 1).await;
    world.clock.pass(minutes(30));
    let mailed = |incident: &incident::Incident| {
        incident.pages.iter().any(|page| matches!(page.state, PageState::Delivered { .. }))
    };
    world.until(first, "the mail arrives all the same", mailed).await;
    world.phone.hangs.send_replace(false);
    world.stop().await;
}

#[tokio::test]
async fn a_failure_is_tried_again_after_a_wait() {
    let world = World::new();
    world.phone.answer(PageOutcome::TryAgain { error: "503".into(), after_s: Some(20) });
    let id = world.opened("api").await;
    let waiting =
        |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Retrying { .. });
    world.until(id, "it waits to try again", waiting).await;
    world.clock.pass(minutes(1));
    let delivered =
        |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Delivered { .. });
    world.until(id, "the second attempt arrives", delivered).await;
    assert_eq!(world.phone.carried().iter().map(|page| page.attempt).collect::<Vec<_>>(), [1, 2]);
    world.stop().await;
}

#[tokio::test]
async fn a_storm_of_repeats_is_one_incident_and_one_page() {
    let world = World::new();
    let id = world.opened("api").await;
    for _ in 0..200 {
        assert_eq!(world.opened("api").await, id);
    }
    let incident = world.engine.incident(id).await.expect("it is there");
    assert_eq!(incident.pages.len(), 1);
    assert_eq!(incident.alerts.values().map(|alert| alert.count).sum::<u32>(), 201);
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_is_slow_is_not_taken_for_one_that_nobody_carries() {
    let world = World::new();
    world.phone.hangs.send_replace(true);
    let id = world.opened("api").await;
    world.until(id, "it is being carried", |_| world.phone.carried().len() == 1).await;
    for _ in 0..3 {
        // Longer than a lease; work that nobody holds is looked for after each request.
        world.clock.pass(minutes(9));
        world.person(id, Command::Note { text: "waiting".into() }).await.expect("is written");
    }
    world.phone.hangs.send_replace(false);
    let delivered =
        |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Delivered { .. });
    let incident = world.until(id, "it is delivered", delivered).await;
    assert_eq!((incident.pages[0].attempt, incident.pages[0].possible_repeat), (1, 0));
    assert_eq!(world.phone.carried().len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_waits_its_turn_is_not_carried_once_somebody_has_it() {
    let world = World::new();
    world.phone.hangs.send_replace(true);
    let mut ids = Vec::new();
    for number in 0..33 {
        ids.push(world.opened(&format!("api-{number}")).await);
    }
    let waits = |_: &incident::Incident| world.phone.carried().len() == 32;
    world.until(ids[0], "every place is taken", waits).await;
    let carried: Vec<_> = world.phone.carried().iter().map(|page| page.incident).collect();
    let waiting = *ids.iter().find(|id| !carried.contains(id)).expect("one waits");
    world.person(waiting, on_it()).await.expect("is taken");
    world.phone.hangs.send_replace(false);
    for id in carried {
        let delivered =
            |incident: &incident::Incident| matches!(incident.pages[0].state, PageState::Delivered { .. });
        world.until(id, "it is delivered", delivered).await;
    }
    assert!(world.phone.carried().iter().all(|page| page.incident != waiting));
    world.stop().await;
}

#[tokio::test]
async fn who_is_bound_later_is_woken_for_what_stands_unpaged() {
    let world = World::new();
    world.unbind_all();
    let id = world.opened("api").await;
    assert!(world.engine.incident(id).await.expect("it is there").is_unpaged());
    world.bind_all();
    world.until(id, "somebody is woken, with no clock moved", |_| world.phone.count() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn what_waits_for_working_hours_is_judged_again_when_other_settings_are_read() {
    let world = World::new();
    world.let_it_wait();
    let id = world.opened("api").await;
    assert!(world.engine.incident(id).await.expect("it is there").rests());
    world.bind_all();
    world.until(id, "somebody is woken, with no clock moved", |_| world.phone.count() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn a_start_with_other_working_hours_wakes_for_what_waited_for_those_of_before() {
    let mut world = World::new();
    world.let_it_wait();
    let id = world.opened("api").await;
    world.crash();
    world.until(id, "somebody is woken, with no clock moved", |_| world.phone.count() == 1).await;
    world.stop().await;
}

#[tokio::test]
async fn a_start_with_somebody_bound_wakes_them_for_what_stands_unpaged() {
    let mut world = World::new();
    world.unbind_all();
    let id = world.opened("api").await;
    world.crash();
    world.until(id, "somebody is woken, with no clock moved", |_| world.phone.count() == 1).await;
    assert!(!world.engine.incident(id).await.expect("it is there").is_unpaged());
    world.stop().await;
}
