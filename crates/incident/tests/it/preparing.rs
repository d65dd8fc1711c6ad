//! What happens round a change: it is tried first, and how things were is kept.

use crate::world::{PRIMARY, SECONDARY, World, plan, roster};
use incident::{
    Actor, Command, Ending, EventKind, Policy, Purpose, Refusal, RunReport, RunState, Sight, TimerKey, Work,
};
use jiff::SignedDuration;
use playbook::Effect;

const CHANGE: u32 = 2;

/// The change is this command; a look at what it replaces is in the runbook.
fn opened(change: &str) -> World {
    let mut plan = plan(Policy::default());
    let steps = &mut plan.playbook.runbooks[0].steps;
    steps[1].commands[0].source = change.into();
    steps[0].commands[0].source = "wrangler deployments list".into();
    steps[0].commands[0].effect = Effect::ReadsWorld;
    let mut world = World::with(plan, roster(&[PRIMARY, SECONDARY]));
    world.opens();
    end(&mut world, 1);
    world
}

fn approve(world: &mut World) {
    let sight = Sight::of(&world.incident, CHANGE, world.now).expect("it is there");
    world.person(PRIMARY, Command::ApproveRun { run: CHANGE, sight, sponsor: None }).expect("is approved");
}

fn end(world: &mut World, run: u32) {
    let report = RunReport {
        ending: Ending::Exited { code: 0 },
        duration_ms: 12,
        output: "version 41".into(),
        output_bytes: 10,
        masked: 0,
        not_held: Vec::new(),
    };
    world.ask(Actor::System, Command::RunStarted { run }).expect("begins");
    world.ask(Actor::System, Command::RunEnded { run, report }).expect("ends");
}

#[test]
fn how_things_were_is_kept_just_before_a_change() {
    let mut world = opened("wrangler rollback");
    approve(&mut world);
    let look = world.incident.runs.last().expect("a look").clone();
    assert_eq!(
        (look.request.source.as_str(), look.request.purpose),
        ("wrangler deployments list", Purpose::Before { run: CHANGE })
    );
    assert!(world.work.contains(&Work::Run(look.number)), "the look begins");
    assert!(!world.work.contains(&Work::Run(CHANGE)), "the change waits for it");
    end(&mut world, look.number);
    assert!(world.work.contains(&Work::Run(CHANGE)), "then it goes");
    assert!(!world.timers.contains_key(&TimerKey::Before(CHANGE)));
    let prepared = |event: &EventKind| matches!(event, EventKind::RunPrepared { run: CHANGE, whole: true });
    assert_eq!(world.count(prepared), 1);
}

#[test]
fn a_change_does_not_wait_long_for_a_look_and_goes_once() {
    let mut world = opened("wrangler rollback");
    approve(&mut world);
    let look = world.incident.runs.last().expect("a look").number;
    world.ask(Actor::System, Command::RunStarted { run: look }).expect("begins");
    world.pass(SignedDuration::from_secs(21));
    assert!(world.work.contains(&Work::Run(CHANGE)));
    world.ask(Actor::System, Command::RunLost { run: look }).expect("is lost");
    let prepared = |event: &EventKind| matches!(event, EventKind::RunPrepared { .. });
    assert_eq!(world.count(prepared), 1, "once");
    assert_eq!(world.incident.runs.len(), 3, "a look before a change is not taken afterwards");
}

#[test]
fn a_look_that_is_lost_or_stopped_lets_the_change_go() {
    for stop in [false, true] {
        let mut world = opened("wrangler rollback");
        approve(&mut world);
        let look = world.incident.runs.last().expect("a look").number;
        if stop {
            world.person(SECONDARY, Command::StopRun { run: look }).expect("is stopped");
        } else {
            world.ask(Actor::System, Command::RunStarted { run: look }).expect("begins");
            world.ask(Actor::System, Command::RunLost { run: look }).expect("is lost");
        }
        assert!(world.work.contains(&Work::Run(CHANGE)), "stop: {stop}");
    }
}

#[test]
fn a_change_that_is_stopped_or_over_while_it_waits_does_not_go() {
    for resolve in [false, true] {
        let mut world = opened("wrangler rollback");
        approve(&mut world);
        let look = world.incident.runs.last().expect("a look").number;
        if resolve {
            world.person(PRIMARY, Command::Resolve { summary: "it is over".into() }).expect("is resolved");
        } else {
            world.person(PRIMARY, Command::StopRun { run: CHANGE }).expect("is stopped");
            end(&mut world, look);
        }
        world.pass(SignedDuration::from_secs(30));
        assert!(!world.work.contains(&Work::Run(CHANGE)), "resolve: {resolve}");
        assert_eq!(world.count(|event| matches!(event, EventKind::RunPrepared { .. })), 0);
    }
}

#[test]
fn a_dry_run_is_a_run_of_its_own_and_leaves_the_change_waiting() {
    let mut world = opened("kubectl scale deploy/api --replicas=3");
    assert_eq!(world.ask(Actor::System, Command::DryRun { run: CHANGE }), Err(Refusal::PersonNeeded));
    world.person(PRIMARY, Command::DryRun { run: CHANGE }).expect("is tried");
    let dry = world.incident.runs.last().expect("it is there").clone();
    assert_eq!(dry.request.source, "kubectl scale deploy/api --replicas=3 --dry-run=server");
    assert_eq!((&dry.state, dry.request.purpose), (&RunState::Ready, Purpose::DryRun { of: CHANGE }));
    let second = world.person(SECONDARY, Command::DryRun { run: CHANGE });
    assert!(matches!(&second, Err(Refusal::Taken { by, .. }) if by.starts_with(PRIMARY)), "{second:?}");
    end(&mut world, dry.number);
    assert_eq!(world.incident.run(CHANGE).map(|run| run.state.clone()), Some(RunState::Proposed));
}

#[test]
fn a_dry_run_that_nobody_vouches_for_waits_for_a_word_and_none_is_made_up() {
    let mut world = opened("wrangler deploy");
    world.person(PRIMARY, Command::DryRun { run: CHANGE }).expect("is laid out");
    let dry = world.incident.runs.last().expect("it is there");
    assert_eq!((dry.request.source.as_str(), &dry.state), ("wrangler deploy --dry-run", &RunState::Proposed));
    let mut world = opened("wrangler rollback");
    let none = world.person(PRIMARY, Command::DryRun { run: CHANGE });
    assert!(matches!(none, Err(Refusal::NotNow { .. })), "{none:?}");
}
