//! People asked to help, and the ways to reach a person, each at its time.

use crate::world::{CTO, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Channel, Command, Contact, PagePurpose, PageState, PersonId, Policy, Refusal, Responder,
    Roster, Work,
};

fn on_it() -> Command {
    Command::Acknowledge { intent: AckIntent::OnIt, page: None }
}

fn help(target: &str) -> Command {
    Command::AskHelp { target: target.into(), words: "who knows the queue?".into() }
}

fn states(world: &World) -> Vec<PageState> {
    world.incident.pages.iter().map(|page| page.state.clone()).collect()
}

#[test]
fn helpers_are_paged_whoever_has_it_and_it_stays_with_them() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.person(PRIMARY, help("CTO")).expect("they are paged");
    let page = world.incident.pages.last().expect("there is one").clone();
    assert_eq!((page.purpose, page.responder.0.as_str()), (PagePurpose::Help, CTO));
    assert!(page.rule.contains("primary asks for your help: who knows the queue?"), "{}", page.rule);
    assert!(
        matches!(world.person(SECONDARY, help("cto")), Err(Refusal::NotNow { why, .. }) if why.contains("03:00"))
    );
    let comes = Command::Acknowledge { intent: AckIntent::InMinutes(10), page: Some(page.number) };
    world.person(CTO, comes).expect("is heard");
    assert_eq!(world.incident.page(page.number).and_then(|page| page.answer), Some(AckIntent::InMinutes(10)));
    let holder = world.incident.acknowledged.as_ref().and_then(|held| held.by.person());
    assert_eq!(holder.map(|one| one.0.as_str()), Some(PRIMARY));
    assert_eq!(world.paged(), [PRIMARY, CTO]);
}

#[test]
fn a_helper_who_cannot_wakes_nobody_else() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(SECONDARY, help("CTO")).expect("they are paged");
    let page = world.incident.pages.last().map(|page| page.number);
    world.person(CTO, Command::Acknowledge { intent: AckIntent::Cannot, page }).expect("is heard");
    assert_eq!(world.paged(), [PRIMARY, CTO], "the escalation waits as it did");
    world.person(SECONDARY, help("CTO")).expect("they can be asked again");
}

#[test]
fn a_helper_who_comes_while_nobody_has_it_takes_it() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(SECONDARY, help("CTO")).expect("they are paged");
    let page = world.incident.pages.last().map(|page| page.number);
    world.person(CTO, Command::Acknowledge { intent: AckIntent::OnIt, page }).expect("is heard");
    assert!(world.incident.acknowledged.is_some());
}

#[test]
fn an_acknowledgement_takes_back_no_wish_for_help_and_the_end_does() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(SECONDARY, help("CTO")).expect("they are paged");
    world.person(PRIMARY, on_it()).expect("is taken");
    assert_eq!(states(&world), [PageState::Withdrawn, PageState::Pending]);
    world.person(PRIMARY, Command::Resolve { summary: "restarted".into() }).expect("is over");
    assert_eq!(states(&world), [PageState::Withdrawn, PageState::Withdrawn]);
    assert!(world.person(PRIMARY, help("CTO")).is_err());
}

#[test]
fn nobody_is_asked_who_cannot_be_reached() {
    let mut world = World::with(plan(Policy::default()), roster(&[PRIMARY, SECONDARY]));
    world.alert("api", "P0");
    for target in ["CTO", "the moon", PRIMARY] {
        let refused = world.person(PRIMARY, help(target));
        assert!(
            matches!(&refused, Err(Refusal::NotNow { what: "ask for help", .. })),
            "{target}: {refused:?}"
        );
    }
}

/// The primary has two ways, the second five minutes after the first.
fn with_two_ways() -> World {
    let way = |channel, after_min| Contact { after_min, ..Contact::new(channel, "here".into()) };
    let person = |id: &str, contacts| Responder { id: PersonId(id.into()), name: id.into(), contacts };
    let people = vec![
        person(PRIMARY, vec![way(Channel::Slack, 0), way(Channel::Email, 5)]),
        person(SECONDARY, vec![way(Channel::Slack, 0)]),
    ];
    let roles = [("On-call Primary", PRIMARY), ("On-call Secondary", SECONDARY)];
    let bound = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    let mut world = World::with(plan(Policy::default()), Roster::new(people, bound.into(), Vec::new()));
    world.alert("api", "P1");
    world
}

#[test]
fn a_second_way_is_used_when_nobody_answers_the_first() {
    let mut world = with_two_ways();
    world.deliver();
    assert_eq!(world.work, []);
    assert!(matches!(states(&world)[1], PageState::Planned { .. }));
    world.pass(minutes(5));
    assert!(world.work.contains(&Work::Page(2)), "{:?}", world.work);
    assert_eq!(states(&world)[1], PageState::Pending);
    assert_eq!(world.incident.page(2).map(|page| page.attempt), Some(1), "it is no second try");
}

#[test]
fn an_answer_spares_the_second_way() {
    for intent in [AckIntent::OnIt, AckIntent::Cannot] {
        let mut world = with_two_ways();
        world.deliver();
        world.person(PRIMARY, Command::Acknowledge { intent, page: Some(1) }).expect("is heard");
        world.pass(minutes(5));
        assert_eq!(states(&world)[1], PageState::Withdrawn, "{intent:?}");
    }
}

#[test]
fn a_first_way_that_fails_brings_the_second_forward() {
    let mut world = with_two_ways();
    world.fail("no such channel");
    assert_eq!(states(&world)[1], PageState::Pending, "at once");
    assert_eq!(world.paged(), [PRIMARY, PRIMARY], "and the level is not lost while a way is left");
    world.fail("no such mailbox");
    assert_eq!(world.paged(), [PRIMARY, PRIMARY, SECONDARY], "then the next level is woken");
}
