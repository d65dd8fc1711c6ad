//! Commands: what looks runs alone, what changes waits for a named person's word for exactly those bytes.

use crate::world::{PRIMARY, SECONDARY, World, plan, roster};
use incident::{
    Actor, Command, Ending, EventKind, Fact, Policy, Refusal, RunAsk, RunReport, RunState, Sight, Work,
};
use jiff::SignedDuration;
use playbook::Approval;
use std::collections::BTreeMap;

const ROLLBACK: u32 = 2;

fn opened() -> World {
    opened_with(World::new())
}

fn opened_with(mut world: World) -> World {
    world.opens();
    world
}

/// The rollback as it is shown now.
fn sight(world: &World) -> Sight {
    Sight::of(&world.incident, ROLLBACK, world.now).expect("it is there")
}

/// The word for the rollback as it is shown now.
fn approve(world: &World) -> Command {
    Command::ApproveRun { run: ROLLBACK, sight: sight(world), sponsor: None }
}

fn report(output: &str) -> RunReport {
    RunReport {
        ending: Ending::Exited { code: 0 },
        duration_ms: 12,
        output: output.into(),
        output_bytes: 12,
        masked: 0,
        not_held: Vec::new(),
    }
}

#[test]
fn evidence_is_gathered_at_once_and_the_change_waits() {
    let world = opened();
    assert!(world.work.contains(&Work::Run(1)));
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    assert_eq!(world.incident.run(ROLLBACK).map(|run| run.state.clone()), Some(RunState::Proposed));
}

#[test]
fn where_looks_need_a_word_nothing_begins_alone() {
    let policy = Policy { looks_need_word: true, ..Policy::default() };
    let mut world = opened_with(World::with(plan(policy), roster(&[PRIMARY])));
    assert!(!world.work.iter().any(|work| matches!(work, Work::Run(_))), "{:?}", world.work);
    let look = world.incident.run(1).expect("is laid out");
    assert_eq!(look.state, RunState::Proposed);
    let sight = Sight::of(&world.incident, 1, world.now).expect("it is there");
    world.person(PRIMARY, Command::ApproveRun { run: 1, sight, sponsor: None }).expect("is approved");
    assert!(world.work.contains(&Work::Run(1)));
}

#[test]
fn what_asking_would_come_to_is_what_it_comes_to() {
    for looks_need_word in [false, true] {
        let policy = Policy { looks_need_word, ..Policy::default() };
        let mut world = opened_with(World::with(plan(policy), roster(&[PRIMARY])));
        for number in 1..=world.incident.runs.len() {
            let number = u32::try_from(number).expect("few");
            let run = world.incident.run(number).expect("it is there");
            let request =
                RunAsk { step: run.request.step, command: run.request.command, values: BTreeMap::new() };
            let told = world.incident.approval_to_run(&request);
            if run.state == RunState::Proposed {
                world
                    .person(PRIMARY, Command::RejectRun { run: number, reason: String::new() })
                    .expect("goes");
            } else {
                let report = report("fine");
                world.ask(Actor::System, Command::RunStarted { run: number }).expect("begins");
                world.ask(Actor::System, Command::RunEnded { run: number, report }).expect("ends");
            }
            let events = world.person(PRIMARY, Command::RequestRun { request }).expect("is asked for");
            let waits = events.iter().any(|event| matches!(event, EventKind::RunProposed { .. }));
            assert_eq!(told == Approval::Needed, waits, "{looks_need_word}: {events:?}");
        }
    }
    let unknown = RunAsk { step: Some(99), command: 0, values: BTreeMap::new() };
    assert_eq!(opened().incident.approval_to_run(&unknown), Approval::Needed);
}

#[test]
fn nothing_but_a_persons_word_for_exactly_that_command_lets_it_run() {
    let mut world = opened();
    let seen = sight(&world);
    let approve = |source: &str| {
        let sight = Sight { source: source.into(), ..seen.clone() };
        Command::ApproveRun { run: ROLLBACK, sight, sponsor: None }
    };
    for by in [Actor::System, Actor::Source("test".into())] {
        assert_eq!(world.ask(by, approve("wrangler rollback")), Err(Refusal::PersonNeeded));
    }
    let other = world.person(PRIMARY, approve("wrangler rollback --force"));
    assert!(matches!(other, Err(Refusal::NotThatCommand { .. })));
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    world.person(PRIMARY, approve("wrangler rollback")).expect("is approved");
    assert!(world.work.contains(&Work::Run(ROLLBACK)));
    let again = world.person(SECONDARY, approve("wrangler rollback"));
    let told = "primary gave the word for run 2 at 03:00 UTC; it is about to run";
    assert!(matches!(&again, Err(Refusal::Taken { by, .. }) if by == told), "{again:?}");
}

#[test]
fn what_needs_a_word_of_its_own_does_not_begin_alone() {
    let kept = |change: fn(&mut playbook::Command)| {
        let mut plan = plan(Policy::default());
        change(&mut plan.playbook.runbooks[0].steps[0].commands[0]);
        let mut world = opened_with(World::with(plan, roster(&[PRIMARY])));
        let began = world.work.contains(&Work::Run(1));
        let ask = RunAsk { step: Some(1), command: 0, values: BTreeMap::new() };
        (began, world.person(PRIMARY, Command::RequestRun { request: ask }))
    };
    assert!(kept(|_| {}).0, "what only looks begins");
    let (began, asked) = kept(|command| command.by_hand = Some("interactive".into()));
    assert!(!began && asked.is_ok(), "a person may start it: {asked:?}");
    let (began, asked) = kept(|command| {
        command.context =
            Some(playbook::Context { kind: playbook::ContextKind::Shell, opener: "ssh web-1".into() });
    });
    assert!(!began && matches!(asked, Err(Refusal::NotNow { .. })), "nobody can run it here: {asked:?}");
}

#[test]
fn a_persons_word_that_a_text_only_looks_holds_for_exactly_that_text() {
    let kept = |change: fn(&mut playbook::Command)| {
        let mut plan = plan(Policy::default());
        let command = &mut plan.playbook.runbooks[0].steps[0].commands[0];
        command.source = "paymentsctl queue --depth".into();
        command.effect = playbook::Effect::ReadsWorld;
        command.by_hand = Some("by a person's word".into());
        change(command);
        let mut world = opened_with(World::with(plan, roster(&[PRIMARY])));
        let began = world.incident.runs.iter().any(|run| run.request.source.starts_with("paymentsctl"));
        let ask = RunAsk { step: Some(1), command: 0, values: BTreeMap::new() };
        let asked = world.person(PRIMARY, Command::RequestRun { request: ask });
        let run = world.incident.runs.last().expect("it was asked for").clone();
        (began, asked.is_ok(), run.state == RunState::Proposed)
    };
    fn vouch() -> Option<playbook::Answered> {
        Some(playbook::Answered { by: "Ana".into(), ..playbook::Answered::default() })
    }
    assert_eq!(kept(|_| {}), (false, true, true), "nobody's word: it waits for one");
    assert_eq!(kept(|command| command.vouched = vouch()), (false, true, false));
    let worse = kept(|command| {
        command.vouched = vouch();
        command.source = "rm -rf /srv/data".into();
    });
    assert!(worse.2, "what is known to destroy waits, whoever vouched for it");
}

#[test]
fn a_run_begins_once_only() {
    let mut world = opened();
    world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("begins");
    assert_eq!(world.ask(Actor::System, Command::RunStarted { run: 1 }), Err(Refusal::Stale));
}

#[test]
fn the_playbooks_expectation_judges_the_output() {
    for (output, fact) in
        [("HTTP/2 426 \r\nserver: x", Fact::AsExpected), ("HTTP/1.1 200 OK\n", Fact::NotAsExpected)]
    {
        let mut world = opened();
        world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("begins");
        world.ask(Actor::System, Command::RunEnded { run: 1, report: report(output) }).expect("ends");
        let run = world.incident.run(1).expect("it is there");
        assert_eq!(run.checks, [("Should get 426".to_owned(), fact)]);
    }
}

#[test]
fn after_a_crash_a_look_is_repeated_and_a_change_is_not() {
    let mut world = opened();
    world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("begins");
    world.ask(Actor::System, Command::RunLost { run: 1 }).expect("is lost");
    assert_eq!(world.incident.runs.len(), 3, "asked again");
    let word = approve(&world);
    world.person(PRIMARY, word).expect("is approved");
    world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }).expect("begins");
    world.ask(Actor::System, Command::RunLost { run: ROLLBACK }).expect("is lost");
    assert_eq!(world.incident.run(ROLLBACK).map(|run| run.state.clone()), Some(RunState::Lost));
    assert_eq!(world.incident.runs.len(), 3, "never by itself");
}

#[test]
fn what_was_refused_never_runs() {
    let mut world = opened();
    let reject = Command::RejectRun { run: ROLLBACK, reason: "not the deployment".into() };
    world.person(PRIMARY, reject).expect("is refused");
    let word = approve(&world);
    assert!(matches!(world.person(PRIMARY, word), Err(Refusal::NotNow { .. })));
}

#[test]
fn after_the_end_nothing_can_be_approved() {
    let mut world = opened();
    world.person(PRIMARY, Command::Resolve { summary: "went away".into() }).expect("ends");
    let word = approve(&world);
    assert_eq!(world.person(PRIMARY, word), Err(Refusal::AlreadyResolved));
    assert_eq!(world.count(|event| matches!(event, EventKind::RunApproved { .. })), 0);
}

#[test]
fn an_approval_that_has_grown_old_before_the_command_begins_no_longer_holds() {
    let mut world = opened();
    let word = approve(&world);
    world.person(PRIMARY, word).expect("is approved");
    world.pass(SignedDuration::from_mins(16));
    world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }).expect("is answered");
    let run = world.incident.run(ROLLBACK).expect("it is there");
    assert_eq!((&run.state, &run.approved_by), (&RunState::Proposed, &None));
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    let word = approve(&world);
    world.person(PRIMARY, word).expect("a new word is taken");
    world.pass(SignedDuration::from_mins(14));
    world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }).expect("begins");
    assert!(matches!(world.incident.run(ROLLBACK).expect("it is there").state, RunState::Running { .. }));
}

#[test]
fn what_was_approved_and_has_not_begun_does_not_begin_after_the_end() {
    let mut world = opened();
    let word = approve(&world);
    world.person(PRIMARY, word).expect("is approved");
    world.person(PRIMARY, Command::Resolve { summary: "went away".into() }).expect("ends");
    assert!(!world.work.contains(&Work::Run(ROLLBACK)));
    assert_eq!(world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }), Err(Refusal::Stale));
}

#[test]
fn a_step_that_is_not_there_cannot_be_run() {
    let mut world = opened();
    let request = RunAsk { step: Some(77), command: 0, values: [].into() };
    assert!(matches!(world.person(PRIMARY, Command::RequestRun { request }), Err(Refusal::Unknown { .. })));
}

#[test]
fn another_runbook_begins_with_no_step_marked_and_judges_only_its_own_commands() {
    let mut world = World::new();
    let mut plan = (*world.incident.plan).clone();
    let mut other = plan.playbook.runbooks[0].clone();
    other.id = "web".into();
    other.steps[0].commands[0].source = "curl -I https://web.example.test".into();
    plan.playbook.runbooks.push(other);
    world.incident.plan = std::sync::Arc::new(plan);
    world.opens();
    world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("begins");
    let mark = Command::MarkStep { step: 1, outcome: incident::StepOutcome::Done };
    world.person(PRIMARY, mark).expect("is marked");
    world.person(PRIMARY, Command::ChooseRunbook { runbook: "web".into() }).expect("is chosen");
    assert!(world.incident.steps.is_empty(), "{:?}", world.incident.steps);
    let ended = Command::RunEnded { run: 1, report: report("HTTP/2 200 \r\n") };
    world.ask(Actor::System, ended).expect("ends");
    assert!(world.incident.run(1).expect("it is there").checks.is_empty());
}

#[test]
fn what_waits_when_it_is_over_does_not_begin_and_says_why() {
    let mut world = opened();
    let word = approve(&world);
    world.person(PRIMARY, word).expect("is approved");
    let events =
        world.person(PRIMARY, Command::Resolve { summary: "it is over".into() }).expect("is resolved");
    let why = |event: &EventKind| match event {
        EventKind::RunSkipped { run: 1, why } | EventKind::RunHeld { run: ROLLBACK, why } => {
            Some(why.clone())
        }
        _ => None,
    };
    assert_eq!(events.iter().filter_map(why).collect::<Vec<_>>(), ["the incident was resolved first"; 2]);
    assert!(world.work.iter().all(|work| !matches!(work, Work::Run(_))), "{:?}", world.work);
    assert_eq!(world.ask(Actor::System, Command::RunStarted { run: 1 }), Err(Refusal::Stale));
    world.person(PRIMARY, Command::Reopen { reason: "it is back".into() }).expect("is reopened");
    assert!(world.work.contains(&Work::Run(3)), "what was left is looked at again: {:?}", world.work);
    assert!(!world.work.contains(&Work::Run(ROLLBACK)), "and nothing that changes");
}

#[test]
fn a_look_that_waited_in_a_resolved_incident_is_refused_its_start() {
    let mut world = opened();
    // As an older server left it: resolved, with a look that may still begin.
    world.incident.status = incident::Status::Resolved;
    let events = world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("is decided");
    assert!(matches!(events.as_slice(), [EventKind::RunSkipped { run: 1, .. }]), "{events:?}");
}

#[test]
fn a_look_that_is_crowded_out_says_so_and_an_approved_change_never_is() {
    let mut world = opened();
    let word = approve(&world);
    world.person(PRIMARY, word).expect("is approved");
    let events =
        world.ask(Actor::System, Command::RunsCrowdedOut { runs: vec![1, ROLLBACK] }).expect("is decided");
    let by_hand = |why: &str| why.contains("run it by hand");
    assert!(
        matches!(events.as_slice(), [EventKind::RunSkipped { run: 1, why }] if by_hand(why)),
        "{events:?}"
    );
    let ask = RunAsk { step: Some(1), command: 0, values: BTreeMap::new() };
    world.person(PRIMARY, Command::RequestRun { request: ask }).expect("a person may run it");
    assert!(world.work.contains(&Work::Run(3)));
}

#[test]
fn what_has_not_begun_is_stopped_by_never_beginning() {
    let mut world = opened();
    assert_eq!(world.ask(Actor::System, Command::StopRun { run: 1 }), Err(Refusal::PersonNeeded));
    world.person(PRIMARY, Command::StopRun { run: 1 }).expect("is stopped");
    assert!(!world.work.contains(&Work::Run(1)), "its work is gone: {:?}", world.work);
    assert_eq!(world.ask(Actor::System, Command::RunStarted { run: 1 }), Err(Refusal::Stale));
    let waits = world.person(PRIMARY, Command::StopRun { run: ROLLBACK });
    assert!(
        matches!(&waits, Err(Refusal::NotNow { why, .. }) if why.contains("can be refused")),
        "{waits:?}"
    );
}

#[test]
fn who_stops_a_run_second_hears_who_was_first() {
    let mut world = opened();
    world.ask(Actor::System, Command::RunStarted { run: 1 }).expect("begins");
    world.person(PRIMARY, Command::StopRun { run: 1 }).expect("is stopped");
    let run = world.incident.run(1).expect("it is there");
    assert!(matches!(run.state, RunState::Running { .. }), "it runs until its end is known");
    let second = world.person(SECONDARY, Command::StopRun { run: 1 });
    assert!(matches!(&second, Err(Refusal::NotNow { why, .. }) if why.starts_with(PRIMARY)), "{second:?}");
}

#[test]
fn a_secret_comes_from_the_environment_and_never_stands_in_a_run() {
    const LOOK: &str = "curl -H \"Authorization: Bearer $API_TOKEN\" https://a.example.test/health";
    let asked = |given: &[&str], value: Option<&str>| {
        let mut plan = plan(Policy::default());
        plan.given = given.iter().map(|name| (*name).to_owned()).collect();
        let command = &mut plan.playbook.runbooks[0].steps[0].commands[0];
        let offset = u32::try_from(LOOK.find('$').expect("it is there")).expect("it is short");
        command.source = LOOK.into();
        command.holes = vec![playbook::Hole {
            name: "API_TOKEN".into(),
            token: "$API_TOKEN".into(),
            offset,
            meaning: None,
        }];
        let mut world = opened_with(World::with(plan, roster(&[PRIMARY])));
        let values: BTreeMap<String, String> =
            value.map(|value| ("API_TOKEN".to_owned(), value.to_owned())).into_iter().collect();
        let ask = RunAsk { step: Some(1), command: 0, values };
        let answer = world.person(PRIMARY, Command::RequestRun { request: ask });
        let sources: Vec<String> = world.incident.runs.iter().map(|run| run.request.source.clone()).collect();
        (answer.map(|_| ()), sources)
    };
    let (given, sources) = asked(&["API_TOKEN"], Some("hunter2"));
    assert_eq!(given, Ok(()));
    assert!(sources.iter().filter(|source| *source == LOOK).count() >= 1, "{sources:?}");
    assert!(!sources.iter().any(|source| source.contains("hunter2")), "{sources:?}");
    for value in [None, Some("hunter2")] {
        let (refused, sources) = asked(&[], value);
        assert!(matches!(refused, Err(Refusal::NotNow { what: "run", why }) if why.contains("secret_env")));
        assert!(!sources.iter().any(|source| source.contains("curl -H")), "{sources:?}");
    }
}
