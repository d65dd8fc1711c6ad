//! Somebody has it, and what that stops.

use crate::world::{PRIMARY, SECONDARY, World, alert, minutes, plan, roster};
use incident::words::page_words;
use incident::{
    AckIntent, AlertStatus, Command, EventKind, PagePurpose, PageState, Policy, Refusal, TimerKey,
};

fn on_it() -> Command {
    Command::Acknowledge { intent: AckIntent::OnIt, page: None }
}

#[test]
fn no_page_is_decided_after_it() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.pass(minutes(54));
    assert_eq!(world.paged(), [PRIMARY]);
    assert!(!world.timers.contains_key(&TimerKey::Escalation));
}

#[test]
fn a_page_on_its_way_is_taken_back() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(SECONDARY, on_it()).expect("anybody may have it");
    assert_eq!(world.incident.page(1).map(|page| page.state.clone()), Some(PageState::Withdrawn));
    assert!(world.work.is_empty(), "{:?}", world.work);
}

#[test]
fn the_second_is_told_who_has_it() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(PRIMARY, on_it()).expect("is taken");
    let second = world.person(SECONDARY, on_it());
    assert_eq!(second, Err(Refusal::AlreadyAcknowledged { by: PRIMARY.into() }));
}

#[test]
fn it_ticks_the_checklist_and_gives_the_lead() {
    let mut world = World::new();
    world.alert("api", "P0");
    world.person(PRIMARY, on_it()).expect("is taken");
    assert_eq!(world.incident.ticks.keys().collect::<Vec<_>>(), [&(0, 0), &(0, 1)]);
    assert_eq!(world.incident.lead().map(|lead| lead.0.as_str()), Some(PRIMARY));
}

#[test]
fn without_news_it_lapses_and_people_are_woken_again() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.pass(minutes(61));
    assert!(world.incident.acknowledged.is_none());
    assert_eq!(world.count(|event| matches!(event, EventKind::Unacknowledged { .. })), 1);
    assert_eq!(world.paged(), [PRIMARY, PRIMARY, PRIMARY], "at first, to remind, and to wake again");
}

#[test]
fn whoever_has_it_is_asked_before_others_are_woken() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.pass(minutes(55));
    let reminder = world.incident.pages.last().expect("there is one");
    assert_eq!((reminder.purpose, reminder.responder.0.as_str()), (PagePurpose::Reminder, PRIMARY));
    let words = page_words(&world.incident, reminder);
    assert!(words.short.contains("still on it") && words.short.contains("04:00"), "{}", words.short);
    let answer = Command::Acknowledge { intent: AckIntent::OnIt, page: Some(reminder.number) };
    world.person(PRIMARY, answer).expect("they still have it");
    world.pass(minutes(54));
    assert!(world.incident.acknowledged.is_some(), "an hour from the answer");
    world.pass(minutes(7));
    assert!(world.incident.acknowledged.is_none());
}

#[test]
fn a_reminder_that_has_not_gone_out_is_taken_back_when_it_lapses() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.pass(minutes(60));
    let reminders = world.incident.pages.iter().filter(|page| page.purpose == PagePurpose::Reminder);
    assert_eq!(reminders.map(|page| page.state.clone()).collect::<Vec<_>>(), [PageState::Withdrawn]);
}

#[test]
fn each_severity_lapses_at_its_own_time() {
    let policy = Policy {
        acknowledge_lapse_severity_min: [("p0".to_owned(), 20)].into(),
        acknowledge_reminder_min: 0,
        ..Policy::default()
    };
    for (severity, lasts) in [("P0", 20), ("P1", 60)] {
        let mut world = World::with(plan(policy.clone()), roster(&[PRIMARY, SECONDARY]));
        world.alert("api", severity);
        world.person(PRIMARY, on_it()).expect("is taken");
        world.pass(minutes(lasts - 1));
        assert!(world.incident.acknowledged.is_some(), "{severity}");
        world.pass(minutes(1));
        assert!(world.incident.acknowledged.is_none(), "{severity}");
        assert_eq!(world.count(|event| matches!(event, EventKind::AcknowledgementReminded { .. })), 0);
    }
}

#[test]
fn who_waits_for_the_morning_is_not_asked_until_then() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    let others = world.person(SECONDARY, Command::Snooze { minutes: 240 });
    assert!(matches!(&others, Err(Refusal::NotNow { why, .. }) if why.contains(PRIMARY)), "{others:?}");
    for wrong in [0, 721] {
        assert!(world.person(PRIMARY, Command::Snooze { minutes: wrong }).is_err());
    }
    world.person(PRIMARY, Command::Snooze { minutes: 240 }).expect("is kept");
    world.pass(minutes(234));
    assert_eq!(world.paged(), [PRIMARY], "not asked before");
    world.pass(minutes(1));
    assert_eq!(world.paged(), [PRIMARY, PRIMARY], "and then they are");
    world.pass(minutes(5));
    assert!(world.incident.acknowledged.is_none());
}

#[test]
fn with_news_it_lasts() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.pass(minutes(40));
    world.person(PRIMARY, Command::Note { text: "looking at the deployment".into() }).expect("is written");
    world.pass(minutes(45));
    assert!(world.incident.acknowledged.is_some());
    world.pass(minutes(20));
    assert!(world.incident.acknowledged.is_none(), "an hour after the last news");
}

#[test]
fn in_ten_minutes_means_ten_minutes() {
    let mut world = World::new();
    world.alert("api", "P1");
    let soon = Command::Acknowledge { intent: AckIntent::InMinutes(10), page: Some(1) };
    world.person(PRIMARY, soon).expect("is taken");
    world.pass(minutes(9));
    assert!(world.incident.acknowledged.is_some());
    world.pass(minutes(1));
    assert!(world.incident.acknowledged.is_none());
}

#[test]
fn whoever_has_it_can_give_it_back() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::Cannot, page: None }).expect("is taken");
    assert!(world.incident.acknowledged.is_none());
    assert_eq!(world.paged(), [PRIMARY, SECONDARY], "not the one who has just said that they cannot");
}

#[test]
fn whoever_is_alone_is_woken_even_if_they_cannot() {
    let mut world = World::with(plan(Policy::default()), roster(&[PRIMARY]));
    world.alert("api", "P1");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::Cannot, page: None }).expect("is taken");
    assert_eq!(world.paged(), [PRIMARY, PRIMARY]);
}

#[test]
fn a_person_takes_it_from_a_program_that_says_somebody_has_it() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.source(alert("api", "P1", AlertStatus::Acknowledged)).expect("is taken");
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: None };
    assert!(matches!(world.person(SECONDARY, cannot), Err(Refusal::AlreadyAcknowledged { .. })));
    world.person(PRIMARY, on_it()).expect("a named person is better than a program's word");
    let holder = world.incident.acknowledged.as_ref().and_then(|held| held.by.person());
    assert_eq!(holder.map(|person| person.0.as_str()), Some(PRIMARY));
    assert_eq!(world.incident.lead().map(|lead| lead.0.as_str()), Some(PRIMARY));
    let second = world.person(SECONDARY, on_it());
    assert_eq!(second, Err(Refusal::AlreadyAcknowledged { by: PRIMARY.into() }));
}

#[test]
fn nobody_answers_a_page_for_somebody_else() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.deliver();
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(1) };
    world.person(SECONDARY, cannot).expect("is their own word");
    assert_eq!(world.incident.page(1).and_then(|page| page.answer), None);
    assert_eq!(world.paged(), [PRIMARY], "the primary has not said anything yet");
}

#[test]
fn cannot_from_an_old_page_counts_for_the_page_that_waits_now() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.deliver();
    let soon = Command::Acknowledge { intent: AckIntent::InMinutes(10), page: None };
    world.person(PRIMARY, soon).expect("is taken");
    world.pass(minutes(11));
    world.deliver();
    assert_eq!(world.paged(), [PRIMARY, PRIMARY]);
    let cannot = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(1) };
    world.person(PRIMARY, cannot).expect("is taken");
    assert_eq!(world.paged(), [PRIMARY, PRIMARY, SECONDARY]);
}

#[test]
fn a_page_that_is_not_there_cannot_be_answered() {
    let mut world = World::new();
    world.alert("api", "P1");
    let answer = Command::Acknowledge { intent: AckIntent::OnIt, page: Some(9) };
    assert_eq!(world.person(PRIMARY, answer), Err(Refusal::Unknown { what: "page", id: "9".into() }));
}

#[test]
fn an_item_that_no_checklist_can_have_is_unknown() {
    let mut world = World::new();
    world.alert("api", "P0");
    let ticked = world.person(PRIMARY, Command::Tick { phase: u32::MAX, item: u32::MAX });
    assert_eq!(ticked, Err(Refusal::Unknown { what: "checklist item", id: "4294967296.4294967296".into() }));
}

#[test]
fn in_so_many_minutes_is_a_number_that_somebody_would_wait_for() {
    let mut world = World::new();
    world.alert("api", "P1");
    let ask = |minutes| Command::Acknowledge { intent: AckIntent::InMinutes(minutes), page: None };
    for never in [0, 121, 99_999, u32::MAX] {
        let refused = world.person(PRIMARY, ask(never));
        assert!(matches!(refused, Err(Refusal::NotNow { .. })), "{never}: {refused:?}");
        assert!(world.incident.acknowledged.is_none());
    }
    for soon in [1, 120] {
        world.person(PRIMARY, ask(soon)).expect("has it");
        let held = world.incident.acknowledged.as_ref().expect("somebody has it");
        assert_eq!(held.lapses_at, world.now + minutes(soon.into()));
    }
}

#[test]
fn whoever_has_it_hears_that_it_became_worse_and_has_it_no_longer_than_that_allows() {
    let lapse = [("P0".to_owned(), 15)].into();
    let policy = Policy { acknowledge_lapse_severity_min: lapse, ..Policy::default() };
    let mut world = World::with(plan(policy), roster(&[PRIMARY, SECONDARY]));
    world.alert("api", "P2");
    world.person(PRIMARY, on_it()).expect("is taken");
    world.person(PRIMARY, Command::Snooze { minutes: 600 }).expect("is kept");
    world.pass(minutes(60));
    let worse = Command::SetSeverity { severity: "P0".into(), reason: "all of it is down".into() };
    world.person(SECONDARY, worse).expect("is set");
    let told = world.incident.pages.last().map(|page| (page.responder.0.as_str(), page.purpose));
    assert_eq!(told, Some((PRIMARY, PagePurpose::Reminder)));
    let lapses_at = world.incident.acknowledged.as_ref().map(|holder| holder.lapses_at);
    assert_eq!(lapses_at, Some(world.now + minutes(15)));
    world.pass(minutes(16));
    assert!(world.incident.acknowledged.is_none());
    assert_eq!(world.incident.pages.last().map(|page| page.purpose), Some(PagePurpose::Escalation));
}
