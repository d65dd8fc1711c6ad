//! The page with nothing, and with every ugly text.

use super::*;
use crate::pages::room::is_sound;
use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample, frame, settings};
use incident::{
    Actor, Every, Layer, MadeOverride, OverrideDraft, OverrideId, OverrideWish, PersonId, Rotation, Schedule,
    Turns,
};
use jiff::SignedDuration;
use jiff::civil::datetime;
use std::sync::Arc;

fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

/// Days of the primary and the secondary, with a gap every third day.
fn with_schedule() -> Settings {
    let plain = settings(&["primary", "secondary"]);
    let turns = vec![vec![id("primary")], vec![id("primary"), id("secondary")], Vec::new()];
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2020, 1, 1, 9, 0, 0, 0) };
    let schedule = Schedule {
        name: SCRIPT.to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides: Vec::new(),
    };
    let roster = Roster::clone(&plain.roster).with_schedules(vec![schedule]);
    Settings::new(Arc::clone(&plain.plan), Arc::new(roster))
}

#[test]
fn an_empty_page_says_what_it_is_for() {
    let now = Sample::new("x", "P1").now;
    let page = made_of(&frame(now), &settings(&["primary"]), Vec::new(), Typed::default());
    let html = page.render().unwrap();
    is_sound(&html);
    assert!(html.contains("No schedule yet") && html.contains("[[schedules]]"), "{html}");
    assert!(!html.contains("They take it"), "there is nothing to take");
}

#[test]
fn everything_is_shown_and_nothing_leaves_its_place() {
    let now = Sample::new("x", "P1").now;
    let settings = with_schedule();
    let make = |number: u64, hours: i64| {
        let until = now + SignedDuration::from_hours(hours);
        let wish = OverrideWish::Take {
            schedule: SCRIPT.to_owned(),
            people: vec![id("secondary")],
            from: None,
            until,
        };
        let draft = OverrideDraft { wish, reason: RIGHT_TO_LEFT.to_owned() };
        let by = Actor::Person(id("primary"));
        MadeOverride::new(OverrideId::from_parts(number, 1), draft, by, now, &settings.roster).unwrap()
    };
    let ended = make(1, 2).end(Actor::Person(id("secondary")), now).unwrap();
    let shown = schedules::shown(vec![make(2, 3), ended], now);
    let typed = Typed { reason: SCRIPT.to_owned(), until: SCRIPT.to_owned(), ..Typed::default() };
    let html = made_of(&frame(now), &settings, shown, typed).render().unwrap();
    is_sound(&html);
    for words in
        ["nobody", "gaps", "class=\"gap\"", "holds", "ended by", "Europe/Berlin", "They exchange them"]
    {
        assert!(html.contains(words), "{words:?}");
    }
    assert_eq!(html.matches("/end\"").count(), 1, "what is over cannot be ended");
    assert!(html.len() < 100_000, "{} bytes", html.len());
}

#[test]
fn a_week_in_which_clocks_change_is_drawn_as_long_as_it_is() {
    let settings = with_schedule();
    let schedule = settings.roster.schedules().next().unwrap();
    // Clocks go back on Sunday, 25 October 2026, in Berlin: the week has 169 hours, and Sunday is one of 25.
    let now: Timestamp = "2026-10-21T10:00:00Z".parse().unwrap();
    let ahead = schedules::ahead(&settings, schedule, now, DAYS);
    let weeks = strip::weeks(&settings.roster, &schedule.zone, &ahead.shifts, now);
    let mondays: Vec<&str> = weeks.iter().map(|week| week.monday.as_str()).collect();
    assert_eq!(mondays, ["19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov"]);
    let sunday = |hours: f64| format!("{:.2}%", 600.0 * 24.0 / hours);
    assert_eq!(weeks[0].days[5], sunday(169.0));
    assert_eq!(weeks[1].days[5], sunday(168.0));
}

#[test]
fn whoever_is_on_call_at_an_instant_is_told_in_the_zone_of_the_schedule() {
    let now = Sample::new("x", "P1").now;
    let settings = with_schedule();
    let mut page = made_of(&frame(now), &settings, Vec::new(), Typed::default());
    let who = |page: &SchedulesPage| page.cards[0].then.as_ref().unwrap().who.clone();
    page.look_at(&settings, "2020-01-02T08:59").unwrap();
    assert_eq!(who(&page), names(&settings.roster, &[id("primary")]));
    page.look_at(&settings, "2020-01-02T09:00").unwrap();
    assert_eq!(who(&page), names(&settings.roster, &[id("primary"), id("secondary")]));
    page.look_at(&settings, "2020-01-03T09:00").unwrap();
    is_sound(&page.render().unwrap());
    assert_eq!(who(&page), "", "a gap");
    let problem = page.look_at(&settings, "tomorrow").unwrap_err();
    assert!(problem.detail.contains("2026-01-05 22:00"), "{}", problem.detail);
}
