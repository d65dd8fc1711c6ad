//! Who is on call: turns, windows, overrides, and clocks that change.

use crate::world::{World, plan, roster};
use incident::{
    Entry, EventKind, Every, Layer, Override, PageDecision, PersonId, Policy, Roster, Rotation, Schedule,
    Turns, Weekdays, Window,
};
use jiff::civil::{DateTime, Weekday, datetime, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

fn layer(people: &[&str], every: Every, from: DateTime) -> Layer {
    let turns = people.iter().map(|turn| turn.split('+').map(id).collect()).collect();
    Layer { turns: Turns::Rotation(Rotation { turns, every, from }), windows: Vec::new() }
}

fn schedule(zone: &str, layers: Vec<Layer>) -> Schedule {
    let zone = TimeZone::get(zone).expect("a zone of the bundled data");
    Schedule { name: "platform".to_owned(), zone, layers, overrides: Vec::new() }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a valid time")
}

fn names(schedule: &Schedule, when: &str) -> Vec<String> {
    schedule.on_call(at(when)).0.iter().map(ToString::to_string).collect()
}

#[test]
fn turns_change_hands_at_the_same_civil_time_in_summer_and_in_winter() {
    let weekly = layer(&["ana", "ben+cho"], Every::Days(7), datetime(2026, 3, 23, 9, 0, 0, 0));
    let schedule = schedule("Europe/Berlin", vec![weekly]);
    assert!(names(&schedule, "2026-03-23T07:59:59Z").is_empty(), "before the first turn");
    assert_eq!(names(&schedule, "2026-03-23T08:00:00Z"), ["ana"]);
    // The clocks went forward on 29 March: nine o'clock is an hour earlier in UTC now.
    assert_eq!(names(&schedule, "2026-03-30T06:59:59Z"), ["ana"]);
    assert_eq!(names(&schedule, "2026-03-30T07:00:00Z"), ["ben", "cho"]);
    assert_eq!(names(&schedule, "2026-04-06T07:00:00Z"), ["ana"]);
}

#[test]
fn a_handoff_that_is_skipped_happens_at_the_end_of_the_gap_and_a_doubled_one_once() {
    let daily = layer(&["ana", "ben"], Every::Days(1), datetime(2026, 3, 27, 2, 30, 0, 0));
    let schedule = schedule("Europe/Berlin", vec![daily]);
    // 29 March: 02:00 to 03:00 does not exist; it begins at 01:00 UTC.
    assert_eq!(names(&schedule, "2026-03-29T00:59:59Z"), ["ben"]);
    assert_eq!(names(&schedule, "2026-03-29T01:00:00Z"), ["ana"]);
    assert_eq!(names(&schedule, "2026-03-30T00:29:59Z"), ["ana"], "and the day after at half past two again");
    assert_eq!(names(&schedule, "2026-03-30T00:30:00Z"), ["ben"]);
    // 25 October: 02:30 comes at 00:30 UTC and again at 01:30 UTC.
    let shifts = schedule.shifts(at("2026-10-24T12:00:00Z"), at("2026-10-26T12:00:00Z"));
    let handoffs: Vec<String> = shifts.iter().skip(1).map(|shift| shift.from.to_string()).collect();
    assert_eq!(handoffs, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
}

#[test]
fn an_override_comes_before_the_top_layer_and_that_before_the_lower() {
    let from = datetime(2026, 1, 1, 0, 0, 0, 0);
    let mut office = layer(&["ana"], Every::Days(7), from);
    let days = [Weekday::Monday, Weekday::Tuesday].into_iter().fold(Weekdays::default(), Weekdays::with);
    office.windows.push(Window { days, from: time(8, 0, 0, 0), to: time(18, 0, 0, 0) });
    let mut schedule = schedule("UTC", vec![office, layer(&["ben"], Every::Hours(12), from)]);
    schedule.overrides.push(Override {
        people: vec![id("cho")],
        from: at("2026-01-05T10:00:00Z"),
        until: at("2026-01-05T20:00:00Z"),
        made: None,
    });
    // 2026-01-05 is a Monday.
    let shifts = schedule.shifts(at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z"));
    let told: Vec<_> = shifts
        .iter()
        .map(|shift| (shift.from.to_string(), shift.people[0].to_string(), shift.entry))
        .collect();
    let hour = |hour: u32| format!("2026-01-05T{hour:02}:00:00Z");
    assert_eq!(
        told,
        [
            (hour(0), "ben".to_owned(), Entry::Layer(1)),
            (hour(8), "ana".to_owned(), Entry::Layer(0)),
            (hour(10), "cho".to_owned(), Entry::Override(0)),
            (hour(20), "ben".to_owned(), Entry::Layer(1)),
        ]
    );
    schedule.overrides.push(Override {
        people: vec![id("dev")],
        from: at("2026-01-05T11:00:00Z"),
        until: at("2026-01-05T12:00:00Z"),
        made: None,
    });
    assert_eq!(names(&schedule, "2026-01-05T11:30:00Z"), ["dev"], "the latest override counts");
    assert_eq!(names(&schedule, "2026-01-05T12:00:00Z"), ["cho"]);
}

/// At each instant exactly one turn, in every zone there is, over five years: the shifts have neither a gap nor an
/// overlap, each begins at the civil hand-off, and turns follow each other in order.
#[test]
fn every_zone_hands_over_once_a_day_for_five_years() {
    let (from, until) = (at("2024-01-02T00:00:00Z"), at("2029-01-02T00:00:00Z"));
    let (mut zones, mut handoffs) = (0, 0);
    for zone in jiff::tz::db().available() {
        for clock in [time(0, 0, 0, 0), time(2, 30, 0, 0)] {
            let begin = datetime(2023, 12, 25, clock.hour(), clock.minute(), 0, 0);
            let schedule =
                schedule(zone.as_str(), vec![layer(&["ana", "ben", "cho"], Every::Days(1), begin)]);
            let shifts = schedule.shifts(from, until);
            assert_eq!((shifts[0].from, shifts[shifts.len() - 1].until), (from, until), "{zone}");
            for pair in shifts.windows(2) {
                let [first, next] = pair else { unreachable!("windows of two") };
                assert_eq!(first.until, next.from, "{zone}");
                let turn = |shift: &incident::Shift| {
                    ["ana", "ben", "cho"].iter().position(|p| id(p) == shift.people[0])
                };
                assert_eq!(turn(first).map(|turn| (turn + 1) % 3), turn(next), "{zone} at {}", next.from);
                let civil = schedule.zone.to_datetime(next.from);
                let skipped = schedule
                    .zone
                    .preceding(next.from + 1.second())
                    .next()
                    .is_some_and(|c| c.timestamp() == next.from);
                assert!(civil.time() == clock || skipped, "{zone}: {civil}");
                assert_eq!(schedule.on_call(next.from - 1.nanosecond()).0, first.people, "{zone}");
                assert_eq!(schedule.on_call(next.from).0, next.people, "{zone}");
                handoffs += 1;
            }
        }
        zones += 1;
    }
    assert!(zones > 400 && handoffs > 1_400_000, "{zones} zones, {handoffs} hand-offs");
}

#[test]
fn an_edge_of_a_window_that_comes_twice_is_an_edge_both_times() {
    let mut early = layer(&["ana"], Every::Days(7), datetime(2026, 10, 19, 0, 0, 0, 0));
    let days = Weekdays::default().with(Weekday::Sunday);
    early.windows.push(Window { days, from: time(2, 0, 0, 0), to: time(2, 30, 0, 0) });
    let schedule = schedule("Europe/Berlin", vec![early]);
    // 25 October: 02:00 to 03:00 comes at 00:00 UTC and again at 01:00 UTC.
    let (from, until) = (at("2026-10-24T22:00:00Z"), at("2026-10-25T06:00:00Z"));
    let on_call = schedule.shifts(from, until).into_iter().filter(|shift| !shift.people.is_empty());
    let told: Vec<_> = on_call.map(|shift| format!("{} {}", shift.from, shift.until)).collect();
    assert_eq!(
        told,
        ["2026-10-25T00:00:00Z 2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z 2026-10-25T01:30:00Z",]
    );
    assert_eq!(schedule.until(at("2026-10-25T01:10:00Z")), Some(at("2026-10-25T01:30:00Z")));
}

fn on_schedule(layers: Vec<Layer>) -> World {
    let people = ["ana", "ben"];
    let bound = [
        ("On-call Primary".to_owned(), vec![id("platform")]),
        ("On-call Secondary".to_owned(), vec![id("ben")]),
    ];
    let responders = roster(&people).people().cloned().collect();
    let roster =
        Roster::new(responders, bound.into(), Vec::new()).with_schedules(vec![schedule("UTC", layers)]);
    World::with(plan(Policy::default()), roster)
}

#[test]
fn a_level_wakes_whoever_is_on_call_now_and_says_by_which_entry() {
    let mut world =
        on_schedule(vec![layer(&["ben", "ana"], Every::Days(1), datetime(2026, 1, 4, 0, 0, 0, 0))]);
    let events = world.alert("api", "P1");
    let page = events.iter().find_map(|event| match event {
        EventKind::PageDecided(PageDecision { responder, rule, .. }) => {
            Some((responder.to_string(), rule.clone()))
        }
        _ => None,
    });
    let (responder, rule) = page.expect("somebody is woken");
    assert_eq!(responder, "ana", "the second day of the rotation");
    assert!(rule.contains("on call by layer 1 of \"platform\""), "{rule}");
    let lines = incident::why(&world.incident, &world.moment());
    assert!(
        lines.iter().any(|line| line.person == id("ana") && line.because.contains("platform")),
        "{lines:?}"
    );
}

#[test]
fn a_gap_goes_to_the_next_level_at_once_and_says_so() {
    let mut world = on_schedule(vec![layer(&["ana"], Every::Days(1), datetime(2027, 1, 1, 0, 0, 0, 0))]);
    let events = world.alert("api", "P1");
    let gap = events.iter().find_map(|event| match event {
        EventKind::LevelUnreachable { why, .. } => Some(why.clone()),
        _ => None,
    });
    assert!(gap.expect("the first level has nobody").contains("the schedule \"platform\" has a gap"));
    let woken = events
        .iter()
        .any(|event| matches!(event, EventKind::PageDecided(PageDecision { responder, .. }) if *responder == id("ben")));
    assert!(woken, "{events:?}");
}
