//! What can wait and what cannot: each person's own ways by urgency, quiet hours, working hours.

use crate::world::{LEAD, PRIMARY, SECONDARY, World, minutes, plan};
use incident::{
    AckIntent, Channel, Command, Contact, EventKind, PageDecision, PageState, PersonId, Plan, Policy,
    Responder, Roster, Urgency,
};

/// P2 may wait.
fn calm() -> Policy {
    Policy { urgency: [("p2".to_owned(), Urgency::Low)].into(), ..Policy::default() }
}

fn way(channel: Channel, after_min: u32, urgency: Option<Urgency>) -> Contact {
    Contact { after_min, urgency, ..Contact::new(channel, "here".into()) }
}

fn people(primary: Vec<Contact>) -> Roster {
    let person = |id: &str, contacts| Responder { id: PersonId(id.into()), name: id.into(), contacts };
    let handset = || vec![Contact::new(Channel::Handset, "here".into())];
    let people = vec![person(PRIMARY, primary), person(SECONDARY, handset()), person(LEAD, handset())];
    let roles = [("On-call Primary", PRIMARY), ("On-call Secondary", SECONDARY), ("Eng Lead", LEAD)];
    let bound = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    Roster::new(people, bound.into(), Vec::new())
}

/// A call at once and a mail to remember it by; what may wait comes by mail, and by chat after ten minutes.
fn by_urgency() -> World {
    let ways = vec![
        way(Channel::Handset, 0, Some(Urgency::High)),
        way(Channel::Webhook, 4, Some(Urgency::High)),
        way(Channel::Email, 0, None),
        way(Channel::Slack, 10, Some(Urgency::Low)),
    ];
    World::with(plan(calm()), people(ways))
}

/// The ways over which somebody is paged, each with how many minutes after now.
fn ways(world: &World) -> Vec<(Channel, i64)> {
    let pages = world.incident.pages.iter();
    pages.map(|page| (page.channel, page.due_at.duration_since(world.now).as_mins())).collect()
}

#[test]
fn each_urgency_has_its_own_ways_and_delays() {
    let mut high = by_urgency();
    high.alert("api", "P1");
    assert_eq!(ways(&high), [(Channel::Handset, 0), (Channel::Webhook, 4), (Channel::Email, 0)]);
    let mut low = by_urgency();
    low.alert("api", "P2");
    assert_eq!(ways(&low), [(Channel::Email, 0), (Channel::Slack, 10)]);
}

#[test]
fn the_later_way_goes_out_at_its_time_unless_somebody_answers() {
    let mut world = by_urgency();
    world.alert("api", "P2");
    world.deliver();
    world.pass(minutes(9));
    let state = |world: &World| world.incident.page(2).expect("the chat").state.clone();
    assert!(matches!(state(&world), PageState::Planned { .. }));
    let mut answered = by_urgency();
    answered.alert("api", "P2");
    answered.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: Some(1) }).expect("taken");
    answered.pass(minutes(11));
    assert_eq!(state(&answered), PageState::Withdrawn);
    world.pass(minutes(1));
    assert_eq!(state(&world), PageState::Pending);
}

#[test]
fn a_person_without_ways_of_that_urgency_is_told_over_all_they_have() {
    let ways_of_high = vec![way(Channel::Handset, 0, Some(Urgency::High))];
    let mut world = World::with(plan(calm()), people(ways_of_high));
    world.alert("api", "P2");
    assert_eq!(ways(&world), [(Channel::Handset, 0)], "better told than forgotten");
}

#[test]
fn what_a_person_asks_for_comes_over_the_same_ways() {
    let mut world = by_urgency();
    world.alert("api", "P2");
    let help = Command::AskHelp { target: PRIMARY.into(), words: "have you seen this?".into() };
    let asked = world.person(SECONDARY, help).expect("is asked");
    let over: Vec<Channel> = asked
        .iter()
        .filter_map(|kind| match kind {
            EventKind::PageDecided(PageDecision { channel, .. }) => Some(*channel),
            _ => None,
        })
        .collect();
    assert_eq!(over, [Channel::Email, Channel::Slack]);
}

#[test]
fn what_wakes_somebody_is_urgent_unless_the_settings_say_otherwise() {
    let urgency = |plan: &Plan, name: &str| plan.urgency(&plan.severity(name).expect("it is there"));
    let (unset, set) = (plan(Policy::default()), plan(calm()));
    for name in ["P0", "P1", "P2"] {
        assert_eq!(urgency(&unset, name), Urgency::High, "{name}");
    }
    assert_eq!(urgency(&unset, "P3"), Urgency::Low, "it files a ticket");
    assert_eq!((urgency(&set, "P1"), urgency(&set, "P2")), (Urgency::High, Urgency::Low));
    assert_eq!(urgency(&Plan::default(), "P3"), Urgency::High, "no playbook says that it can wait");
}

#[test]
fn a_plan_that_was_kept_before_is_read_and_its_text_is_the_same() {
    let kept = serde_json::to_value(plan(Policy::default())).expect("a plan is plain data");
    let policy = kept.get("policy").and_then(|policy| policy.as_object()).expect("it is there");
    assert!(!policy.contains_key("urgency"), "the digest of settings that say nothing new is as it was");
    let read: Plan = serde_json::from_value(kept).expect("it is read");
    assert_eq!(read, plan(Policy::default()));
}
