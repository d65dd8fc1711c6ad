//! Far more at once than there is room for: pages go out in turn and plainly, whatever else waits.

use crate::world::{World, minutes};
use incident::{Actor, Command, EventKind, IncidentId, RunState};

/// Many times what the lanes and all the workers hold.
const STORM: usize = 1_000;

async fn pages_were_plain(world: &World, ids: &[IncidentId]) {
    for page in world.phone.carried() {
        assert_eq!((page.attempt, page.possible_repeat), (1, false), "{}: {}", page.reference, page.short);
    }
    for id in ids {
        let events = world.engine.history(*id).await.expect("it is there");
        let uncertain = events.iter().any(|event| matches!(event.kind, EventKind::PageUncertain { .. }));
        assert!(!uncertain, "{id}: no worker let a page go");
    }
}

#[tokio::test]
async fn every_page_of_a_storm_goes_out_at_once_though_no_look_ever_ends() {
    let world = World::new();
    world.shell.hangs.send_replace(true);
    let ids = world.storm(STORM).await;
    // The clock stands still: nothing here waits for a lease or a sweep.
    world.until(ids[0], "every page is carried", |_| world.phone.count() == STORM).await;
    pages_were_plain(&world, &ids).await;
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_waits_longer_than_a_lease_for_its_turn_is_no_possible_repeat() {
    let world = World::new();
    world.phone.hangs.send_replace(true);
    let ids = world.storm(STORM).await;
    for _ in 0..3 {
        // Longer than a lease; work that nobody holds is looked for after each request.
        world.clock.pass(minutes(9));
        world.person(ids[0], Command::Note { text: "waiting".into() }).await.expect("is written");
    }
    world.phone.hangs.send_replace(false);
    world.until(ids[0], "every page is carried", |_| world.phone.count() >= STORM).await;
    assert_eq!(world.phone.count(), STORM);
    pages_were_plain(&world, &ids).await;
    world.stop().await;
}

#[tokio::test]
async fn a_storm_that_hangs_in_one_channel_goes_out_over_another() {
    let world = World::new();
    world.phone.hangs.send_replace(true);
    let ids = world.storm(STORM).await;
    world.clock.pass(minutes(30));
    world.until(ids[0], "every mail is carried", |_| world.mail.count() == STORM).await;
    world.stop().await;
}

#[tokio::test]
async fn looks_that_are_too_many_are_left_to_people_and_the_newest_incidents_keep_theirs() {
    let world = World::new();
    world.shell.hangs.send_replace(true);
    let ids = world.storm(STORM).await;
    let left = |incident: &incident::Incident| {
        matches!(&incident.runs[0].state, RunState::Rejected { by: Actor::System, reason }
            if reason.contains("run it by hand"))
    };
    world.until(ids[0], "the oldest is left", left).await;
    let newest = world.engine.incident(ids[STORM - 1]).await.expect("it is there");
    assert!(!left(&newest), "{:?}", newest.runs[0].state);
    world.stop().await;
}

#[tokio::test]
async fn looks_of_incidents_that_are_over_do_not_begin() {
    let world = World::new();
    world.shell.hangs.send_replace(true);
    let ids = world.storm(100).await;
    world.begun(4).await;
    for id in &ids {
        world.person(*id, Command::Resolve { summary: "false alarm".into() }).await.expect("is resolved");
    }
    let late = world.opened("late").await;
    world.shell.hangs.send_replace(false);
    let looked = |incident: &incident::Incident| matches!(incident.runs[0].state, RunState::Ended(_));
    world.until(late, "the one that is open is looked at", looked).await;
    assert_eq!(*world.shell.begun.borrow(), 5, "those that ran, and the late one");
    world.stop().await;
}
