//! Several nodes on one database act as one.

use crate::nodes_world::{Counting, HandClock, Node, PATIENCE, alert};
use crate::postgres_server::PostgresServer;
use engine::EngineError;
use engine::ports::Filter;
use incident::{
    AckIntent, AlertStatus, Command, Ending, Incident, IncidentId, PageState, Refusal, RunState, Status,
};
use jiff::SignedDuration;
use std::sync::Arc;
use store::{End, Postgres, Purpose, Sqlite, copy};

struct World {
    server: PostgresServer,
    url: String,
    clock: HandClock,
    ids: Arc<Counting>,
}

impl World {
    fn new() -> Self {
        let server = PostgresServer::start();
        let url = server.database();
        Self { server, url, clock: HandClock::new(), ids: Arc::default() }
    }

    fn node(&self, name: &str) -> Node {
        Node::start(&self.url, name, &self.clock, &self.ids)
    }

    fn sql(&self, statement: &str) -> String {
        self.server.sql("db0", statement)
    }

    /// The others take this node for dead, as they do when it was not heard of for too long.
    fn lapse(&self, node: &str) {
        let lapsed =
            format!("UPDATE nodes SET alive_until = '-infinity' WHERE node = '{node}' RETURNING node");
        assert_eq!(self.sql(&lapsed), node);
    }
}

fn delivered(incident: &Incident) -> bool {
    !incident.pages.is_empty()
        && incident.pages.iter().all(|page| matches!(page.state, PageState::Delivered { .. }))
}

/// Somebody is woken, and ends it.
async fn is_over(node: &Node, id: IncidentId) {
    node.until(id, "somebody is woken", delivered).await;
    node.person(id, Command::Resolve { summary: "restarted".into() }).await.expect("is taken");
}

fn reopen() -> Command {
    Command::Reopen { reason: "it is not over".into() }
}

/// Two incidents of one alert, both over for longer than it could open them again.
async fn two_are_over(world: &World, node: &Node, key: &str) -> [IncidentId; 2] {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = node.opened(key).await;
        is_over(node, id).await;
        world.clock.pass(SignedDuration::from_hours(3));
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1], "the first stays over");
    [ids[0], ids[1]]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_new_alert_at_both_nodes_at_once_opens_one_incident() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let keys: Vec<String> = (0..40).map(|number| format!("api-{number}")).collect();
    let both = keys.iter().map(|key| async { tokio::join!(a.opened(key), b.opened(key)) });
    for (key, (at_a, at_b)) in keys.iter().zip(futures_util::future::join_all(both).await) {
        assert_eq!(at_a, at_b, "{key}");
        let incident = a.until(at_a, "somebody is woken", delivered).await;
        assert_eq!(incident.pages.len(), 1, "{key}");
        assert_eq!(incident.alerts.values().map(|alert| alert.count).sum::<u32>(), 2, "{key}: both count");
    }
    let rows = b.engine.summaries(Filter { limit: 1_000, ..Filter::default() }).await.expect("rows");
    assert_eq!(rows.len(), keys.len());
    assert_eq!(a.phone.count() + b.phone.count(), keys.len(), "nobody is woken twice");
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_at_both_nodes_for_the_same_incidents_loses_and_doubles_nothing() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let storm = |node: Node| async move {
        for _ in 0..10 {
            let alerts = (0..30).map(|number| alert(&format!("api-{number}"), AlertStatus::Firing)).collect();
            for answer in node.engine.alerts(alerts).await.expect("is taken") {
                answer.expect("is accepted");
            }
        }
        node
    };
    let (a, b) = tokio::join!(storm(a), storm(b));
    let rows = b.engine.summaries(Filter { limit: 1_000, ..Filter::default() }).await.expect("rows");
    assert_eq!(rows.len(), 30);
    for row in rows {
        let incident = a.until(row.id, "somebody is woken", delivered).await;
        let counts: Vec<u32> = incident.alerts.values().map(|alert| alert.count).collect();
        assert_eq!(counts, [20], "every alert counts once");
        let told = b.engine.history(row.id).await.expect("it is there");
        assert_eq!(u64::try_from(told.len()).unwrap(), incident.version);
    }
    assert_eq!(a.phone.count() + b.phone.count(), 30, "nobody is woken twice");
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_did_the_other_knows_at_once() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let mut told = a.engine.feed();
    let id = a.opened("api").await;
    a.until(id, "somebody is woken", delivered).await;
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: None };
    let answer = b.person(id, on_it.clone()).await.expect("is taken");
    assert!(a.engine.incident(id).await.expect("it is there").acknowledged.is_some(), "asked right after");
    let heard = async {
        while told.recv().await.is_ok_and(|change| (change.incident, change.version) != (id, answer.version))
        {
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("whoever follows at the other node is told");
    assert_eq!(a.opened("api").await, id, "a repeat");
    b.alert("api", AlertStatus::Resolved).await.expect("its end, at the other node");
    let watched = a.engine.incident(id).await.expect("it is there");
    assert!(watched.recovery.is_some(), "recovery is watched");
    let refused = a.alert("ghost", AlertStatus::Resolved).await;
    assert_eq!(refused, Err(EngineError::Refused(Refusal::NothingOpen)));
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_an_incident_that_is_over_goes_to_one_new_incident() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let first = a.opened("api").await;
    is_over(&b, first).await;
    // Longer than it could be opened again.
    world.clock.pass(SignedDuration::from_hours(3));
    let (at_a, at_b) = tokio::join!(a.opened("api"), b.opened("api"));
    assert_eq!(at_a, at_b);
    assert_ne!(at_a, first);
    assert_eq!(a.engine.incident(first).await.expect("it is there").status, Status::Resolved);
    a.stop().await;
    b.stop().await;
}

/// No node that runs has heard of the incident that is over: it is known by the database alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_alert_fires_again_after_all_nodes_were_started_anew() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let first = a.opened("api").await;
    is_over(&b, first).await;
    world.clock.pass(SignedDuration::from_hours(3));
    a.stop().await;
    b.stop().await;
    let (c, d) = (world.node("c"), world.node("d"));
    let (at_c, at_d) = tokio::join!(c.opened("api"), d.opened("api"));
    assert_eq!(at_c, at_d, "one incident");
    assert_ne!(at_c, first, "what is over stays over");
    let second = c.until(at_c, "somebody is woken", delivered).await;
    assert_eq!((second.pages.len(), c.phone.count() + d.phone.count()), (1, 1));
    c.stop().await;
    d.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reopened_at_one_node_has_its_alert_at_each() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let [first, _] = two_are_over(&world, &a, "api").await;
    b.person(first, reopen()).await.expect("is reopened");
    assert_eq!((a.opened("api").await, b.opened("api").await), (first, first));
    a.stop().await;
    b.stop().await;
    // They know of neither incident, and one of them is told to open the first again.
    let [other, _] = {
        let a = world.node("a2");
        let ids = two_are_over(&world, &a, "other").await;
        a.stop().await;
        ids
    };
    let (c, d) = (world.node("c"), world.node("d"));
    assert_eq!(d.opened("api").await, first, "after a restart");
    c.person(other, reopen()).await.expect("is reopened");
    assert_eq!((c.opened("other").await, d.opened("other").await), (other, other));
    c.stop().await;
    d.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_and_a_person_who_reopens_at_once_leave_one_incident_open() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let mut over = Vec::new();
    for number in 0..12 {
        let id = a.opened(&format!("api-{number}")).await;
        is_over(&a, id).await;
        over.push(id);
    }
    world.clock.pass(SignedDuration::from_hours(3));
    let both = over.iter().enumerate().map(|(number, id)| {
        let (a, b, key) = (&a, &b, format!("api-{number}"));
        async move { tokio::join!(a.opened(&key), b.person(*id, reopen())) }
    });
    for (id, (fired_at, reopened)) in over.iter().zip(futures_util::future::join_all(both).await) {
        match reopened {
            Ok(_) => assert_eq!(fired_at, *id, "the alert goes to what was reopened"),
            Err(error) => {
                assert_ne!(fired_at, *id);
                assert!(error.to_string().contains(&fired_at.to_string()), "{error}");
            }
        }
    }
    let open = Filter { status: Some("open".into()), limit: 1_000, ..Filter::default() };
    assert_eq!(a.engine.summaries(open).await.expect("rows").len(), over.len(), "one each");
    a.stop().await;
    b.stop().await;
}

/// From PostgreSQL to a file and from there to another PostgreSQL: there, nothing but the copy knows of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_alert_fires_again_after_everything_was_moved_to_another_database() {
    let mut world = World::new();
    let a = world.node("a");
    let mut over = Vec::new();
    for key in ["api", "db", "api"] {
        let id = a.opened(key).await;
        is_over(&a, id).await;
        over.push(id);
        world.clock.pass(SignedDuration::from_hours(3));
    }
    let [reopened, _] = two_are_over(&world, &a, "web").await;
    a.person(reopened, reopen()).await.expect("is reopened");
    a.stop().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (world.url.clone(), world.server.database());
    tokio::task::block_in_place(|| {
        let [from, to] = [&from, &to].map(|url| Postgres::open(url).expect("it can be reached"));
        let file = Sqlite::open(&folder.path().join("moved.db")).expect("a file");
        copy(End::Shared(&from), End::File(&file), &Purpose::Move).expect("out");
        copy(End::File(&file), End::Shared(&to), &Purpose::Move).expect("in");
    });
    world.url = to;
    let (b, c) = (world.node("b"), world.node("c"));
    for key in ["api", "db"] {
        let (at_b, at_c) = tokio::join!(b.opened(key), c.opened(key));
        assert_eq!(at_b, at_c, "{key}: one incident");
        assert!(!over.contains(&at_b), "{key}: what is over stays over");
        let opened = c.until(at_b, "somebody is woken", delivered).await;
        assert_eq!(opened.pages.len(), 1, "{key}: once");
    }
    assert_eq!((b.opened("web").await, c.opened("web").await), (reopened, reopened));
    b.stop().await;
    c.stop().await;
}

/// What a node remembers of a key is wrong, and nobody tells it: a refusal makes it ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_wrong_about_a_key_asks_who_has_it() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let first = a.opened("api").await;
    is_over(&a, first).await;
    world.clock.pass(SignedDuration::from_hours(3));
    a.stands_still.send_replace(true);
    let second = b.opened("api").await;
    world.sql("DELETE FROM changes");
    a.stands_still.send_replace(false);
    assert_eq!(a.opened("api").await, second);
    assert_ne!(second, first);
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_taken_once_by_whichever_node() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let id = a.opened("api").await;
    a.until(id, "the first page", |incident| incident.pages.len() == 1 && delivered(incident)).await;
    world.clock.pass(SignedDuration::from_mins(30));
    world.clock.pass(SignedDuration::from_secs(5));
    a.until(id, "the second level", |incident| incident.pages.len() == 2 && delivered(incident)).await;
    assert_eq!(a.phone.count() + b.phone.count(), 2);
    // The node that set it is gone: the other one takes it.
    let other = a.opened("other").await;
    a.until(other, "the first page", delivered).await;
    a.stop().await;
    world.clock.pass(SignedDuration::from_mins(31));
    b.until(other, "the second level", |incident| incident.pages.len() == 2 && delivered(incident)).await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_the_other_node_moved_is_not_lost() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    let id = a.opened("api").await;
    a.until(id, "the first page", delivered).await;
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: None };
    b.person(id, on_it.clone()).await.expect("is taken");
    let first = b.engine.incident(id).await.expect("it is there").acknowledged.clone().expect("is held");
    world.clock.pass(SignedDuration::from_mins(10));
    a.person(id, on_it).await.expect("is taken");
    let second = b.engine.incident(id).await.expect("it is there").acknowledged.clone().expect("is held");
    assert!(second.lapses_at > first.lapses_at, "it was moved: {first:?} {second:?}");
    world.clock.pass(SignedDuration::from_mins(2 * 60));
    b.until(id, "the acknowledgement lapses", |incident| incident.acknowledged.is_none()).await;
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_node_that_is_not_heard_of_goes_to_another_and_its_late_outcome_changes_nothing() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    a.phone.hangs.send_replace(true);
    a.shell.hangs.send_replace(true);
    let id = a.opened("api").await;
    a.phone.carries(1).await;
    a.until(id, "a command runs", |incident| {
        incident.runs.iter().any(|run| matches!(run.state, RunState::Running { .. }))
    })
    .await;
    a.stands_still.send_replace(true);
    world.lapse("a");
    // Longer than a sweep.
    world.clock.pass(SignedDuration::from_secs(6));
    b.phone.carries(1).await;
    let taken = b.until(id, "the page goes out again", delivered).await;
    let again = b.phone.carried.borrow().first().cloned().expect("it went out");
    assert!(again.possible_repeat, "{again:?}");
    assert_eq!(taken.pages.len(), 1);
    // A command that only looks is taken again, as another run.
    let lost = |incident: &Incident| {
        incident.runs[0].state == RunState::Lost
            && incident.runs.iter().skip(1).all(|run| matches!(run.state, RunState::Ended(_)))
    };
    b.until(id, "the command is lost", lost).await;
    let before = b.engine.history(id).await.expect("it is there");
    // Now the first node goes on, and its courier and command come to an end.
    a.stands_still.send_replace(false);
    a.phone.hangs.send_replace(false);
    a.shell.hangs.send_replace(false);
    world.clock.pass(SignedDuration::from_secs(6));
    // Its workers ask the core at least once after that; so does this.
    a.person(id, Command::Note { text: "looking".into() }).await.expect("it goes on as a node");
    let carried = a.phone.count();
    a.stop().await;
    let after = b.engine.history(id).await.expect("it is there");
    assert_eq!(after.len(), before.len() + 1, "only the note: {after:#?}");
    assert_eq!(b.shell.ran.lock().unwrap().len(), 1, "a look is taken again");
    assert_eq!(carried + b.phone.count(), 2, "the page went out once more, and said so");
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_node_that_left_in_order_is_taken_up_at_once() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    a.phone.hangs.send_replace(true);
    let id = a.opened("api").await;
    a.phone.carries(1).await;
    a.stop().await;
    world.clock.pass(SignedDuration::from_secs(6));
    b.until(id, "the page goes out again", delivered).await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_reaches_the_node_that_runs_the_command() {
    let world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    a.shell.hangs.send_replace(true);
    let id = a.opened("api").await;
    let running =
        |incident: &Incident| incident.runs.iter().any(|run| matches!(run.state, RunState::Running { .. }));
    let incident = b.until(id, "a command runs", running).await;
    b.person(id, Command::StopRun { run: incident.runs[0].number }).await.expect("is taken");
    let ended = |incident: &Incident| matches!(&incident.runs[0].state, RunState::Ended(report) if report.ending == Ending::Stopped);
    b.until(id, "it ends", ended).await;
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_under_load_loses_nothing_that_was_answered_and_doubles_nothing() {
    let mut world = World::new();
    let (a, b) = (world.node("a"), world.node("b"));
    // Workers rest before they ask again.
    let ticking = tokio::spawn(world.clock.clone().tick());
    let mut answered = Vec::new();
    for round in 0..3 {
        let keys: Vec<String> = (0..60).map(|number| format!("api-{round}-{number}")).collect();
        let load = async {
            let asked = keys.iter().enumerate().map(|(number, key)| {
                let node = if number % 2 == 0 { &a } else { &b };
                async move { (key, node.alert(key, AlertStatus::Firing).await) }
            });
            futures_util::future::join_all(asked).await
        };
        let crash = async {
            tokio::task::block_in_place(|| world.server.crash());
        };
        let (answers, ()) = tokio::join!(load, crash);
        answered.extend(
            answers.into_iter().filter_map(|(key, answer)| Some((key.clone(), answer.ok()?.incident))),
        );
        world.server.resume();
        // Whoever was refused comes again, to the other node.
        for (number, key) in keys.iter().enumerate() {
            let node = if number % 2 == 0 { &b } else { &a };
            answered.push((key.clone(), node.opened(key).await));
        }
    }
    let rows = a.engine.summaries(Filter { limit: 1_000, ..Filter::default() }).await.expect("rows");
    assert_eq!(rows.len(), 180, "one incident a key");
    for (key, id) in answered {
        let incident = a.until(id, "somebody is woken", delivered).await;
        assert!(incident.alerts.keys().any(|held| held.key == key), "{key} is with {id}");
        assert_eq!(incident.pages.len(), 1, "{key}");
    }
    ticking.abort();
    a.stop().await;
    b.stop().await;
}
