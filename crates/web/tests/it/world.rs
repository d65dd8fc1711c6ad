//! A whole server on loopback: engine, storage in memory, a clock that tests move, couriers that write down.

use crate::client::{Asking, Reply, ask};
use core::time::Duration;
use engine::memory::Memory;
use engine::ports::{
    Batch, BucketWidth, Claim, ClaimedWork, Clock, Coming, Courier, Executor, HeartbeatBoard,
    HeartbeatRecords as _, HeartbeatState, HeartbeatView, Ids, Journal, JournalError, PageMessage,
    ProbeBoard, ProbeHistoryError, ProbeRefusal, ProbeState, ProbeStretch, ProbeView, RunOrder, Schedule,
    Scope, Sign, SignRefusal, Standing as Held,
};
use engine::{Engine, Hands, Parts, Settings};
use incident::{
    Channel, Contact, Ending, Event, Incident, IncidentId, MadeOverride, PageOutcome, PageState, PersonId,
    Plan, Preflight, Responder, Roster, Run, RunReport, RunState, Silence, Stretch, Summary,
};
use jiff::{SignedDuration, Timestamp};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use web::auth::{NewToken, create_token, setup_key};
use web::links::SignedLinks;
use web::{App, AppParts, ServerConfig, StatusPage};

/// The password of everyone here.
pub(crate) const PASSWORD: &str = "a long enough password";

/// A clock that stands still until a test moves it.
pub(crate) struct Standing {
    now: watch::Sender<Timestamp>,
}

impl Standing {
    fn new() -> Self {
        let start = "2026-11-23T10:00:00Z".parse().expect("a time");
        Self { now: watch::Sender::new(start) }
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn wait(&self, at: Timestamp) -> Duration {
        if at <= self.now() { Duration::ZERO } else { Duration::from_millis(5) }
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}

/// Chance that is the same in every run.
#[derive(Default)]
pub(crate) struct Counted(AtomicU64);

impl Ids for Counted {
    fn incident(&self, now: Timestamp) -> IncidentId {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        IncidentId::from_parts(u64::try_from(now.as_millisecond()).unwrap(), u128::from(count))
    }

    fn secret(&self) -> [u8; 32] {
        let count = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        core::array::from_fn(|index| {
            let mixed =
                count.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(u32::try_from(index).unwrap() * 7);
            mixed.to_le_bytes()[index % 8]
        })
    }
}

/// Takes every page and writes it down.
#[derive(Default)]
pub(crate) struct Phone {
    pub(crate) pages: watch::Sender<Vec<PageMessage>>,
}

impl Courier for Phone {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        self.pages.send_modify(|pages| pages.push(message.clone()));
        Box::pin(async { PageOutcome::Delivered { reference: String::new() } })
    }
}

/// A board with one probe.
pub(crate) struct OneProbe;

impl ProbeBoard for OneProbe {
    fn all(&self) -> Vec<ProbeView> {
        self.one("1").into_iter().collect()
    }

    fn one(&self, name: &str) -> Option<ProbeView> {
        (name == "1").then(|| ProbeView {
            name: name.to_owned(),
            kind: "http",
            target: "https://api.example.test/health".to_owned(),
            every_s: 60.0,
            severity: None,
            service: None,
            origin: None,
            standing: Held { state: ProbeState::Down, reason: "status 502".to_owned(), ..Held::default() },
            last: Vec::new(),
            phases_s: vec![("connect", 0.001)],
            status: Some(502),
            expires_at: None,
        })
    }

    fn look<'a>(
        &'a self,
        name: &'a str,
        target: Option<&'a str>,
        _: Option<Duration>,
    ) -> Coming<'a, Result<ProbeView, ProbeRefusal>> {
        let looked = match (self.one(name), target) {
            (None, _) => Err(ProbeRefusal::NoProbe),
            (Some(_), Some(_)) => Err(ProbeRefusal::NoTarget),
            (Some(view), None) => Ok(view),
        };
        Box::pin(async move { looked })
    }

    fn stretches(
        &self,
        _: &str,
        width: BucketWidth,
        from: Timestamp,
    ) -> Result<Vec<ProbeStretch>, ProbeHistoryError> {
        let one = ProbeStretch {
            at: from,
            seconds: width.seconds(),
            passes: 59,
            fails: 1,
            blinds: 0,
            p50_ms: Some(12.0),
            p95_ms: None,
            p99_ms: None,
        };
        Ok(vec![one.clone(), one])
    }
}

/// A board with one heartbeat, `backup`, which keeps what it hears.
pub(crate) struct OneHeartbeat(Memory);

impl HeartbeatBoard for OneHeartbeat {
    fn sign<'a>(&'a self, name: &'a str, sign: Sign, said: &'a str) -> Coming<'a, Result<(), SignRefusal>> {
        let refused = match name {
            "backup" => None,
            "stuck" => Some(SignRefusal::NotKept("the disk is full".to_owned())),
            other => Some(SignRefusal::NoHeartbeat(other.to_owned())),
        };
        Box::pin(async move {
            if let Some(refusal) = refused {
                return Err(refusal);
            }
            // Each a millisecond after the one before, so that none is taken for an older one.
            let before = self.all()[0].alive_at.unwrap_or(Timestamp::UNIX_EPOCH);
            self.0.sign(name, sign, before + SignedDuration::from_millis(1), said).unwrap();
            Ok(())
        })
    }

    fn all(&self) -> Vec<HeartbeatView> {
        let pulses = self.0.listen(&["backup".to_owned()], Timestamp::UNIX_EPOCH, i64::MAX).unwrap();
        let pulse = pulses.into_iter().find(|pulse| pulse.name == "backup").unwrap();
        let state = match (pulse.failed_at, pulse.begun_at) {
            (Some(_), _) => HeartbeatState::Failed,
            (None, Some(_)) => HeartbeatState::Running,
            (None, None) if pulse.alive_at.is_some() => HeartbeatState::Alive,
            (None, None) => HeartbeatState::New,
        };
        vec![HeartbeatView {
            name: pulse.name,
            state,
            every_s: 300,
            grace_s: 60,
            severity: None,
            service: None,
            alive_at: pulse.alive_at,
            begun_at: pulse.begun_at,
            due_at: pulse.since,
            back_at: None,
            said: pulse.said,
        }]
    }
}

/// What the system of every command that ran could not hold of it.
pub(crate) const NOT_HELD: &str = "no Landlock: writes were not held";

/// Says of every command that it went well.
struct Willing;

impl Executor for Willing {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        let output = format!("ran {}\n", order.source);
        let report = RunReport {
            ending: Ending::Exited { code: 0 },
            duration_ms: 12,
            output_bytes: u64::try_from(output.len()).unwrap(),
            output: output.into(),
            masked: 0,
            not_held: vec![NOT_HELD.to_owned()],
        };
        Box::pin(async move { report })
    }

    fn stop(&self, _incident: IncidentId, _run: u32) {}
}

/// A journal whose commits wait while a test holds the gate.
struct Gated(Memory, Arc<Mutex<()>>);

impl Journal for Gated {
    fn commit(&mut self, batch: &Batch) -> Result<(), JournalError> {
        let _gate = self.1.lock().unwrap();
        self.0.commit(batch)
    }

    fn try_write(&mut self) -> Result<(), JournalError> {
        self.0.try_write()
    }

    fn events(&mut self, incident: IncidentId) -> Result<Vec<Event>, JournalError> {
        self.0.events(incident)
    }

    fn keep_plan(&mut self, plan: &Plan) -> Result<(), JournalError> {
        self.0.keep_plan(plan)
    }

    fn plan(&mut self, digest: &str) -> Result<Option<Plan>, JournalError> {
        Journal::plan(&mut self.0, digest)
    }

    fn claim(
        &mut self,
        which: Claim,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ClaimedWork>, JournalError> {
        self.0.claim(which, owner, now, until)
    }

    fn timers(&mut self) -> Result<Vec<Schedule>, JournalError> {
        self.0.timers()
    }

    fn live(&mut self, resolved_since: Timestamp) -> Result<Vec<Summary>, JournalError> {
        self.0.live(resolved_since)
    }

    fn held(&mut self) -> Result<Vec<Summary>, JournalError> {
        self.0.held()
    }

    fn silences(&mut self, since: Timestamp) -> Result<(u64, Vec<Silence>), JournalError> {
        Journal::silences(&mut self.0, since)
    }

    fn keep_silence(&mut self, silence: &Silence) -> Result<bool, JournalError> {
        let _gate = self.1.lock().unwrap();
        self.0.keep_silence(silence)
    }

    fn overrides(&mut self, since: Timestamp) -> Result<Vec<MadeOverride>, JournalError> {
        Journal::overrides(&mut self.0, since)
    }

    fn keep_override(&mut self, made: &MadeOverride) -> Result<bool, JournalError> {
        let _gate = self.1.lock().unwrap();
        self.0.keep_override(made)
    }
}

/// The server and everything round it.
pub(crate) struct World {
    pub(crate) console: SocketAddr,
    pub(crate) status: SocketAddr,
    pub(crate) app: App,
    pub(crate) engine: Engine,
    pub(crate) memory: Memory,
    pub(crate) gate: Arc<Mutex<()>>,
    pub(crate) phone: Arc<Phone>,
    pub(crate) ids: Arc<Counted>,
    clock: Arc<Standing>,
    stop: watch::Sender<bool>,
    pub(crate) serving: tokio::task::JoinHandle<()>,
}

impl World {
    /// A server at which nobody has an account yet.
    pub(crate) async fn new() -> Self {
        Self::known_as(None).await
    }

    /// The same, known by another address than the one it listens on, as behind a proxy.
    pub(crate) async fn known_as(address: Option<&str>) -> Self {
        let memory = Memory::new();
        let gate = Arc::new(Mutex::new(()));
        let (clock, ids, phone) =
            (Arc::new(Standing::new()), Arc::new(Counted::default()), Arc::new(Phone::default()));
        let bound =
            web::bind(ServerConfig { listen: loopback(), status_listen: Some(loopback()) }).await.unwrap();
        let console = bound.console();
        let console_url = address.map_or_else(|| format!("http://{console}"), str::to_owned);
        let status = bound.status().unwrap();
        let links = SignedLinks::new(&memory, ids.as_ref(), &console_url).unwrap();
        let hands = Hands {
            couriers: vec![Arc::clone(&phone) as Arc<dyn Courier>],
            executor: Arc::new(Willing),
            links: Arc::new(links),
        };
        let (engine, _stopped) = Engine::start(Parts {
            journal: Box::new(Gated(memory.clone(), Arc::clone(&gate))),
            archive: Arc::new(memory.clone()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::clone(&ids) as Arc<dyn Ids>,
            settings: settings(),
            node: "test".to_owned(),
            hands,
        })
        .unwrap();
        let app = App::new(AppParts {
            engine: engine.clone(),
            access: Arc::new(memory.clone()),
            ids: Arc::clone(&ids) as Arc<dyn Ids>,
            probes: Arc::new(OneProbe),
            ahead: watch::channel(Some(ahead(&engine))).1,
            heartbeats: Arc::new(OneHeartbeat(memory.clone())),
            console_url,
            status_url: format!("http://{status}"),
            status_page: StatusPage {
                title: "Tabbi".to_owned(),
                zone: jiff::tz::TimeZone::UTC,
                components: vec![web::Component { name: "API".to_owned(), ..web::Component::default() }],
                planned: Vec::new(),
            },
            playbook_texts: vec![String::new()],
            playbook_path: "tabbi.md".to_owned(),
            speed: 1.0,
            drills_file: std::path::PathBuf::from("no-such-folder/drills.jsonl"),
        })
        .unwrap();
        let (stop, mut stopping) = watch::channel(false);
        let told = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let serving = tokio::spawn(bound.serve(app.clone(), told));
        Self { console, status, app, engine, memory, gate, phone, ids, clock, stop, serving }
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.now.send_modify(|now| *now += time);
    }

    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Asking {
        ask(self.console, method, path)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send().await
    }

    /// A token, made past the API as the command line does.
    pub(crate) async fn token(&self, name: &str, scope: Scope, person: Option<&str>) -> String {
        let new = NewToken { name: name.to_owned(), scope, person: person.map(str::to_owned) };
        let now = self.engine.clock().now();
        let token = create_token(&self.memory, self.ids.as_ref(), now, new).unwrap();
        self.app.tokens_changed().await.unwrap();
        token
    }

    pub(crate) async fn source_key(&self) -> String {
        self.token("prometheus-main", Scope::Alerts, None).await
    }

    pub(crate) async fn responder_token(&self) -> String {
        self.token("laptop", Scope::Respond, Some("primary")).await
    }

    /// From now on incidents pin a plan by which these take two people.
    pub(crate) fn needs_two(&self, effects: Vec<playbook::Effect>) {
        let now = self.engine.settings();
        let policy = incident::Policy { two_person: effects, ..now.plan.policy.clone() };
        let plan = Plan { digest: "two people".to_owned(), policy, ..Plan::clone(&now.plan) };
        self.engine.set_settings(Settings::new(Arc::new(plan), Arc::clone(&now.roster)));
    }

    /// The path of the link that whoever runs the server hands to a person.
    pub(crate) fn operator_invites(&self, person: &str) -> String {
        let now = self.engine.clock().now();
        let made = web::auth::invite(&self.memory, self.ids.as_ref(), now, "", person).unwrap();
        made.link
    }

    /// Makes the first account by the set-up link; the session's cookie.
    pub(crate) async fn set_up(&self, person: &str) -> String {
        let key = setup_key(&self.app).unwrap().expect("nobody has an account");
        let form = format!("key={key}&person={person}&password={}", PASSWORD.replace(' ', "+"));
        let reply = self.ask("POST", "/setup").form(&form).send().await;
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.cookie()
    }

    /// An incident opened by an alert, and the path of the link in its first page.
    pub(crate) async fn incident(&self, severity: &str) -> (IncidentId, String) {
        let key = self.token(&format!("source-{severity}"), Scope::Alerts, None).await;
        let alert = format!(r#"{{"title":"API returning 5xx errors","key":"a","severity":"{severity}"}}"#);
        let reply = self.ask("POST", &format!("/in/{key}/alerts")).json(&alert).send().await;
        assert!(reply.status < 300, "{reply:?}");
        let mut pages = self.phone.pages.subscribe();
        let first = pages.wait_for(|pages| !pages.is_empty()).await.unwrap()[0].clone();
        let path = first.link.split_once("/a/").map(|(_, token)| format!("/a/{token}")).unwrap();
        (first.incident, path)
    }

    /// The incident once `ready` holds of it.
    pub(crate) async fn until(&self, id: IncidentId, ready: impl Fn(&Incident) -> bool) -> Arc<Incident> {
        let mut feed = self.engine.feed();
        let wait = async {
            loop {
                let incident = self.engine.incident(id).await.unwrap();
                if ready(&incident) {
                    return incident;
                }
                let _ = feed.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("the incident gets there")
    }

    /// Waits until pages are delivered and what may run by itself has run.
    pub(crate) async fn settled(&self, id: IncidentId) {
        let quiet = |incident: &Incident| {
            let pages = incident.pages.iter().all(|page| page.state != PageState::Pending);
            let moving = |run: &Run| matches!(run.state, RunState::Ready | RunState::Running { .. });
            pages && !incident.runs.iter().any(moving)
        };
        self.until(id, quiet).await;
    }

    pub(crate) async fn version(&self, id: IncidentId) -> u64 {
        self.engine.incident(id).await.unwrap().version
    }
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn ahead(engine: &Engine) -> Preflight {
    let settings = engine.settings();
    Preflight::look(&settings.plan, &settings.roster, Stretch::days(engine.clock().now(), 90))
}

fn settings() -> Settings {
    let playbook = playbook::compile(include_bytes!("../../../../playbooks/tabbi.md"));
    let person = |id: &str| Responder {
        id: PersonId(id.to_owned()),
        name: id.to_owned(),
        contacts: vec![Contact::new(Channel::Handset, id.to_owned())],
    };
    let roles = [("On-call Primary", "primary"), ("On-call Secondary", "secondary"), ("Eng Lead", "lead")];
    let people = roles.iter().map(|(_, id)| person(id)).collect();
    let roles = roles.into_iter().map(|(role, id)| (role.to_owned(), vec![PersonId(id.to_owned())]));
    Settings::new(
        Arc::new(Plan { digest: "test".to_owned(), playbook, ..Plan::default() }),
        Arc::new(Roster::new(people, roles.collect(), Vec::new())),
    )
}
