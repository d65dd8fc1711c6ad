//! Orders for agents: taken once, lost when nobody hears of them, never repeated when they change something.

use crate::world::World;
use engine::ports::{
    AgentAsk, AgentOrder, AgentRefusal, AgentReport, AgentRuns, AgentSelf, AgentTake, AgentVersion,
    AgentWork, OrderName, Presence, Reported, Taken,
};
use incident::{Ending, IncidentId, Place, Run, RunReport, RunState};
use jiff::SignedDuration;
use std::collections::BTreeSet;

const NAME: &str = "far";

fn own(instance: &str) -> AgentSelf {
    AgentSelf {
        instance: instance.to_owned(),
        host: "far.example.test".to_owned(),
        runs: AgentRuns::Everything,
        looks_unheld: None,
        changes_guarded: true,
        gives: BTreeSet::new(),
    }
}

fn asking(instance: &str, has: &[OrderName]) -> AgentAsk {
    AgentAsk { version: AgentVersion::own(), own: own(instance), free: 8, has: has.to_vec() }
}

/// The next orders, for an agent that has nothing.
async fn offered(world: &World, instance: &str) -> Vec<AgentOrder> {
    let work: AgentWork = world.engine.agents().ask(NAME, &asking(instance, &[])).await.expect("is served");
    work.orders
}

fn take(world: &World, instance: &str, name: OrderName) -> Taken {
    world.engine.agents().take(NAME, &AgentTake { instance: instance.to_owned(), name })
}

fn report(world: &World, instance: &str, name: OrderName, ending: Ending) -> Reported {
    let report = RunReport {
        ending,
        duration_ms: 5,
        output: "fine\u{1b}[2J".into(),
        output_bytes: 4,
        masked: 0,
        not_held: Vec::new(),
    };
    world.engine.agents().report(NAME, AgentReport { instance: instance.to_owned(), name, report })
}

fn is_ended(run: &Run) -> bool {
    matches!(run.state, RunState::Ended(_))
}

/// An incident whose look has run on the agent and whose change waits for a word.
async fn looked(world: &World, instance: &str) -> IncidentId {
    let id = world.opened("api").await;
    let look = offered(world, instance).await.remove(0);
    assert_eq!(look.name, OrderName { incident: id, run: 1 });
    assert_eq!(take(world, instance, look.name), Taken::Yours);
    assert_eq!(report(world, instance, look.name, Ending::Exited { code: 0 }), Reported::Heard);
    world.until(id, "the look has ended", |incident| is_ended(&incident.runs[0])).await;
    id
}

/// The same, with the change approved and taken.
async fn changing(world: &World, instance: &str) -> (IncidentId, OrderName) {
    let id = looked(world, instance).await;
    world.approve(id, 2).await.expect("is approved");
    let change = offered(world, instance).await.remove(0);
    assert_eq!(take(world, instance, change.name), Taken::Yours);
    (id, change.name)
}

#[tokio::test]
async fn a_look_runs_on_its_agent_and_nothing_runs_here() {
    let world = World::with_agent(NAME);
    let id = looked(&world, "one").await;
    let incident = world.engine.incident(id).await.expect("it is there");
    assert_eq!(incident.runs[0].request.place, Place::Agent(NAME.to_owned()));
    let RunState::Ended(report) = &incident.runs[0].state else { panic!("{:?}", incident.runs[0]) };
    assert_eq!(&*report.output, "fine[2J", "what another host sends is cleaned here as well");
    assert!(world.shell.ran.lock().expect("it is whole").is_empty(), "nothing runs on the server's own host");
    world.stop().await;
}

#[tokio::test]
async fn an_order_is_taken_by_one_start_of_the_agent_and_reported_once() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    assert_eq!(
        take(&world, "one", name),
        Taken::Yours,
        "the answer may have been lost: it is the same again"
    );
    assert_eq!(take(&world, "two", name), Taken::Gone);
    assert!(
        world
            .engine
            .agents()
            .ask("other", &asking("three", &[name]))
            .await
            .expect("is served")
            .stops
            .contains(&name),
        "an order of another agent's is not in its hand"
    );
    assert_eq!(report(&world, "two", name, Ending::Exited { code: 0 }), Reported::Late);
    assert_eq!(report(&world, "one", name, Ending::Exited { code: 0 }), Reported::Heard);
    assert_eq!(
        report(&world, "one", name, Ending::Exited { code: 9 }),
        Reported::Late,
        "a replay changes nothing"
    );
    let incident = world.until(id, "its end is kept", |incident| is_ended(&incident.runs[1])).await;
    assert_eq!(incident.runs.len(), 2);
    assert_eq!(take(&world, "one", name), Taken::Gone, "what has ended is nobody's to begin");
    world.stop().await;
}

#[tokio::test]
async fn a_change_whose_agent_falls_silent_is_lost_and_never_offered_again() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    world.clock.pass(SignedDuration::from_secs(46));
    let incident = world.until(id, "it is lost", |incident| incident.runs[1].state == RunState::Lost).await;
    assert!(incident.runs[1].is_in_doubt());
    assert_eq!(report(&world, "one", name, Ending::Exited { code: 0 }), Reported::Late);
    // It is back with its order in hand: nobody waits for that, so it is to end.
    let work = world.engine.agents().ask(NAME, &asking("one", &[name])).await.expect("is served");
    assert_eq!((work.orders, work.stops), (Vec::new(), vec![name]));
    assert_eq!(world.engine.incident(id).await.expect("it is there").runs.len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn a_look_whose_agent_started_anew_is_lost_and_taken_again() {
    let world = World::with_agent(NAME);
    let id = world.opened("api").await;
    let look = offered(&world, "one").await.remove(0);
    assert_eq!(take(&world, "one", look.name), Taken::Yours);
    let refused = world.engine.agents().ask(NAME, &asking("two", &[])).await;
    assert!(
        matches!(&refused, Err(AgentRefusal::NameInUse { host, .. }) if host == "far.example.test"),
        "{refused:?}"
    );
    world.engine.agents().leave(NAME, "one");
    world.until(id, "it is lost", |incident| incident.runs[0].state == RunState::Lost).await;
    let again = offered(&world, "two").await.remove(0);
    assert_eq!((again.name.run, again.source), (3, look.source));
    world.stop().await;
}

#[tokio::test]
async fn what_was_not_taken_surely_did_not_begin() {
    let world = World::with_agent(NAME);
    let id = looked(&world, "one").await;
    world.approve(id, 2).await.expect("is approved");
    let change = offered(&world, "one").await.remove(0);
    world.clock.pass(SignedDuration::from_secs(46));
    let incident = world.until(id, "it did not begin", |incident| is_ended(&incident.runs[1])).await;
    let RunState::Ended(report) = &incident.runs[1].state else { panic!("{:?}", incident.runs[1]) };
    let Ending::NotStarted { error } = &report.ending else { panic!("{report:?}") };
    assert!(
        error.contains("the agent far was last heard at") && error.contains("evenkeel agent --name far"),
        "{error}"
    );
    assert!(!incident.runs[1].is_in_doubt());
    assert_eq!(take(&world, "one", change.name), Taken::Gone, "a late hand finds nothing to take");
    world.stop().await;
}

#[tokio::test]
async fn an_agent_that_was_never_there_is_not_waited_for() {
    let world = World::with_agent(NAME);
    let id = world.opened("api").await;
    world.until(id, "it waits", |incident| matches!(incident.runs[0].state, RunState::Running { .. })).await;
    world.clock.pass(SignedDuration::from_secs(46));
    let incident = world.until(id, "it did not begin", |incident| is_ended(&incident.runs[0])).await;
    assert!(format!("{:?}", incident.runs[0].state).contains("not been heard since this server started"));
    assert_eq!(incident.runs.len(), 2, "it is not asked again and again");
    world.stop().await;
}

#[tokio::test]
async fn an_agent_that_gave_an_order_up_is_not_waited_for_though_it_is_there() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    for has in [&[name][..], &[][..], &[][..]] {
        // Held without work: the clock ends it, and goes on.
        let ask = asking("one", has);
        let asked = world.engine.agents().ask(NAME, &ask);
        let (answer, ()) = tokio::join!(asked, async { world.clock.pass(SignedDuration::from_secs(30)) });
        assert_eq!(answer, Ok(AgentWork::default()));
    }
    world.until(id, "it is lost", |incident| incident.runs[1].state == RunState::Lost).await;
    world.stop().await;
}

#[tokio::test]
async fn a_stop_reaches_the_agent_and_what_it_had_not_taken_does_not_begin() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    world.person(id, incident::Command::StopRun { run: 2 }).await.expect("is stopped");
    let work = world.engine.agents().ask(NAME, &asking("one", &[name])).await.expect("is served");
    assert_eq!(work.stops, [name]);
    assert_eq!(report(&world, "one", name, Ending::Stopped), Reported::Heard);
    world.until(id, "its end is kept", |incident| is_ended(&incident.runs[1])).await;
    world.stop().await;
}

/// An agent that goes on naming a run and says nothing of its end holds nobody up for ever.
#[tokio::test]
async fn a_stopped_run_that_is_never_reported_is_lost_after_its_grace_and_says_so() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    world.person(id, incident::Command::StopRun { run: 2 }).await.expect("is stopped");
    let ask = async || {
        let work = world.engine.agents().ask(NAME, &asking("one", &[name])).await.expect("is served");
        assert_eq!(work.stops, [name], "it is told with every answer");
    };
    ask().await;
    for _ in 0..2 {
        world.clock.pass(SignedDuration::from_secs(29));
        ask().await;
        let incident = world.engine.incident(id).await.expect("it is there");
        assert!(matches!(incident.runs[1].state, RunState::Running { .. }), "{:?}", incident.runs[1].state);
    }
    world.clock.pass(SignedDuration::from_secs(2));
    let incident = world.until(id, "it is lost", |incident| incident.runs[1].state == RunState::Lost).await;
    let run = &incident.runs[1];
    assert!(run.is_in_doubt());
    let said = incident::words::lost(&run.request.place, run.stopped_by.as_ref());
    assert!(said.contains("had it stopped") && said.contains("the agent far did not say"), "{said}");
    ask().await;
    assert_eq!(report(&world, "one", name, Ending::Stopped), Reported::Late);
    assert_eq!(world.engine.incident(id).await.expect("it is there").runs.len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn a_look_that_was_stopped_and_lost_is_not_taken_again() {
    let world = World::with_agent(NAME);
    let id = world.opened("api").await;
    let look = offered(&world, "one").await.remove(0);
    assert_eq!(take(&world, "one", look.name), Taken::Yours);
    world.person(id, incident::Command::StopRun { run: 1 }).await.expect("is stopped");
    world.engine.agents().ask(NAME, &asking("one", &[look.name])).await.expect("is served");
    world.clock.pass(SignedDuration::from_secs(30));
    world.engine.agents().ask(NAME, &asking("one", &[look.name])).await.expect("is served");
    world.clock.pass(SignedDuration::from_secs(31));
    let incident = world.until(id, "it is lost", |incident| incident.runs[0].state == RunState::Lost).await;
    assert!(incident.runs.iter().skip(1).all(|run| run.request.source != incident.runs[0].request.source));
    world.stop().await;
}

/// Whatever an agent says of a run and of itself is short and plain before it is kept.
#[tokio::test]
async fn an_agent_that_lies_is_cut_short_and_cleaned() {
    let world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    let long = format!("\u{1b}[2J\u{202e}{}", "A".repeat(100_000));
    let said = RunReport {
        ending: Ending::NotStarted { error: long.clone() },
        duration_ms: u64::MAX,
        output: "a\u{2066}b\tc\n".into(),
        output_bytes: u64::MAX,
        masked: u32::MAX,
        not_held: vec![long.clone(); 1_000],
    };
    let report = AgentReport { instance: "one".to_owned(), name, report: said };
    assert_eq!(world.engine.agents().report(NAME, report), Reported::Heard);
    let incident = world.until(id, "its end is kept", |incident| is_ended(&incident.runs[1])).await;
    let RunState::Ended(kept) = &incident.runs[1].state else { panic!("{:?}", incident.runs[1]) };
    let Ending::NotStarted { error } = &kept.ending else { panic!("{kept:?}") };
    let is_plain = |text: &str, chars_max: usize| {
        text.starts_with("[2JA") && (chars_max - 5..=chars_max).contains(&text.chars().count())
    };
    assert!(is_plain(error, 1_000), "{error}");
    assert_eq!(kept.not_held.len(), 32);
    assert!(kept.not_held.iter().all(|held| is_plain(held, 200)), "{:?}", kept.not_held);
    assert_eq!(&*kept.output, "ab\tc\n");
    assert_eq!((kept.duration_ms, kept.output_bytes, kept.masked), (86_700_000, 1 << 30, 65_536));
    let ask = AgentAsk {
        own: AgentSelf { host: long.clone(), looks_unheld: Some(long), ..own("one") },
        ..asking("one", &[])
    };
    let held = world.engine.agents().ask(NAME, &ask);
    let seen = async {
        while world.engine.agents().all(&[])[0].own.as_ref().is_some_and(|own| own.looks_unheld.is_none()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { _ = held => {}, () = seen => {} }
    let own = world.engine.agents().all(&[])[0].own.clone().expect("it was heard");
    assert!(
        is_plain(&own.host, 200) && own.looks_unheld.is_some_and(|why| is_plain(&why, 200)),
        "{}",
        own.host
    );
    world.stop().await;
}

#[tokio::test]
async fn a_server_that_crashed_knows_no_order_and_the_change_is_lost() {
    let mut world = World::with_agent(NAME);
    let (id, name) = changing(&world, "one").await;
    world.crash();
    let incident = world.until(id, "it is lost", |incident| incident.runs[1].state == RunState::Lost).await;
    assert_eq!(incident.runs.len(), 2);
    let work = world.engine.agents().ask(NAME, &asking("one", &[name])).await.expect("is served");
    assert_eq!((work.orders, work.stops), (Vec::new(), vec![name]), "the agent ends what nobody waits for");
    assert_eq!(report(&world, "one", name, Ending::Exited { code: 0 }), Reported::Late);
    assert_eq!(take(&world, "one", name), Taken::Gone);
    world.stop().await;
}

#[tokio::test]
async fn another_version_is_refused_with_what_to_install() {
    let old = AgentVersion { protocol: 0, version: "0.0.1".to_owned() };
    let said = old.is_served(NAME).expect_err("it is refused").to_string();
    assert!(said.contains("is Evenkeel 0.0.1") && said.contains("install Evenkeel"), "{said}");
    assert_eq!(AgentVersion::own().is_served(NAME), Ok(()));
}

#[tokio::test]
async fn agents_are_listed_whether_or_not_they_are_there() {
    let world = World::with_agent(NAME);
    let presence = |world: &World| {
        let all = world.engine.agents().all(&[NAME.to_owned()]);
        (all.len(), all[0].presence, all[0].at_work.clone())
    };
    assert_eq!(presence(&world), (1, Presence::Never, Vec::new()));
    let (_, name) = changing(&world, "one").await;
    assert_eq!(presence(&world), (1, Presence::Present, vec![name]));
    world.clock.pass(SignedDuration::from_secs(46));
    assert_eq!(presence(&world).1, Presence::Away);
    world.stop().await;
}
