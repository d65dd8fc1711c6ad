//! Quiet hours of responders and working hours of the team: what waits for them, until when, and what never does.

use crate::world::{LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Channel, Command, Contact, Escalation, EventKind, Every, Hours, Layer, Page, PageState,
    PersonId, Policy, Reaching, Responder, Resting, Roster, Rotation, Schedule, StopReason, TimerKey, Turns,
    Urgency, Weekdays, Window, why,
};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday, datetime, time};
use jiff::tz::TimeZone;

pub(crate) fn id(name: &str) -> PersonId {
    PersonId(name.into())
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn days(last: i8) -> Weekdays {
    let days = (0..=last).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
    days.fold(Weekdays::default(), Weekdays::with)
}

pub(crate) fn berlin(days: Weekdays, from: Time, to: Time) -> Hours {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone of the bundled data");
    Hours { zone, windows: vec![Window { days, from, to }] }
}

/// Every night from 22:00 to so many o'clock in Berlin. The stories begin at 04:00 there, on a Monday.
pub(crate) fn night(until: i8) -> Hours {
    berlin(days(6), time(22, 0, 0, 0), time(until, 0, 0, 0))
}

/// P2 may wait; the path of these stories has a level between the two of its playbook.
pub(crate) fn calm() -> Policy {
    Policy { urgency: [("P2".to_owned(), Urgency::Low)].into(), ..Policy::default() }
}

/// Everybody with a handset, and these with quiet hours.
fn quiet(who: &[(&str, i8)]) -> World {
    let quiet = who.iter().map(|(name, until)| (id(name), night(*until))).collect();
    World::with(plan(calm()), roster(&[PRIMARY, SECONDARY, LEAD]).with_quiet_hours(quiet))
}

fn pages(world: &World) -> Vec<(&str, Option<Timestamp>)> {
    let planned = |page: &Page| match page.state {
        PageState::Planned { at } => Some(at),
        _ => None,
    };
    world.incident.pages.iter().map(|page| (page.responder.0.as_str(), planned(page))).collect()
}

pub(crate) fn said(world: &World, who: &str) -> (String, String) {
    let line = why(&world.incident, &world.moment()).into_iter().rfind(|line| line.person == id(who));
    let line = line.expect("there is an answer for everybody");
    (line.fate, line.because)
}

fn next_due(world: &World) -> Option<Timestamp> {
    world.timers.get(&TimerKey::Escalation).copied()
}

#[test]
fn what_can_wait_is_decided_at_once_and_carried_at_the_end_of_quiet_hours() {
    let mut world = quiet(&[(PRIMARY, 7)]);
    world.alert("api", "P2");
    assert_eq!(pages(&world), [(PRIMARY, Some(at("2026-01-05T06:00:00Z")))]);
    assert_eq!(world.work, [], "nothing goes out");
    let (fate, because) = said(&world, PRIMARY);
    assert_eq!(fate, "not paged yet");
    assert!(because.contains("quiet hours until 07:00 Europe/Berlin"), "{because}");
    world.pass(minutes(179));
    assert_eq!(world.pending(), []);
    world.pass(minutes(1));
    assert_eq!(world.pending(), [(1, 1)], "at seven it goes out");
    let told = incident::draft_postmortem(&world.incident, &world.events, &[]);
    let night = "| 03:00 UTC | On-call Primary not paged yet: quiet hours until 07:00 Europe/Berlin |";
    assert!(told.contains(night) && told.contains("| 06:00 UTC | primary paged |"), "{told}");
}

#[test]
fn what_is_urgent_ignores_quiet_hours() {
    let mut world = quiet(&[(PRIMARY, 7)]);
    world.alert("api", "P1");
    assert_eq!(pages(&world), [(PRIMARY, None)]);
    assert_eq!(world.pending(), [(1, 1)]);
}

#[test]
fn what_becomes_urgent_waits_no_longer() {
    let mut world = quiet(&[(PRIMARY, 7)]);
    world.alert("api", "P2");
    world.alert("api", "P1");
    assert_eq!(pages(&world), [(PRIMARY, None), (PRIMARY, None)]);
    let first = world.incident.page(1).expect("the one that waited");
    assert_eq!(first.withdrawn_because, Some(StopReason::SeverityChanged));
    assert_eq!(world.pending(), [(2, 1)]);
}

#[test]
fn nothing_is_carried_in_the_morning_when_somebody_has_it_or_it_is_over() {
    let resolve = Command::Resolve { summary: "rolled back".into() };
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: None };
    for (who, command, reason) in
        [(LEAD, resolve, StopReason::Resolved), (LEAD, on_it, StopReason::Acknowledged)]
    {
        let mut world = quiet(&[(PRIMARY, 7)]);
        world.alert("api", "P2");
        world.person(who, command).expect("is taken");
        assert_eq!(world.incident.page(1).expect("it is there").withdrawn_because, Some(reason));
        assert!(!world.timers.contains_key(&TimerKey::PageRetry(1)), "and no timer is left");
    }
}

#[test]
fn while_somebody_of_the_path_can_be_told_the_path_is_climbed_at_its_usual_times() {
    let mut world = quiet(&[(PRIMARY, 9)]);
    world.alert("api", "P2");
    assert_eq!(next_due(&world), Some(at("2026-01-05T07:00:00Z")), "four hours, as the playbook says");
    world.pass(minutes(240));
    assert_eq!(world.paged(), [PRIMARY, LEAD], "the lead has no quiet hours");
    assert_eq!(world.pending(), [(2, 1)]);
    let words = |number| {
        let page = world.incident.page(number).expect("it is there");
        incident::words::page_words(&world.incident, page).short
    };
    assert!(!words(2).contains("Also woken"), "nobody was: {}", words(2));
}

#[test]
fn while_nobody_can_be_told_no_level_is_used_up() {
    let mut world = quiet(&[(PRIMARY, 10), (LEAD, 11)]);
    world.alert("api", "P2");
    // At ten in Berlin the primary is told; the lead four hours later, as the playbook says.
    assert_eq!(next_due(&world), Some(at("2026-01-05T13:00:00Z")));
    let (_, because) = said(&world, LEAD);
    assert!(because.contains("woken at 13:00"), "{because}");
    world.pass(minutes(599));
    assert_eq!(world.paged(), [PRIMARY]);
    world.pass(minutes(1));
    assert_eq!(world.paged(), [PRIMARY, LEAD]);
}

#[test]
fn a_later_level_that_wakes_up_first_is_told_first() {
    let mut world = quiet(&[(PRIMARY, 12), (LEAD, 9)]);
    world.alert("api", "P2");
    // The lead's quiet hours end at 08:00 UTC, after the four hours that the playbook gives the primary.
    assert_eq!(next_due(&world), Some(at("2026-01-05T08:00:00Z")));
    world.pass(minutes(300));
    assert_eq!(pages(&world), [(PRIMARY, Some(at("2026-01-05T11:00:00Z"))), (LEAD, None)]);
}

#[test]
fn a_night_of_rounds_leaves_one_page_for_the_morning() {
    let policy = Policy { escalation_repeat_min: 15, ..calm() };
    let mut plan = plan(policy);
    for hop in plan.playbook.escalation.get_mut("P2").expect("it has one").iter_mut().skip(1) {
        hop.delay_min = 5;
    }
    let quiet = [(id(PRIMARY), night(7))].into();
    let mut world = World::with(plan, roster(&[PRIMARY, LEAD]).with_quiet_hours(quiet));
    world.alert("api", "P2");
    world.pass(minutes(60));
    let of = |who: &str| world.paged().into_iter().filter(|name| *name == who).count();
    assert!(of(LEAD) > 1, "the lead is told again and again");
    assert_eq!(of(PRIMARY), 1, "who sleeps finds one page");
    world.deliver();
    world.pass(minutes(120));
    assert_eq!(world.incident.page(1).expect("theirs").state, PageState::Pending, "at seven");
}

#[test]
fn a_later_way_counts_from_when_its_person_is_told_and_never_falls_into_the_quiet() {
    let way = |channel, after_min| Contact { after_min, ..Contact::new(channel, "here".into()) };
    let contacts = vec![way(Channel::Handset, 0), way(Channel::Email, 10)];
    let person = Responder { id: id(PRIMARY), name: PRIMARY.into(), contacts };
    let bound = [("On-call Primary".to_owned(), vec![id(PRIMARY)])];
    let quiet = [(id(PRIMARY), night(7))];
    let people = Roster::new(vec![person], bound.into(), Vec::new()).with_quiet_hours(quiet.into());
    let told = |now: &str| {
        let mut world = World::with(plan(calm()), people.clone());
        world.now = at(now);
        world.alert("api", "P2");
        let times = world.incident.pages.iter().map(|page| page.due_at.to_string());
        (times.collect::<Vec<_>>(), world)
    };
    let (times, _) = told("2026-01-05T03:00:00Z");
    assert_eq!(times, ["2026-01-05T06:00:00Z", "2026-01-05T06:10:00Z"]);
    // Five minutes before ten in the evening.
    let (times, mut world) = told("2026-01-05T20:55:00Z");
    assert_eq!(times, ["2026-01-05T20:55:00Z", "2026-01-06T06:00:00Z"]);
    world.pass(minutes(6));
    world.fail("no such number");
    let second = world.incident.page(2).map(|page| page.state.clone());
    let in_the_morning = at("2026-01-06T06:00:00Z");
    assert_eq!(
        second,
        Some(PageState::Planned { at: in_the_morning }),
        "a lost way brings nobody out of bed"
    );
}

#[test]
fn quiet_hours_without_an_end_keep_nothing_back() {
    let always = berlin(days(6), time(0, 0, 0, 0), time(0, 0, 0, 0));
    let quiet = [(id(PRIMARY), always)].into();
    let mut world = World::with(plan(calm()), roster(&[PRIMARY]).with_quiet_hours(quiet));
    world.alert("api", "P2");
    assert_eq!(pages(&world), [(PRIMARY, None)]);
}

#[test]
fn what_a_person_asks_for_does_not_wait() {
    let mut world = quiet(&[(PRIMARY, 7), (SECONDARY, 7)]);
    world.alert("api", "P2");
    let help = Command::AskHelp { target: SECONDARY.into(), words: "now, please".into() };
    world.person(LEAD, help).expect("is asked");
    assert_eq!(world.pending(), [(2, 1)]);
}

#[test]
fn the_next_way_of_who_is_asked_for_help_does_not_wait_for_the_end_of_their_quiet_hours() {
    let way = |channel, after_min| Contact { after_min, ..Contact::new(channel, "here".into()) };
    let contacts = vec![way(Channel::Handset, 0), way(Channel::Email, 10)];
    let sleeper = Responder { id: id(SECONDARY), name: SECONDARY.into(), contacts };
    let people = roster(&[PRIMARY, LEAD]).people().cloned().chain([sleeper]).collect();
    let bound = [("On-call Primary".to_owned(), vec![id(PRIMARY)])];
    let quiet = [(id(SECONDARY), night(7))];
    let people = Roster::new(people, bound.into(), Vec::new()).with_quiet_hours(quiet.into());
    let mut world = World::with(plan(calm()), people);
    world.alert("api", "P2");
    world.deliver();
    let help = Command::AskHelp { target: SECONDARY.into(), words: "now, please".into() };
    world.person(LEAD, help).expect("is asked");
    assert_eq!(world.pending(), [(2, 1)]);
    world.fail("no such number");
    assert_eq!(world.pending(), [(3, 1)], "over mail at once");
}

#[test]
fn whoever_is_on_call_by_the_morning_gets_the_page() {
    let turns = vec![vec![id("ana")], vec![id("ben")]];
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2026, 1, 4, 5, 0, 0, 0) };
    let layers = vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }];
    let schedule = Schedule { name: "platform".into(), zone: TimeZone::UTC, layers, overrides: Vec::new() };
    let people: Vec<Responder> = roster(&["ana", "ben"]).people().cloned().collect();
    let bound = [("On-call Primary".to_owned(), vec![id("platform")])];
    let quiet = [(id("ana"), night(7))];
    let roster = Roster::new(people, bound.into(), Vec::new())
        .with_schedules(vec![schedule])
        .with_quiet_hours(quiet.into());
    let mut world = World::with(plan(calm()), roster);
    world.alert("api", "P2");
    assert_eq!(world.paged(), ["ana"], "whose turn ends at five");
    world.pass(minutes(180));
    assert_eq!(world.paged(), ["ana", "ben"]);
    assert_eq!(world.pending(), [(2, 1)], "ben's goes out, ana's does not");
    let (fate, because) = said(&world, "ana");
    assert_eq!(fate, "withdrawn");
    assert!(because.contains("somebody else is on call by now"), "{because}");
    let (_, because) = said(&world, "ben");
    assert!(because.contains("ana was to be told later and is not on call any more"), "{because}");
}

/// Nine to five on the days from Monday to Friday, in Berlin.
fn at_work(policy: Policy) -> World {
    let hours = berlin(days(4), time(9, 0, 0, 0), time(17, 0, 0, 0));
    World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD]).with_working_hours(Some(hours)))
}

fn in_hours() -> Policy {
    Policy { in_working_hours: vec!["p2".into()], ..calm() }
}

#[test]
fn a_severity_that_waits_for_working_hours_wakes_nobody_before() {
    let mut world = at_work(in_hours());
    let events = world.alert("api", "P2");
    let rests = events.iter().find_map(|kind| match kind {
        EventKind::EscalationRests(Resting { until, .. }) => Some(*until),
        _ => None,
    });
    let nine = at("2026-01-05T08:00:00Z");
    assert_eq!(rests, Some(nine));
    assert_eq!(world.paged(), [] as [&str; 0]);
    assert_eq!(next_due(&world), Some(nine));
    let (fate, because) = said(&world, PRIMARY);
    assert_eq!(fate, "not paged");
    assert!(because.contains("P2 waits for working hours, from 09:00 Europe/Berlin"), "{because}");
    world.pass(minutes(300));
    assert_eq!(world.paged(), [PRIMARY]);
    let (_, because) = said(&world, PRIMARY);
    assert!(because.contains("working hours have begun"), "{because}");
}

#[test]
fn a_level_that_falls_due_in_the_evening_is_reached_in_the_morning() {
    let mut world = at_work(in_hours());
    world.now = at("2026-01-09T14:00:00Z");
    world.alert("api", "P2");
    assert_eq!(world.paged(), [PRIMARY], "on Friday at three");
    world.pass(minutes(240));
    assert_eq!(world.paged(), [PRIMARY], "four hours later everybody has gone home");
    let Escalation::Resting { level: 1, until, .. } = world.incident.escalation else {
        panic!("{:?}", world.incident.escalation);
    };
    assert_eq!(until, at("2026-01-12T08:00:00Z"), "on Monday at nine");
    world.pass(minutes(3 * 24 * 60));
    assert_eq!(world.paged()[..2], [PRIMARY, LEAD]);
}

#[test]
fn an_answer_or_an_end_ends_the_wait() {
    for command in [
        Command::Resolve { summary: "rolled back".into() },
        Command::Acknowledge { intent: AckIntent::OnIt, page: None },
    ] {
        let mut world = at_work(in_hours());
        world.alert("api", "P2");
        world.person(LEAD, command).expect("is taken");
        assert_eq!(world.incident.escalation, Escalation::Stopped);
        assert_eq!(next_due(&world), None);
    }
}

#[test]
fn what_is_urgent_or_not_named_does_not_wait_for_working_hours() {
    let urgent = Policy { in_working_hours: vec!["P1".into(), "P2".into()], ..Policy::default() };
    for (policy, severity) in [(urgent, "P1"), (calm(), "P2"), (in_hours(), "P1")] {
        let mut world = at_work(policy);
        world.alert("api", severity);
        assert_eq!(world.paged(), [PRIMARY], "{severity}");
    }
    let mut without = World::with(plan(in_hours()), roster(&[PRIMARY]));
    without.alert("api", "P2");
    assert_eq!(without.paged(), [PRIMARY], "hours that nobody has set are not waited for");
}

#[test]
fn raising_the_severity_ends_the_wait_for_working_hours() {
    let mut world = at_work(in_hours());
    world.alert("api", "P2");
    world.alert("api", "P1");
    assert_eq!(world.paged(), [PRIMARY]);
}

#[test]
fn events_of_before_are_read_as_they_were() {
    let level = r#"{"level_reached":{"round":0,"level":1,"target":"CTO","rule":"r","next_due":null}}"#;
    let read: EventKind = serde_json::from_str(level).expect("what was published is still read");
    let EventKind::LevelReached(Reaching { level: 1, target, .. }) = &read else { panic!("{read:?}") };
    assert_eq!(target, "CTO");
    let page = r#"{"page_decided":{"page":1,"responder":"ana","channel":"email","address":"a","level":0,"rule":"r"}}"#;
    let read: EventKind = serde_json::from_str(page).expect("what was published is still read");
    let EventKind::PageDecided(page) = &read else { panic!("{read:?}") };
    assert_eq!((page.not_before, &page.waits), (None, &None));
}
