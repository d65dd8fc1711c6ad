//! Status updates: never with a blank, never public without a name for strangers, never forgotten.

use crate::world::{PRIMARY, World, alert, minutes, plan, roster};
use incident::{
    AckIntent, Actor, Alert, AlertStatus, Audience, Command, EventKind, Phase, Policy, Refusal, Status,
    UpdateDraft, words,
};
use jiff::Timestamp;
use playbook::{Choice, Origin, Placeholder, Span, Template, TemplateKind};
use std::collections::BTreeMap;

fn update(audience: Audience, body: &str) -> UpdateDraft {
    UpdateDraft {
        template: None,
        phase: Phase::Investigating,
        audience,
        public_title: None,
        body: body.into(),
        next_at: None,
    }
}

fn template() -> Template {
    let body = "INCIDENT: [Brief Description]\nSeverity: P0/P1\nImpact:\n[What users see]\nNext Update: [Time]\nIncident Lead: @[name]\n";
    let blank = |name: &str, label: &str| Placeholder {
        name: name.into(),
        token: format!("[{name}]"),
        choices: vec![],
        label: label.into(),
        offset: u32::try_from(body.find(&format!("[{name}]")).expect("is there")).expect("is small"),
        span: Span::default(),
    };
    Template {
        name: "Initial".into(),
        kind: TemplateKind::Initial,
        severities: vec![],
        body: body.into(),
        example: None,
        placeholders: vec![
            blank("Brief Description", "INCIDENT"),
            blank("What users see", "Impact"),
            blank("Time", "Next Update"),
            blank("name", "Incident Lead"),
        ],
        choices: vec![Choice {
            token: "P0/P1".into(),
            values: vec!["P0".into(), "P1".into()],
            label: "Severity".into(),
            offset: u32::try_from(body.find("P0/P1").expect("is there")).expect("is small"),
        }],
        line: 1,
        origin: Origin::default(),
    }
}

fn occasion(world: &World, audience: Audience) -> words::Occasion<'static> {
    words::Occasion { phase: Phase::Investigating, now: world.now, audience, public_title: None }
}

fn opened() -> World {
    let mut plan = plan(Policy::default());
    plan.playbook.templates.push(template());
    let mut world = World::with(plan, roster(&[PRIMARY]));
    world.alert("api", "P1");
    world
}

#[test]
fn the_template_is_filled_with_what_the_incident_knows_and_the_rest_is_named() {
    let world = opened();
    let filled =
        words::fill(&template(), &world.incident, occasion(&world, Audience::Internal), &BTreeMap::new());
    assert_eq!(filled.open, ["What users see", "name"]);
    assert!(filled.text.contains("INCIDENT: api is broken\nSeverity: P1\n"), "{}", filled.text);
    assert!(filled.text.contains("Next Update: 04:00 UTC"), "{}", filled.text);
    let given =
        [("What users see".to_owned(), "Requests fail".to_owned()), ("name".to_owned(), PRIMARY.to_owned())]
            .into();
    let filled = words::fill(&template(), &world.incident, occasion(&world, Audience::Internal), &given);
    assert!(filled.open.is_empty());
}

#[test]
fn nothing_goes_out_with_a_blank_in_it() {
    let mut world = opened();
    let body = "INCIDENT: api\nImpact: [What users see]";
    let refused = world.person(PRIMARY, Command::PostUpdate { update: update(Audience::Internal, body) });
    assert_eq!(refused, Err(Refusal::OpenPlaceholders { names: vec!["[What users see]".into()] }));
    assert!(world.incident.updates.is_empty());
}

#[test]
fn the_public_needs_a_title_of_its_own_once() {
    let mut world = opened();
    let mut first = update(Audience::Public, "We are looking into it.");
    let untitled = world.person(PRIMARY, Command::PostUpdate { update: first.clone() });
    assert!(matches!(untitled, Err(Refusal::Missing { .. })));
    first.public_title = Some("Errors when starting sessions".into());
    world.person(PRIMARY, Command::PostUpdate { update: first }).expect("is posted");
    let second = update(Audience::Public, "Still looking.");
    world.person(PRIMARY, Command::PostUpdate { update: second }).expect("the title stands");
}

#[test]
fn nobody_but_a_person_speaks() {
    let mut world = opened();
    for by in [Actor::System, Actor::Source("test".into())] {
        let refused = world.ask(by, Command::PostUpdate { update: update(Audience::Internal, "hello") });
        assert_eq!(refused, Err(Refusal::PersonNeeded));
    }
}

#[test]
fn a_promised_update_that_does_not_come_is_noticed_each_time() {
    let mut world = opened();
    world.pass(minutes(14));
    assert_eq!(world.incident.updates_missed, 0);
    world.pass(minutes(1));
    assert_eq!(world.incident.updates_missed, 1, "the checklist wants one within 15 minutes");
    world.pass(minutes(60));
    assert_eq!(world.incident.updates_missed, 2);
    let posted = update(Audience::Internal, "We know the cause.");
    world.person(PRIMARY, Command::PostUpdate { update: posted }).expect("is posted");
    assert_eq!(world.incident.updates_missed, 0);
    assert!(world.count(|event| matches!(event, EventKind::UpdateMissed { .. })) == 2);
}

#[test]
fn the_name_for_strangers_has_no_blank_either() {
    let mut world = opened();
    let draft = UpdateDraft {
        public_title: Some("Trouble with [What users see]".into()),
        ..update(Audience::Public, "We are looking into it.")
    };
    let refused = world.person(PRIMARY, Command::PostUpdate { update: draft });
    assert_eq!(refused, Err(Refusal::OpenPlaceholders { names: vec!["[What users see]".into()] }));
}

#[test]
fn a_page_says_what_is_broken_however_many_were_woken_and_whatever_the_alert_is_called() {
    let people: Vec<String> = (0..40).map(|number| format!("responder-number-{number}")).collect();
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut world = World::with(plan(Policy::default()), roster(&names));
    let hostile = Alert { title: "disk\nfull".into(), ..alert("disk", "P1", AlertStatus::Firing) };
    world.source(hostile).expect("opens");
    let last = world.incident.pages.last().expect("everybody is woken");
    let short = words::page_words(&world.incident, last).short;
    assert!(short.starts_with("P1: disk full. Since 03:00 UTC. Also woken: 39 people"), "{short}");
    assert!(short.chars().count() <= 160);
}

#[test]
fn what_a_person_reported_is_over_when_a_person_says_so() {
    let mut world = World::new();
    let report = Command::Report {
        title: "Customers cannot pay".into(),
        description: String::new(),
        severity: Some("P1".into()),
        matches: vec![],
    };
    world.person(PRIMARY, report).expect("opens");
    let watched =
        UpdateDraft { phase: Phase::Monitoring, ..update(Audience::Internal, "A fix is in; we watch.") };
    world.person(PRIMARY, Command::PostUpdate { update: watched }).expect("is posted");
    assert_eq!(world.incident.recovery, None, "no alert is there that could be over");
    world.pass(minutes(24 * 60));
    assert_eq!(world.incident.status, Status::Open);
    world.person(PRIMARY, Command::Resolve { summary: "Payments work".into() }).expect("a person's word");
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn what_is_watched_after_its_alerts_are_over_resolves_by_itself() {
    let mut world = opened();
    world.over("api").expect("is over");
    world.person(PRIMARY, Command::Resolve { summary: "Restarted".into() }).expect("a person's word");
    world.person(PRIMARY, Command::Reopen { reason: "Errors still".into() }).expect("a person's word");
    let watched = UpdateDraft { phase: Phase::Monitoring, ..update(Audience::Internal, "A fix is in.") };
    world.person(PRIMARY, Command::PostUpdate { update: watched }).expect("is posted");
    assert!(world.incident.recovery.is_some());
    world.pass(minutes(24 * 60));
    assert_eq!(world.incident.status, Status::Resolved);
}

#[test]
fn strangers_read_neither_the_incidents_own_title_nor_anybodys_name() {
    let mut world = opened();
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("has it");
    let public = occasion(&world, Audience::Public);
    let fill =
        |world: &World, occasion| words::fill(&template(), &world.incident, occasion, &BTreeMap::new());
    let filled = fill(&world, public);
    assert_eq!(filled.open, ["Brief Description", "What users see", "name"]);
    for inner in ["api is broken", PRIMARY] {
        assert!(!filled.text.contains(inner), "{inner} in {}", filled.text);
    }
    let named = fill(&world, words::Occasion { public_title: Some("API trouble"), ..public });
    assert!(named.text.contains("INCIDENT: API trouble\n"), "{}", named.text);
    assert_eq!(named.open, ["What users see", "name"]);
    let title = Some("API trouble".into());
    let first = UpdateDraft { public_title: title, ..update(Audience::Public, "We are looking into it.") };
    world.person(PRIMARY, Command::PostUpdate { update: first }).expect("is posted");
    let later = fill(&world, words::Occasion { public_title: Some(" "), ..public });
    assert!(later.text.contains("INCIDENT: API trouble\n"), "the name that stands: {}", later.text);
    let inside = fill(&world, occasion(&world, Audience::Internal));
    assert!(inside.text.contains("INCIDENT: api is broken"), "{}", inside.text);
    assert!(inside.text.contains(&format!("Incident Lead: @{PRIMARY}")), "{}", inside.text);
}

#[test]
fn a_blank_in_other_letters_is_still_a_blank() {
    let mut world = opened();
    for token in ["[what users see]", "[ What users see ]", "[WHAT  USERS\nSEE]", "[What users see]"] {
        let update = update(Audience::Public, &format!("Impact: {token}."));
        let draft = UpdateDraft { public_title: Some("API trouble".into()), ..update };
        let refused = world.person(PRIMARY, Command::PostUpdate { update: draft });
        assert_eq!(refused, Err(Refusal::OpenPlaceholders { names: vec!["[What users see]".into()] }));
    }
    let prose = update(Audience::Internal, "What users see is fine; p0/p1 is for the call to say.");
    world.person(PRIMARY, Command::PostUpdate { update: prose }).expect("a sentence is no blank");
}

#[test]
fn a_blank_name_for_strangers_takes_nothing_away() {
    let mut world = opened();
    for nothing in [" ", "", "\u{200b}", "\u{1b}\t"] {
        let draft =
            UpdateDraft { public_title: Some(nothing.into()), ..update(Audience::Public, "We look.") };
        let refused = world.person(PRIMARY, Command::PostUpdate { update: draft.clone() });
        assert!(matches!(refused, Err(Refusal::Missing { .. })), "{nothing:?}: {refused:?}");
    }
    let named = UpdateDraft {
        public_title: Some("Errors when starting sessions".into()),
        ..update(Audience::Public, "We look.")
    };
    world.person(PRIMARY, Command::PostUpdate { update: named }).expect("is posted");
    let blank = UpdateDraft { public_title: Some(" ".into()), ..update(Audience::Public, "We still look.") };
    world.person(PRIMARY, Command::PostUpdate { update: blank }).expect("is posted");
    assert_eq!(world.incident.updates[1].draft.public_title, None);
    assert_eq!(world.incident.public_title(), Some("Errors when starting sessions"));
}

#[test]
fn the_next_update_is_promised_for_a_moment_that_comes_and_is_near() {
    let mut world = opened();
    let week = minutes(7 * 24 * 60);
    let at = |text: &str| -> Timestamp { text.parse().expect("a time") };
    let never =
        [at("1970-01-01T00:00:00Z"), at("9999-01-01T00:00:00Z"), world.now, world.now + week + minutes(1)];
    for next_at in never {
        let draft = UpdateDraft { next_at: Some(next_at), ..update(Audience::Internal, "We look.") };
        let refused = world.person(PRIMARY, Command::PostUpdate { update: draft });
        assert!(matches!(refused, Err(Refusal::NotNow { .. })), "{next_at}: {refused:?}");
    }
    for next_at in [world.now + minutes(1), world.now + week] {
        let draft = UpdateDraft { next_at: Some(next_at), ..update(Audience::Internal, "We look.") };
        world.person(PRIMARY, Command::PostUpdate { update: draft }).expect("is posted");
        assert_eq!(world.incident.update_due_at, Some(next_at));
    }
}
