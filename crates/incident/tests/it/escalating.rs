//! Waking people, level after level, until somebody answers.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Actor, Command, DelayReading, Escalation, EventKind, PageOutcome, PageState, Policy,
};
use playbook::DelayBasis;

#[test]
fn each_level_is_woken_at_its_time_counted_from_the_page_before() {
    let mut world = World::new();
    world.alert("api", "P0");
    assert_eq!(world.paged(), [PRIMARY]);
    world.pass(minutes(5));
    assert_eq!(world.paged(), [PRIMARY, SECONDARY]);
    world.pass(minutes(9));
    assert_eq!(world.paged().len(), 2);
    world.pass(minutes(1));
    assert_eq!(world.paged(), [PRIMARY, SECONDARY, LEAD]);
    world.pass(minutes(15));
    assert_eq!(world.paged(), [PRIMARY, SECONDARY, LEAD, CTO]);
}

#[test]
fn read_from_the_start_the_same_path_is_faster() {
    let policy = Policy { escalation_delays: DelayReading::FromStart, ..Policy::default() };
    let mut world = World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.alert("api", "P0");
    world.pass(minutes(15));
    assert_eq!(world.paged(), [PRIMARY, SECONDARY, LEAD, CTO]);
}

#[test]
fn the_path_begins_again_until_its_limit_and_then_stands_in_red() {
    let policy = Policy { escalation_repeats_max: 1, ..Policy::default() };
    let mut world = World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.alert("api", "P1");
    world.pass(minutes(24 * 60));
    assert_eq!(world.paged(), [PRIMARY, SECONDARY, LEAD, PRIMARY, SECONDARY, LEAD]);
    assert!(world.incident.is_unpaged());
    assert!(matches!(world.incident.escalation, Escalation::Exhausted { .. }));
}

#[test]
fn a_level_that_nobody_holds_is_passed_over_at_once_and_the_ledger_says_so() {
    let mut world = World::with(plan(Policy::default()), roster(&[LEAD]));
    world.alert("api", "P1");
    assert_eq!(world.paged(), [LEAD]);
    assert_eq!(world.count(|event| matches!(event, EventKind::LevelUnreachable { .. })), 2);
}

#[test]
fn with_nobody_on_the_path_the_catch_all_is_woken() {
    let mut world = World::with(plan(Policy::default()), roster(&["somebody"]));
    world.alert("api", "P1");
    assert_eq!(world.paged(), ["somebody"]);
}

#[test]
fn with_nobody_at_all_the_incident_stands_unpaged() {
    let mut world = World::with(plan(Policy::default()), roster(&[]));
    world.alert("api", "P1");
    assert!(world.incident.is_unpaged());
    assert_eq!(world.count(|event| matches!(event, EventKind::Unpaged { .. })), 1);
}

#[test]
fn a_level_whose_pages_all_fail_is_climbed_at_once() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.fail("no such address");
    assert_eq!(world.paged(), [PRIMARY, SECONDARY]);
    world.fail("no such address");
    assert_eq!(world.paged(), [PRIMARY, SECONDARY, LEAD]);
}

#[test]
fn a_failure_that_may_pass_is_tried_again_with_growing_waits_up_to_the_limit() {
    let mut world = World::new();
    world.alert("api", "P1");
    let mut attempts = 0;
    while let Some((page, attempt)) = world.pending().first().copied().filter(|(page, _)| *page == 1) {
        attempts += 1;
        let outcome = PageOutcome::TryAgain { error: "421 later".into(), after_s: None };
        world.ask(Actor::System, Command::PageOutcome { page, attempt, outcome }).expect("counts");
        let retry = world.incident.pages.first().map(|page| page.state.clone());
        if let Some(PageState::Retrying { at }) = retry {
            let wait = at.duration_since(world.now);
            world.pass(wait);
        }
    }
    assert_eq!(attempts, 6, "the setting's limit");
    assert_eq!(world.paged(), [PRIMARY, SECONDARY], "then the next level is woken");
}

#[test]
fn a_late_outcome_of_an_older_attempt_is_stale() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.ask(Actor::System, Command::PageUncertain { page: 1 }).expect("counts");
    let outcome = PageOutcome::Delivered { reference: String::new() };
    let late = world.ask(Actor::System, Command::PageOutcome { page: 1, attempt: 1, outcome });
    assert_eq!(late, Err(incident::Refusal::Stale));
    let page = world.incident.page(1).expect("it is there");
    assert_eq!((page.attempt, page.possible_repeat), (2, 1));
}

#[test]
fn the_lowest_severity_wakes_nobody_and_files_what_the_playbook_says() {
    let mut world = World::new();
    world.alert("api", "P3");
    assert!(world.paged().is_empty());
    assert_eq!(world.incident.action_items.len(), 1);
    assert!(world.timers.is_empty(), "nothing waits: {:?}", world.timers);
}

#[test]
fn cannot_wakes_the_next_level_at_once() {
    let mut world = World::new();
    world.alert("api", "P1");
    world.deliver();
    let answer = Command::Acknowledge { intent: AckIntent::Cannot, page: Some(1) };
    world.person(PRIMARY, answer).expect("is taken");
    assert_eq!(world.paged(), [PRIMARY, SECONDARY]);
    assert!(world.incident.acknowledged.is_none());
}

#[test]
fn times_beyond_the_end_of_time_page_all_the_same() {
    let policy = Policy {
        acknowledge_lapse_min: u32::MAX,
        escalation_repeat_min: u32::MAX,
        update_every_min: vec![u32::MAX],
        recovery_watch_min: u32::MAX,
        reopen_within_min: u32::MAX,
        ..Policy::default()
    };
    let mut plan = plan(policy);
    for hop in plan.playbook.escalation.values_mut().flatten().filter(|hop| hop.delay_min > 0) {
        hop.delay_min = u32::MAX;
    }
    for stage in plan.playbook.postmortem.iter_mut().flat_map(|postmortem| &mut postmortem.timeline) {
        stage.to_day = u32::MAX;
    }
    let mut world = World::with(plan, roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.alert("api", "P0");
    assert_eq!(world.paged(), [PRIMARY]);
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("is taken");
    world.over("api").expect("recovery is watched");
    world.person(PRIMARY, Command::Resolve { summary: "it is over".into() }).expect("is over");
}

#[test]
fn what_fails_in_a_moment_does_not_use_up_every_round_in_that_moment() {
    let mut world = World::new();
    world.alert("api", "P1");
    while !world.pending().is_empty() {
        world.fail("the provider refuses everything");
    }
    assert_eq!(world.paged()[..3], [PRIMARY, SECONDARY, LEAD], "the path, at once");
    assert_eq!(world.paged()[3..], [CTO, LEAD, PRIMARY, SECONDARY], "then everybody, once");
    assert!(!world.incident.is_unpaged(), "the path begins again");
    world.pass(minutes(15));
    assert_eq!(world.paged().len(), 8);
    world.deliver();
    assert_eq!(world.paged().last(), Some(&PRIMARY));
}

#[test]
fn every_lapse_begins_with_all_its_rounds() {
    let policy = Policy { escalation_repeats_max: 1, ..Policy::default() };
    let mut world = World::with(plan(policy), roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.alert("api", "P1");
    for _ in 0..3 {
        world
            .person(PRIMARY, Command::Acknowledge { intent: AckIntent::InMinutes(5), page: None })
            .expect("is taken");
        world.pass(minutes(5));
    }
    let before = world.paged().len();
    world.pass(minutes(24 * 60));
    assert_eq!(world.paged()[before..], [SECONDARY, LEAD, PRIMARY, SECONDARY, LEAD]);
    assert!(world.incident.is_unpaged());
}

#[test]
fn a_wait_of_no_time_is_a_minute() {
    let policy = Policy {
        escalation_repeat_min: 0,
        update_every_min: vec![0],
        acknowledge_lapse_min: 0,
        ..Policy::default()
    };
    let mut world = World::with(plan(policy), roster(&["somebody"]));
    world.alert("api", "P1");
    world.pass(minutes(3));
    assert_eq!(world.paged().len(), 4, "one a minute, not all in one moment");
    world.person("somebody", Command::Acknowledge { intent: AckIntent::OnIt, page: None }).expect("is taken");
    world.pass(minutes(30));
    assert!(world.events.len() < 200, "{} events", world.events.len());
}

#[test]
fn a_page_that_was_taken_back_is_not_tried_again_in_the_next_round() {
    let mut world = World::new();
    world.alert("api", "P1");
    world
        .person(PRIMARY, Command::Acknowledge { intent: AckIntent::InMinutes(1), page: None })
        .expect("is taken");
    world.pass(minutes(1));
    // The courier had the first page in hand all the while.
    let outcome = PageOutcome::TryAgain { error: "503".into(), after_s: None };
    world.ask(Actor::System, Command::PageOutcome { page: 1, attempt: 1, outcome }).expect("counts");
    let page = world.incident.page(1).expect("it is there");
    assert!(matches!(page.state, PageState::Failed { .. }), "{:?}", page.state);
}

#[test]
fn a_page_of_which_nobody_knows_whether_it_arrived_is_a_possible_repeat_when_it_goes_again() {
    let mut world = World::new();
    world.alert("api", "P1");
    let refused = PageOutcome::TryAgain { error: "503".into(), after_s: None };
    world.ask(Actor::System, Command::PageOutcome { page: 1, attempt: 1, outcome: refused }).expect("counts");
    assert_eq!(world.incident.page(1).expect("it is there").possible_repeat, 0, "it was refused");
    world.pass(minutes(5));
    let unknown = PageOutcome::Unknown { error: "no answer".into() };
    world.ask(Actor::System, Command::PageOutcome { page: 1, attempt: 2, outcome: unknown }).expect("counts");
    let page = world.incident.page(1).expect("it is there");
    assert_eq!(page.possible_repeat, 1);
    let told = incident::words::page_words(&world.incident, page).long.join("\n");
    assert!(told.contains("You may have had this page before"), "{told}");
    assert!(!told.contains("the server stopped"), "the server went on all the while: {told}");
    assert!(matches!(page.state, PageState::Retrying { .. }), "{:?}", page.state);
}

#[test]
fn who_is_bound_later_is_woken_at_the_next_try() {
    let mut world = World::with(plan(Policy::default()), roster(&[]));
    world.alert("api", "P1");
    world.pass(minutes(15));
    assert!(world.incident.is_unpaged(), "it stands until somebody is paged");
    assert_eq!(world.count(|event| matches!(event, EventKind::Unpaged { .. })), 2, "each try is told");
    let told = world.count(|event| matches!(event, EventKind::LevelUnreachable { .. }));
    world.roster = roster(&[PRIMARY]);
    world.pass(minutes(15));
    assert!(!world.incident.is_unpaged());
    assert_eq!(world.paged(), [PRIMARY]);
    assert_eq!(world.count(|event| matches!(event, EventKind::LevelUnreachable { .. })), told);
}

#[test]
fn who_is_bound_later_is_woken_when_the_alert_repeats_or_the_roster_is_read() {
    let tries: [fn(&mut World); 2] = [
        |world| {
            world.alert("api", "P1");
        },
        |world| {
            world.ask(Actor::System, Command::TryAgain).expect("is tried");
        },
    ];
    for again in tries {
        let mut world = World::with(plan(Policy::default()), roster(&[]));
        world.alert("api", "P1");
        again(&mut world);
        assert_eq!(world.count(|event| matches!(event, EventKind::Unpaged { .. })), 1, "nothing new to say");
        world.roster = roster(&[PRIMARY]);
        again(&mut world);
        assert_eq!(world.paged(), [PRIMARY]);
        assert!(!world.incident.is_unpaged());
    }
}

#[test]
fn what_an_older_server_left_unpaged_gets_a_time_for_its_next_try() {
    let mut world = World::with(plan(Policy::default()), roster(&[]));
    world.alert("api", "P1");
    let old = r#"{"unpaged":{"why":"nobody"}}"#;
    let kind: EventKind = serde_json::from_str(old).expect("what was published is still read");
    world.incident =
        incident::evolve(world.incident.clone(), &incident::Event { at: world.now, by: Actor::System, kind });
    world.timers.clear();
    world.ask(Actor::System, Command::TryAgain).expect("is tried");
    assert!(world.timers.contains_key(&incident::TimerKey::Escalation));
    assert!(world.incident.is_unpaged());
}

#[test]
fn a_delay_counts_as_the_playbook_says_whatever_is_set() {
    let counted = [DelayBasis::Unsaid, DelayBasis::Previous, DelayBasis::Start, DelayBasis::Previous];
    for reading in [DelayReading::PerHop, DelayReading::FromStart] {
        let mut plan = plan(Policy { escalation_delays: reading, ..Policy::default() });
        for (hop, counted) in
            plan.playbook.escalation.get_mut("P0").expect("it has one").iter_mut().zip(counted)
        {
            hop.counted = counted;
        }
        let levels = plan.levels(&plan.severity("P0").expect("it is there")).expect("it has a path");
        let times: Vec<u32> = levels.iter().map(|level| level.after_min).collect();
        assert_eq!(times, [0, 5, 10, 25], "{reading:?}");
    }
}

#[test]
fn a_severity_without_a_path_is_answered_by_the_one_for_all() {
    let mut plan = plan(Policy::default());
    let all = plan.playbook.escalation.remove("P1").expect("it has one");
    plan.playbook.escalation_otherwise = all;
    let mut world = World::with(plan, roster(&[PRIMARY, SECONDARY, LEAD, CTO]));
    world.alert("api", "P1");
    world.pass(minutes(24 * 60));
    assert_eq!(world.paged()[..3], [PRIMARY, SECONDARY, LEAD]);
    let mut filed = World::new();
    filed.alert("api", "P3");
    assert!(filed.paged().is_empty(), "a ticket is an answer of its own");
}
