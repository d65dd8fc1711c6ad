//! Heartbeats with a real engine: silence becomes one alert, a sign of life ends it, and our own outage is no silence.

use crate::telling::{HandClock, start_engine};
use crate::world::SOON;
use engine::memory::Memory;
use engine::ports::{Filter, HeartbeatBoard as _, HeartbeatState, JournalError, Sign, SignRefusal};
use engine::{Engine, Stopped};
use incident::AlertStatus;
use jiff::SignedDuration;
use probes::{HeartbeatSetting, Listener, ListenerParts, Switchboard};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const BACKUP: &str = "every = '5 min'\ngrace = '1 min'\nseverity = 'critical'\nservice = 'Database'";

struct World {
    clock: HandClock,
    memory: Memory,
    engine: Engine,
    stopped: Stopped,
    board: Arc<Switchboard>,
    stop: watch::Sender<bool>,
    listener: JoinHandle<()>,
}

impl World {
    fn start(heartbeats: &[&str]) -> Self {
        Self::go_on(heartbeats, HandClock::at("2040-03-01T00:00:00Z"), Memory::new())
    }

    /// A process on what an earlier one left, or beside another one.
    fn go_on(heartbeats: &[&str], clock: HandClock, memory: Memory) -> Self {
        let (engine, stopped) = start_engine(&clock, &memory);
        let heartbeat =
            |name: &&str| toml::from_str::<HeartbeatSetting>(BACKUP).unwrap().heartbeat(name).unwrap();
        let (stop, stopping) = watch::channel(false);
        let parts = ListenerParts {
            heartbeats: heartbeats.iter().map(heartbeat).collect(),
            engine: engine.clone(),
            records: Arc::new(memory.clone()),
        };
        let (board, listener) = Listener::start(parts, stopping);
        Self { clock, memory, engine, stopped, board, stop, listener }
    }

    /// The next process, on what this one left, so long after its end.
    async fn after(self, away: SignedDuration) -> Self {
        let (clock, memory) = self.end().await;
        clock.0.send_modify(|now| *now += away);
        Self::go_on(&["backup"], clock, memory)
    }

    async fn end(self) -> (HandClock, Memory) {
        self.stop.send_replace(true);
        self.listener.await.unwrap();
        self.engine.stop().await;
        self.stopped.wait().await;
        (self.clock, self.memory)
    }

    async fn sign(&self, sign: Sign) {
        self.board.sign("backup", sign, "no space left").await.unwrap();
    }

    fn state(&self) -> Option<HeartbeatState> {
        self.board.all().first().map(|view| view.state)
    }

    /// Waits, with the clock standing still.
    async fn soon(&self, what: &str, so: impl AsyncFn(&Self) -> bool) {
        let looking = async {
            let mut turn = tokio::time::interval(Duration::from_millis(2));
            while !so(self).await {
                turn.tick().await;
            }
        };
        assert!(tokio::time::timeout(SOON, looking).await.is_ok(), "not soon: {what}");
    }

    async fn is_in(&self, state: HeartbeatState) {
        self.soon(state.name(), async |world| world.state() == Some(state)).await;
    }

    /// Lets so many seconds pass, ten at a time, each seen by the listener.
    async fn pass(&self, seconds: i64) {
        for _ in 0..seconds / 10 {
            self.clock.0.send_modify(|now| *now += SignedDuration::from_secs(10));
            self.soon("a look", async |world| world.memory.listened_at() == Some(*world.clock.0.borrow()))
                .await;
        }
    }

    /// Every alert that an incident holds: its title and whether it fires, with how often it came.
    async fn alerts(&self) -> Vec<(String, AlertStatus, u32)> {
        let mut rows = self.engine.summaries(Filter { limit: 100, ..Filter::default() }).await.unwrap();
        rows.sort_by_key(|row| row.id);
        let mut alerts = Vec::new();
        for row in rows {
            let incident = self.engine.incident(row.id).await.unwrap();
            for state in incident.alerts.values() {
                alerts.push((state.alert.title.clone(), state.status, state.count));
            }
        }
        alerts
    }

    async fn fires(&self, title: &str) {
        self.soon(title, async |world| {
            matches!(world.alerts().await.as_slice(), [(said, AlertStatus::Firing, _)] if said == title)
        })
        .await;
    }

    async fn is_over(&self) {
        self.soon("over", async |world| {
            matches!(world.alerts().await.as_slice(), [(_, AlertStatus::Resolved, _)])
        })
        .await;
    }
}

const SILENT: &str = "backup is silent since 2040-03-01 00:00 UTC; it is expected every 5 min";

#[tokio::test]
async fn silence_is_one_alert_and_a_sign_of_life_ends_it() {
    let world = World::start(&["backup"]);
    world.is_in(HeartbeatState::New).await;
    world.sign(Sign::Alive).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(350).await;
    assert_eq!(world.alerts().await, [], "the grace is not over");
    world.pass(10).await;
    world.fires(SILENT).await;
    assert_eq!(world.state(), Some(HeartbeatState::Silent));
    world.sign(Sign::Alive).await;
    world.is_over().await;
    world.pass(300).await;
    assert_eq!(world.alerts().await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn what_was_never_heard_is_late_from_when_it_was_set_up() {
    let world = World::start(&["backup"]);
    world.is_in(HeartbeatState::New).await;
    world.pass(360).await;
    let title =
        "backup was never heard, and is waited for since 2040-03-01 00:00 UTC; it is expected every 5 min";
    world.fires(title).await;
    world.end().await;
}

#[tokio::test]
async fn a_failure_is_told_at_once_and_what_began_must_end_within_the_grace() {
    let world = World::start(&["backup"]);
    world.sign(Sign::Failed).await;
    world.fires("backup says that it failed").await;
    assert_eq!(world.board.all()[0].said, "no space left");
    world.sign(Sign::Alive).await;
    world.is_over().await;
    world.sign(Sign::Begun).await;
    world.is_in(HeartbeatState::Running).await;
    world.pass(60).await;
    world.is_in(HeartbeatState::Silent).await;
    world.end().await;
}

#[tokio::test]
async fn our_own_outage_is_no_silence_and_forgives_one_period_once() {
    let world = World::start(&["backup"]);
    world.sign(Sign::Alive).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(60).await;
    let world = world.after(SignedDuration::from_hours(10)).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(330).await;
    assert_eq!(world.alerts().await, [], "a whole period from our return");
    let world = world.after(SignedDuration::from_secs(600)).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(20).await;
    assert_eq!(world.alerts().await, [], "the second outage adds what it took");
    world.pass(10).await;
    world.fires(SILENT).await;
    world.end().await;
}

#[tokio::test]
async fn what_was_silent_before_a_start_is_silent_after_it_and_is_one_incident() {
    let world = World::start(&["backup"]);
    world.sign(Sign::Alive).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(360).await;
    world.fires(SILENT).await;
    let world = world.after(SignedDuration::from_hours(1)).await;
    world.is_in(HeartbeatState::Silent).await;
    world.fires(SILENT).await;
    world.sign(Sign::Alive).await;
    world.is_over().await;
    world.end().await;
}

/// Both write to one storage; the sign comes to the one that did not tell.
#[tokio::test]
async fn two_nodes_tell_one_alert_and_either_ends_it() {
    let first = World::start(&["backup"]);
    first.sign(Sign::Alive).await;
    first.is_in(HeartbeatState::Alive).await;
    let second = World::go_on(&["backup"], first.clock.clone(), first.memory.clone());
    second.is_in(HeartbeatState::Alive).await;
    second.stop.send_replace(true);
    second.listener.await.unwrap();
    first.pass(360).await;
    first.fires(SILENT).await;
    second.board.sign("backup", Sign::Alive, "").await.unwrap();
    first.pass(10).await;
    first.is_over().await;
    first.end().await;
}

#[tokio::test]
async fn the_alert_of_a_heartbeat_that_is_taken_out_of_the_settings_ends() {
    let world = World::start(&["backup"]);
    world.is_in(HeartbeatState::New).await;
    world.pass(360).await;
    world.soon("an alert", async |world| world.alerts().await.len() == 1).await;
    let (clock, memory) = world.end().await;
    let world = World::go_on(&[], clock, memory);
    world.is_over().await;
    let refused = world.board.sign("backup", Sign::Alive, "").await;
    assert!(matches!(refused, Err(SignRefusal::NoHeartbeat(name)) if name == "backup"));
    world.end().await;
}

#[tokio::test]
async fn an_alert_that_cannot_be_kept_is_told_again() {
    let world = World::start(&["backup"]);
    world.sign(Sign::Alive).await;
    world.is_in(HeartbeatState::Alive).await;
    world.pass(350).await;
    world.memory.fail_next_commit(JournalError::Unavailable("disk full".into()));
    world.pass(10).await;
    world.is_in(HeartbeatState::Silent).await;
    assert_eq!(world.alerts().await, []);
    world.clock.0.send_modify(|now| *now += SignedDuration::from_secs(2));
    world.fires(SILENT).await;
    world.end().await;
}
