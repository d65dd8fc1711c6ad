//! Escalations of the settings beside the playbook's own: which one counts, who is woken by it, and that "why?" says so.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, alert, minutes, plan, roster};
use incident::{
    AckIntent, AlertStatus, Command, Escalation, EscalationPolicy, EventKind, Incident, IncidentId, Level,
    PersonId, Plan, Policy, Preflight, Reaching, Roster, Stretch, Urgency, evolve, why,
};
use std::collections::BTreeSet;
use std::sync::Arc;

fn level(targets: &[&str], after_min: u32) -> Level {
    let targets = targets.iter().map(|target| (*target).to_owned()).collect();
    Level { targets, after_min, round_robin: false }
}

fn in_turn(targets: &[&str], after_min: u32) -> Level {
    Level { round_robin: true, ..level(targets, after_min) }
}

fn named(name: &str, severities: &[&str], services: &[&str], levels: Vec<Level>) -> EscalationPolicy {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    EscalationPolicy {
        name: name.into(),
        severities: owned(severities),
        services: owned(services),
        levels,
        repeats_max: None,
    }
}

fn with(escalations: Vec<EscalationPolicy>) -> World {
    let policy = Policy { escalations, ..Policy::default() };
    World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD, CTO]))
}

/// The database is the lead's and the secondary's, whatever is wrong with it.
fn storage() -> EscalationPolicy {
    named("storage", &[], &["Database"], vec![level(&["Eng Lead", SECONDARY], 0), level(&["CTO"], 10)])
}

fn about(world: &mut World, label: &str, service: &str, severity: &str) {
    let mut alert = alert("api", severity, AlertStatus::Firing);
    alert.labels.insert(label.into(), service.into());
    world.source(alert).expect("a firing alert is always taken");
}

fn because(world: &World, who: &str) -> String {
    let line = why(&world.incident, &world.moment()).into_iter().find(|line| line.person.0 == who);
    line.expect("there is an answer for everybody").because
}

#[test]
fn an_escalation_of_the_settings_counts_where_it_fits() {
    for label in ["service", "component"] {
        let mut world = with(vec![storage()]);
        about(&mut world, label, "database", "P1");
        assert_eq!(world.paged(), [LEAD, SECONDARY], "both at once");
        world.pass(minutes(10));
        assert_eq!(world.paged(), [LEAD, SECONDARY, CTO]);
    }
}

#[test]
fn where_none_fits_the_playbooks_own_counts() {
    let mut other = with(vec![storage()]);
    about(&mut other, "service", "API", "P1");
    let mut severity = with(vec![named("worst", &["P0"], &[], vec![level(&["CTO"], 0)])]);
    severity.alert("api", "P1");
    let mut label = with(vec![storage()]);
    about(&mut label, "team", "database", "P1");
    for world in [other, severity, label] {
        assert_eq!(world.paged(), [PRIMARY]);
        let said = because(&world, PRIMARY);
        assert!(said.contains("P1 level 1 of 3 (after 0 min)"), "{said}");
    }
}

#[test]
fn the_first_that_fits_counts() {
    let everything = named("all", &[], &[], vec![level(&["CTO"], 0)]);
    let mut world = with(vec![storage(), everything.clone()]);
    about(&mut world, "service", "database", "P1");
    assert_eq!(world.paged(), [LEAD, SECONDARY]);
    let mut world = with(vec![everything, storage()]);
    about(&mut world, "service", "database", "P1");
    assert_eq!(world.paged(), [CTO]);
}

#[test]
fn what_files_a_ticket_wakes_somebody_only_where_it_is_named() {
    let everything = named("all", &[], &[], vec![level(&["CTO"], 0)]);
    let mut world = with(vec![everything]);
    world.alert("api", "P3");
    assert_eq!((world.paged().len(), world.incident.action_items.len()), (0, 1));
    let mut world = with(vec![named("minor", &["p3"], &[], vec![level(&["CTO"], 0)])]);
    world.alert("api", "P3");
    assert_eq!((world.paged(), world.incident.action_items.len()), (vec![CTO], 0));
    assert_eq!(world.incident.urgency(), Urgency::High, "it wakes somebody");
}

#[test]
fn why_and_the_timeline_say_by_which_escalation_and_level() {
    let mut world = with(vec![storage()]);
    about(&mut world, "service", "database", "P1");
    let said = because(&world, LEAD);
    assert!(
        said.starts_with(
            "Eng Lead, secondary: P1 level 1 of 2 of \"storage\" (after 0 min): the incident opened"
        ),
        "{said}"
    );
    let said = because(&world, CTO);
    assert!(said.contains("CTO is level 2 of P1 of \"storage\"; woken at 03:10"), "{said}");
    let said = because(&world, PRIMARY);
    assert!(said.contains("holds no role on the P1 path of \"storage\""), "{said}");
    let policies: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::LevelReached(Reaching { policy, .. }) => Some(policy.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(policies, [Some("storage")]);
}

#[test]
fn an_escalation_that_is_under_way_stays_what_it_was() {
    let mut world = with(vec![storage()]);
    about(&mut world, "service", "database", "P1");
    // The source corrects itself: it is the API. What is under way goes on.
    world.over("api").expect("taken");
    about(&mut world, "service", "API", "P1");
    assert_eq!(world.incident.services(), BTreeSet::from(["api".to_owned()]));
    world.pass(minutes(10));
    assert_eq!(world.paged(), [LEAD, SECONDARY, CTO]);
    // It begins anew by what is known then.
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: None };
    world.person(CTO, on_it).expect("taken");
    world.person(CTO, Command::Unacknowledge { reason: "off".into() }).expect("taken");
    assert_eq!(world.paged().last(), Some(&PRIMARY));
}

#[test]
fn a_path_begins_again_as_often_as_it_says() {
    let twice = EscalationPolicy { repeats_max: Some(1), ..named("a", &[], &[], vec![level(&["CTO"], 0)]) };
    let mut world = with(vec![twice]);
    world.alert("api", "P1");
    world.pass(minutes(24 * 60));
    assert_eq!(world.paged(), [CTO, CTO]);
    assert!(matches!(world.incident.escalation, Escalation::Exhausted { .. }));
}

#[test]
fn who_holds_two_targets_of_a_level_is_woken_once() {
    let mut world = with(vec![named("a", &[], &[], vec![level(&["CTO", CTO, "Eng Lead"], 0)])]);
    world.alert("api", "P1");
    assert_eq!(world.paged(), [CTO, LEAD]);
}

#[test]
fn a_level_is_passed_over_only_when_none_of_its_targets_can_be_reached() {
    let levels = || vec![level(&["CTO", "Eng Lead"], 0), level(&["On-call Primary"], 5)];
    let world = |people: &[&str]| {
        let policy = Policy { escalations: vec![named("a", &[], &[], levels())], ..Policy::default() };
        let mut world = World::with(plan(policy), roster(people));
        world.alert("api", "P1");
        world
    };
    assert_eq!(world(&[LEAD, PRIMARY]).paged(), [LEAD]);
    let passed = world(&[PRIMARY]);
    assert_eq!(passed.paged(), [PRIMARY]);
    let said = because(&passed, PRIMARY);
    assert!(said.contains("passed over: CTO, Eng Lead"), "{said}");
}

/// Incidents that were made one after another: the chance in their ids counts up, as good as any other.
fn begun(number: u128, people: &[&str]) -> World {
    let levels = vec![in_turn(&[PRIMARY, SECONDARY, LEAD], 0), level(&["CTO"], 10)];
    let policy = Policy { escalations: vec![named("a", &[], &[], levels)], ..Policy::default() };
    let mut world = World::with(plan(policy), roster(people));
    world.incident = Incident::new(IncidentId::from_parts(1, number), Arc::clone(&world.incident.plan));
    world.alert("api", "P1");
    world
}

#[test]
fn incidents_take_turns_at_a_round_robin_level() {
    let everybody = [PRIMARY, SECONDARY, LEAD, CTO];
    let firsts: Vec<String> = (0..6).map(|number| begun(number, &everybody).paged()[0].to_owned()).collect();
    assert_eq!(firsts, [PRIMARY, SECONDARY, LEAD, PRIMARY, SECONDARY, LEAD]);
    assert_eq!(begun(1, &everybody).paged(), begun(1, &everybody).paged(), "whoever asks, and whenever");
    let world = begun(1, &everybody);
    assert_eq!(world.paged(), [SECONDARY], "one of them");
    let said = because(&world, SECONDARY);
    assert!(
        said.starts_with(
            "secondary: P1 level 1 of 2 of \"a\" (after 0 min), chosen for this incident of 3 who share it"
        ),
        "{said}"
    );
    let said = because(&world, PRIMARY);
    assert!(said.contains("they share it, each as often as the others over many incidents; for this one secondary was chosen"), "{said}");
}

#[test]
fn the_next_of_them_is_woken_when_the_first_cannot_be_reached_and_in_the_next_round() {
    let mut world = begun(1, &[PRIMARY, LEAD, CTO]);
    assert_eq!(world.paged(), [LEAD], "the secondary is not there");
    world.pass(minutes(10 + 15));
    assert_eq!(world.paged(), [LEAD, CTO, LEAD], "in the second round it is the lead's own turn");
    world.pass(minutes(10 + 15));
    assert_eq!(world.paged(), [LEAD, CTO, LEAD, CTO, PRIMARY]);
}

#[test]
fn the_settings_beside_a_kept_plan_are_read_back_and_replay_the_same() {
    let mut world = with(vec![storage()]);
    about(&mut world, "service", "database", "P1");
    world.pass(minutes(40));
    let kept = serde_json::to_string(&*world.incident.plan).expect("a plan is plain data");
    let plan: Plan = serde_json::from_str(&kept).expect("it is read");
    assert_eq!(plan, *world.incident.plan);
    let fresh = Incident::new(world.incident.id, Arc::new(plan));
    assert_eq!(world.events.iter().fold(fresh, evolve), world.incident);
    let without = serde_json::to_value(plan_of(Vec::new())).expect("a plan is plain data");
    let policy = without.get("policy").and_then(|policy| policy.as_object()).expect("it is there");
    assert!(!policy.contains_key("escalations"), "settings without them have the digest of before");
}

fn plan_of(escalations: Vec<EscalationPolicy>) -> Plan {
    plan(Policy { escalations, ..Policy::default() })
}

#[test]
fn preflight_walks_them_and_leaves_out_what_never_counts() {
    let look = |escalations: Vec<EscalationPolicy>, roster: &Roster| {
        let whole = Stretch::days("2027-02-01T00:00:00Z".parse().expect("a valid time"), 7);
        let found = Preflight::look(&plan_of(escalations), roster, whole).findings;
        found.into_iter().map(|one| one.said).collect::<Vec<_>>()
    };
    let without_cto = roster(&[PRIMARY, SECONDARY, LEAD]);
    let [cto] = look(vec![storage()], &without_cto).try_into().expect("one finding");
    let both =
        "always: CTO of P0 by \"storage\", P0, P1 by \"storage\", P2 by \"storage\" would be passed over: ";
    assert!(cto.starts_with(both), "{cto}");
    // One that is for every service leaves nothing to the playbook's own path.
    let covered = look(vec![named("all", &[], &[], vec![level(&[PRIMARY, LEAD], 0)])], &without_cto);
    assert_eq!(covered, [] as [String; 0]);
    let nobody = look(vec![named("all", &["P1"], &[], vec![level(&["CTO", "Owner"], 0)])], &without_cto);
    let empty = "always: CTO, Owner of P1 by \"all\" would be passed over: nobody holds \"CTO\"; bind it to somebody in the settings; nobody holds \"Owner\"; bind it to somebody in the settings";
    assert!(nobody.iter().any(|said| said == empty), "{nobody:?}");
}

#[test]
fn a_schedule_is_a_target_by_its_own_name() {
    use incident::{Every, Layer, Rotation, Schedule, Turns};
    let rotation = Rotation {
        turns: vec![vec![PersonId(LEAD.into())]],
        every: Every::Days(1),
        from: jiff::civil::datetime(2026, 1, 1, 9, 0, 0, 0),
    };
    let layers = vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }];
    let schedule =
        Schedule { name: "dba".into(), zone: jiff::tz::TimeZone::UTC, layers, overrides: Vec::new() };
    let roster = roster(&[PRIMARY, LEAD]).with_schedules(vec![schedule]);
    assert!(roster.knows("dba") && roster.knows("On-call Primary") && roster.knows(LEAD));
    assert!(!roster.knows("dbaa"));
    let mut world = World::with(plan_of(vec![named("a", &[], &[], vec![level(&["dba"], 0)])]), roster);
    world.alert("api", "P1");
    assert_eq!(world.paged(), [LEAD]);
    assert!(because(&world, LEAD).contains("on call by layer 1 of \"dba\""));
}

#[test]
fn the_services_of_an_incident_are_those_its_alerts_name() {
    let mut world = with(Vec::new());
    about(&mut world, "service", " Database ", "P1");
    let mut second = alert("web", "P1", AlertStatus::Firing);
    second.labels.insert("component".into(), "Web".into());
    world.source(second).expect("taken");
    assert_eq!(world.incident.services(), BTreeSet::from(["database".to_owned(), "web".to_owned()]));
}
