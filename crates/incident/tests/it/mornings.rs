//! What waited for the end of somebody's quiet hours, when the escalation or the schedule went on meanwhile.

use crate::resting::{at, berlin, calm, days, id, night, said};
use crate::world::{LEAD, PRIMARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Actor, Channel, Command, Contact, Escalation, Event, EventKind, Every, Layer, PageState,
    Policy, Refusal, Responder, Resting, RestsFor, Roster, Rotation, Schedule, StopReason, TimerKey, Turns,
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

/// The primary sleeps until seven, the lead is told five minutes after them in every round; the second one begins so long after.
fn sleeps(repeat_min: u32) -> World {
    let mut plan = plan(Policy { escalation_repeat_min: repeat_min, ..calm() });
    for hop in plan.playbook.escalation.get_mut("P2").expect("it has one").iter_mut().skip(1) {
        hop.delay_min = 5;
    }
    let quiet = [(id(PRIMARY), night(7))].into();
    let mut world = World::with(plan, roster(&[PRIMARY, LEAD]).with_quiet_hours(quiet));
    world.alert("api", "P2");
    world.pass(minutes(6));
    world.deliver();
    world
}

#[test]
fn who_is_told_at_the_end_of_their_quiet_hours_is_not_told_again_by_a_round_that_begins_about_then() {
    // At seven, and five minutes after.
    for (repeat_min, first) in
        [(175, TimerKey::Escalation), (175, TimerKey::PageRetry(1)), (180, TimerKey::PageRetry(1))]
    {
        let mut world = sleeps(repeat_min);
        world.pass(minutes(173));
        fires(&mut world, first.clone(), at(SEVEN)).expect("its time has come");
        world.pass(minutes(6));
        assert!(matches!(world.incident.escalation, Escalation::Waiting { round: 1, .. }));
        assert_eq!(times(&world, PRIMARY), 1, "{repeat_min} min, {first:?} first");
        assert_eq!(world.incident.page(1).expect("theirs").state, PageState::Pending);
    }
}

#[test]
fn a_later_round_tells_them_again() {
    let mut world = sleeps(175);
    world.pass(minutes(174));
    world.deliver();
    world.pass(minutes(5 + 175));
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD, PRIMARY]);
}

#[test]
fn who_gives_it_back_in_the_morning_is_told_again() {
    let mut world = sleeps(175);
    world.pass(minutes(174));
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: Some(1) };
    world.person(PRIMARY, on_it).expect("is taken");
    world.pass(minutes(1));
    world.person(PRIMARY, Command::Unacknowledge { reason: "a meeting".into() }).expect("is taken");
    assert_eq!(times(&world, PRIMARY), 2, "what they were told before they had it does not count");
}

#[test]
fn the_next_level_is_woken_when_the_page_that_waited_cannot_be_delivered_in_a_round_that_began_then() {
    let mut world = sleeps(175);
    world.pass(minutes(174));
    assert_eq!(world.paged(), [PRIMARY, LEAD]);
    world.fail("no such number");
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD], "in the second round, at seven");
    let (_, because) = said(&world, LEAD);
    assert!(because.contains("no page of the level before could be delivered"), "{because}");
}

#[test]
fn the_next_level_is_woken_when_whoever_waited_cannot_in_a_round_that_began_then() {
    let mut world = sleeps(175);
    world.pass(minutes(174));
    world.deliver();
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(1) };
    world.person(PRIMARY, cannot).expect("is taken");
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD]);
}

/// With so many rounds, a quarter of an hour after one another.
fn sleeps_for(rounds: u32, quiet: &[(&str, i8)]) -> World {
    let policy = Policy { escalation_repeat_min: 10, escalation_repeats_max: rounds - 1, ..calm() };
    let mut plan = plan(policy);
    for hop in plan.playbook.escalation.get_mut("P2").expect("it has one").iter_mut().skip(1) {
        hop.delay_min = 5;
    }
    let quiet = quiet.iter().map(|(name, until)| (id(name), night(*until))).collect();
    let mut world = World::with(plan, roster(&[PRIMARY, LEAD]).with_quiet_hours(quiet));
    world.alert("api", "P2");
    world
}

#[test]
fn rounds_of_the_night_leave_all_of_them_for_whoever_slept() {
    let mut world = sleeps_for(2, &[(PRIMARY, 7)]);
    world.pass(minutes(60));
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD], "two rounds, and no more until seven");
    let Escalation::Resting { round: 2, level: 0, until, why, .. } = &world.incident.escalation else {
        panic!("{:?}", world.incident.escalation);
    };
    assert_eq!(*until, at(SEVEN));
    let words = "nobody who can be told has answered; the path begins again when primary is told: \
                 quiet hours until 07:00 Europe/Berlin";
    assert_eq!(why, words);
    assert!(!world.incident.is_unpaged(), "somebody will hear of it");
    let (fate, _) = said(&world, PRIMARY);
    assert_eq!(fate, "not paged yet");
    to_seven(&mut world);
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD], "theirs goes out, once");
    assert_eq!(world.incident.page(1).expect("theirs").state, PageState::Pending);
    world.pass(minutes(5));
    assert_eq!(world.paged()[3..], [LEAD], "five minutes after them, as the path says");
    world.pass(minutes(15));
    assert_eq!(world.paged()[4..], [PRIMARY, LEAD], "and a second round");
    world.pass(minutes(24 * 60));
    assert_eq!(world.incident.escalation, Escalation::Exhausted { round: 3 }, "and then it stands in red");
    assert_eq!(world.paged().len(), 6);
}

#[test]
fn who_was_told_and_sleeps_again_does_not_put_off_the_end() {
    let mut world = sleeps_for(2, &[(PRIMARY, 7)]);
    world.person(LEAD, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("taken");
    // Five minutes before ten in the evening.
    world.now = at("2026-01-05T20:55:00Z");
    world.person(LEAD, Command::Unacknowledge { reason: "off".into() }).expect("taken");
    world.pass(minutes(40));
    assert_eq!(world.paged(), [PRIMARY, PRIMARY, LEAD, PRIMARY, LEAD]);
    assert!(matches!(world.incident.page(4).expect("theirs").state, PageState::Planned { .. }));
    assert_eq!(world.incident.escalation, Escalation::Exhausted { round: 2 });
}

#[test]
fn each_of_several_who_sleep_is_waited_for_once() {
    let mut world = sleeps_for(1, &[(PRIMARY, 7), (LEAD, 9)]);
    world.pass(minutes(24 * 60));
    let rests = world.events.iter().filter_map(|event| match &event.kind {
        EventKind::EscalationRests(Resting { until, .. }) => Some(*until),
        _ => None,
    });
    let nine = at("2026-01-05T08:00:00Z");
    assert_eq!(rests.collect::<Vec<_>>(), [nine], "nobody could be told before seven, so no round was over");
    assert!(matches!(world.incident.escalation, Escalation::Exhausted { .. }));
    assert_eq!(times(&world, LEAD), 1);
}

#[test]
fn an_answer_in_the_night_ends_the_wait_for_whoever_sleeps() {
    let mut world = sleeps_for(1, &[(PRIMARY, 7)]);
    world.pass(minutes(60));
    world.person(LEAD, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("taken");
    assert_eq!(world.incident.escalation, Escalation::Stopped);
    assert!(!world.timers.contains_key(&TimerKey::Escalation));
    to_seven(&mut world);
    assert_eq!(world.incident.page(1).expect("theirs").withdrawn_because, Some(StopReason::Acknowledged));
}

#[test]
fn what_had_ended_and_fires_again_wakes_whoever_can_be_told_before_the_morning() {
    let mut world = sleeps_for(1, &[(PRIMARY, 7)]);
    world.pass(minutes(60));
    assert_eq!(world.paged(), [PRIMARY, LEAD]);
    world.over("api").expect("taken");
    world.alert("api", "P2");
    world.pass(minutes(60));
    assert_eq!(world.paged(), [PRIMARY, LEAD, LEAD]);
    assert!(matches!(&world.incident.escalation, Escalation::Resting { until, .. } if *until == at(SEVEN)));
}

#[test]
fn who_cannot_is_passed_over_when_working_hours_begin_too() {
    let hours = berlin(days(6), time(9, 0, 0, 0), time(17, 0, 0, 0));
    let policy = Policy { in_working_hours: vec!["P2".into()], ..calm() };
    let mut world = World::with(plan(policy), roster(&[PRIMARY, LEAD]).with_working_hours(Some(hours)));
    world.alert("api", "P2");
    // Before anybody was woken it was theirs for a moment.
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("taken");
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::Cannot, page: None }).expect("taken");
    assert!(matches!(world.incident.escalation, Escalation::Resting { .. }));
    let kept = serde_json::to_string(&world.events).expect("events are plain data");
    assert_eq!(serde_json::from_str::<Vec<Event>>(&kept).expect("it is read"), world.events);
    world.pass(minutes(5 * 60));
    assert_eq!(world.paged(), [LEAD], "at nine, and not who cannot");
    let (_, because) = said(&world, LEAD);
    assert!(because.contains("working hours have begun; passed over: On-call Primary"), "{because}");
}

/// Nine to five in Berlin, or other hours, for what waits for them.
fn at_work(from: i8) -> Roster {
    let hours = berlin(days(6), time(from, 0, 0, 0), time(17, 0, 0, 0));
    roster(&[PRIMARY, LEAD]).with_working_hours(Some(hours))
}

fn try_again(world: &mut World, roster: Roster) -> Result<(), Refusal> {
    world.roster = roster;
    world.ask(Actor::System, Command::TryAgain).map(|_| ())
}

#[test]
fn what_waits_for_working_hours_waits_for_those_of_now() {
    let policy = Policy { in_working_hours: vec!["P2".into()], ..calm() };
    let mut world = World::with(plan(policy), at_work(9));
    world.alert("api", "P2");
    assert_eq!(try_again(&mut world, at_work(9)), Err(Refusal::Stale), "nothing is new");
    try_again(&mut world, at_work(8)).expect("it is another time");
    let Escalation::Resting { until, why, .. } = &world.incident.escalation else {
        panic!("{:?}", world.incident.escalation);
    };
    assert_eq!(*until, at("2026-01-05T07:00:00Z"));
    assert!(why.contains("from 08:00 Europe/Berlin"), "{why}");
    assert_eq!(world.paged(), [] as [&str; 0]);
    // It is four in the morning there.
    try_again(&mut world, at_work(3)).expect("somebody works by now");
    assert_eq!(world.paged(), [PRIMARY]);
}

#[test]
fn who_is_in_no_quiet_hours_any_more_is_told_at_once() {
    let mut world = sleeps_for(1, &[(PRIMARY, 7)]);
    world.pass(minutes(60));
    let asleep = world.roster.clone();
    assert_eq!(try_again(&mut world, asleep), Err(Refusal::Stale), "nothing is new");
    assert!(world.incident.rests());
    try_again(&mut world, roster(&[PRIMARY, LEAD])).expect("they can be told");
    assert_eq!(world.incident.page(1).expect("theirs").state, PageState::Pending);
    assert!(
        matches!(world.incident.escalation, Escalation::Waiting { level: 0, .. }),
        "and the path begins again"
    );
    assert_eq!(times(&world, PRIMARY), 1);
    assert!(!world.incident.rests());
}

#[test]
fn a_later_way_stays_at_its_time_when_quiet_hours_are_others() {
    let way = |channel, after_min| Contact { after_min, ..Contact::new(channel, "here".into()) };
    let contacts = vec![way(Channel::Handset, 0), way(Channel::Email, 10)];
    let person = Responder { id: id(PRIMARY), name: PRIMARY.into(), contacts };
    let bound = [("On-call Primary".to_owned(), vec![id(PRIMARY)])];
    let awake = Roster::new(vec![person], bound.into(), Vec::new());
    let quiet = [(id(PRIMARY), night(7))];
    let mut world = World::with(plan(calm()), awake.clone().with_quiet_hours(quiet.into()));
    world.alert("api", "P2");
    try_again(&mut world, awake).expect("they can be told");
    assert_eq!(world.pending(), [(1, 1)]);
    assert!(matches!(world.incident.page(2).expect("over mail").state, PageState::Planned { .. }));
}

#[test]
fn a_rest_of_before_is_read_as_one_for_working_hours() {
    let kept = r#"{"escalation_rests":{"round":0,"level":0,"until":"2026-01-05T08:00:00Z","why":"w"}}"#;
    let read: EventKind = serde_json::from_str(kept).expect("what was published is still read");
    let EventKind::EscalationRests(rests) = &read else { panic!("{read:?}") };
    assert_eq!(rests.rests_for, RestsFor::WorkingHours);
    assert_eq!(serde_json::to_string(&read).expect("it is plain data"), kept);
}

#[test]
fn of_two_who_slept_the_one_who_stays_on_call_is_told_once() {
    let mut plan = plan(calm());
    plan.playbook.escalation.get_mut("P2").expect("it has one").truncate(1);
    let people: Vec<Responder> = roster(&["ana", "ben", LEAD]).people().cloned().collect();
    let bound = [("On-call Primary".to_owned(), vec![id("platform"), id(LEAD)])];
    let quiet = ["ana", LEAD].map(|name| (id(name), night(7)));
    let roster = Roster::new(people, bound.into(), Vec::new())
        .with_schedules(vec![until_five("platform", "ana", "ben")])
        .with_quiet_hours(quiet.into());
    let mut world = World::with(plan, roster);
    world.alert("api", "P2");
    to_seven(&mut world);
    assert_eq!(world.paged(), ["ana", LEAD, "ben"]);
    assert_eq!(world.pending(), [(2, 1), (3, 1)]);
}
