//! What would go wrong in the time to come, told before it does.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, plan, roster};
use incident::{
    Channel, Contact, EventKind, Every, Finding, Hours, Layer, PersonId, Plan, Policy, Preflight, Reaching,
    Responder, Roster, Rotation, Schedule, Stretch, Trouble, Turns, Urgency, Weekdays, Window,
};
use jiff::civil::{Time, Weekday, datetime, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const DAYS: u32 = 90;

fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

/// From two months before the clocks go forward in Berlin.
fn whole() -> Stretch {
    Stretch::days("2027-02-01T00:00:00Z".parse().expect("a valid time"), DAYS)
}

fn every_day() -> Weekdays {
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    days.into_iter().chain([Weekday::Saturday, Weekday::Sunday]).fold(Weekdays::default(), Weekdays::with)
}

fn layer(people: &[&str], windows: Vec<Window>) -> Layer {
    let turns = people.iter().map(|name| vec![id(name)]).collect();
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2027, 1, 1, 9, 0, 0, 0) };
    Layer { turns: Turns::Rotation(rotation), windows }
}

fn window(from: Time, to: Time) -> Window {
    Window { days: every_day(), from, to }
}

fn berlin(name: &str, layers: Vec<Layer>) -> Schedule {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone of the bundled data");
    Schedule { name: name.to_owned(), zone, layers, overrides: Vec::new() }
}

/// The primary by a schedule, the others by name.
fn on_schedule(people: &[&str], layers: Vec<Layer>) -> Roster {
    let bound = [
        ("On-call Primary".to_owned(), vec![id("platform")]),
        ("On-call Secondary".to_owned(), vec![id("late")]),
    ];
    let late = berlin("late", vec![layer(people, vec![window(time(3, 0, 0, 0), time(1, 0, 0, 0))])]);
    let responders: Vec<Responder> = roster(people).people().cloned().collect();
    Roster::new(responders, bound.into(), Vec::new()).with_schedules(vec![berlin("platform", layers), late])
}

fn found(roster: &Roster) -> Vec<Finding> {
    Preflight::look(&plan(Policy::default()), roster, whole()).findings
}

#[test]
fn a_roster_that_holds_is_found_without_fault() {
    assert_eq!(found(&roster(&[PRIMARY, SECONDARY, LEAD, CTO])), []);
}

#[test]
fn a_level_that_nobody_holds_is_named_with_what_mends_it() {
    let [cto] = found(&roster(&[PRIMARY, SECONDARY, LEAD])).try_into().expect("one finding");
    assert_eq!(cto.severities, ["P0"]);
    assert_eq!(cto.stretches, [whole()]);
    assert_eq!(
        cto.said,
        "always: CTO of P0 would be passed over: nobody holds \"CTO\"; bind it to somebody in the settings"
    );
    assert!(cto.fix.contains("under [roles]"), "{}", cto.fix);
    assert!(cto.trouble.is_grave());
}

#[test]
fn a_way_that_is_set_apart_for_the_other_urgency_does_not_stand_in_for_a_broken_one() {
    let way = |channel, urgency| Contact { urgency: Some(urgency), ..Contact::new(channel, "here".into()) };
    let ways = || vec![way(Channel::Webhook, Urgency::High), way(Channel::Email, Urgency::Low)];
    let both = |person: &Responder| Responder { contacts: ways(), ..person.clone() };
    let people: Vec<Responder> = roster(&[PRIMARY, LEAD]).people().map(both).collect();
    let roles =
        [("On-call Primary", PRIMARY), ("On-call Secondary", PRIMARY), ("Eng Lead", LEAD), ("CTO", LEAD)];
    let bound = roles.map(|(role, name)| (role.to_owned(), vec![id(name)]));
    let whole = Roster::new(people, bound.into(), vec![id(LEAD)]);
    assert_eq!(found(&whole).iter().filter(|one| one.trouble.is_grave()).count(), 0);
    let broken = whole.without(|contact| contact.channel == Channel::Webhook);
    let unheard = found(&broken).into_iter().any(|one| one.trouble == Trouble::Unheard);
    assert!(unheard, "nothing urgent reaches anybody: {:?}", found(&broken));
}

#[test]
fn an_hour_in_which_the_path_is_empty_is_told_in_its_own_time_of_day() {
    // Of the primary's schedule half past two to half past three is missing, of the secondary's one to three.
    let day = layer(&["ana", "ben"], vec![window(time(3, 30, 0, 0), time(2, 30, 0, 0))]);
    let found = found(&on_schedule(&["ana", "ben"], vec![day]));
    let empty = found.iter().find(|one| one.trouble == Trouble::PathEmpty).expect("it is found");
    assert_eq!(empty.severities, ["P0", "P1"]);
    // On 28 March the clocks jump from two to three: half past two to three does not happen.
    assert_eq!(empty.stretches.len(), usize::try_from(DAYS).unwrap() - 1);
    assert_eq!(
        empty.said,
        "Mon 1 Feb 2027 02:30 to 03:00 (CET) and 88 more times: nobody on the path of P0, P1 would hear it; everybody in the catch-all would be woken"
    );
    let p2 = found.iter().find(|one| one.severities == ["P2"]).expect("its path has no secondary");
    let when = "Mon 1 Feb 2027 02:30 to 03:30 (CET) and 89 more times: ";
    assert!(p2.said.starts_with(when), "{}", p2.said);
}

#[test]
fn a_calendar_that_could_not_be_read_is_grave_on_every_path_that_it_is_on() {
    let people = [PRIMARY, SECONDARY, LEAD, CTO];
    let roster = on_schedule(&people, vec![layer(&people, Vec::new())]);
    let unread = |name: &str| [(name.to_owned(), "oncall.ics: line 3 …; what counts is …".to_owned())].into();
    assert!(
        !found(&roster.clone().with_unread_calendars(unread("elsewhere")))
            .iter()
            .any(|one| matches!(one.trouble, Trouble::CalendarUnread { .. })),
        "no path leads there"
    );
    let findings = found(&roster.with_unread_calendars(unread("platform")));
    let is_it = |one: &&Finding| matches!(one.trouble, Trouble::CalendarUnread { .. });
    let told: Vec<&Finding> = findings.iter().filter(is_it).collect();
    let [told] = told.as_slice() else { panic!("{findings:?}") };
    assert!(told.trouble.is_grave() && told.severities.contains(&"P0".to_owned()), "{told:?}");
    assert_eq!(told.stretches, [whole()]);
    let words = "may wake somebody else than the calendar of \"platform\" says: oncall.ics: line 3";
    assert!(told.said.starts_with("always: ") && told.said.contains(words), "{told:?}");
}

#[test]
fn a_path_that_leads_to_one_person_is_said_and_is_not_grave() {
    let mut responders: Vec<Responder> = roster(&["ana", "ben"]).people().cloned().collect();
    let roles = ["On-call Primary", "On-call Secondary", "Eng Lead", "CTO"];
    let all_ana = || roles.map(|role| (role.to_owned(), vec![id("ana")])).into();
    let [one] =
        found(&Roster::new(responders.clone(), all_ana(), Vec::new())).try_into().expect("one finding");
    assert_eq!(one.said, "always: the whole path of P0, P1, P2 leads to ana");
    assert!(!one.trouble.is_grave());
    for responder in &mut responders {
        responder.contacts.clear();
    }
    let found = found(&Roster::new(responders, all_ana(), Vec::new()));
    assert_eq!(found[0].said, "always: nobody would hear a P0, P1, P2", "the gravest first");
    assert_eq!(found.len(), 5, "and each level of them");
}

#[test]
fn a_playbook_without_a_path_wakes_the_catch_all_and_that_is_no_fault() {
    assert_eq!(Preflight::look(&Plan::default(), &roster(&[PRIMARY]), whole()).findings, []);
}

/// P2 waits for nine to five in Berlin, on every day; the primary is on call by a schedule with these windows alone.
fn at_work(windows: Vec<Window>, bound: &str) -> (Plan, Roster) {
    let policy = Policy {
        urgency: [("P2".to_owned(), Urgency::Low)].into(),
        in_working_hours: vec!["P2".into()],
        ..Policy::default()
    };
    let hours = berlin_hours(time(9, 0, 0, 0), time(17, 0, 0, 0));
    let people: Vec<Responder> = roster(&["ana", "ben", LEAD, CTO]).people().cloned().collect();
    let roles = [("On-call Primary", bound), ("On-call Secondary", "ben"), ("Eng Lead", LEAD), ("CTO", CTO)];
    let roles = roles.map(|(role, who)| (role.to_owned(), vec![id(who)]));
    let roster = Roster::new(people, roles.into(), Vec::new())
        .with_schedules(vec![berlin("platform", vec![layer(&["ana"], windows)])])
        .with_working_hours(Some(hours));
    (plan(policy), roster)
}

fn berlin_hours(from: Time, to: Time) -> Hours {
    Hours {
        zone: TimeZone::get("Europe/Berlin").expect("a zone of the bundled data"),
        windows: vec![window(from, to)],
    }
}

#[test]
fn what_waits_for_working_hours_has_no_gap_outside_of_them() {
    let (plan, roster) = at_work(vec![window(time(9, 0, 0, 0), time(17, 0, 0, 0))], "platform");
    let found = Preflight::look(&plan, &roster, whole()).findings;
    let severities: Vec<_> = found.iter().map(|one| one.severities.clone()).collect();
    assert_eq!(severities, [["P0", "P1"]], "the night is no gap of P2: {found:?}");
    // Of the afternoon an hour is missing.
    let (plan, roster) = at_work(vec![window(time(9, 0, 0, 0), time(16, 0, 0, 0))], "platform");
    let found = Preflight::look(&plan, &roster, whole()).findings;
    let gap = found.iter().find(|one| one.severities == ["P2"]).expect("it is found");
    assert!(gap.said.starts_with("Mon 1 Feb 2027 16:00 to 17:00 (CET) and 89 more times: "), "{}", gap.said);
}

#[test]
fn a_level_that_is_empty_in_all_working_hours_is_told_so() {
    let (plan, roster) = at_work(Vec::new(), "nobody");
    let found = Preflight::look(&plan, &roster, whole());
    let said: Vec<_> = found.grave().map(|one| one.said.split(':').next().unwrap_or_default()).collect();
    assert_eq!(said, ["always", "always in working hours"]);
}

#[test]
fn working_hours_that_never_begin_or_never_end_hide_nothing() {
    let (plan, roster) = at_work(Vec::new(), "nobody");
    let always = berlin_hours(time(0, 0, 0, 0), time(0, 0, 0, 0));
    let never = Hours { windows: Vec::new(), ..always.clone() };
    for hours in [always, never] {
        let roster = roster.clone().with_working_hours(Some(hours));
        let looked = Preflight::look(&plan, &roster, whole());
        let found: Vec<&Finding> = looked.grave().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severities, ["P0", "P1", "P2"]);
        assert!(found[0].said.starts_with("always: "), "{}", found[0].said);
    }
}

/// What is foretold for an instant is what an alert at that instant meets.
#[test]
fn an_alert_meets_what_was_foretold() {
    let night = layer(&["ana"], vec![window(time(22, 0, 0, 0), time(6, 0, 0, 0))]);
    let noon = layer(&["ben", "cho"], vec![window(time(6, 30, 0, 0), time(23, 0, 0, 0))]);
    let rosters = [
        on_schedule(&["ana", "ben"], vec![night.clone(), noon.clone()]),
        on_schedule(&["ana", "ben", "cho"], vec![noon]),
        on_schedule(&["ana"], vec![night]),
        on_schedule(&[], Vec::new()),
        roster(&[SECONDARY, CTO]),
    ];
    let plan = plan(Policy::default());
    let (mut empty, mut passed, mut unheard, mut well) = (0, 0, 0, 0);
    for roster in rosters {
        let found = Preflight::look(&plan, &roster, whole()).findings;
        for step in 0..597 {
            let at = whole().from + SignedDuration::from_mins(step * 217);
            for severity in ["P0", "P1", "P2"] {
                let foretold: Vec<&Trouble> = found
                    .iter()
                    .filter(|one| one.severities.iter().any(|name| name == severity))
                    .filter(|one| one.stretches.iter().any(|when| when.from <= at && at < when.until))
                    .map(|one| &one.trouble)
                    .collect();
                let events = alert_at(&plan, &roster, at, severity);
                let reached = |target: &str| {
                    events.iter().any(
                        |event| matches!(event, EventKind::LevelReached(Reaching { target: to, .. }) if to == target),
                    )
                };
                let is_unpaged = events.iter().any(|event| matches!(event, EventKind::Unpaged { .. }));
                assert_eq!(foretold.contains(&&Trouble::Unheard), is_unpaged, "{severity} at {at}");
                assert_eq!(
                    foretold.contains(&&Trouble::PathEmpty),
                    reached("catch-all"),
                    "{severity} at {at}"
                );
                let first_is_foretold = foretold.iter().any(
                    |one| matches!(one, Trouble::LevelEmpty { target, .. } if target == "On-call Primary"),
                );
                assert_eq!(first_is_foretold, !reached("On-call Primary"), "{severity} at {at}");
                unheard += usize::from(is_unpaged);
                empty += usize::from(reached("catch-all"));
                passed += usize::from(first_is_foretold);
                well += usize::from(reached("On-call Primary"));
            }
        }
    }
    let met = [empty, passed, unheard, well];
    assert!(met.iter().all(|times| *times > 50), "each is met: {met:?}");
}

fn alert_at(plan: &Plan, roster: &Roster, at: Timestamp, severity: &str) -> Vec<EventKind> {
    let mut world = World::with(plan.clone(), roster.clone());
    world.now = at;
    world.alert("api", severity)
}
