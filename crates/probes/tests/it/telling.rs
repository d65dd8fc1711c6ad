//! The prober with a real engine: what is down becomes an incident, once, and is over when the target is up again.

use crate::world::{SOON, Shell, answers, response};
use engine::memory::Memory;
use engine::ports::{
    BucketWidth, Clock, Coming, Filter, Ids, JournalError, Links, ProbeBoard as _, ProbeHistory as _, Verdict,
};
use engine::{Engine, Hands, Parts, Settings, Stopped};
use incident::{Alert, AlertStatus, IncidentId, Plan, Roster};
use jiff::{SignedDuration, Timestamp};
use probes::{Board, ProbeSetting, Prober, ProberParts};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A clock that only the test moves.
#[derive(Clone)]
pub(crate) struct HandClock(pub(crate) watch::Sender<Timestamp>);

impl HandClock {
    pub(crate) fn at(moment: &str) -> Self {
        Self(watch::Sender::new(moment.parse().unwrap()))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn wait(&self, at: Timestamp) -> Duration {
        if at <= self.now() { Duration::ZERO } else { Duration::from_millis(2) }
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        let mut seen = self.0.subscribe();
        Box::pin(async move {
            let _ = seen.wait_for(|now| *now >= at).await;
        })
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn incident(&self, _: Timestamp) -> IncidentId {
        IncidentId::from_parts(1_800_000_000_000, self.0.fetch_add(1, Ordering::Relaxed).into())
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

struct NoLinks;

impl Links for NoLinks {
    fn page(&self, _: IncidentId, _: u32) -> String {
        String::new()
    }
}

/// An engine with nobody to wake and nothing to run but what a test says.
pub(crate) fn start_engine(clock: &HandClock, memory: &Memory) -> (Engine, Stopped) {
    let plan = Plan { digest: "plan".to_owned(), ..Plan::default() };
    let roster = Roster::new(Vec::new(), Vec::new().into_iter().collect(), Vec::new());
    let parts = Parts {
        journal: Box::new(memory.clone()),
        archive: Arc::new(memory.clone()),
        clock: Arc::new(clock.clone()),
        ids: Arc::new(Counting::default()),
        settings: Settings::new(Arc::new(plan), Arc::new(roster)),
        node: "test".to_owned(),
        hands: Hands { couriers: Vec::new(), executor: Arc::new(Shell), links: Arc::new(NoLinks) },
    };
    Engine::start(parts).unwrap()
}

pub(crate) struct World {
    clock: HandClock,
    memory: Memory,
    engine: Engine,
    stopped: Stopped,
    pub(crate) board: Arc<Board>,
    stop: watch::Sender<bool>,
    prober: JoinHandle<()>,
}

impl World {
    pub(crate) fn start(settings: &str) -> Self {
        let clock = HandClock::at("2040-03-01T00:00:00Z");
        Self::go_on(settings, clock, Memory::new())
    }

    /// A process on what an earlier one left.
    fn go_on(settings: &str, clock: HandClock, memory: Memory) -> Self {
        let (engine, stopped) = start_engine(&clock, &memory);
        let probe = |settings: &str| toml::from_str::<ProbeSetting>(settings).unwrap().probe().unwrap();
        let probes = Some(settings).filter(|settings| !settings.is_empty()).map(probe);
        let (stop, stopping) = watch::channel(false);
        let parts = ProberParts {
            probes: probes.into_iter().collect(),
            engine: engine.clone(),
            executor: Arc::new(Shell),
            uplink: Vec::new(),
            history: Arc::new(memory.clone()),
        };
        let (board, prober) = Prober::start(parts, stopping);
        Self { clock, memory, engine, stopped, board, stop, prober }
    }

    /// Lets a second pass at a time until it is so.
    async fn until(&self, what: &str, so: impl AsyncFn(&Self) -> bool) {
        let looking = async {
            let mut turn = tokio::time::interval(Duration::from_millis(2));
            while !so(self).await {
                self.clock.0.send_modify(|now| *now += SignedDuration::from_secs(1));
                turn.tick().await;
            }
        };
        assert!(tokio::time::timeout(SOON, looking).await.is_ok(), "not soon: {what}");
    }

    /// The probe's alerts in every incident, the oldest incident first.
    async fn alerts(&self) -> Vec<(AlertStatus, Alert)> {
        let mut rows = self.engine.summaries(Filter { limit: 100, ..Filter::default() }).await.unwrap();
        rows.sort_by_key(|row| row.id);
        let mut alerts = Vec::new();
        for row in rows {
            let incident = self.engine.incident(row.id).await.unwrap();
            alerts.extend(incident.alerts.values().map(|held| (held.status, held.alert.clone())));
        }
        alerts
    }

    /// Ends this process; the next one begins on what it left.
    async fn restart(self, settings: &str) -> Self {
        let (clock, memory) = (self.clock.clone(), self.memory.clone());
        self.stop().await;
        Self::go_on(settings, clock, memory)
    }

    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(SOON, self.prober).await.unwrap().unwrap();
        self.engine.stop().await;
        self.stopped.wait().await;
    }
}

async fn target(well: &Arc<AtomicBool>) -> u16 {
    let well = Arc::clone(well);
    answers(move |_| {
        let status = if well.load(Ordering::Relaxed) { "200 OK" } else { "500 Internal Server Error" };
        response(status, "", "")
    })
    .await
}

fn settings(port: u16) -> String {
    format!(
        "name = 'api'\nkind = 'http'\nurl = 'http://127.0.0.1:{port}/'\nevery = '10 s'\ndown_after = 2\nup_after = 2\n\
         severity = 'critical'\nservice = 'API'"
    )
}

#[tokio::test]
async fn down_is_one_alert_and_up_is_its_end() {
    let well = Arc::new(AtomicBool::new(true));
    let world = World::start(&settings(target(&well).await));
    world.until("it is up", async |world| world.board.all()[0].standing.state.name() == "up").await;
    assert_eq!(world.alerts().await, [], "nobody is told that all is well");
    well.store(false, Ordering::Relaxed);
    world.until("an incident opens", async |world| !world.alerts().await.is_empty()).await;
    let alerts = world.alerts().await;
    let (status, alert) = &alerts[0];
    assert_eq!((alerts.len(), *status), (1, AlertStatus::Firing));
    assert_eq!((alert.key.source.as_str(), alert.key.key.as_str()), ("probes", "probe:api"));
    assert_eq!((alert.title.as_str(), alert.severity.as_deref()), ("api is down", Some("critical")));
    assert!(alert.description.contains("status 500; expected is 2xx"), "{}", alert.description);
    assert_eq!(alert.labels["service"], "API");
    assert!(alert.started_at.is_some());
    well.store(true, Ordering::Relaxed);
    world.until("it is over", async |world| world.alerts().await[0].0 == AlertStatus::Resolved).await;
    assert_eq!(world.alerts().await.len(), 1);
    assert!(world.board.one("api").unwrap().last.len() > 3);
    world.stop().await;
}

#[tokio::test]
async fn an_alert_that_cannot_be_kept_is_told_until_it_is() {
    let well = Arc::new(AtomicBool::new(false));
    let world = World::start(&settings(target(&well).await));
    for _ in 0..3 {
        world.memory.fail_next_commit(JournalError::Unavailable("the disk is full".to_owned()));
    }
    world.until("an incident opens all the same", async |world| !world.alerts().await.is_empty()).await;
    well.store(true, Ordering::Relaxed);
    world.until("it is over", async |world| world.alerts().await[0].0 == AlertStatus::Resolved).await;
    world.stop().await;
}

#[tokio::test]
async fn what_the_probe_cannot_see_wakes_nobody() {
    let text = "name = 'x'\nkind = 'command'\ncommand = 'echo none: x'\nevery = '1 s'\ndown_after = 1";
    let world = World::start(text);
    world.until("it has tried often", async |world| world.board.all()[0].last.len() > 20).await;
    let seat = world.board.one("x").unwrap();
    assert_eq!(seat.standing.state.name(), "unknown");
    assert!(seat.standing.blind_since.is_some());
    assert!(seat.standing.blind_reason.contains("not started"), "{}", seat.standing.blind_reason);
    assert_eq!(world.alerts().await, []);
    world.stop().await;
}

#[tokio::test]
async fn a_prober_ends_while_a_look_is_under_way() {
    let text = "name = 'x'\nkind = 'command'\ncommand = 'echo hang'\nevery = '10 min'\ntimeout = '5 min'";
    let world = World::start(text);
    world.clock.0.send_modify(|now| *now += SignedDuration::from_secs(30));
    world.stop().await;
}

#[tokio::test]
async fn the_next_process_knows_what_this_one_saw() {
    let well = Arc::new(AtomicBool::new(false));
    let settings = settings(target(&well).await);
    let world = World::start(&settings);
    world.until("an incident opens", async |world| !world.alerts().await.is_empty()).await;
    let before = world.board.one("api").unwrap();
    let world = world.restart(&settings).await;
    let recalled = async |world: &World| world.board.one("api").unwrap().standing.state.name() == "down";
    world.until("it is held to be down at once", recalled).await;
    let after = world.board.one("api").unwrap();
    assert!(after.last.len() >= before.last.len());
    assert_eq!(after.standing.since, before.standing.since, "since it went down, not since the start");
    assert_eq!(after.standing.failing_since, before.standing.failing_since);
    well.store(true, Ordering::Relaxed);
    world.until("it is over", async |world| world.alerts().await[0].0 == AlertStatus::Resolved).await;
    assert_eq!(world.alerts().await.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn the_alert_of_a_probe_that_was_taken_out_is_ended() {
    let well = Arc::new(AtomicBool::new(false));
    let world = World::start(&settings(target(&well).await));
    world.until("an incident opens", async |world| !world.alerts().await.is_empty()).await;
    let world = world.restart("").await;
    world.until("it is over", async |world| world.alerts().await[0].0 == AlertStatus::Resolved).await;
    world.until("nothing is held of it", async |world| world.memory.standings().unwrap().is_empty()).await;
    world.stop().await;
}

#[tokio::test]
async fn looks_are_kept_as_such_and_as_minutes_and_hours() {
    let well = Arc::new(AtomicBool::new(true));
    let world = World::start(&settings(target(&well).await));
    world.until("it was looked at often", async |world| world.board.all()[0].last.len() >= 15).await;
    let (memory, now) = (world.memory.clone(), world.clock.now());
    world.stop().await;
    let samples = memory.samples("api", Timestamp::MIN, 1_000).unwrap();
    assert!(samples.len() >= 15 && samples.iter().all(|sample| sample.verdict == Verdict::Pass));
    for width in [BucketWidth::Minute, BucketWidth::Hour] {
        let buckets = memory.buckets("api", width, 0).unwrap();
        let passes: u32 = buckets.iter().map(|bucket| bucket.passes).sum();
        assert_eq!(passes as usize, samples.len(), "{width:?}");
        assert!(
            buckets.iter().all(|bucket| bucket.at_s % width.seconds() == 0 && bucket.at_s <= now.as_second())
        );
    }
}
