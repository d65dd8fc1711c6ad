//! The console and the status page on loopback with incidents of every kind, for looking at screens in a browser.
//!
//! `cargo run -p web --example console` prints where, and the set-up link. Everything is in memory.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool for looking"
)]

use core::time::Duration;
use engine::memory::Memory;
use engine::ports::{
    BucketWidth, Clock, Coming, Courier, Executor, HeartbeatBoard, HeartbeatView, Ids, PageMessage,
    ProbeBoard, ProbeHistoryError, ProbeRefusal, ProbeStretch, ProbeView, RunOrder, Sign, SignRefusal,
};
use engine::{Engine, Hands, Parts, Report, Settings};
use incident::{
    AckIntent, Actor, Alert, AlertKey, AlertStatus, Audience, Channel, Command, Contact, Ending, Every,
    IncidentId, Layer, OverrideDraft, OverrideWish, PageOutcome, PersonId, Phase, Plan, Policy, Responder,
    Roster, Rotation, RunReport, RunState, Schedule, Sight, Turns, UpdateDraft, Weekdays, Window,
};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday, date};
use jiff::tz::TimeZone;
use playbook::Effect;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;
use web::links::SignedLinks;
use web::{App, AppParts, ServerConfig};

struct World;

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap()
    }

    fn wait(&self, at: Timestamp) -> Duration {
        at.duration_since(self.now()).try_into().unwrap_or(Duration::ZERO)
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        Box::pin(tokio::time::sleep(self.wait(at)))
    }
}

#[derive(Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn incident(&self, now: Timestamp) -> IncidentId {
        let count = u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1);
        IncidentId::from_parts(now.as_millisecond() as u64, count.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C))
    }

    fn secret(&self) -> [u8; 32] {
        [self.0.fetch_add(1, Ordering::Relaxed) as u8; 32]
    }
}

struct Phone;

impl Courier for Phone {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    fn deliver<'a>(&'a self, _message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(async { PageOutcome::Delivered { reference: String::new() } })
    }
}

/// Runs nothing. What takes production back goes on until somebody stops it.
#[derive(Default)]
struct Pretending(watch::Sender<Vec<(IncidentId, u32)>>);

impl Executor for Pretending {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        let failing = order.run.is_multiple_of(3);
        let line =
            "2026-11-23T10:00:00Z POST /api/deployments 500 TypeError: cannot read properties of undefined";
        let mut output = format!("HTTP/2 {}\n", if failing { 500 } else { 426 });
        (0..order.run * 9).for_each(|at| output.push_str(&format!("{line} ({at})\n")));
        let ending = if failing { Ending::Exited { code: 22 } } else { Ending::Exited { code: 0 } };
        let bytes = output.len() as u64;
        let report = RunReport {
            ending,
            duration_ms: 840,
            output: output.into(),
            output_bytes: bytes,
            masked: order.run % 2,
            not_held: Vec::new(),
        };
        Box::pin(async move {
            if order.source.contains("rollback") {
                let mut stopped = self.0.subscribe();
                let wanted = (order.incident, order.run);
                let _ = stopped.wait_for(|all| all.contains(&wanted)).await;
                return RunReport {
                    ending: Ending::Stopped,
                    output: "taking back version 41".into(),
                    ..report
                };
            }
            report
        })
    }

    fn stop(&self, incident: IncidentId, run: u32) {
        self.0.send_modify(|all| all.push((incident, run)));
    }
}

fn settings() -> Settings {
    let playbook = playbook::compile(include_bytes!("../../../playbooks/tabbi.md"));
    let person = |id: &str, name: &str| Responder {
        id: PersonId(id.to_owned()),
        name: name.to_owned(),
        contacts: vec![Contact::new(Channel::Handset, id.to_owned())],
    };
    let people = vec![
        person("primary", "Primary Person"),
        person("secondary", "Secondary Person"),
        person("lead", "Lead Person"),
    ];
    let roles = [("On-call Primary", "primary"), ("On-call Secondary", "secondary"), ("Eng Lead", "lead")];
    let roles = roles.into_iter().map(|(role, id)| (role.to_owned(), vec![PersonId(id.to_owned())]));
    Settings::new(
        Arc::new(Plan {
            digest: "sample".to_owned(),
            playbook,
            policy: Policy { two_person: vec![Effect::Destroys], ..Policy::default() },
            ..Plan::default()
        }),
        Arc::new(Roster::new(people, roles.collect(), Vec::new()).with_schedules(vec![platform(), nights()])),
    )
}

/// Days of three people, one after another.
fn platform() -> Schedule {
    let turns = [&["primary"][..], &["secondary"], &["primary", "lead"]].map(ids).to_vec();
    let rotation = Rotation { turns, every: Every::Days(3), from: date(2026, 1, 5).at(9, 0, 0, 0) };
    Schedule {
        name: "platform".to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides: Vec::new(),
    }
}

/// Nights in the week alone: days and weekends are gaps.
fn nights() -> Schedule {
    let rotation = Rotation {
        turns: vec![ids(&["secondary"]), ids(&["lead"])],
        every: Every::Days(7),
        from: date(2026, 1, 5).at(20, 0, 0, 0),
    };
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday];
    let days = days.into_iter().fold(Weekdays::default(), Weekdays::with);
    let night = Window { days, from: Time::constant(20, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };
    Schedule {
        name: "nights".to_owned(),
        zone: TimeZone::get("America/New_York").unwrap(),
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: vec![night] }],
        overrides: Vec::new(),
    }
}

fn ids(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| PersonId((*name).to_owned())).collect()
}

/// Somebody takes a day, and somebody gave one back.
async fn overrides(engine: &Engine) {
    let now = engine.clock().now();
    for (who, reason, hours) in
        [("lead", "The dentist, and then the train from Hamburg", 20), ("secondary", "A mistake", 3)]
    {
        let until = now + jiff::SignedDuration::from_hours(hours);
        let wish =
            OverrideWish::Take { schedule: "platform".to_owned(), people: ids(&[who]), from: None, until };
        let by = Actor::Person(PersonId("primary".to_owned()));
        let draft = OverrideDraft { wish, reason: reason.to_owned() };
        let made = engine.make_override(draft, by.clone()).await.unwrap();
        if hours == 3 {
            engine.end_override(made.id, by).await.unwrap();
        }
    }
}

fn alert(key: &str, title: &str, severity: &str) -> Alert {
    Alert {
        key: AlertKey { source: "prometheus-main".to_owned(), key: key.to_owned() },
        status: AlertStatus::Firing,
        title: title.to_owned(),
        description: "More than 40 % of requests to /api answer 500 since the last deployment.".to_owned(),
        severity: Some(severity.to_owned()),
        labels: [("service".to_owned(), "api".to_owned()), ("alertname".to_owned(), "ApiErrors".to_owned())]
            .into(),
        link: Some("https://prometheus.example.test/graph".to_owned()),
        started_at: None,
        expires_at: None,
    }
}

struct NoProbes;

impl ProbeBoard for NoProbes {
    fn all(&self) -> Vec<ProbeView> {
        Vec::new()
    }

    fn one(&self, _: &str) -> Option<ProbeView> {
        None
    }

    fn look<'a>(
        &'a self,
        _: &'a str,
        _: Option<&'a str>,
        _: Option<core::time::Duration>,
    ) -> Coming<'a, Result<ProbeView, ProbeRefusal>> {
        Box::pin(async { Err(ProbeRefusal::NoProbe) })
    }

    fn stretches(
        &self,
        _: &str,
        _: BucketWidth,
        _: Timestamp,
    ) -> Result<Vec<ProbeStretch>, ProbeHistoryError> {
        Ok(Vec::new())
    }
}

/// Nothing is waited for.
struct NoHeartbeats;

impl HeartbeatBoard for NoHeartbeats {
    fn sign<'a>(&'a self, name: &'a str, _: Sign, _: &'a str) -> Coming<'a, Result<(), SignRefusal>> {
        Box::pin(async move { Err(SignRefusal::NoHeartbeat(name.to_owned())) })
    }

    fn all(&self) -> Vec<HeartbeatView> {
        Vec::new()
    }
}

/// A word for everything that waits, of the second person; what takes production back then runs, and one of it is
/// stopped.
async fn words(engine: &Engine, id: IncidentId) {
    let other = || Actor::Person(PersonId("secondary".to_owned()));
    let incident = engine.incident(id).await.unwrap();
    let waiting = incident.runs.iter().filter(|run| run.state == RunState::Proposed);
    for (at, run) in waiting.enumerate().filter(|(at, _)| at % 2 == 0) {
        let sight = Sight::of(&incident, run.number, World.now()).unwrap();
        let approved =
            engine.ask(id, other(), Command::ApproveRun { run: run.number, sight, sponsor: None }).await;
        println!("{}: {approved:?}", run.request.source);
        if at == 0 {
            let stopped = engine.ask(id, other(), Command::StopRun { run: run.number }).await;
            println!("stopped: {stopped:?}");
        }
    }
}

async fn seed(engine: &Engine) {
    let me = || Actor::Person(PersonId("primary".to_owned()));
    let opened = engine.alerts(vec![alert("a", "API returning 5xx errors", "P1")]).await.unwrap();
    let id = opened[0].clone().unwrap().incident;
    let ask = async |command| {
        if let Err(error) = engine.ask(id, me(), command).await {
            println!("{error}");
        }
    };
    ask(Command::Acknowledge { intent: AckIntent::OnIt, page: None }).await;
    ask(Command::Note { text: "Deployment 412 went out four minutes before the first error.".to_owned() })
        .await;
    words(engine, id).await;
    ask(Command::AddActionItem { title: "Canary for deployments".to_owned(), owner: None, due: None }).await;
    let update = |phase, body: &str| Command::PostUpdate {
        update: UpdateDraft {
            template: None,
            phase,
            audience: Audience::Public,
            public_title: Some("Errors when saving".to_owned()),
            body: body.to_owned(),
            next_at: None,
        },
    };
    ask(update(Phase::Investigating, "Some requests to the API fail. We are looking into it.")).await;
    ask(update(Phase::Identified, "The cause is known: a deployment. We are taking it back.")).await;
    let long = "مشكلة في الخادم والواجهة لا تستجيب";
    let ugly = ["<script>alert('x')</script> & \"quotes\"", long, &"Überlänge_ohne_Leerzeichen".repeat(8)];
    for (at, title) in ugly.into_iter().enumerate() {
        engine.alerts(vec![alert(&format!("u{at}"), title, ["P0", "P2", "P3"][at])]).await.unwrap();
    }
    for at in 0..6_u32 {
        let title = format!("Queue of worker {at} grows, more than {} messages wait", at * 1000);
        let by = PersonId("lead".to_owned());
        let report = Report { title, description: String::new(), severity: Some("P2".to_owned()), by };
        let id = engine.report(report).await.unwrap().incident;
        if at > 1 {
            engine
                .ask(id, me(), Command::Resolve { summary: "the queue is empty again".to_owned() })
                .await
                .unwrap();
        }
    }
}

#[tokio::main]
async fn main() {
    let memory = Memory::new();
    let ids = Arc::new(Counted::default());
    let listen = "127.0.0.1:7390".parse().unwrap();
    let status = "127.0.0.1:7391".parse().unwrap();
    let bound = web::bind(ServerConfig { listen, status_listen: Some(status) }).await.unwrap();
    let console_url = format!("http://{}", bound.console());
    let links = SignedLinks::new(&memory, ids.as_ref(), &console_url).unwrap();
    let hands = Hands {
        couriers: vec![Arc::new(Phone)],
        executor: Arc::new(Pretending::default()),
        links: Arc::new(links),
    };
    let (engine, _stopped) = Engine::start(Parts {
        journal: Box::new(memory.clone()),
        archive: Arc::new(memory.clone()),
        clock: Arc::new(World),
        ids: Arc::clone(&ids) as Arc<dyn Ids>,
        settings: settings(),
        node: "looking".to_owned(),
        hands,
    })
    .unwrap();
    let app = App::new(AppParts {
        engine: engine.clone(),
        access: Arc::new(memory),
        ids,
        probes: Arc::new(NoProbes),
        ahead: tokio::sync::watch::channel(None).1,
        heartbeats: Arc::new(NoHeartbeats),
        console_url: console_url.clone(),
        status_url: format!("http://{status}"),
        status_page: web::StatusPage {
            title: "Tabbi".to_owned(),
            zone: jiff::tz::TimeZone::UTC,
            components: ["API", "Sessions", "Web app"]
                .map(|name| web::Component { name: name.to_owned(), ..web::Component::default() })
                .to_vec(),
            planned: Vec::new(),
        },
        playbook_texts: vec![playbook::repaired(include_bytes!("../../../playbooks/tabbi.md"))],
        playbook_path: "playbooks/tabbi.md".to_owned(),
        speed: 1.0,
        drills_file: std::path::PathBuf::from("drills.jsonl"),
    })
    .unwrap();
    if std::env::args().all(|argument| argument != "--empty") {
        seed(&engine).await;
        overrides(&engine).await;
    }
    let key = web::auth::setup_key(&app).unwrap().unwrap_or_default();
    println!("{console_url}/setup?key={key}");
    bound.serve(app, std::future::pending()).await;
}
