//! The link in a page.

use crate::client::Reply;
use crate::world::World;
use engine::ports::PageMessage;
use incident::{AckIntent, Actor, Command, Escalation, PersonId};
use jiff::SignedDuration;

async fn answer(world: &World, path: &str, answer: &str) -> Reply {
    world.ask("POST", path).form(&format!("answer={answer}")).send().await
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing_whoever_looks() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"] {
        world.ask(method, &path).send().await;
    }
    let scanned = world.get(&format!("{path}?answer=on_it")).await;
    assert_eq!(scanned.status, 200);
    assert_eq!(world.version(id).await, before);
}

#[tokio::test]
async fn a_link_shows_what_it_is_about_within_four_kilobytes() {
    let world = World::new().await;
    let (_, path) = world.incident("P1").await;
    let page = world.get(&path).await;
    for part in ["P1", "API returning 5xx errors", "Since 10:00 UTC", "On it", "In 10 min", "Can’t"] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert!(page.body.len() < 4_000, "{} bytes", page.body.len());
    assert!(!page.body.contains("<script"), "it works without scripts");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(page.header("set-cookie"), None);
}

#[tokio::test]
async fn on_it_acknowledges_in_the_name_of_whoever_was_paged() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    let reply = answer(&world, &path, "on_it").await;
    assert_eq!((reply.status, reply.header("location")), (303, Some(path.as_str())));
    let incident = world.engine.incident(id).await.unwrap();
    let held = incident.acknowledged.as_ref().expect("somebody has it");
    assert_eq!(held.by.to_string(), "primary");
    assert_eq!(incident.escalation, Escalation::Stopped);
    let page = world.get(&path).await;
    assert!(page.body.contains("primary has it since 10:00 UTC: on it"), "{}", page.body);
    assert!(!page.body.contains("<button"), "nothing is offered any more");
}

#[tokio::test]
async fn a_link_answers_once() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    world.settled(id).await;
    assert_eq!(answer(&world, &path, "in_minutes").await.status, 303);
    let after_first = world.version(id).await;
    for again in ["in_minutes", "on_it", "cannot"] {
        assert_eq!(answer(&world, &path, again).await.status, 303);
    }
    assert_eq!(world.version(id).await, after_first);
    let incident = world.engine.incident(id).await.unwrap();
    assert_eq!(incident.page(1).unwrap().answer, Some(AckIntent::InMinutes(10)));
}

#[tokio::test]
async fn two_fingers_on_one_link_make_one_answer() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    let twice = tokio::join!(answer(&world, &path, "on_it"), answer(&world, &path, "on_it"));
    assert_eq!((twice.0.status, twice.1.status), (303, 303));
    let events = world.engine.history(id).await.unwrap();
    let acknowledged =
        events.iter().filter(|event| matches!(event.kind, incident::EventKind::Acknowledged(_)));
    assert_eq!(acknowledged.count(), 1);
}

#[tokio::test]
async fn cannot_wakes_the_next_and_the_link_says_who_answered() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    answer(&world, &path, "cannot").await;
    world.until(id, |incident| incident.pages.iter().any(|page| page.responder.0 == "secondary")).await;
    let page = world.get(&path).await;
    assert!(page.body.contains("primary answered this page: cannot"), "{}", page.body);
    assert!(page.body.contains("Also woken: secondary"), "{}", page.body);
}

#[tokio::test]
async fn a_helpers_link_offers_to_come_and_leaves_it_with_whoever_has_it() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    answer(&world, &path, "on_it").await;
    let help = Command::AskHelp { target: "lead".into(), words: "who knows the queue?".into() };
    world.engine.ask(id, Actor::Person(PersonId("primary".into())), help).await.unwrap();
    let mut pages = world.phone.pages.subscribe();
    let is_asked =
        |pages: &Vec<PageMessage>| pages.iter().any(|page| page.short.contains("asks for your help"));
    let asked = pages.wait_for(is_asked).await.unwrap().last().cloned().unwrap();
    let path = asked.link.split_once("/a/").map(|(_, token)| format!("/a/{token}")).unwrap();
    let page = world.get(&path).await.body;
    assert!(page.contains("I’m coming") && page.contains("who knows the queue?"), "{page}");
    assert_eq!(answer(&world, &path, "on_it").await.status, 303);
    let incident = world.engine.incident(id).await.unwrap();
    assert_eq!(incident.acknowledged.as_ref().map(|held| held.by.to_string()).as_deref(), Some("primary"));
    assert_eq!(incident.pages.last().and_then(|page| page.answer), Some(AckIntent::OnIt));
    let page = world.get(&path).await.body;
    assert!(!page.contains("<button"), "it was answered: {page}");
}

#[tokio::test]
async fn a_forged_link_is_nobodys() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    let other_page = path.replacen("-1.", "-2.", 1);
    let (about, proof) = path.split_once('.').unwrap();
    let flipped = if proof.starts_with('A') { "B" } else { "A" };
    let forged = [
        other_page,
        format!("{about}.{flipped}{}", &proof[1..]),
        format!("{about}.{}", &proof[..8]),
        format!("{about}."),
        about.to_owned(),
        path.to_uppercase().replacen("/A/", "/a/", 1),
        "/a/x".to_owned(),
        "/a/%00%ff.".to_owned(),
    ];
    for link in forged {
        let shown = world.get(&link).await;
        assert!(matches!(shown.status, 400 | 404), "{link}: {shown:?}");
        let answered = answer(&world, &link, "on_it").await;
        assert!(matches!(answered.status, 400 | 404), "{link}: {answered:?}");
    }
    assert_eq!(world.version(id).await, before);
}

#[tokio::test]
async fn a_link_older_than_seven_days_answers_nothing() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    world.pass(SignedDuration::from_hours(7 * 24 + 1));
    let shown = world.get(&path).await;
    assert_eq!(shown.status, 410, "{}", shown.body);
    assert_eq!(answer(&world, &path, "on_it").await.status, 410);
    assert!(world.engine.incident(id).await.unwrap().acknowledged.is_none());
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_so() {
    let world = World::new().await;
    let (id, path) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    for nonsense in ["", "maybe", "on_it&answer=cannot"] {
        assert_eq!(answer(&world, &path, nonsense).await.status, 422);
    }
    let huge = "x".repeat(5_000);
    assert_eq!(answer(&world, &path, &huge).await.status, 413);
    assert_eq!(world.version(id).await, before);
}
