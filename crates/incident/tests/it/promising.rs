//! A promised update finds somebody: before it is due, and when it does not come.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::words::page_words;
use incident::{
    AckIntent, Actor, Audience, Channel, Command, Contact, EventKind, PageDecision, PageOutcome, PagePurpose,
    PageState, PersonId, Phase, Policy, Responder, Roster, UpdateDraft,
};

fn on_it(page: Option<u32>) -> Command {
    Command::Acknowledge { intent: AckIntent::OnIt, page }
}

fn update() -> Command {
    let update = UpdateDraft {
        template: None,
        phase: Phase::Investigating,
        audience: Audience::Internal,
        public_title: None,
        body: "We look into it.".into(),
        next_at: None,
    };
    Command::PostUpdate { update }
}

/// Somebody has it, and the checklist wants a first update after 15 min.
fn taken() -> World {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it(None)).expect("is taken");
    world
}

/// Who was asked for an update, and how many minutes after the beginning.
fn asked(world: &World) -> Vec<(&str, i64)> {
    let began = world.incident.opened_at;
    let asked = world.incident.pages.iter().filter(|page| page.purpose == PagePurpose::Update);
    asked.map(|page| (page.responder.0.as_str(), page.decided_at.duration_since(began).as_mins())).collect()
}

#[test]
fn whoever_has_it_is_asked_before_it_is_due_and_each_time_it_does_not_come_with_one_more() {
    let mut world = taken();
    world.pass(minutes(11));
    assert_eq!(asked(&world), [], "not in the first three quarters");
    world.pass(minutes(1));
    assert_eq!(asked(&world), [(PRIMARY, 11)]);
    let page = world.incident.pages.last().expect("there is one");
    let words = page_words(&world.incident, page).short;
    assert!(words.contains("Please write it: an update is promised for 03:15 UTC"), "{words}");
    world.pass(minutes(3));
    assert_eq!(asked(&world)[1..], [(PRIMARY, 15)], "it did not come");
    // The next after the rhythm of the severity, an hour; and so on, three times in a row.
    for _ in 0..8 {
        world.person(PRIMARY, on_it(None)).expect("they still have it");
        world.pass(minutes(30));
    }
    let twice = [(PRIMARY, 75), (SECONDARY, 75)];
    let thrice = [(PRIMARY, 135), (SECONDARY, 135), (LEAD, 135)];
    assert_eq!(asked(&world)[2..], [&twice[..], &thrice].concat());
    assert_eq!(world.incident.updates_missed, 5, "the incident goes on to show it");
}

#[test]
fn an_update_takes_back_what_asked_for_it_and_begins_anew() {
    let mut world = taken();
    world.pass(minutes(12));
    let page = world.incident.pages.last().expect("there is one").number;
    assert_eq!(world.incident.page(page).map(|page| &page.state), Some(&PageState::Pending));
    world.person(SECONDARY, update()).expect("anybody may write it");
    assert_eq!(world.incident.page(page).map(|page| &page.state), Some(&PageState::Withdrawn));
    assert_eq!((world.incident.updates_missed, world.incident.update_reminded), (0, false));
    world.person(PRIMARY, on_it(None)).expect("they still have it");
    let before = asked(&world).len();
    world.pass(minutes(49));
    assert_eq!(asked(&world).len(), before);
    world.pass(minutes(1));
    assert_eq!(asked(&world)[before..], [(PRIMARY, 62)], "ten minutes before the hour is over");
}

#[test]
fn whoever_took_communications_is_asked_first() {
    let mut world = taken();
    world
        .person(CTO, Command::TakeRole { role: "Communications".into(), words: String::new() })
        .expect("is taken");
    world.pass(minutes(15));
    assert_eq!(asked(&world), [(CTO, 11), (CTO, 15)]);
}

#[test]
fn who_cannot_write_it_is_passed_over_at_once() {
    let mut world = taken();
    world.pass(minutes(12));
    let page = world.incident.pages.last().expect("there is one").number;
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(page) };
    world.person(PRIMARY, cannot).expect("is an answer");
    assert!(world.incident.acknowledged.is_some(), "they still have the incident");
    assert_eq!(asked(&world)[1..], [(SECONDARY, 12)]);
    world.pass(minutes(3));
    assert_eq!(asked(&world)[2..], [(SECONDARY, 15)]);
}

#[test]
fn who_says_that_they_write_it_takes_nothing_over() {
    let mut world = taken();
    world
        .person(CTO, Command::TakeRole { role: "communications".into(), words: String::new() })
        .expect("is taken");
    world.pass(minutes(12));
    let page = world.incident.pages.last().expect("there is one").number;
    let events = world.person(CTO, on_it(Some(page))).expect("is an answer");
    assert!(matches!(events[0], EventKind::PageAnswered { .. }), "{events:?}");
    let holder = world.incident.acknowledged.as_ref().and_then(|held| held.by.person());
    assert_eq!(holder.map(|person| person.0.as_str()), Some(PRIMARY));
}

#[test]
fn nobody_is_asked_while_nobody_has_it_or_it_waits_or_the_settings_say_so() {
    let mut nobody = World::new();
    nobody.alert("api", "P1");
    nobody.pass(minutes(90));
    assert_eq!(asked(&nobody), [], "the escalation asks for more than words");
    let mut snoozed = taken();
    snoozed.person(PRIMARY, Command::Snooze { minutes: 240 }).expect("is kept");
    snoozed.pass(minutes(230));
    assert_eq!(asked(&snoozed), [], "whoever has it said that it waits");
    assert!(snoozed.incident.updates_missed > 0, "and it is shown");
    let policy = Policy { update_reminder_min: 0, ..Policy::default() };
    let mut off = World::with(plan(policy), roster(&[PRIMARY, SECONDARY]));
    off.alert("api", "P1");
    off.person(PRIMARY, on_it(None)).expect("is taken");
    off.pass(minutes(50));
    assert_eq!((asked(&off), off.incident.updates_missed), (vec![], 1));
}

#[test]
fn an_answer_takes_back_whatever_else_would_ring_for_the_same() {
    let mut world = taken();
    world.pass(minutes(12));
    let (page, attempt) =
        world.incident.pages.last().map(|page| (page.number, page.attempt)).expect("is there");
    // The provider says that it failed, and the person answers it all the same: it had arrived.
    let outcome = PageOutcome::TryAgain { error: "no answer".into(), after_s: None };
    world.ask(Actor::System, Command::PageOutcome { page, attempt, outcome }).expect("is taken");
    world.person(PRIMARY, on_it(Some(page))).expect("is an answer");
    assert_eq!(world.incident.page(page).map(|page| &page.state), Some(&PageState::Withdrawn));
    assert!(!world.timers.contains_key(&incident::TimerKey::PageRetry(page)));
}

#[test]
fn cannot_write_it_takes_back_nothing_that_wakes_for_the_incident() {
    let mut world = taken();
    world
        .person(SECONDARY, Command::TakeRole { role: "communications".into(), words: String::new() })
        .expect("is");
    let hand = Command::HandOver { to: PersonId(SECONDARY.into()), words: String::new() };
    world.person(PRIMARY, hand).expect("they are asked");
    let offer = world.incident.pages.last().expect("there is one").number;
    world.pass(minutes(12));
    let page = world.incident.pages.last().expect("there is one").number;
    assert_ne!(offer, page);
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(page) };
    world.person(SECONDARY, cannot.clone()).expect("is an answer");
    let state = world.incident.page(offer).map(|page| page.state.clone());
    assert_ne!(state, Some(PageState::Withdrawn), "the hand-over goes on");
    let holder = world.incident.acknowledged.as_ref();
    assert!(holder.is_some_and(|held| held.handing_to.is_some()), "and may be taken");
    let before = asked(&world).len();
    assert_eq!(world.person(SECONDARY, cannot).expect("is known"), [], "said once is enough");
    assert_eq!(asked(&world).len(), before);
}

#[test]
fn who_said_that_they_write_it_is_not_asked_again_because_another_cannot() {
    let mut world = taken();
    world.pass(minutes(15));
    world.person(PRIMARY, on_it(None)).expect("they still have it");
    world.pass(minutes(45));
    world.person(PRIMARY, on_it(None)).expect("they still have it");
    world.pass(minutes(15));
    let [.., first, second] = &world.incident.pages[..] else { panic!("two were asked") };
    assert_eq!((first.responder.0.as_str(), second.responder.0.as_str()), (PRIMARY, SECONDARY));
    let (first, second) = (first.number, second.number);
    world.person(SECONDARY, on_it(Some(second))).expect("is an answer");
    let before = asked(&world).len();
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(first) };
    world.person(PRIMARY, cannot).expect("is an answer");
    assert_eq!(asked(&world).len(), before);
}

#[test]
fn what_passed_while_nobody_was_asked_widens_no_circle() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.pass(minutes(80));
    assert_eq!(world.incident.updates_missed, 2);
    world.person(PRIMARY, on_it(None)).expect("is taken");
    world.pass(minutes(55));
    assert_eq!(asked(&world), [(PRIMARY, 135)], "one person, for the first time");
}

#[test]
fn a_way_that_was_to_ring_later_does_not_ring_when_it_can_wait_by_then() {
    let id = || PersonId(PRIMARY.into());
    let late = Contact { after_min: 3, ..Contact::new(Channel::Handset, PRIMARY.into()) };
    let person = Responder { id: id(), name: PRIMARY.into(), contacts: vec![late] };
    let people = Roster::new(vec![person], [("On-call Primary".to_owned(), vec![id()])].into(), Vec::new());
    let mut world = World::with(plan(Policy::default()), people);
    world.alert("api", "P1");
    world.person(PRIMARY, on_it(None)).expect("is taken");
    world.pass(minutes(12));
    let page = world.incident.pages.last().expect("there is one").number;
    assert!(matches!(world.incident.page(page).map(|page| &page.state), Some(PageState::Planned { .. })));
    world.person(PRIMARY, Command::Snooze { minutes: 240 }).expect("is kept");
    world.pass(minutes(30));
    assert_eq!(world.incident.page(page).map(|page| &page.state), Some(&PageState::Withdrawn));
    assert!(world.work.is_empty(), "{:?}", world.work);
}

#[test]
fn nothing_asks_after_the_end() {
    let mut world = taken();
    world.pass(minutes(12));
    world.person(PRIMARY, Command::Resolve { summary: "fixed".into() }).expect("is over");
    world.pass(minutes(24 * 60));
    let late = |event: &EventKind| matches!(event, EventKind::PageDecided(PageDecision { .. }));
    assert_eq!(world.count(late), 2, "the first, and the one that asked");
    assert!(world.work.is_empty(), "{:?}", world.work);
}
