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
