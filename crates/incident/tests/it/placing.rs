//! Where a command runs: decided from what the team set, kept with the run, and part of what a word is for.

use crate::world::{PRIMARY, World, plan, roster};
use incident::{Actor, Command, Place, Plan, Policy, Refusal, RunAsk, RunState, Serves, Sight};
use playbook::{Context, ContextKind, Effect};
use std::collections::{BTreeMap, BTreeSet};

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn serving(agents: &[(&str, Serves)]) -> Plan {
    let agents = agents.iter().map(|(name, serves)| ((*name).to_owned(), serves.clone())).collect();
    Plan { agents, ..plan(Policy::default()) }
}

fn on(name: &str) -> Place {
    Place::Agent(name.to_owned())
}

/// The house playbook's first command, changed.
fn place(plan: &mut Plan, change: impl FnOnce(&mut playbook::Command)) -> Place {
    change(&mut plan.playbook.runbooks[0].steps[0].commands[0]);
    let runbook = &plan.playbook.runbooks[0];
    plan.place_of(Some(runbook), &runbook.steps[0].commands[0])
}

fn below(opener: &str) -> Option<Context> {
    Some(Context { kind: ContextKind::Shell, opener: opener.to_owned() })
}

#[test]
fn the_tool_decides_before_the_runbook_and_the_server_takes_the_rest() {
    let by_tool = Serves { tools: set(&["kubectl"]), ..Serves::default() };
    let by_runbook = Serves { runbooks: set(&["API"]), ..Serves::default() };
    let mut plan = serving(&[("cluster", by_tool), ("web", by_runbook)]);
    plan.playbook.runbooks[0].title = "api".into();
    assert_eq!(
        place(&mut plan, |command| command.source = "sudo kubectl get pods | head".into()),
        on("cluster")
    );
    assert_eq!(place(&mut plan, |command| command.source = "df -h".into()), on("web"));
    plan.agents.remove("web");
    assert_eq!(place(&mut plan, |command| command.source = "df -h".into()), Place::Server);
}

#[test]
fn what_stands_below_ssh_runs_on_the_agent_of_that_host_unless_a_session_counts() {
    let mut plan = serving(&[("db1", Serves { hosts: set(&["db1"]), ..Serves::default() })]);
    assert_eq!(place(&mut plan, |command| command.context = below("ssh ops@db1")), on("db1"));
    for opener in ["ssh db2", "ssh -p 22 db1", "sudo -i", "kubectl exec -it api -- bash"] {
        assert_eq!(place(&mut plan, |command| command.context = below(opener)), Place::Server, "{opener}");
    }
    place(&mut plan, |command| command.context = below("ssh db1"));
    let steps = &mut plan.playbook.runbooks[0].steps;
    let first = steps[0].commands[0].clone();
    let moved = playbook::Command { source: "cd /srv".into(), line: 1, ..first.clone() };
    steps[0].commands = vec![moved, playbook::Command { source: "rm -rf *".into(), line: 2, ..first }];
    let runbook = &plan.playbook.runbooks[0];
    assert_eq!(plan.place_of(Some(runbook), &runbook.steps[0].commands[1]), Place::Server);
}

#[test]
fn a_command_of_a_session_is_refused_where_no_agent_is_for_its_host() {
    let run = |agents: &[(&str, Serves)]| {
        let mut plan = serving(agents);
        place(&mut plan, |command| command.context = below("ssh db1"));
        let mut world = World::with(plan, roster(&[PRIMARY]));
        world.opens();
        let begun = world.incident.runs.iter().any(|run| run.request.step == Some(1));
        let ask = RunAsk { step: Some(1), command: 0, values: BTreeMap::new() };
        (begun, world.person(PRIMARY, Command::RequestRun { request: ask }).map(|_| ()))
    };
    let (begun, refused) = run(&[]);
    assert!(!begun && matches!(refused, Err(Refusal::NotNow { what: "run", .. })), "{refused:?}");
    let (begun, _) = run(&[("db1", Serves { hosts: set(&["db1"]), ..Serves::default() })]);
    assert!(begun, "it only looks, so it begins by itself on its host");
}

#[test]
fn what_the_server_gives_is_not_given_elsewhere() {
    let here = Serves { tools: set(&["curl"]), ..Serves::default() };
    let mut plan = serving(&[("far", here.clone())]);
    plan.given = set(&["API_KEY"]);
    assert_eq!(plan.given_at(&Place::Server), &set(&["API_KEY"]));
    assert!(plan.given_at(&on("far")).is_empty() && plan.given_at(&on("nobody")).is_empty());
    plan.agents.insert("far".to_owned(), Serves { gives: set(&["API_KEY"]), ..here });
    assert_eq!(plan.given_at(&on("far")), &set(&["API_KEY"]));
}

#[test]
fn a_word_is_for_a_place_and_a_change_there_changes_production() {
    let mut plan = serving(&[("far", Serves { tools: set(&["touch"]), ..Serves::default() })]);
    place(&mut plan, |command| {
        command.source = "touch /srv/x".into();
        command.effect = Effect::ChangesHere;
    });
    let mut world = World::with(plan, roster(&[PRIMARY]));
    world.opens();
    let run =
        world.incident.runs.iter().find(|run| run.request.source.starts_with("touch")).expect("laid out");
    assert_eq!((run.request.place.clone(), run.request.effect), (on("far"), Effect::ChangesProduction));
    let number = run.number;
    let sight = Sight::of(&world.incident, number, world.now).expect("it is there");
    let elsewhere = Sight { place: Place::Server, ..sight.clone() };
    let refused = world.person(PRIMARY, Command::ApproveRun { run: number, sight: elsewhere, sponsor: None });
    assert!(
        matches!(&refused, Err(Refusal::NotAsShown { why }) if why.contains("would run on the agent far")),
        "{refused:?}"
    );
    world.person(PRIMARY, Command::ApproveRun { run: number, sight, sponsor: None }).expect("is approved");
}

#[test]
fn a_look_that_ends_whoever_runs_it_is_not_taken_for_ever() {
    let mut world = World::with(
        serving(&[("far", Serves { tools: set(&["curl"]), ..Serves::default() })]),
        roster(&[PRIMARY]),
    );
    world.opens();
    let source = world.incident.runs[0].request.source.clone();
    let of_it = |world: &World| -> Vec<u32> {
        let runs = world.incident.runs.iter().filter(|run| run.request.source == source);
        runs.filter(|run| run.state == RunState::Ready).map(|run| run.number).collect()
    };
    let mut lost = 0;
    while let Some(run) = of_it(&world).first().copied() {
        world.ask(Actor::System, Command::RunStarted { run }).expect("begins");
        world.ask(Actor::System, Command::RunLost { run }).expect("is lost");
        lost += 1;
        assert!(lost < 100, "it is taken for ever");
    }
    assert_eq!(lost, 5);
}

/// What older servers kept says nothing of places, and nothing about them is written where there are none.
#[test]
fn events_without_a_place_are_of_the_server() {
    let mut world = World::new();
    world.opens();
    let kept = serde_json::to_string(&world.incident.runs[0].request).expect("is written");
    assert!(!kept.contains("place"), "{kept}");
    let read: incident::RunRequest = serde_json::from_str(&kept).expect("is read");
    assert_eq!(read.place, Place::Server);
}
