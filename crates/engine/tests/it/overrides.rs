//! Overrides of schedules: seen by whatever is decided next, kept across crashes, and refused alike.

use crate::world::{World, minutes};
use engine::EngineError;
use engine::ports::{Journal as _, JournalError};
use incident::{Actor, MadeOverride, OverrideDraft, OverrideId, OverrideWish, PersonId, Refusal};

fn id(name: &str) -> PersonId {
    PersonId(name.into())
}

fn ana() -> Actor {
    Actor::Person(id("ana"))
}

fn draft(world: &World, who: &str, length: i64) -> OverrideDraft {
    let until = world.engine.clock().now() + minutes(length);
    let wish = OverrideWish::Take { schedule: "platform".into(), people: vec![id(who)], from: None, until };
    OverrideDraft { wish, reason: "the dentist".into() }
}

async fn make(world: &World, who: &str, length: i64) -> MadeOverride {
    world.engine.make_override(draft(world, who, length), ana()).await.expect("is kept")
}

/// Who holds the second level.
fn second(world: &World) -> Vec<String> {
    let settings = world.engine.settings();
    let now = world.engine.clock().now();
    settings.roster.holders("Secondary", now).iter().map(|person| person.id.to_string()).collect()
}

#[tokio::test]
async fn the_next_level_is_looked_up_by_it_also_after_a_crash() {
    let mut world = World::new();
    assert_eq!(second(&world), ["secondary"]);
    let incident = world.opened("api").await;
    world.until(incident, "the first level", |incident| incident.pages.len() == 1).await;
    let mut told = world.engine.overridden();
    told.mark_unchanged();
    let made = make(&world, "primary", 60).await;
    assert!(told.has_changed().expect("the engine lives"), "whoever looks ahead is told");
    assert_eq!(second(&world), ["primary"], "seen at once");
    world.crash();
    assert_eq!(second(&world), ["primary"], "the next life knows it before anything is asked");
    world.clock.pass(minutes(30));
    let after = world.until(incident, "the second level", |incident| incident.pages.len() == 2).await;
    assert_eq!(after.pages[1].responder, id("primary"));
    let rule = &after.pages[1].rule;
    assert!(rule.contains("that ana made") && !rule.contains("dentist"), "{rule}");

    let ended = world.engine.end_override(made.id, ana()).await.expect("is kept");
    assert_eq!((ended.version, ended.ended.map(|ended| ended.by)), (2, Some(ana())));
    assert_eq!(second(&world), ["secondary"]);
    let again = world.engine.end_override(made.id, ana()).await;
    assert!(
        matches!(again, Err(EngineError::Refused(Refusal::NotNow { what: "override", .. }))),
        "{again:?}"
    );
    let listed = world.engine.overrides(10).await.expect("can be read");
    assert_eq!(listed.len(), 1, "what is over is still told");
    world.stop().await;
}

#[tokio::test]
async fn other_settings_keep_what_people_made() {
    let world = World::new();
    make(&world, "primary", 60).await;
    world.bind_all();
    assert_eq!(second(&world), ["primary"], "read anew, the settings say otherwise, and the override counts");
    world.clock.pass(minutes(60));
    assert_eq!(second(&world), ["secondary"], "until its time is over");
    world.stop().await;
}

#[tokio::test]
async fn what_storage_refuses_is_not_there_and_what_it_lost_the_answer_of_is_found() {
    let world = World::new();
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".to_owned()));
    let refused = world.engine.make_override(draft(&world, "primary", 60), ana()).await;
    assert!(matches!(refused, Err(EngineError::Unavailable(_))), "{refused:?}");
    assert_eq!(second(&world), ["secondary"]);
    world.memory.conflict_next();
    make(&world, "primary", 60).await;
    assert_eq!(second(&world), ["primary"], "somebody else was first, and it was decided again");
    assert_eq!(world.engine.overrides(10).await.expect("can be read").len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn the_one_made_last_counts_though_the_clock_of_another_node_was_ahead() {
    let mut world = World::new();
    let settings = world.engine.settings();
    let now = world.engine.clock().now();
    // Another node, whose clock is five minutes ahead, made two of them.
    for (ahead, who) in [(5, "primary"), (6, "secondary")] {
        let its_now = now + minutes(ahead);
        let number = OverrideId::from_parts(its_now.as_millisecond().unsigned_abs(), u128::MAX);
        let take = OverrideWish::Take {
            schedule: "platform".into(),
            people: vec![id(who)],
            from: Some(now),
            until: now + minutes(60),
        };
        let draft = OverrideDraft { wish: take, reason: "the dentist".into() };
        let made = MadeOverride::new(number, draft, ana(), now, &settings.roster).expect("can be meant");
        assert!(world.memory.keep_override(&made).expect("is kept"));
    }
    world.crash();
    assert_eq!(second(&world), ["secondary"]);
    let first = make(&world, "primary", 60).await;
    assert_eq!(second(&world), ["primary"], "made after them, whatever the clocks say");
    let next = make(&world, "secondary", 60).await;
    assert!(next.id > first.id, "{} {}", next.id, first.id);
    assert_eq!(second(&world), ["secondary"]);
    world.stop().await;
}
