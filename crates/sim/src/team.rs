//! The team of the stories: a small playbook with every kind of answer in it, and who is on call.

use engine::Settings;
use incident::{
    Channel, Contact, EscalationPolicy, Hours, Level, PersonId, Plan, Policy, Responder, Roster, Urgency,
    Weekdays, Window,
};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use playbook::{DelayBasis, Effect, EscalationHop, Origin, Playbook, Runbook, Step, StepKind};
use std::sync::{Arc, LazyLock};

/// Everybody who can act.
pub(crate) const PEOPLE: [&str; 3] = ["ana", "ben", "cyd"];

/// What only looks.
pub(crate) const LOOK: &str = "curl -I https://api.example.test/health";

/// What changes production.
pub(crate) const CHANGE: &str = "wrangler rollback --env production";

/// The team with people to wake.
pub(crate) static TEAM: LazyLock<Settings> =
    LazyLock::new(|| Settings::new(Arc::clone(&PLAN), Arc::new(roster(&PEOPLE))));

/// The team while nobody can be woken.
pub(crate) static NOBODY: LazyLock<Settings> =
    LazyLock::new(|| Settings::new(Arc::clone(&PLAN), Arc::new(Roster::default())));

/// What every incident of the stories pins.
pub(crate) static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| Arc::new(plan()));

fn roster(people: &[&str]) -> Roster {
    let person = |name: &str| {
        let (channel, other) = match name {
            "ben" => (Channel::Email, Channel::Handset),
            _ => (Channel::Handset, Channel::Email),
        };
        let contact = |channel, after_min| Contact { after_min, ..Contact::new(channel, name.into()) };
        Responder {
            id: PersonId(name.into()),
            name: name.into(),
            contacts: vec![
                contact(channel, 0),
                contact(Channel::Webhook, 4),
                Contact { urgency: Some(Urgency::Low), ..contact(other, 9) },
            ],
        }
    };
    let roles = [("Primary", "ana"), ("Secondary", "ben")];
    let roles = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    let quiet = [("ana", 20), ("ben", 40)].map(|(name, until)| (PersonId(name.into()), hourly(0, until)));
    Roster::new(people.iter().map(|name| person(name)).collect(), roles.into(), Vec::new())
        .with_quiet_hours(quiet.into())
        .with_working_hours(Some(hourly(10, 55)))
}

/// A part of every hour, so that a story of some hours meets its beginning and its end.
fn hourly(from_min: i8, until_min: i8) -> Hours {
    let days = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
    let days = days.fold(Weekdays::default(), Weekdays::with);
    let time = |hour, minute| Time::new(hour, minute, 0, 0).unwrap_or_default();
    let window = |hour| Window { days, from: time(hour, from_min), to: time(hour, until_min) };
    Hours { zone: TimeZone::UTC, windows: (0..24).map(window).collect() }
}

/// What can wait has a path of the settings: one of two in turn, then both.
fn can_wait() -> EscalationPolicy {
    let level = |after_min, round_robin| Level {
        targets: ["Primary", "Secondary"].map(ToOwned::to_owned).into(),
        after_min,
        round_robin,
    };
    EscalationPolicy {
        name: "can-wait".into(),
        severities: vec!["P2".into()],
        services: Vec::new(),
        levels: vec![level(0, true), level(10, false)],
        repeats_max: Some(1),
    }
}

fn plan() -> Plan {
    let hop = |target: &str, delay_min| EscalationHop {
        target: target.into(),
        delay_min,
        counted: DelayBasis::Unsaid,
        line: 1,
        origin: Origin::default(),
    };
    let step = |number, source: &str, effect| Step {
        number,
        title: format!("Step {number}"),
        kind: StepKind::Look,
        condition: None,
        instructions: vec![],
        commands: vec![playbook::Command {
            source: source.into(),
            language: "bash".into(),
            effect,
            line: 1,
            ..playbook::Command::default()
        }],
        checks: vec![],
        causes: vec![],
        line: 1,
        origin: Origin::default(),
    };
    let playbook = Playbook {
        title: "Stories".into(),
        escalation: [("P1".to_owned(), vec![hop("Primary", 0), hop("Secondary", 10)])].into(),
        escalation_tickets: [("P3".to_owned(), "File a ticket".to_owned())].into(),
        runbooks: vec![Runbook {
            id: "api-errors".into(),
            title: "API errors".into(),
            steps: vec![step(1, LOOK, Effect::ReadsWorld), step(2, CHANGE, Effect::ChangesProduction)],
            line: 1,
            ..Runbook::default()
        }],
        ..Playbook::default()
    };
    // Short, so that a story of some hours sees the whole of an incident.
    let policy = Policy {
        acknowledge_lapse_min: 20,
        escalation_repeat_min: 5,
        escalation_repeats_max: 2,
        update_every_min: vec![120],
        page_attempts_max: 4,
        urgency: [("P2".to_owned(), Urgency::Low)].into(),
        in_working_hours: vec!["P2".into()],
        escalations: vec![can_wait()],
        ..Policy::default()
    };
    Plan { digest: "stories".into(), playbook, policy, ..Plan::default() }
}
