//! A word counts for what was shown a short time ago, and where two people are asked, for two.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    Actor, Command, EventKind, IncidentId, PersonId, Policy, Refusal, RunState, Sight, TimerKey, Work,
};
use playbook::Effect;

const ROLLBACK: u32 = 2;

fn opened(policy: Policy) -> World {
    let mut world = World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.opens();
    world
}

fn sight(world: &World) -> Sight {
    Sight::of(&world.incident, ROLLBACK, world.now).expect("it is there")
}

fn word(world: &mut World, who: &str, sight: Sight) -> Result<Vec<EventKind>, Refusal> {
    world.person(who, Command::ApproveRun { run: ROLLBACK, sight, sponsor: None })
}

fn told(refused: Result<Vec<EventKind>, Refusal>) -> String {
    refused.expect_err("it is refused").to_string()
}

#[test]
fn a_word_for_what_was_shown_too_long_ago_is_not_taken() {
    let mut world = opened(Policy::default());
    let seen = sight(&world);
    world.pass(minutes(6));
    let why = told(word(&mut world, PRIMARY, seen));
    assert!(why.contains("shown 6 min ago") && why.contains("counts for 5 min"), "{why}");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    let seen = sight(&world);
    world.pass(minutes(5));
    word(&mut world, PRIMARY, seen).expect("five minutes are short enough");
}

#[test]
fn a_word_for_another_run_or_incident_is_not_taken() {
    let mut world = opened(Policy::default());
    let elsewhere = Sight { incident: IncidentId::from_parts(9, 9), ..sight(&world) };
    assert!(told(word(&mut world, PRIMARY, elsewhere)).contains("and not for run 2 of"));
    let other_run = Sight { run: 1, ..sight(&world) };
    assert!(told(word(&mut world, PRIMARY, other_run)).contains("given for run 1"));
    let other_text = Sight { source: "wrangler rollback abc".into(), ..sight(&world) };
    assert!(told(word(&mut world, PRIMARY, other_text)).contains("\"wrangler rollback\""));
    let other_effect = Sight { effect: Effect::ReadsHere, ..sight(&world) };
    assert!(matches!(word(&mut world, PRIMARY, other_effect), Err(Refusal::NotThatCommand { .. })));
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
}

#[test]
fn a_word_cannot_be_used_again_when_the_run_waits_anew() {
    let policy = Policy { approval_shown_min: 600, ..Policy::default() };
    let mut world = opened(policy);
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen.clone()).expect("is approved");
    world.pass(minutes(16));
    world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }).expect("is answered");
    assert_eq!(world.incident.run(ROLLBACK).map(|run| run.state.clone()), Some(RunState::Proposed));
    let why = told(word(&mut world, PRIMARY, seen));
    assert!(why.contains("shown before an earlier word for it ended"), "{why}");
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen).expect("a new look, a new word");
}

fn two() -> Policy {
    Policy { two_person: vec![Effect::ChangesProduction], ..Policy::default() }
}

#[test]
fn the_first_word_runs_nothing_and_its_giver_cannot_give_the_second() {
    let mut world = opened(two());
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen).expect("is the first");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)), "nothing runs on one word");
    let seen = sight(&world);
    let why = told(word(&mut world, PRIMARY, seen.clone()));
    assert!(why.contains("another person's"), "{why}");
    let stand_in = Actor::StandIn(PersonId(PRIMARY.into()));
    let again =
        world.ask(stand_in, Command::ApproveRun { run: ROLLBACK, sight: seen.clone(), sponsor: None });
    assert!(matches!(again, Err(Refusal::NotNow { .. })), "however they come: {again:?}");
    word(&mut world, SECONDARY, seen).expect("is the second");
    assert!(world.work.contains(&Work::Run(ROLLBACK)));
    assert!(!world.timers.contains_key(&TimerKey::FirstWord(ROLLBACK)), "nothing is left to lapse");
    let run = world.incident.run(ROLLBACK).expect("it is there");
    let names = (run.first_word.as_ref().map(|first| first.by.to_string()), run.approved_by.as_ref());
    assert_eq!(names.0.as_deref(), Some(PRIMARY));
    assert_eq!(names.1.map(ToString::to_string).as_deref(), Some(SECONDARY));
}

#[test]
fn who_looked_before_the_first_word_was_given_looks_again() {
    let mut world = opened(two());
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen.clone()).expect("is the first");
    let why = told(word(&mut world, SECONDARY, seen));
    assert!(why.contains("primary gave the first word") && why.contains("lets it run"), "{why}");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)), "they had not been told that theirs is the last");
}

#[test]
fn a_first_word_lapses_and_two_are_needed_again() {
    let mut world = opened(two());
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen).expect("is the first");
    world.pass(minutes(15));
    assert_eq!(world.count(|event| matches!(event, EventKind::RunFirstLapsed { .. })), 1);
    let seen = sight(&world);
    word(&mut world, SECONDARY, seen).expect("is a first one again");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
}

#[test]
fn strangers_to_the_roster_and_to_the_role_are_told_so() {
    let policy = Policy { second_word_roles: vec!["Engineering Lead".into(), LEAD.into()], ..two() };
    let mut world = opened(policy);
    let seen = sight(&world);
    assert!(told(word(&mut world, "guest", seen.clone())).contains("guest is not in it"));
    word(&mut world, PRIMARY, seen).expect("anyone of the roster may be first");
    let seen = sight(&world);
    let why = told(word(&mut world, SECONDARY, seen.clone()));
    assert!(why.contains("Engineering Lead") && why.contains("secondary does not"), "{why}");
    word(&mut world, LEAD, seen).expect("holds the role");
}

#[test]
fn what_nobody_knows_is_treated_as_what_destroys() {
    let policy = Policy { two_person: vec![Effect::Destroys], ..Policy::default() };
    assert!(policy.needs_two(Effect::Unknown) && policy.needs_two(Effect::Destroys));
    assert!(!policy.needs_two(Effect::ChangesProduction));
    assert!(
        !Policy::default().needs_two(Effect::Destroys),
        "one word is enough unless the team says otherwise"
    );
}

/// A word from an account that may be in another's hand.
fn sponsored(world: &mut World, who: &str, sponsor: &str) -> Result<Vec<EventKind>, Refusal> {
    let sponsor = Some(PersonId(sponsor.into()));
    let sight = sight(world);
    world.person(who, Command::ApproveRun { run: ROLLBACK, sight, sponsor })
}

#[test]
fn two_accounts_in_one_hand_are_not_two_people() {
    let mut world = opened(two());
    let seen = sight(&world);
    word(&mut world, PRIMARY, seen).expect("is the first");
    let why = told(sponsored(&mut world, SECONDARY, PRIMARY));
    assert!(why.contains("primary saw the link by which secondary set a password"), "{why}");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    sponsored(&mut world, SECONDARY, LEAD)
        .expect("another hand's account is another person's, or that hand's");
    assert!(world.work.contains(&Work::Run(ROLLBACK)));
    let mut world = opened(two());
    sponsored(&mut world, SECONDARY, PRIMARY).expect("is the first");
    let seen = sight(&world);
    let why = told(word(&mut world, PRIMARY, seen));
    assert!(why.contains("both words could be one person's"), "the other way round, too: {why}");
    let why = told(sponsored(&mut world, LEAD, PRIMARY));
    assert!(why.contains("lead set a password") && why.contains("secondary set a password"), "{why}");
    let seen = sight(&world);
    word(&mut world, CTO, seen).expect("is somebody else");
}

#[test]
fn one_word_is_enough_from_whatever_hand() {
    let mut world = opened(Policy::default());
    sponsored(&mut world, SECONDARY, PRIMARY).expect("nobody else is asked");
    assert!(world.work.contains(&Work::Run(ROLLBACK)));
}
