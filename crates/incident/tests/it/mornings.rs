//! What waited for the end of somebody's quiet hours, when the escalation or the schedule went on meanwhile.

use crate::resting::{at, berlin, calm, days, id, night, said};
use crate::world::{LEAD, World, minutes, plan, roster};
use incident::{
    Actor, Command, Every, Layer, PageState, Policy, Refusal, Responder, Roster, Rotation, Schedule,
    StopReason, TimerKey, Turns,
};
use jiff::Timestamp;
use jiff::civil::{datetime, time};
use jiff::tz::TimeZone;

/// When ana's quiet hours end: at seven in Berlin.
const SEVEN: &str = "2026-01-05T06:00:00Z";

/// The first has it until five o'clock UTC of the first night, then the second.
fn until_five(name: &str, first: &str, second: &str) -> Schedule {
    let turns = [first, second].map(|one| vec![id(one)]).into();
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2026, 1, 4, 5, 0, 0, 0) };
    let layers = vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }];
    Schedule { name: name.into(), zone: TimeZone::UTC, layers, overrides: Vec::new() }
}

/// Ana sleeps until seven, and ben is primary from five o'clock UTC on. Five minutes after the primary it is this lead's turn,
/// and the path begins again after so long.
fn handed_off(lead: &str, repeat_min: u32) -> World {
    let mut plan = plan(Policy { escalation_repeat_min: repeat_min, ..calm() });
    for hop in plan.playbook.escalation.get_mut("P2").expect("it has one").iter_mut().skip(1) {
        hop.delay_min = 5;
    }
    let mut world = World::with(plan, on_call(lead));
    world.alert("api", "P2");
    world
}

fn on_call(lead: &str) -> Roster {
    let people: Vec<Responder> = roster(&["ana", "ben", LEAD]).people().cloned().collect();
    let bound = [("On-call Primary", "platform"), ("Eng Lead", lead)];
    let bound = bound.map(|(role, who)| (role.to_owned(), vec![id(who)]));
    Roster::new(people, bound.into(), Vec::new())
        .with_schedules(vec![until_five("platform", "ana", "ben"), until_five("second", LEAD, "ana")])
        .with_quiet_hours([(id("ana"), night(7))].into())
}

fn to_seven(world: &mut World) {
    let seven = at(SEVEN);
    world.pass(seven.duration_since(world.now));
}

fn number_of(world: &World, who: &str) -> u32 {
    world.incident.pages.iter().find(|page| page.responder == id(who)).expect("there is one").number
}

fn times(world: &World, who: &str) -> usize {
    world.paged().into_iter().filter(|one| *one == who).count()
}

fn fires(world: &mut World, key: TimerKey, due: Timestamp) -> Result<(), Refusal> {
    world.now = due;
    world.timers.remove(&key);
    world.ask(Actor::System, Command::TimerFired { key, due }).map(|_| ())
}

#[test]
fn a_page_of_an_earlier_round_does_not_go_to_whoever_went_off_duty() {
    let mut world = handed_off(LEAD, 60);
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, LEAD, "ben", LEAD], "ben by the third round, at ten past five");
    assert_eq!(world.incident.page(1).expect("ana's").withdrawn_because, Some(StopReason::NotOnCall));
    let (fate, because) = said(&world, "ana");
    assert_eq!(fate, "withdrawn");
    assert!(because.contains("somebody else is on call by now"), "{because}");
}

#[test]
fn whoever_is_on_call_by_then_is_told_when_no_round_has_told_them() {
    let mut world = handed_off(LEAD, 240);
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, "ben"], "the path has not begun again since five");
    assert_eq!(world.incident.page(1).expect("ana's").state, PageState::Withdrawn);
    assert_eq!(world.incident.page(3).expect("ben's").state, PageState::Pending);
    let (_, because) = said(&world, "ben");
    let words = "P2 level 1 of 2 (after 0 min), on call by layer 1 of \"platform\": \
                 ana was to be told later and is not on call any more";
    assert!(because.contains(words), "{because}");
}

#[test]
fn who_has_another_level_by_then_is_told_all_the_same() {
    let mut world = handed_off("second", 240);
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, "ben"], "ana is the lead by now");
    assert_eq!(world.incident.page(1).expect("ana's").state, PageState::Pending);
}

#[test]
fn a_round_that_begins_at_that_very_moment_and_the_hand_over_are_one_page() {
    // Three hours after the lead was told less five minutes: at seven.
    for first in [TimerKey::Escalation, TimerKey::PageRetry(1)] {
        let mut world = handed_off(LEAD, 175);
        world.pass(minutes(179));
        let seven = at(SEVEN);
        assert_eq!(world.timers.get(&TimerKey::Escalation), Some(&seven));
        fires(&mut world, first.clone(), seven).expect("its time has come");
        world.pass(minutes(0));
        assert_eq!(times(&world, "ben"), 1, "{first:?} first");
        assert_eq!(world.pending(), [(2, 1), (number_of(&world, "ben"), 1)], "the lead's, and ben's");
    }
}

#[test]
fn who_was_told_at_that_level_is_not_told_again_when_another_takes_a_place_in_it() {
    let mut plan = plan(calm());
    plan.playbook.escalation.get_mut("P2").expect("it has one").truncate(1);
    let people: Vec<Responder> = roster(&["ana", "ben", LEAD]).people().cloned().collect();
    let bound = [("On-call Primary".to_owned(), vec![id("platform"), id(LEAD)])];
    let roster = Roster::new(people, bound.into(), Vec::new())
        .with_schedules(vec![until_five("platform", "ana", "ben")])
        .with_quiet_hours([(id("ana"), night(7))].into());
    plan.policy.escalation_repeat_min = 240;
    let mut world = World::with(plan, roster);
    world.alert("api", "P2");
    world.deliver();
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, "ben"], "the lead heard of it in the night");
}

#[test]
fn who_takes_it_over_outside_of_working_hours_is_told_when_they_begin() {
    let world = handed_off(LEAD, 24 * 60);
    let policy = Policy { in_working_hours: vec!["P2".into()], ..world.incident.plan.policy.clone() };
    let plan = incident::Plan { policy, ..(*world.incident.plan).clone() };
    let hours = berlin(days(6), time(9, 0, 0, 0), time(5, 0, 0, 0));
    let mut world = World::with(plan, on_call(LEAD).with_working_hours(Some(hours)));
    world.alert("api", "P2");
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, "ben"]);
    assert_eq!(
        world.incident.page(3).expect("ben's").state,
        PageState::Planned { at: at("2026-01-05T08:00:00Z") }
    );
    let (fate, because) = said(&world, "ben");
    assert_eq!(fate, "not paged yet");
    assert!(because.contains("P2 waits for working hours, from 09:00 Europe/Berlin"), "{because}");
}
