//! Promise 9: replaying a journal gives the state that decided it; and no order of commands breaks the promises.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Actor, Command, EscalationPolicy, Event, EventKind, Hours, Incident, IncidentId, Level,
    PageDecision, PagePurpose, PersonId, Policy, Silence, SilenceDraft, SilenceId, SilenceKind, Silences,
    Status, TimerKey, Urgency, Weekdays, Window, evolve,
};
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Deed {
    Fire(u8),
    Over(u8),
    Acknowledge(bool),
    Cannot,
    GiveBack,
    Severity(u8),
    Deliver,
    Fail,
    Pass(u16),
    Resolve,
    Reopen,
    TakeOver,
    HandOver,
    Help,
    Snooze(u16),
    Silence(u16),
    EndSilence,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..3_u8).prop_map(Deed::Fire),
        2 => (0..3_u8).prop_map(Deed::Over),
        2 => any::<bool>().prop_map(Deed::Acknowledge),
        1 => Just(Deed::Cannot),
        1 => Just(Deed::GiveBack),
        2 => (0..4_u8).prop_map(Deed::Severity),
        3 => Just(Deed::Deliver),
        1 => Just(Deed::Fail),
        4 => (0..90_u16).prop_map(Deed::Pass),
        1 => Just(Deed::Resolve),
        1 => Just(Deed::Reopen),
        1 => Just(Deed::TakeOver),
        1 => Just(Deed::HandOver),
        1 => Just(Deed::Help),
        1 => (0..800_u16).prop_map(Deed::Snooze),
        1 => (1..120_u16).prop_map(Deed::Silence),
        1 => Just(Deed::EndSilence),
    ];
    prop::collection::vec(deed, 1..60)
}

/// Does a deed; a refusal is a fine answer.
fn act(world: &mut World, deed: &Deed) {
    let key = |number: &u8| format!("alert-{number}");
    let refused_is_fine = match deed {
        Deed::Fire(number) => {
            world.source(crate::world::alert(&key(number), "P1", incident::AlertStatus::Firing)).map(|_| ())
        }
        Deed::Over(number) => world.over(&key(number)).map(|_| ()),
        Deed::Acknowledge(first) => {
            let who = if *first { PRIMARY } else { SECONDARY };
            world.person(who, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).map(|_| ())
        }
        Deed::Cannot => {
            world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::Cannot, page: None }).map(|_| ())
        }
        Deed::GiveBack => world.person(PRIMARY, Command::Unacknowledge { reason: "off".into() }).map(|_| ()),
        Deed::Severity(rank) => {
            let command = Command::SetSeverity { severity: format!("P{rank}"), reason: "seen".into() };
            world.person(PRIMARY, command).map(|_| ())
        }
        Deed::Deliver => {
            world.deliver();
            Ok(())
        }
        Deed::Fail => {
            world.fail("gone");
            Ok(())
        }
        Deed::Pass(length) => {
            world.pass(minutes(i64::from(*length)));
            Ok(())
        }
        Deed::TakeOver => world.person(SECONDARY, Command::TakeOver).map(|_| ()),
        Deed::HandOver => {
            let to = PersonId(SECONDARY.into());
            world.person(PRIMARY, Command::HandOver { to, words: String::new() }).map(|_| ())
        }
        Deed::Help => {
            let help = Command::AskHelp { target: "CTO".into(), words: "who knows?".into() };
            world.person(PRIMARY, help).map(|_| ())
        }
        Deed::Snooze(length) => {
            world.person(PRIMARY, Command::Snooze { minutes: u32::from(*length) }).map(|_| ())
        }
        Deed::Silence(length) => {
            let id = SilenceId::from(IncidentId::from_parts(1, 0));
            let draft = SilenceDraft {
                kind: SilenceKind::Silence,
                reason: "known".into(),
                matchers: vec!["key=~\".+\"".parse().expect("a condition")],
                starts_at: None,
                ends_at: world.now + minutes(i64::from(*length)),
            };
            let silence = Silence::new(id, draft, crate::world::person(PRIMARY), world.now);
            world.silences = Silences::new(vec![silence.expect("a silence")], Arc::new([]));
            world.ask(Actor::System, Command::JudgeHeld).map(|_| ())
        }
        Deed::EndSilence => {
            world.silences = Silences::none();
            world.ask(Actor::System, Command::JudgeHeld).map(|_| ())
        }
        Deed::Resolve => world.person(PRIMARY, Command::Resolve { summary: "done".into() }).map(|_| ()),
        Deed::Reopen => world.person(PRIMARY, Command::Reopen { reason: "back".into() }).map(|_| ()),
    };
    drop(refused_is_fine);
}

/// Promise 2, read off the journal: between an acknowledgement (or an end) and its undoing, nobody is woken but by a wish of
/// a person and to remind whoever has it; after an end, nobody at all.
fn no_page_after_acknowledge(events: &[Event]) -> Result<(), String> {
    let (mut held, mut over) = (false, false);
    for (at, event) in events.iter().enumerate() {
        match &event.kind {
            EventKind::Resolved { .. } => (held, over) = (true, true),
            EventKind::Acknowledged(_) => held = true,
            EventKind::Unacknowledged { .. } => held = false,
            EventKind::Reopened { .. } => (held, over) = (false, false),
            EventKind::PageDecided { .. } if over => return Err(format!("event {at}: {event:?}")),
            EventKind::PageDecided(PageDecision { purpose: PagePurpose::Escalation, .. }) if held => {
                return Err(format!("event {at}: {event:?}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Promise 1: while it is open and nobody has it, somebody is being woken, a timer will wake somebody, it is filed,
/// or it stands in red.
fn never_forgotten(world: &World) -> Result<(), String> {
    let incident = &world.incident;
    if incident.status == Status::Held {
        let hold = incident.hold.as_ref().map(|hold| hold.until);
        let ends = hold.is_some_and(|until| until > world.now) && world.timers.contains_key(&TimerKey::Hold);
        let quiet = incident.pages.is_empty() && incident.is_firing() && world.silences.made().count() == 1;
        return if ends && quiet { Ok(()) } else { Err(format!("held for ever: {hold:?}")) };
    }
    if incident.status != Status::Open || incident.acknowledged.is_some() {
        return Ok(());
    }
    let waits = world.timers.contains_key(&TimerKey::Escalation);
    let filed = incident.severity().name == "P3";
    if waits || filed || incident.is_unpaged() {
        return Ok(());
    }
    Err(format!("open, unacknowledged, and nothing will wake anybody: {:?}", incident.escalation))
}

/// The first part of every hour of the week, up to this minute.
fn hourly(until_min: i8) -> Hours {
    let days = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
    let days = days.fold(Weekdays::default(), Weekdays::with);
    let window = |hour| Window { days, from: time(hour, 0, 0, 0), to: time(hour, until_min, 0, 0) };
    Hours { zone: TimeZone::UTC, windows: (0..24).map(window).collect() }
}

/// A team with escalations of its own, people who sleep a part of every hour, and severities that can wait: P1, which every
/// alert of these stories has, for people; P2 for the hours of the team, too.
fn calm() -> World {
    let level = |targets: &[&str], after_min, round_robin| Level {
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        after_min,
        round_robin,
    };
    let levels = vec![level(&[PRIMARY, SECONDARY], 0, true), level(&["Eng Lead", CTO], 10, false)];
    let of_settings = EscalationPolicy {
        name: "ours".into(),
        severities: vec!["P1".into()],
        services: vec![],
        levels,
        repeats_max: Some(2),
    };
    let policy = Policy {
        urgency: ["P1", "P2"].map(|name| (name.to_owned(), Urgency::Low)).into(),
        in_working_hours: vec!["P2".into()],
        escalations: vec![of_settings],
        ..Policy::default()
    };
    let quiet = [(PRIMARY, 50), (SECONDARY, 20), (LEAD, 35)];
    let quiet = quiet.map(|(name, until)| (PersonId(name.into()), hourly(until)));
    let roster = roster(&[PRIMARY, SECONDARY, LEAD, CTO]);
    World::with(plan(policy), roster.with_quiet_hours(quiet.into()).with_working_hours(Some(hourly(45))))
}

/// Nobody is told of what can wait in their quiet hours, but by a wish of a person.
fn nobody_is_woken_in_vain(world: &World) -> Result<(), String> {
    let mut incident = Incident::new(world.incident.id, world.incident.plan.clone());
    for event in &world.events {
        let goes = match &event.kind {
            EventKind::PageDecided(PageDecision { responder, purpose, not_before: None, .. }) => {
                Some((responder.clone(), *purpose))
            }
            EventKind::PageDue { page } => {
                incident.page(*page).map(|page| (page.responder.clone(), page.purpose))
            }
            _ => None,
        };
        incident = evolve(incident, event);
        let wakes = |(who, purpose): &(PersonId, PagePurpose)| {
            let waits = matches!(purpose, PagePurpose::Escalation | PagePurpose::Reminder);
            let hours = world.roster.quiet_hours(who);
            waits && incident.urgency() == Urgency::Low && hours.is_some_and(|hours| hours.cover(event.at))
        };
        if goes.as_ref().is_some_and(wakes) {
            return Err(format!("{event:?}"));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn whatever_happens_the_promises_hold(deeds in deeds(), is_calm in any::<bool>()) {
        let mut world = if is_calm { calm() } else { World::new() };
        for deed in &deeds {
            act(&mut world, deed);
            prop_assert_eq!(never_forgotten(&world), Ok(()), "after {:?}", deed);
        }
        prop_assert_eq!(no_page_after_acknowledge(&world.events), Ok(()));
        prop_assert_eq!(nobody_is_woken_in_vain(&world), Ok(()));
        let fresh = Incident::new(world.incident.id, world.incident.plan.clone());
        let replayed = world.events.iter().fold(fresh, evolve);
        prop_assert_eq!(&replayed, &world.incident);
        let json = serde_json::to_string(&world.events).expect("events are always writable");
        let read: Vec<Event> = serde_json::from_str(&json).expect("what was written is readable");
        prop_assert_eq!(read, world.events);
    }
}
