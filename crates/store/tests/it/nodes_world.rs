//! Two nodes on one PostgreSQL: real engines, a clock moved by hand, couriers and commands that do as told.

use crate::halting::Halting;
use engine::ports::{Clock, Coming, Courier, Executor, Ids, Links, PageMessage, RunOrder};
use engine::{Answer, Engine, EngineError, Hands, Parts, Settings, Stopped};
use incident::{
    Actor, Alert, AlertKey, AlertStatus, Channel, Command, Contact, Ending, Incident, IncidentId,
    PageOutcome, PersonId, Plan, Responder, Roster, RunReport,
};
use jiff::{SignedDuration, Timestamp};
use playbook::{Effect, EscalationHop, Origin, Playbook, Runbook, Step, StepKind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Postgres;
use tokio::sync::watch;

/// No story waits longer than this for what it expects.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that only the story moves; all nodes have it.
#[derive(Clone)]
pub(crate) struct HandClock(watch::Sender<Timestamp>);

impl HandClock {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new("2026-01-05T03:00:00Z".parse().expect("a valid time")))
    }

    /// Moves on by itself, ten times as fast as the world's.
    pub(crate) async fn tick(self) {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            self.pass(SignedDuration::from_millis(500));
        }
    }

    pub(crate) fn pass(&self, length: SignedDuration) {
        self.0.send_modify(|now| *now += length);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn wait(&self, at: Timestamp) -> Duration {
        if at <= self.now() { Duration::ZERO } else { Duration::from_millis(20) }
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        let mut seen = self.0.subscribe();
        Box::pin(async move {
            let _ = seen.wait_for(|now| *now >= at).await;
        })
    }
}

/// Ids of all nodes in order.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Ids for Counting {
    fn incident(&self, now: Timestamp) -> IncidentId {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        IncidentId::from_parts(u64::try_from(now.as_millisecond()).expect("after 1970"), number.into())
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// Carries pages, unless the story holds it up.
#[derive(Clone)]
pub(crate) struct Phone {
    pub(crate) carried: watch::Sender<Vec<PageMessage>>,
    pub(crate) hangs: watch::Sender<bool>,
}

impl Phone {
    fn new() -> Self {
        Self { carried: watch::Sender::new(Vec::new()), hangs: watch::Sender::new(false) }
    }

    pub(crate) fn count(&self) -> usize {
        self.carried.borrow().len()
    }

    /// Waits until so many were carried.
    pub(crate) async fn carries(&self, count: usize) {
        let mut carried = self.carried.subscribe();
        let waiting = tokio::time::timeout(PATIENCE, carried.wait_for(|all| all.len() >= count)).await;
        assert!(waiting.is_ok(), "{count} pages: {:?}", self.carried.borrow());
    }
}

impl Courier for Phone {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(async move {
            self.carried.send_modify(|all| all.push(message.clone()));
            let _ = self.hangs.subscribe().wait_for(|hangs| !hangs).await;
            PageOutcome::Delivered { reference: String::new() }
        })
    }
}

/// Runs commands, unless the story holds it up.
#[derive(Clone)]
pub(crate) struct Shell {
    pub(crate) ran: Arc<Mutex<Vec<String>>>,
    pub(crate) begun: watch::Sender<usize>,
    pub(crate) hangs: watch::Sender<bool>,
    pub(crate) stopped: watch::Sender<Vec<(IncidentId, u32)>>,
}

impl Shell {
    fn new() -> Self {
        let (begun, hangs) = (watch::Sender::new(0), watch::Sender::new(false));
        Self { ran: Arc::default(), begun, hangs, stopped: watch::Sender::new(Vec::new()) }
    }
}

impl Executor for Shell {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        Box::pin(async move {
            self.ran.lock().unwrap_or_else(PoisonError::into_inner).push(order.source.clone());
            self.begun.send_modify(|count| *count += 1);
            let (mut hangs, mut stopped) = (self.hangs.subscribe(), self.stopped.subscribe());
            let ending = tokio::select! {
                _ = hangs.wait_for(|hangs| !hangs) => Ending::Exited { code: 0 },
                _ = stopped.wait_for(|all| all.contains(&(order.incident, order.run))) => Ending::Stopped,
            };
            RunReport {
                ending,
                duration_ms: 1,
                output: "fine".into(),
                output_bytes: 4,
                masked: 0,
                not_held: Vec::new(),
            }
        })
    }

    fn stop(&self, incident: IncidentId, run: u32) {
        self.stopped.send_modify(|all| all.push((incident, run)));
    }
}

struct NoLinks;

impl Links for NoLinks {
    fn page(&self, incident: IncidentId, page: u32) -> String {
        format!("https://example.test/{incident}/{page}")
    }
}

/// One node, with its own courier and shell.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) phone: Phone,
    pub(crate) shell: Shell,
    /// While `true`, the node stands still: its core gets nowhere with the journal.
    pub(crate) stands_still: watch::Sender<bool>,
    stopped: Stopped,
}

impl Node {
    /// A node of this name on the database at `url`.
    pub(crate) fn start(url: &str, name: &str, clock: &HandClock, ids: &Arc<Counting>) -> Self {
        let postgres = Postgres::open(url).expect("it can be reached");
        let (phone, shell) = (Phone::new(), Shell::new());
        let stands_still = watch::Sender::new(false);
        let journal = Halting::new(postgres.journal(name), stands_still.subscribe());
        let (engine, stopped) = Engine::start(Parts {
            journal: Box::new(journal),
            archive: Arc::new(postgres.archive()),
            clock: Arc::new(clock.clone()),
            ids: Arc::clone(ids) as Arc<dyn Ids>,
            settings: Settings::new(Arc::new(plan()), Arc::new(roster())),
            node: name.to_owned(),
            hands: Hands {
                couriers: vec![Arc::new(phone.clone())],
                executor: Arc::new(shell.clone()),
                links: Arc::new(NoLinks),
            },
        })
        .expect("the journal can be read");
        Self { engine, phone, shell, stands_still, stopped }
    }

    pub(crate) async fn alert(&self, key: &str, status: AlertStatus) -> Result<Answer, EngineError> {
        self.engine.alerts(vec![alert(key, status)]).await?.pop().expect("one alert, one answer")
    }

    pub(crate) async fn opened(&self, key: &str) -> IncidentId {
        self.alert(key, AlertStatus::Firing).await.expect("is accepted").incident
    }

    pub(crate) async fn person(&self, id: IncidentId, command: Command) -> Result<Answer, EngineError> {
        self.engine.ask(id, Actor::Person(PersonId("primary".into())), command).await
    }

    /// Waits until the incident is as expected, as this node sees it.
    pub(crate) async fn until(
        &self,
        id: IncidentId,
        what: &str,
        expected: impl Fn(&Incident) -> bool,
    ) -> Arc<Incident> {
        let mut feed = self.engine.feed();
        let seen = async {
            loop {
                let incident = self.engine.incident(id).await.expect("it is there");
                if expected(&incident) {
                    return incident;
                }
                let _ = feed.recv().await;
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(incident) => incident,
            Err(_) => panic!("{what}: {:?}", self.engine.incident(id).await),
        }
    }

    pub(crate) async fn stop(self) {
        self.engine.stop().await;
        self.stopped.wait().await;
    }
}

pub(crate) fn alert(key: &str, status: AlertStatus) -> Alert {
    Alert {
        key: AlertKey { source: "test".into(), key: key.into() },
        status,
        title: format!("{key} answers with errors"),
        description: String::new(),
        severity: Some("P1".into()),
        labels: [("runbook".to_owned(), "api-errors".to_owned())].into(),
        link: None,
        started_at: None,
        expires_at: None,
    }
}

fn roster() -> Roster {
    let person = |name: &str| Responder {
        id: PersonId(name.into()),
        name: name.into(),
        contacts: vec![Contact::new(Channel::Handset, name.into())],
    };
    let roles = [("Primary", "primary"), ("Secondary", "secondary")];
    let roles = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    Roster::new(vec![person("primary"), person("secondary")], roles.into(), Vec::new())
}

fn plan() -> Plan {
    let hop = |target: &str, delay_min| EscalationHop {
        target: target.into(),
        delay_min,
        counted: playbook::DelayBasis::Unsaid,
        line: 1,
        origin: Origin::default(),
    };
    let command = playbook::Command {
        source: "curl -I https://api.example.test/health".into(),
        language: "bash".into(),
        effect: Effect::ReadsWorld,
        line: 1,
        ..playbook::Command::default()
    };
    let step = Step {
        number: 1,
        title: "Look".into(),
        kind: StepKind::Look,
        condition: None,
        instructions: vec![],
        commands: vec![command],
        checks: vec![],
        causes: vec![],
        line: 1,
        origin: Origin::default(),
    };
    let playbook = Playbook {
        title: "Stories".into(),
        escalation: [("P1".to_owned(), vec![hop("Primary", 0), hop("Secondary", 30)])].into(),
        runbooks: vec![Runbook {
            id: "api-errors".into(),
            title: "API errors".into(),
            steps: vec![step],
            line: 1,
            ..Runbook::default()
        }],
        ..Playbook::default()
    };
    Plan { digest: "plan-1".into(), playbook, ..Plan::default() }
}
