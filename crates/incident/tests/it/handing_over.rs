//! From one person to another, with nobody in between who thinks that the other has it.

use crate::world::{CTO, PRIMARY, SECONDARY, World, minutes};
use incident::words::page_words;
use incident::{AckIntent, Command, EventKind, PagePurpose, PageState, PersonId, Refusal};

fn on_it() -> Command {
    Command::Acknowledge { intent: AckIntent::OnIt, page: None }
}

fn to(who: &str) -> Command {
    Command::HandOver { to: PersonId(who.into()), words: "the database is full".into() }
}

fn holder(world: &World) -> &str {
    world.incident.acknowledged.as_ref().and_then(|held| held.by.person()).map_or("nobody", |one| &one.0)
}

fn held() -> World {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(PRIMARY, on_it()).expect("is taken");
    world
}

#[test]
fn whoever_hands_it_over_has_it_until_the_other_takes_it() {
    let mut world = held();
    world.person(PRIMARY, to(SECONDARY)).expect("they are asked");
    assert_eq!(holder(&world), PRIMARY);
    let page = world.incident.pages.last().expect("they are paged").clone();
    assert_eq!((page.purpose, page.responder.0.as_str()), (PagePurpose::HandOver, SECONDARY));
    let words = page_words(&world.incident, &page).short;
    assert!(words.contains("primary wants to hand it over to you: the database is full"), "{words}");
    world
        .person(SECONDARY, Command::Acknowledge { intent: AckIntent::OnIt, page: Some(page.number) })
        .expect("taken");
    assert_eq!(holder(&world), SECONDARY);
    assert_eq!(world.incident.lead().map(|lead| lead.0.as_str()), Some(SECONDARY), "the lead goes along");
}

#[test]
fn who_cannot_take_it_leaves_it_where_it_is() {
    let mut world = held();
    world.person(PRIMARY, to(SECONDARY)).expect("they are asked");
    let page = world.incident.pages.last().map(|page| page.number);
    world.person(SECONDARY, Command::Acknowledge { intent: AckIntent::Cannot, page }).expect("is heard");
    assert_eq!(holder(&world), PRIMARY);
    assert_eq!(world.paged(), [PRIMARY, SECONDARY], "and nobody else is woken");
    let late = world.person(SECONDARY, on_it());
    assert_eq!(late, Err(Refusal::AlreadyAcknowledged { by: PRIMARY.into() }), "the offer is over");
    world.person(PRIMARY, to(SECONDARY)).expect("they can be asked again");
}

#[test]
fn an_offer_to_another_ends_the_one_before() {
    let mut world = held();
    world.person(PRIMARY, to(SECONDARY)).expect("they are asked");
    let first = world.incident.pages.last().map(|page| page.number).expect("there is one");
    world.person(PRIMARY, to(CTO)).expect("somebody else is asked");
    let state = |page| world.incident.page(page).map(|page| page.state.clone());
    assert_eq!(state(first), Some(PageState::Withdrawn));
    let second = world.incident.pages.last().expect("there is one");
    assert_eq!((second.responder.0.as_str(), &second.state), (CTO, &PageState::Pending));
}

#[test]
fn there_is_an_end_to_offers() {
    let mut world = held();
    let asked = (0..1000).find_map(|turn| {
        world.person(PRIMARY, to(if turn % 2 == 0 { SECONDARY } else { CTO })).err().map(|why| (turn, why))
    });
    assert!(
        matches!(asked, Some((200, Refusal::NotNow { ref why, .. })) if why.contains("200")),
        "{asked:?}"
    );
}

#[test]
fn only_whoever_has_it_hands_it_over_and_only_to_whoever_can_be_reached() {
    let mut world = World::new();
    world.alert("api", "P0");
    assert!(matches!(world.person(PRIMARY, to(SECONDARY)), Err(Refusal::NotNow { .. })), "nobody has it");
    world.person(PRIMARY, on_it()).expect("is taken");
    assert!(
        matches!(world.person(CTO, to(SECONDARY)), Err(Refusal::NotNow { why, .. }) if why.contains(PRIMARY))
    );
    assert!(matches!(world.person(PRIMARY, to(PRIMARY)), Err(Refusal::NotNow { .. })));
    assert!(matches!(world.person(PRIMARY, to("nobody")), Err(Refusal::Unknown { what: "person", .. })));
    world.person(PRIMARY, to(SECONDARY)).expect("they are asked");
    assert!(matches!(world.person(PRIMARY, to(SECONDARY)), Err(Refusal::NotNow { .. })), "asked already");
    assert_eq!(world.paged(), [PRIMARY, SECONDARY]);
}

#[test]
fn whoever_takes_it_over_has_it() {
    let mut world = held();
    world.person(SECONDARY, Command::TakeOver).expect("is taken");
    assert_eq!(holder(&world), SECONDARY);
    assert_eq!(world.incident.lead().map(|lead| lead.0.as_str()), Some(SECONDARY));
    assert!(world.person(SECONDARY, Command::TakeOver).is_err(), "they have it");
    world.pass(minutes(54));
    assert_eq!(holder(&world), SECONDARY, "an hour from then");
}

#[test]
fn a_lead_of_their_own_stays() {
    let mut world = held();
    world.person(CTO, Command::TakeRole { role: "lead".into(), words: String::new() }).expect("is taken");
    world.person(SECONDARY, Command::TakeOver).expect("is taken");
    assert_eq!(world.incident.lead().map(|lead| lead.0.as_str()), Some(CTO));
}

#[test]
fn whoever_takes_a_role_says_what_was_handed_over() {
    let mut world = held();
    let take = |words: &str| Command::TakeRole { role: " Communications ".into(), words: words.into() };
    world.person(CTO, take("")).expect("is taken");
    let events = world.person(SECONDARY, take("customers know")).expect("is taken");
    let [EventKind::RoleTaken(taking)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(taking.from.as_ref().map(|from| from.0.as_str()), Some(CTO));
    assert_eq!((taking.role.as_str(), taking.words.as_str()), ("communications", "customers know"));
    assert_eq!(world.incident.communications().map(|one| one.0.as_str()), Some(SECONDARY));
    let long = Command::TakeRole { role: "x".repeat(101), words: String::new() };
    assert!(matches!(world.person(SECONDARY, long), Err(Refusal::Missing { .. })));
}

#[test]
fn what_nobody_has_is_acknowledged_and_not_taken_over() {
    let mut world = World::new();
    world.alert("api", "P0");
    assert!(matches!(world.person(SECONDARY, Command::TakeOver), Err(Refusal::NotNow { .. })));
}

#[test]
fn an_offer_ends_with_the_hold_of_whoever_made_it() {
    let mut world = held();
    world.person(PRIMARY, to(SECONDARY)).expect("they are asked");
    let page = world.incident.pages.last().map(|page| page.number).expect("there is one");
    world.person(PRIMARY, Command::Unacknowledge { reason: "asleep".into() }).expect("is given back");
    assert_eq!(world.incident.page(page).map(|page| page.state.clone()), Some(PageState::Withdrawn));
    world.person(SECONDARY, on_it()).expect("is taken as ever");
    assert_eq!(holder(&world), SECONDARY);
}
