//! A world round an engine: time, people, couriers and commands under the story's control.

use engine::memory::Memory;
use engine::ports::{Clock, Coming, Courier, Executor, Ids, Links, PageMessage, RunOrder};
use engine::{Answer, Engine, EngineError, Hands, Parts, Settings, Still, Stopped};
use incident::{
    Actor, Alert, AlertKey, AlertStatus, Channel, Command, Contact, Ending, Every, Hours, Incident,
    IncidentId, Layer, PageOutcome, PersonId, Plan, Policy, Responder, Roster, Rotation, RunReport, Schedule,
    Serves, Sight, Turns, Urgency, Weekdays, Window,
};
use jiff::civil::{Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use playbook::{Effect, EscalationHop, Origin, Playbook, Runbook, Step, StepKind};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// No story waits longer than this for what it expects.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A clock that only the story moves.
#[derive(Clone)]
pub(crate) struct HandClock(watch::Sender<Timestamp>);

impl HandClock {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new("2026-01-05T03:00:00Z".parse().expect("a valid time")))
    }

    pub(crate) fn pass(&self, length: SignedDuration) {
        self.0.send_modify(|now| *now += length);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    // The core looks at its timers at least this often, in the world's time.
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

/// Ids in order.
#[derive(Default)]
pub(crate) struct Counting {
    next: AtomicU64,
    broken: AtomicBool,
}

impl Ids for Counting {
    fn incident(&self, now: Timestamp) -> IncidentId {
        assert!(!self.broken.load(Ordering::Relaxed), "a fault in the core, as this story wants it");
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        IncidentId::from_parts(u64::try_from(now.as_millisecond()).expect("after 1970"), number.into())
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// A courier that does as told and remembers what it carried.
#[derive(Clone)]
pub(crate) struct Phone {
    channel: Channel,
    carried: Arc<Mutex<Vec<PageMessage>>>,
    answers: Arc<Mutex<VecDeque<PageOutcome>>>,
    /// While `true`, nothing is carried.
    pub(crate) hangs: watch::Sender<bool>,
}

impl Phone {
    pub(crate) fn new(channel: Channel) -> Self {
        Self { channel, carried: Arc::default(), answers: Arc::default(), hangs: watch::Sender::new(false) }
    }

    pub(crate) fn carried(&self) -> Vec<PageMessage> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many were carried.
    pub(crate) fn count(&self) -> usize {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The next attempt ends like this; without an order it is delivered.
    pub(crate) fn answer(&self, outcome: PageOutcome) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(outcome);
    }
}

impl Courier for Phone {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(async move {
            self.carried.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
            let _ = self.hangs.subscribe().wait_for(|hangs| !hangs).await;
            let told = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            told.unwrap_or(PageOutcome::Delivered { reference: String::new() })
        })
    }
}

/// Commands that end when the story lets them.
#[derive(Clone)]
pub(crate) struct Shell {
    pub(crate) ran: Arc<Mutex<Vec<String>>>,
    /// How many have begun.
    pub(crate) begun: watch::Sender<usize>,
    pub(crate) hangs: watch::Sender<bool>,
    /// The runs that were asked to end.
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

/// An engine and everything round it. What is kept outlives the engine.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) memory: Memory,
    pub(crate) clock: HandClock,
    pub(crate) phone: Phone,
    pub(crate) mail: Phone,
    pub(crate) shell: Shell,
    ids: Arc<Counting>,
    stopped: Option<Stopped>,
    node: u32,
    plan: Plan,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(plan())
    }

    /// The same, with all commands for an agent.
    pub(crate) fn with_agent(name: &str) -> Self {
        let serves = Serves { tools: ["curl", "wrangler"].map(str::to_owned).into(), ..Serves::default() };
        Self::on(Plan { agents: [(name.to_owned(), serves)].into(), ..plan() })
    }

    fn on(plan: Plan) -> Self {
        let memory = Memory::new();
        let clock = HandClock::new();
        let (phone, mail) = (Phone::new(Channel::Handset), Phone::new(Channel::Email));
        let shell = Shell::new();
        let ids = Arc::new(Counting::default());
        let (engine, stopped) = start(&memory, &clock, [&phone, &mail], &shell, (&ids, 0, &plan));
        Self { engine, memory, clock, phone, mail, shell, ids, stopped: Some(stopped), node: 0, plan }
    }

    /// The process dies here: nothing is said to anybody, and whatever was under way is gone.
    pub(crate) fn crash(&mut self) {
        // The old engine's thread and workers are left to themselves: like a dead process, they can change nothing,
        // since the story never talks to them again and their couriers are no longer these.
        self.stopped = None;
        self.phone = Phone::new(Channel::Handset);
        self.mail = Phone::new(Channel::Email);
        self.shell = Shell::new();
        self.node += 1;
        let (engine, stopped) = self.started(self.node);
        self.engine = engine;
        self.stopped = Some(stopped);
    }

    /// From now on nobody can be woken.
    pub(crate) fn unbind_all(&self) {
        self.engine.set_settings(Settings::new(Arc::new(plan()), Arc::new(Roster::default())));
    }

    /// From now on incidents open on a plan with this digest.
    pub(crate) fn plan_of_today(&self, digest: &str) {
        let plan = Plan { digest: digest.to_owned(), ..plan() };
        self.engine.set_settings(Settings::new(Arc::new(plan), Arc::new(roster())));
    }

    /// From now on nothing is urgent, and the team works from nine to five: six hours from when the stories begin.
    pub(crate) fn let_it_wait(&self) {
        let policy = Policy {
            urgency: [("P1".to_owned(), Urgency::Low)].into(),
            in_working_hours: vec!["P1".to_owned()],
            ..plan().policy
        };
        let plan = Plan { digest: "can-wait".to_owned(), policy, ..plan() };
        let days = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
        let days = days.fold(Weekdays::default(), Weekdays::with);
        let windows = vec![Window { days, from: time(9, 0, 0, 0), to: time(17, 0, 0, 0) }];
        let hours = Hours { zone: TimeZone::UTC, windows };
        let roster = roster().with_working_hours(Some(hours));
        self.engine.set_settings(Settings::new(Arc::new(plan), Arc::new(roster)));
    }

    /// From now on everybody can be woken again.
    pub(crate) fn bind_all(&self) {
        self.engine.set_settings(Settings::new(Arc::new(plan()), Arc::new(roster())));
    }

    /// The next incident to open meets a fault of ours in the core.
    pub(crate) fn break_core(&self) {
        self.ids.broken.store(true, Ordering::Relaxed);
    }

    /// Waits until the core has ended by itself.
    pub(crate) async fn core_ended(&mut self) {
        let ended = self.stopped.as_mut().expect("it runs").core_ended();
        tokio::time::timeout(PATIENCE, ended).await.expect("the core's end is told");
    }

    pub(crate) async fn alert(&self, key: &str) -> Result<Answer, EngineError> {
        let mut answers = self.engine.alerts(vec![alert(key, AlertStatus::Firing)]).await?;
        answers.pop().expect("one alert, one answer")
    }

    pub(crate) async fn opened(&self, key: &str) -> IncidentId {
        self.alert(key).await.expect("is accepted").incident
    }

    /// So many alerts in one body, an incident each.
    pub(crate) async fn storm(&self, count: usize) -> Vec<IncidentId> {
        let alerts = (0..count).map(|number| alert(&format!("api-{number}"), AlertStatus::Firing)).collect();
        let answers = self.engine.alerts(alerts).await.expect("is taken");
        answers.into_iter().map(|answer| answer.expect("is accepted").incident).collect()
    }

    pub(crate) async fn person(&self, id: IncidentId, command: Command) -> Result<Answer, EngineError> {
        self.engine.ask(id, Actor::Person(PersonId("primary".into())), command).await
    }

    /// Somebody looks at a run that waits and gives their word at once.
    pub(crate) async fn approve(&self, id: IncidentId, run: u32) -> Result<Answer, EngineError> {
        let incident = self.engine.incident(id).await?;
        let sight = Sight::of(&incident, run, self.clock.now()).expect("it is there");
        self.person(id, Command::ApproveRun { run, sight, sponsor: None }).await
    }

    /// Another engine on what this one keeps, with the same shell.
    pub(crate) fn second_engine(&self) -> (Engine, Stopped) {
        self.started(self.node + 100)
    }

    fn started(&self, node: u32) -> (Engine, Stopped) {
        let phones = [&self.phone, &self.mail];
        start(&self.memory, &self.clock, phones, &self.shell, (&self.ids, node, &self.plan))
    }

    /// Waits until the incident is as expected.
    pub(crate) async fn until(
        &self,
        id: IncidentId,
        what: &str,
        wanted: impl Fn(&Incident) -> bool,
    ) -> Arc<Incident> {
        let mut feed = self.engine.feed();
        let waiting = async {
            loop {
                let incident = self.engine.incident(id).await.expect("it is there");
                if wanted(&incident) {
                    return incident;
                }
                let _ = feed.recv().await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(incident) => incident,
            Err(_) => panic!("{what}: never so; {:#?}", self.engine.incident(id).await),
        }
    }

    /// Waits until so many commands have begun; no change of an incident tells of that.
    pub(crate) async fn begun(&self, count: usize) {
        let mut begun = self.shell.begun.subscribe();
        let waiting = tokio::time::timeout(PATIENCE, begun.wait_for(|begun| *begun >= count)).await;
        assert!(waiting.is_ok(), "{count} commands: {:?}", self.shell.ran);
    }

    pub(crate) async fn stop(mut self) {
        self.engine.stop().await;
        self.stopped.take().expect("it runs").wait().await;
    }
}

/// An engine that goes on only when it is let, with its phones.
pub(crate) fn still(clock: &HandClock) -> (Engine, Still, [Phone; 2]) {
    let phones = [Phone::new(Channel::Handset), Phone::new(Channel::Email)];
    let of = (&Arc::default(), 0, &plan());
    let parts = parts(&Memory::new(), clock, phones.each_ref(), &Shell::new(), of);
    let (engine, still) = Engine::still(parts).expect("memory can always be read");
    (engine, still, phones)
}

fn start(
    memory: &Memory,
    clock: &HandClock,
    phones: [&Phone; 2],
    shell: &Shell,
    of: (&Arc<Counting>, u32, &Plan),
) -> (Engine, Stopped) {
    Engine::start(parts(memory, clock, phones, shell, of)).expect("memory can always be read")
}

fn parts(
    memory: &Memory,
    clock: &HandClock,
    phones: [&Phone; 2],
    shell: &Shell,
    (ids, node, plan): (&Arc<Counting>, u32, &Plan),
) -> Parts {
    let couriers = phones.map(|phone| Arc::new(phone.clone()) as Arc<dyn Courier>);
    Parts {
        journal: Box::new(memory.clone()),
        archive: Arc::new(memory.clone()),
        clock: Arc::new(clock.clone()),
        ids: Arc::clone(ids) as Arc<dyn Ids>,
        settings: Settings::new(Arc::new(plan.clone()), Arc::new(roster())),
        node: format!("node-{node}"),
        hands: Hands {
            couriers: couriers.to_vec(),
            executor: Arc::new(shell.clone()),
            links: Arc::new(NoLinks),
        },
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
    let person = |name: &str, channel| Responder {
        id: PersonId(name.into()),
        name: name.into(),
        contacts: vec![Contact::new(channel, name.into())],
    };
    // The second level is held by a schedule on which there is but one.
    let roles = [("Primary", "primary"), ("Secondary", "platform")];
    let roles = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    let people = vec![person("primary", Channel::Handset), person("secondary", Channel::Email)];
    let turns = vec![vec![PersonId("secondary".into())]];
    let rotation = Rotation { turns, every: Every::Days(7), from: date(2020, 1, 6).at(9, 0, 0, 0) };
    let schedule = Schedule {
        name: "platform".into(),
        zone: TimeZone::UTC,
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides: Vec::new(),
    };
    Roster::new(people, roles.into(), Vec::new()).with_schedules(vec![schedule])
}

fn plan() -> Plan {
    let hop = |target: &str, delay_min| EscalationHop {
        target: target.into(),
        delay_min,
        counted: playbook::DelayBasis::Unsaid,
        line: 1,
        origin: Origin::default(),
    };
    let command = |source: &str, effect| playbook::Command {
        source: source.into(),
        language: "bash".into(),
        effect,
        line: 1,
        ..playbook::Command::default()
    };
    let step = |number, commands| Step {
        number,
        title: "Step".into(),
        kind: StepKind::Look,
        condition: None,
        instructions: vec![],
        commands,
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
            steps: vec![
                step(1, vec![command("curl -I https://api.example.test/health", Effect::ReadsWorld)]),
                step(2, vec![command("wrangler rollback --env production", Effect::ChangesProduction)]),
            ],
            line: 1,
            ..Runbook::default()
        }],
        ..Playbook::default()
    };
    Plan { digest: "plan-1".into(), playbook, ..Plan::default() }
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}
