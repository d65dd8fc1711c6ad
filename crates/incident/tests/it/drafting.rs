//! The middle of the postmortem: how long things took, what went well, badly and by luck, each only from the record.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, alert, minutes, plan, roster};
use incident::{
    AckIntent, Actor, Alert, AlertKey, AlertStatus, Audience, Command, Ending, EventKind, Impact, Phase,
    Policy, RunReport, RunState, Sight, StepOutcome, UpdateDraft, absolute_links, draft_postmortem,
    recovery_began,
};
use jiff::SignedDuration;
use playbook::{Effect, RunbookMatch};
use std::sync::Arc;

const LOOK: u32 = 1;
const ROLLBACK: u32 = 2;

/// As the shipped playbook and others call these sections.
const TEMPLATE: &str = "# Postmortem: [Title]\n\n## Response\n\n### What Went Well\n\n- [Thing that worked]\n- [Thing that \
                        worked]\n\n### What Went Poorly\n\n- [Item]\n\n### Where We Got Lucky\n\n- [Item]\n\n## Root \
                        Cause\n\n### Contributing Factors\n\n1. [Factor 1]\n";

fn draft(world: &World) -> String {
    let mut plan = (*world.incident.plan).clone();
    plan.playbook.postmortem.get_or_insert_default().template = TEMPLATE.into();
    let mut incident = world.incident.clone();
    incident.plan = Arc::new(plan);
    draft_postmortem(&incident, &world.events, &[])
}

/// What stands below a heading of the draft.
fn below(draft: &str, heading: &str) -> String {
    let (_, rest) = draft.split_once(&format!("{heading}\n")).expect("the heading is there");
    rest.split("\n#").next().expect("there is a first part").trim().to_owned()
}

fn well(world: &World) -> String {
    below(&draft(world), "### What Went Well")
}

fn badly(world: &World) -> String {
    below(&draft(world), "### What Went Poorly")
}

fn lucky(world: &World) -> String {
    below(&draft(world), "### Where We Got Lucky")
}

/// The line with these words, and that its link leads to an event of this kind.
fn leads(world: &World, text: &str, words: &str, kind: impl Fn(&EventKind) -> bool) {
    let line =
        text.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words:?} in\n{text}"));
    let (_, link) = line.rsplit_once("](").expect("a link");
    let start = format!("/incidents/{}?all=1#e", world.incident.id);
    let number = link.strip_prefix(&start).and_then(|rest| rest.split(')').next()).expect("to this incident");
    let number: usize = number.parse().expect("a number");
    let event = &world.events[number - 1];
    assert!(kind(&event.kind), "{line} leads to {event:?}");
}

fn ended(world: &mut World, run: u32, ending: Ending) {
    world.ask(Actor::System, Command::RunStarted { run }).expect("begins");
    let report = RunReport::without_output(ending);
    world.ask(Actor::System, Command::RunEnded { run, report }).expect("ends");
}

fn on_it(world: &mut World, who: &str, page: Option<u32>) {
    world.person(who, Command::Acknowledge { intent: AckIntent::OnIt, page }).expect("is taken");
}

fn approve(world: &mut World, who: &str, run: u32) {
    let sight = Sight::of(&world.incident, run, world.now).expect("it is there");
    world.person(who, Command::ApproveRun { run, sight, sponsor: None }).expect("is approved");
}

fn resolve(world: &mut World) {
    world.person(PRIMARY, Command::Resolve { summary: "rolled back".into() }).expect("ends");
}

fn update(world: &mut World) {
    let draft = UpdateDraft {
        template: None,
        phase: Phase::Investigating,
        audience: Audience::Internal,
        public_title: None,
        body: "we look into it".into(),
        next_at: None,
    };
    world.person(PRIMARY, Command::PostUpdate { update: draft }).expect("is posted");
}

#[test]
fn how_long_each_part_took_stands_in_a_table_and_leads_to_its_event() {
    let mut world = World::new();
    let began = world.now - minutes(4);
    let alert = Alert { started_at: Some(began), ..alert("api", "P1", AlertStatus::Firing) };
    let matches = vec![RunbookMatch { runbook: "api".into(), score: 90, reasons: vec![] }];
    world.ask(Actor::Source("test".into()), Command::Alert { alert, matches }).expect("opens");
    world.deliver();
    world.pass(minutes(2));
    on_it(&mut world, PRIMARY, Some(1));
    world.pass(minutes(3));
    approve(&mut world, PRIMARY, ROLLBACK);
    world.pass(minutes(1));
    let response = below(&draft(&world), "## Response");
    assert!(response.contains("| Recovery began | no recovery was seen here |  |"), "{response}");
    assert!(response.contains("| It was resolved | it goes on |  |"), "{response}");
    world.over("api").expect("ends");
    world.pass(minutes(7));
    let response = below(&draft(&world), "## Response");
    leads(&world, &response, "| Somebody knew | 4 min from start of incident |", |kind| {
        matches!(kind, EventKind::Opened(_))
    });
    leads(&world, &response, "| Somebody had it | 2 min |", |kind| {
        matches!(kind, EventKind::Acknowledged(_))
    });
    leads(&world, &response, "| The first change was approved | 5 min |", |kind| {
        matches!(kind, EventKind::RunApproved { .. })
    });
    leads(&world, &response, "| Recovery began | 6 min |", |kind| {
        matches!(kind, EventKind::RecoveryStarted { .. })
    });
    leads(&world, &response, "| It was resolved | 13 min |", |kind| {
        matches!(kind, EventKind::Resolved { .. })
    });
}

#[test]
fn a_recovery_that_did_not_hold_is_none() {
    let mut world = World::new();
    world.opens();
    assert_eq!(recovery_began(&world.events), None);
    world.over("api").expect("ends");
    let first = recovery_began(&world.events).expect("it began");
    world.pass(minutes(1));
    world.alert("api", "P1");
    assert_eq!(recovery_began(&world.events), None, "it fires again");
    world.pass(minutes(1));
    world.over("api").expect("ends");
    let second = recovery_began(&world.events).expect("it began again");
    assert!(second > first);
    world.pass(minutes(8));
    world.person(PRIMARY, Command::Reopen { reason: "it is back".into() }).expect("reopens");
    assert_eq!(recovery_began(&world.events), None, "it was not over");
    let badly = badly(&world);
    leads(&world, &badly, "that did not hold", |kind| matches!(kind, EventKind::RecoveryBroken { .. }));
    leads(&world, &badly, "and then it was not over", |kind| matches!(kind, EventKind::Reopened { .. }));
}

#[test]
fn what_went_well_is_told_from_the_record_alone() {
    let mut world = World::new();
    world.opens();
    world.deliver();
    ended(&mut world, LOOK, Ending::Exited { code: 22 });
    world.pass(minutes(2));
    on_it(&mut world, PRIMARY, Some(1));
    update(&mut world);
    world.over("api").expect("ends");
    world.pass(minutes(8));
    let well = well(&world);
    leads(&world, &well, "Level 1 had it after 2 min", |kind| matches!(kind, EventKind::Acknowledged(_)));
    leads(&world, &well, "1 look ran by themselves", |kind| matches!(kind, EventKind::RunEnded { .. }));
    leads(&world, &well, "The promised status update came in time", |kind| {
        matches!(kind, EventKind::UpdatePosted { .. })
    });
    leads(&world, &well, "without a change from here", |kind| {
        matches!(kind, EventKind::RecoveryStarted { .. })
    });
    assert!(!well.contains("[Thing that worked]"), "what is filled waits no more: {well}");
    assert_eq!(lucky(&world), "- [Item]", "nothing vouches for luck");
    assert!(draft(&world).contains("1. [Factor 1]"), "why it happened is asked");
}

#[test]
fn what_did_not_go_well_is_not_praised() {
    let mut world = World::new();
    world.opens();
    world.deliver();
    ended(&mut world, LOOK, Ending::Exited { code: 127 });
    world.pass(minutes(31));
    on_it(&mut world, SECONDARY, None);
    world.pass(minutes(60));
    update(&mut world);
    approve(&mut world, SECONDARY, ROLLBACK);
    resolve(&mut world);
    assert_eq!(well(&world), "- [Thing that worked]\n- [Thing that worked]", "nothing went well");
    let badly = badly(&world);
    leads(&world, &badly, "did not come in time", |kind| matches!(kind, EventKind::UpdateMissed { .. }));
    leads(&world, &badly, "ended with exit code 127", |kind| {
        matches!(kind, EventKind::RunEnded { run: LOOK, .. })
    });
}

#[test]
fn what_went_badly_names_levels_and_commands_and_no_person() {
    let mut world = World::with(plan(Policy::default()), roster(&[PRIMARY, LEAD]));
    world.opens();
    world.fail("primary@example.test is no mailbox");
    world.deliver();
    world.person(LEAD, Command::Acknowledge { intent: AckIntent::Cannot, page: Some(2) }).expect("says so");
    world.pass(minutes(1));
    on_it(&mut world, PRIMARY, None);
    world.person(PRIMARY, Command::MarkStep { step: 1, outcome: StepOutcome::Failed }).expect("is marked");
    approve(&mut world, PRIMARY, ROLLBACK);
    world.ask(Actor::System, Command::RunStarted { run: ROLLBACK }).expect("begins");
    world.ask(Actor::System, Command::RunLost { run: ROLLBACK }).expect("is lost");
    world.pass(minutes(60 * 8));
    let badly = badly(&world);
    for words in [
        "A page by handset failed at 1 attempt, and it was given up",
        "Nobody at level 2 could be woken",
        "Whoever was woken could not take it",
        "The step \"Look\" was tried and did not work",
        "`wrangler rollback` was lost",
        "No word came from whoever had it",
    ] {
        assert!(badly.contains(words), "{words:?} is missing in\n{badly}");
    }
    for name in [PRIMARY, LEAD, "example.test"] {
        assert!(!badly.contains(name), "{name} stands in\n{badly}");
    }
    leads(&world, &badly, "could not take it", |kind| matches!(kind, EventKind::Declined { .. }));
    leads(&world, &badly, "was lost", |kind| matches!(kind, EventKind::RunLost { .. }));
}

#[test]
fn a_change_that_ends_badly_is_told_and_a_look_that_found_trouble_is_not() {
    let mut world = World::new();
    world.opens();
    ended(&mut world, LOOK, Ending::Exited { code: 22 });
    on_it(&mut world, PRIMARY, None);
    approve(&mut world, PRIMARY, ROLLBACK);
    let looks: Vec<u32> = world
        .incident
        .runs
        .iter()
        .filter(|run| run.number > ROLLBACK && run.state == RunState::Ready)
        .map(|run| run.number)
        .collect();
    looks.into_iter().for_each(|run| ended(&mut world, run, Ending::Exited { code: 0 }));
    ended(&mut world, ROLLBACK, Ending::Exited { code: 3 });
    let badly = badly(&world);
    leads(&world, &badly, "`wrangler rollback` ended with exit code 3", |kind| {
        matches!(kind, EventKind::RunEnded { run: ROLLBACK, .. })
    });
    assert!(!badly.contains("22"), "the look has answered: {badly}");
}

#[test]
fn a_provider_that_is_down_does_not_fill_the_document() {
    let mut world = World::with(plan(Policy::default()), roster(&[PRIMARY]));
    world.alert("api", "P0");
    for _ in 0..12 {
        world.fail("no route");
        world.pass(minutes(20));
    }
    let failed = world.count(|kind| matches!(kind, EventKind::PageFailed(_)));
    assert!(failed > 5, "{failed} pages failed");
    let badly = badly(&world);
    assert_eq!(badly.matches("- A page by handset").count(), 5, "{badly}");
    leads(&world, &badly, &format!("{} more pages that did not arrive at once", failed - 5), |kind| {
        matches!(kind, EventKind::PageFailed(_))
    });
}

#[test]
fn the_checklist_is_told_where_it_was_late_or_left() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.pass(minutes(5));
    on_it(&mut world, PRIMARY, None);
    world.person(PRIMARY, Command::Tick { phase: 0, item: 0 }).expect("is ticked");
    let early = badly(&world);
    leads(&world, &early, "\"Claim the incident\" of the checklist was ticked 3 min late", |kind| {
        matches!(kind, EventKind::Ticked { phase: 0, item: 0, .. })
    });
    assert!(!early.contains("no tick"), "it goes on: {early}");
    world.pass(minutes(20));
    resolve(&mut world);
    leads(
        &world,
        &badly(&world),
        "2 items of the checklist had no tick at the end: \"Post initial status update\", \"Escalate if needed\"",
        |kind| matches!(kind, EventKind::Resolved { .. }),
    );
}

#[test]
fn luck_is_told_where_the_record_vouches_for_it() {
    let mut world = World::with(plan(Policy::default()), roster(&["somebody"]));
    world.opens();
    world.deliver();
    on_it(&mut world, "somebody", Some(1));
    leads(&world, &lucky(&world), "somebody in the catch-all took it", |kind| {
        matches!(kind, EventKind::Acknowledged(_))
    });
}

#[test]
fn a_second_person_who_refuses_a_change_was_luck() {
    let policy = Policy { two_person: vec![Effect::ChangesProduction], ..Policy::default() };
    let refused_by = |who: &str| {
        let mut world = World::with(plan(policy.clone()), roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
        world.opens();
        approve(&mut world, PRIMARY, ROLLBACK);
        let reject = Command::RejectRun { run: ROLLBACK, reason: "wrong version".into() };
        world.person(who, reject).expect("is refused");
        world
    };
    let world = refused_by(SECONDARY);
    leads(&world, &lucky(&world), "A second person refused a change", |kind| {
        matches!(kind, EventKind::RunRejected { .. })
    });
    assert_eq!(lucky(&refused_by(PRIMARY)), "- [Item]", "who changes their mind is no second person");
}

#[test]
fn a_dry_run_that_failed_before_the_change_was_luck() {
    let world = |code: i32| {
        let mut plan = plan(Policy::default());
        plan.playbook.runbooks[0].steps[1].commands[0].source = "kubectl apply -f fix.yaml".into();
        let mut world = World::with(plan, roster(&[PRIMARY]));
        world.opens();
        world.person(PRIMARY, Command::DryRun { run: ROLLBACK }).expect("is tried");
        let dry = world.incident.runs.last().expect("a dry run").number;
        if world.incident.run(dry).is_some_and(|run| run.state == RunState::Proposed) {
            approve(&mut world, PRIMARY, dry);
        }
        ended(&mut world, dry, Ending::Exited { code });
        world.pass(SignedDuration::from_secs(30));
        world
    };
    let failed = world(1);
    leads(&failed, &lucky(&failed), "A dry run failed with exit code 1, and the change", |kind| {
        matches!(kind, EventKind::RunEnded { .. })
    });
    assert!(!badly(&failed).contains("kubectl"), "that is what it is for");
    assert_eq!(lucky(&world(0)), "- [Item]");
}

#[test]
fn a_template_without_open_lines_is_filled_below_its_headings() {
    let mut world = World::new();
    world.opens();
    world.deliver();
    on_it(&mut world, PRIMARY, Some(1));
    let mut plan = (*world.incident.plan).clone();
    let template = "# P\n\n## Timeline\n\nIn UTC.\n\n## What went well?\n\nThink of the tools, too.\n";
    plan.playbook.postmortem.get_or_insert_default().template = template.into();
    world.incident.plan = Arc::new(plan);
    let draft = draft_postmortem(&world.incident, &world.events, &[]);
    let well = below(&draft, "## What went well?");
    assert!(well.starts_with("- Level 1 had it") && well.ends_with("Think of the tools, too."), "{well}");
    let timeline = below(&draft, "## Timeline");
    assert!(timeline.starts_with("| Time | Event |\n| ---- | ----- |\n| 03:00 UTC |"), "{timeline}");
}

#[test]
fn links_lead_to_a_console_where_they_are_read_elsewhere() {
    let mut world = World::new();
    world.opens();
    on_it(&mut world, PRIMARY, None);
    let draft = draft(&world);
    let here = format!("](/incidents/{}?all=1#e", world.incident.id);
    let links = draft.matches(&here).count();
    assert!(links > 0, "{draft}");
    let away = absolute_links(&draft, world.incident.id, "https://ops.example.test");
    let there = format!("](https://ops.example.test/incidents/{}?all=1#e", world.incident.id);
    assert_eq!((away.matches(&there).count(), away.matches(&here).count()), (links, 0));
}

#[test]
fn what_probes_saw_stands_where_the_template_asks_for_errors() {
    let mut world = World::new();
    let down = Alert { key: AlertKey::of_probe("api"), ..alert("api", "P1", AlertStatus::Firing) };
    world
        .ask(Actor::Source("probes".into()), Command::Alert { alert: down, matches: vec![] })
        .expect("opens");
    let seen = Impact {
        probe: "api".into(),
        failed: 40,
        looked: 118,
        from: world.now + minutes(2),
        until: world.now + minutes(21),
        p95_ms: Some(812),
    };
    let blind = Impact { probe: "other".into(), failed: 0, looked: 0, ..seen };
    let drafted = |world: &World, impact: &str, seen: &[Impact]| {
        let mut plan = (*world.incident.plan).clone();
        plan.playbook.postmortem.get_or_insert_default().template = format!("# P\n\n## Impact\n\n{impact}\n");
        let mut incident = world.incident.clone();
        incident.plan = Arc::new(plan);
        below(&draft_postmortem(&incident, &world.events, seen), "## Impact")
    };
    let table = "| Metric | Value |\n| --- | --- |\n| Users Affected | ~Y |\n| Errors Generated | Z |";
    let impact = drafted(&world, table, &[seen.clone(), blind.clone()]);
    let said = "34 % of 118 looks failed, 03:02 to 03:21 UTC (probe api), 95 % of the answers within 812 ms at the slowest";
    leads(&world, &impact, &format!("| Errors Generated | {said} "), |kind| {
        matches!(kind, EventKind::AlertFired { .. })
    });
    assert!(impact.contains("| Users Affected | ~Y |"), "whom it hit, only people know: {impact}");
    assert!(!impact.contains("other"), "who saw nothing tells nothing: {impact}");
    let prose = drafted(&world, "[Who was affected, and how]", &[seen]);
    leads(&world, &prose, &format!("- {said} "), |kind| matches!(kind, EventKind::AlertFired { .. }));
    assert!(prose.ends_with("[Who was affected, and how]"), "{prose}");
    assert!(drafted(&world, table, &[blind]).contains("| Errors Generated | Z |"), "nothing is made up");
    let odd = AlertKey { source: "main".into(), key: "probe:api".into() };
    assert_eq!(
        (AlertKey::of_probe("api").probe(), odd.probe()),
        (Some("api"), None),
        "another's key is no probe's"
    );
}
