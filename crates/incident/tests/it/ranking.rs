//! What runs tell of causes as an incident goes on: another runbook, a look that is taken again, a fix that did not help.

use crate::world::{LEAD, PRIMARY, World, alert, minutes, person, roster};
use incident::{
    Actor, AlertStatus, Command, Diagnosis, Ending, EventKind, Fact, Incident, Plan, RankedCause, RunAsk,
    RunReport, RunState, Sight, StepOutcome, diagnose,
};
use playbook::{CheckKind, Playbook, RunbookMatch, compile};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static PLAYBOOK: LazyLock<Playbook> = LazyLock::new(|| compile(DOCUMENT.as_bytes()));

const DOCUMENT: &str = r#"# When the harbour is dark

## Runbooks

### Issue: Lamps Are Dark

**Symptoms**:

- The lamps are dark

**Runbook**:

1. **Look at the lamps**

   ```bash
   kubectl get pods -n lamps
   ```

2. **If the fuse is blown**:

   ```bash
   # What the fuse says
   kubectl logs deploy/fuse
   ```

   ```bash
   # Put the fuse before it back
   kubectl rollout undo deploy/fuse
   ```

3. **If the cable is torn**:

   ```bash
   # What the cable says
   kubectl logs deploy/cable
   ```

   ```bash
   # Put the cable before it back
   kubectl rollout undo deploy/cable
   ```

### Issue: Cranes Stand Still

**Symptoms**:

- The cranes stand still

**Runbook**:

1. **Look at the cranes**

   ```bash
   kubectl get pods -n cranes
   ```

2. **If the winch is jammed**:

   ```bash
   # What the winch says
   kubectl logs deploy/winch
   ```

   ```bash
   # Tune the winch
   kubectl apply -f winch.yaml
   ```

3. **If the motor is overheated**:

   ```bash
   # What the fuse says
   kubectl logs deploy/fuse
   ```

   ```bash
   # Let the motor rest
   kubectl rollout undo deploy/motor
   ```

4. **If the gears grind**:

   ```bash
   # What the fuse says
   kubectl logs deploy/fuse
   ```

   ```bash
   # Should be between 3 s and 5 s
   kubectl logs deploy/gears
   ```
"#;

const FUSE: &str = "kubectl logs deploy/fuse";
const CABLE: &str = "kubectl logs deploy/cable";
const TROUBLE: &str = "something went wrong: failed\n";

fn runbook(title: &str) -> String {
    let found = PLAYBOOK.runbooks.iter().find(|runbook| runbook.title.contains(title));
    found
        .unwrap_or_else(|| panic!("{:?}", PLAYBOOK.runbooks.iter().map(|one| &one.title).collect::<Vec<_>>()))
        .id
        .clone()
}

fn world() -> World {
    World::with(Plan { playbook: PLAYBOOK.clone(), ..Plan::default() }, roster(&[PRIMARY, LEAD]))
}

/// An incident of that runbook that an alert opened, whose looks printed this.
fn opened(title: &str, printed: &[(&str, &str)]) -> World {
    let mut world = world();
    let matches = vec![RunbookMatch { runbook: runbook(title), score: 90, reasons: Vec::new() }];
    let command = Command::Alert { alert: alert("harbour", "P1", AlertStatus::Firing), matches };
    world.ask(Actor::Source("test".into()), command).expect("opens");
    looks_end(&mut world, printed);
    world
}

/// Every look that may run does, and prints what it is said to, or nothing.
fn looks_end(world: &mut World, printed: &[(&str, &str)]) {
    let ready = |world: &World| {
        let runs = world.incident.runs.iter().filter(|run| run.state == RunState::Ready);
        runs.map(|run| (run.number, run.request.source.clone())).collect::<Vec<_>>()
    };
    for (number, source) in ready(world) {
        let output = printed.iter().find(|(of, _)| *of == source).map_or("", |(_, output)| output);
        ends(world, number, output);
    }
}

fn ends(world: &mut World, run: u32, output: &str) {
    world.ask(Actor::System, Command::RunStarted { run }).expect("begins");
    let report = RunReport {
        ending: Ending::Exited { code: 0 },
        duration_ms: 5,
        output: output.into(),
        output_bytes: 5,
        masked: 0,
        not_held: Vec::new(),
    };
    world.ask(Actor::System, Command::RunEnded { run, report }).expect("ends");
}

fn number_of(incident: &Incident, source: &str) -> u32 {
    let found = incident.runs.iter().rfind(|run| run.request.source == source);
    found.unwrap_or_else(|| panic!("{source} was not laid out")).number
}

/// A person gives the word for that change, and it is made.
fn made(world: &mut World, source: &str) {
    let run = number_of(&world.incident, source);
    let sight = Sight::of(&world.incident, run, world.now).expect("it is there");
    world.person(PRIMARY, Command::ApproveRun { run, sight, sponsor: None }).expect("is approved");
    looks_end(world, &[]);
    if world.incident.run(run).is_some_and(|run| run.state == RunState::Ready) {
        ends(world, run, "done\n");
    }
}

fn diagnosed(world: &World) -> Diagnosis {
    diagnose(&world.incident, world.now)
}

#[track_caller]
fn cause<'a>(found: &'a Diagnosis, name: &str) -> &'a RankedCause {
    found
        .causes
        .iter()
        .find(|cause| cause.name.contains(name))
        .unwrap_or_else(|| panic!("no {name}: {found:#?}"))
}

fn is_for(cause: &RankedCause, run: u32) -> bool {
    cause.evidence.iter().any(|found| found.run == Some(run) && found.weight > 0)
}

#[test]
fn a_run_of_another_runbooks_step_counts_only_where_its_command_stands() {
    let mut world = opened("Lamps", &[(CABLE, TROUBLE)]);
    let before = diagnosed(&world);
    let fix = number_of(&world.incident, "kubectl rollout undo deploy/cable");
    assert_eq!((before.proposed_step, before.proposed_runs), (Some(3), vec![fix]));
    world.person(PRIMARY, Command::ChooseRunbook { runbook: runbook("Cranes") }).expect("is taken");
    looks_end(&mut world, &[]);
    let found = diagnosed(&world);
    let cable = number_of(&world.incident, CABLE);
    assert!(found.causes.iter().all(|cause| !is_for(cause, cable)), "{found:#?}");
    assert!(!found.proposed_runs.contains(&fix), "{found:#?}");
    assert_eq!(found.proposed_step, None, "{found:#?}");
}

#[test]
fn a_look_that_the_runbook_before_took_already_counts_for_each_step_that_has_it() {
    let mut world = opened("Lamps", &[(FUSE, TROUBLE)]);
    let fuse = number_of(&world.incident, FUSE);
    world.person(PRIMARY, Command::ChooseRunbook { runbook: runbook("Cranes") }).expect("is taken");
    looks_end(&mut world, &[]);
    assert_eq!(number_of(&world.incident, FUSE), fuse, "it is not taken again");
    let found = diagnosed(&world);
    assert!(is_for(cause(&found, "motor"), fuse) && is_for(cause(&found, "gears"), fuse), "{found:#?}");
    assert_eq!(found.proposed_step, Some(3), "{found:#?}");
    let fix = number_of(&world.incident, "kubectl rollout undo deploy/motor");
    assert_eq!(found.proposed_runs, [fix]);
}

#[test]
fn what_was_looked_at_again_before_the_change_began_is_what_counts() {
    let mut world = opened("Lamps", &[]);
    let first = number_of(&world.incident, FUSE);
    world.now += minutes(1);
    let at = world.incident.run(first).expect("it is there").request.clone();
    let ask = RunAsk { step: at.step, command: at.command, values: BTreeMap::new() };
    world.person(PRIMARY, Command::RequestRun { request: ask.clone() }).expect("is asked for");
    looks_end(&mut world, &[(FUSE, TROUBLE)]);
    let again = number_of(&world.incident, FUSE);
    assert!(is_for(cause(&diagnosed(&world), "fuse"), again));
    world.now += minutes(1);
    made(&mut world, "kubectl rollout undo deploy/fuse");
    assert!(
        again > number_of(&world.incident, "kubectl rollout undo deploy/fuse"),
        "it has the later number"
    );
    assert!(is_for(cause(&diagnosed(&world), "fuse"), again), "{:#?}", diagnosed(&world));
    world.now += minutes(1);
    world.person(PRIMARY, Command::RequestRun { request: ask }).expect("is asked for");
    looks_end(&mut world, &[]);
    assert!(is_for(cause(&diagnosed(&world), "fuse"), again), "what it looks like afterwards is no evidence");
}

#[test]
fn after_a_fix_in_vain_the_next_branch_is_proposed_whatever_spoke_for_the_first() {
    let mut world = opened("Lamps", &[(FUSE, TROUBLE), (CABLE, TROUBLE)]);
    world.person(PRIMARY, Command::MarkStep { step: 2, outcome: StepOutcome::FoundIt }).expect("is marked");
    assert_eq!(diagnosed(&world).proposed_step, Some(2));
    made(&mut world, "kubectl rollout undo deploy/fuse");
    assert_eq!(diagnosed(&world).proposed_step, Some(2), "a fix has its time");
    world.pass(minutes(10));
    let found = diagnosed(&world);
    let first = found.causes.first().expect("it is ranked");
    assert!(first.name.contains("fuse"), "what a person found is not undone: {found:#?}");
    assert!(first.evidence.iter().any(|found| found.text.contains("tried in vain")), "{found:#?}");
    let fix = number_of(&world.incident, "kubectl rollout undo deploy/cable");
    assert_eq!((found.proposed_step, found.proposed_runs), (Some(3), vec![fix]));
    made(&mut world, "kubectl rollout undo deploy/cable");
    world.pass(minutes(10));
    let found = diagnosed(&world);
    assert_eq!((found.proposed_step, found.proposed_runs), (None, Vec::new()));
}

/// An incident that a person reported, with the fuse's fix made.
fn reported() -> World {
    let mut world = world();
    let matches = vec![RunbookMatch { runbook: runbook("Lamps"), score: 90, reasons: Vec::new() }];
    let command = Command::Report {
        title: "The lamps are dark".into(),
        description: String::new(),
        severity: None,
        matches,
    };
    world.ask(person(PRIMARY), command).expect("opens");
    looks_end(&mut world, &[(FUSE, TROUBLE), (CABLE, TROUBLE)]);
    world.person(PRIMARY, Command::MarkStep { step: 2, outcome: StepOutcome::FoundIt }).expect("is marked");
    made(&mut world, "kubectl rollout undo deploy/fuse");
    world.pass(minutes(10));
    assert_eq!(diagnosed(&world).proposed_step, Some(2), "nobody says that it goes on");
    world
}

#[test]
fn where_no_alert_says_so_a_person_does() {
    let mut world = reported();
    world.person(PRIMARY, Command::MarkStep { step: 2, outcome: StepOutcome::Failed }).expect("is marked");
    assert_eq!(diagnosed(&world).proposed_step, Some(3));
}

#[test]
fn what_came_back_after_the_end_was_mended_in_vain() {
    let mut world = reported();
    world.person(PRIMARY, Command::Resolve { summary: "the fuse".into() }).expect("ends");
    world.now += minutes(1);
    world.person(PRIMARY, Command::Reopen { reason: "dark again".into() }).expect("begins again");
    let found = diagnosed(&world);
    assert_eq!(found.proposed_step, Some(3), "{found:#?}");
}

#[test]
fn a_dry_run_speaks_for_no_cause() {
    let mut world = opened("Cranes", &[]);
    let fix = number_of(&world.incident, "kubectl apply -f winch.yaml");
    world.person(PRIMARY, Command::DryRun { run: fix }).expect("can be tried");
    let tried = world.incident.runs.last().expect("it is there").number;
    assert_eq!(world.incident.run(tried).map(|run| run.state.clone()), Some(RunState::Ready));
    ends(&mut world, tried, "error: the path \"winch.yaml\" does not exist\n");
    let found = diagnosed(&world);
    assert!(found.causes.iter().all(|cause| !is_for(cause, tried)), "{found:#?}");
    assert_eq!(found.proposed_step, None);
}

#[test]
fn what_lies_outside_of_a_range_is_not_as_expected() {
    let is_range = |check: &playbook::Check| matches!(check.kind, CheckKind::Range { .. });
    let steps = PLAYBOOK.runbooks.iter().flat_map(|runbook| &runbook.steps);
    assert_eq!(steps.flat_map(|step| &step.checks).filter(|check| is_range(check)).count(), 1);
    for (printed, fact) in [("42 s\n", Fact::NotAsExpected), ("4200 ms\n", Fact::AsExpected)] {
        let world = opened("Cranes", &[("kubectl logs deploy/gears", printed)]);
        let run = number_of(&world.incident, "kubectl logs deploy/gears");
        let checks = world.incident.run(run).expect("it is there").checks.clone();
        assert_eq!(checks.iter().map(|(_, fact)| *fact).collect::<Vec<_>>(), [fact], "{checks:?}");
        let found = diagnosed(&world);
        assert_eq!(is_for(cause(&found, "gears"), run), fact == Fact::NotAsExpected, "{found:#?}");
    }
}

#[test]
fn the_postmortem_praises_what_was_ranked_first_where_it_was_found() {
    let drafted = |step: u32| {
        let mut world = opened("Lamps", &[(CABLE, TROUBLE)]);
        let found = Command::MarkStep { step, outcome: StepOutcome::FoundIt };
        world.person(PRIMARY, found).expect("is marked");
        let at = world.events.iter().position(|event| matches!(event.kind, EventKind::StepMarked { .. }));
        let link = format!("?all=1#e{})", at.expect("is there") + 1);
        (incident::draft_postmortem(&world.incident, &world.events, &[]), link)
    };
    let praise = "- The cause that was ranked first was the one: ";
    let (draft, link) = drafted(3);
    let line = draft.lines().find(|line| line.starts_with(praise)).unwrap_or_else(|| panic!("{draft}"));
    assert!(line.contains("cable") && line.ends_with(&link), "{line}");
    let (draft, _) = drafted(2);
    assert!(!draft.contains(praise), "it was the fuse: {draft}");
}
