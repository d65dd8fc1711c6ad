//! A running server: storage, engine, couriers, runner and web, started in order and stopped in reverse.

use super::database::{Database, Place as Keep, make_folder};
use super::running::runner_config;
use super::{Chance, Steady, plan, switch, use_ring};
use crate::config::{Config, Confine, Storage};
use crate::exit::{Failure, Kind};
use channels::{ChannelsConfig, couriers};
use engine::ports::{Access, Clock, Courier, Ids, Links};
use engine::{Engine, Hands, Parts, Settings, Stopped};
use incident::{Maintenance, Plan, Policy, Preflight, Roster, Serves};
use playbook::Playbook;
use probes::{Board, Heartbeat, Listener, ListenerParts, Place, Probe, Prober, ProberParts, Switchboard};
use runner::{Held, Runner, RunnerConfig};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::auth::TokenError;
use web::links::SignedLinks;
use web::{App, AppParts, ServerConfig, StatusPage};

/// How long a key that was made or taken back at another server may stay unknown here.
const TOKENS_EVERY: Duration = Duration::from_secs(1);

/// How often the server looks whether it was late.
const LATE_EVERY: Duration = Duration::from_secs(5);

/// Everything that a server is started with.
pub(crate) struct ServerSettings {
    pub(crate) listen: SocketAddr,
    pub(crate) status_listen: Option<SocketAddr>,
    /// The console's address as people reach it; `None`: where it listens.
    pub(crate) console_url: Option<String>,
    pub(crate) data: PathBuf,
    /// Where incidents and accounts are kept.
    pub(crate) keep: Keep,
    pub(crate) storage: Storage,
    pub(crate) playbook: Playbook,
    /// The text of each document.
    pub(crate) playbook_texts: Vec<String>,
    pub(crate) playbook_path: PathBuf,
    pub(crate) policy: Policy,
    pub(crate) roster: Roster,
    pub(crate) channels: ChannelsConfig,
    pub(crate) runner: RunnerConfig,
    /// What the agents on other hosts are for.
    pub(crate) agents: BTreeMap<String, Serves>,
    pub(crate) status_page: StatusPage,
    pub(crate) status_url: Option<String>,
    /// What the server itself looks at.
    pub(crate) probes: Vec<Probe>,
    /// What answers whenever this machine reaches anything at all.
    pub(crate) uplink: Vec<Place>,
    /// When alerts are held back, again and again.
    pub(crate) maintenance: Vec<Maintenance>,
    /// Who is to be heard from time to time.
    pub(crate) heartbeats: Vec<Heartbeat>,
    /// How many minutes pass in one; 1 but in a demonstration.
    pub(crate) speed: f64,
    /// Where the score cards of drills are kept; `None`: in the data folder.
    pub(crate) drills: Option<PathBuf>,
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) engine: Engine,
    pub(crate) access: Arc<dyn Access>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) console_url: String,
    pub(crate) status_url: Option<String>,
    /// The one-time link for the first account, while nobody has one.
    pub(crate) setup_url: Option<String>,
    app: App,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    probing: JoinHandle<()>,
    listening: JoinHandle<()>,
    /// Hears of keys that other servers make; `None` on a database of its own.
    following: Option<JoinHandle<()>>,
    stopped: Stopped,
}

impl ServerSettings {
    /// From the settings file, reading the playbook that it names.
    pub(crate) fn read(config: &Config) -> Result<Self, Failure> {
        let read = config.playbook.read()?;
        let plan = Plan { playbook: read.playbook, policy: config.policy(), ..Plan::default() };
        if let Err(fault) = config.agrees_with(&plan) {
            tracing::error!("settings and playbook do not agree: {fault}");
        }
        for (schedule, why) in &config.unread {
            tracing::error!("a calendar of the schedule {schedule:?} cannot be read: {why}");
        }
        for why in &config.unkept {
            tracing::warn!("a calendar: {why}");
        }
        let playbook = plan.playbook;
        let probes = config.all_probes(&playbook);
        let services = playbook.services.iter().map(|service| service.name.clone());
        let status_page = config.status.page(services);
        Ok(Self {
            listen: config.listen,
            status_listen: config.status_listen,
            console_url: config.console_url.as_ref().map(|_| config.console_url()),
            data: config.data.clone(),
            keep: Keep::of(config),
            storage: config.storage,
            playbook_path: config.playbook.place(),
            playbook_texts: read.texts,
            playbook,
            policy: policy(config),
            roster: config.roster(),
            channels: config.channels.clone(),
            runner: runner_config(config),
            agents: config.agents.clone(),
            status_page,
            status_url: config.status.url.clone(),
            probes,
            uplink: config.probing.uplink.clone(),
            maintenance: config.maintenance.clone(),
            heartbeats: config.heartbeats.clone(),
            speed: 1.0,
            drills: None,
        })
    }
}

/// What the playbook leaves open. Where looks must be confined and cannot be, they wait for a person's word.
fn policy(config: &Config) -> Policy {
    let mut policy = config.policy();
    if config.runner.confine == Confine::Required
        && let Err(why) = Held::here().holds_looks()
    {
        tracing::warn!("commands that only look wait for a person's word: {why} (docs/running.md)");
        policy.looks_need_word = true;
    }
    policy
}

/// Starts everything. What fails says what to do, and nothing is left running.
pub(crate) async fn start(settings: ServerSettings) -> Result<Running, Failure> {
    use_ring();
    let bound = web::bind(ServerConfig { listen: settings.listen, status_listen: settings.status_listen })
        .await
        .map_err(|error| Failure::new(Kind::World, error.to_string()))?;
    let (console_url, status_url) = addresses(&settings, &bound);
    let storage = storage_of(&settings)?;
    let access: Arc<dyn Access> = storage.access()?;
    let ids: Arc<dyn Ids> = Arc::new(Chance::default());
    let clock: Arc<dyn Clock> = Arc::new(Steady::new(settings.speed));
    let links = links(access.as_ref(), ids.as_ref(), &console_url)?;
    let couriers = couriers_of(&settings, &clock)?;
    let given = settings.runner.env.keys().cloned().collect();
    let plan = Arc::new(plan::plan(settings.playbook, settings.policy, given, settings.agents));
    let executor = Arc::new(Runner::new(settings.runner));
    let node = format!("{}-{}", std::process::id(), super::hex(ids.secret().get(..8).unwrap_or_default()));
    let (journal, archive) = storage.incidents(settings.storage, &node)?;
    let parts = Parts {
        journal,
        archive,
        clock,
        ids: Arc::clone(&ids),
        settings: Settings::new(plan, Arc::new(settings.roster)).with_windows(settings.maintenance),
        node,
        hands: Hands { couriers, executor: executor.clone(), links },
    };
    let (engine, stopped) = Engine::start(parts).map_err(storage_failed)?;
    let (stop, stopping) = watch::channel(false);
    let looking = Looking { probes: settings.probes, uplink: settings.uplink, executor };
    let (probes, probing) = look_about(looking, &storage, &engine, &stopping)?;
    let ahead = watch_itself(&engine, settings.channels, settings.speed, &stopping);
    let (heartbeats, listening) = listen(settings.heartbeats, &storage, &engine, &stopping)?;
    let app = App::new(AppParts {
        engine: engine.clone(),
        access: Arc::clone(&access),
        ids: Arc::clone(&ids),
        probes,
        ahead,
        heartbeats,
        console_url: console_url.clone(),
        status_url: status_url.clone().unwrap_or_default(),
        status_page: settings.status_page,
        playbook_texts: settings.playbook_texts,
        playbook_path: settings.playbook_path.display().to_string(),
        speed: settings.speed,
        drills_file: settings.drills.unwrap_or_else(|| crate::drill::cards_file(&settings.data)),
    })
    .map_err(storage_failed)?;
    let setup_url = setup_url(&app, &console_url)?;
    let following = storage
        .is_shared()
        .then(|| tokio::spawn(until_told_to_stop(stopping.clone(), follow_tokens(app.clone()))));
    let serving = tokio::spawn(bound.serve(app.clone(), told_to_stop(stopping)));
    Ok(Running {
        engine,
        access,
        ids,
        console_url,
        status_url,
        setup_url,
        app,
        stop,
        serving,
        probing,
        listening,
        following,
        stopped,
    })
}

/// The pager watches itself: whether it was late, whether somebody outside hears it, and what would go wrong in the days to
/// come, which is told here.
fn watch_itself(
    engine: &Engine,
    channels: ChannelsConfig,
    speed: f64,
    stopping: &watch::Receiver<bool>,
) -> watch::Receiver<Option<Preflight>> {
    // In practice, where minutes pass in seconds, everything is late.
    if speed <= 1.0 {
        let late = engine::tell_of_lateness(engine.clone(), LATE_EVERY);
        tokio::spawn(until_told_to_stop(stopping.clone(), late));
    }
    let switch = switch::hold_switch(engine.clone(), channels.clone());
    tokio::spawn(until_told_to_stop(stopping.clone(), switch));
    let (looks, ahead) = watch::channel(None);
    let looking = super::ahead::keep_looking(engine.clone(), channels, looks);
    tokio::spawn(until_told_to_stop(stopping.clone(), looking));
    ahead
}

/// What is kept, and may wake people.
fn storage_of(settings: &ServerSettings) -> Result<Database, Failure> {
    make_folder(&settings.data)?;
    let storage = settings.keep.open()?;
    storage.may_wake_people()?;
    Ok(storage)
}

fn links(access: &dyn Access, ids: &dyn Ids, console_url: &str) -> Result<Arc<dyn Links>, Failure> {
    Ok(Arc::new(SignedLinks::new(access, ids, console_url).map_err(storage_failed)?))
}

/// How pages leave. What will not work as people may think is told at the start.
fn couriers_of(settings: &ServerSettings, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn Courier>>, Failure> {
    let couriers = couriers(&settings.channels, clock)
        .map_err(|error| Failure::new(Kind::Config, format!("channels: {error}")))?;
    warn_of_gaps(settings);
    Ok(couriers)
}

/// The one-time link for the first account, while nobody has one.
fn setup_url(app: &App, console_url: &str) -> Result<Option<String>, Failure> {
    let key = web::auth::setup_key(app).map_err(storage_failed)?;
    Ok(key.map(|key| format!("{console_url}/setup?key={key}")))
}

/// Where people reach the console and the status page: as the settings say, else where they listen.
fn addresses(settings: &ServerSettings, bound: &web::Bound) -> (String, Option<String>) {
    let set_or = |set: &Option<String>, address| set.clone().unwrap_or_else(|| format!("http://{address}"));
    let status = bound.status().map(|address| set_or(&settings.status_url, address));
    let status = status.map(|url| url.trim_end_matches('/').to_owned());
    (set_or(&settings.console_url, bound.console()), status)
}

/// What will not work as people may think, told at the start.
fn warn_of_gaps(settings: &ServerSettings) {
    for fault in unreachable(&settings.roster, &settings.channels) {
        tracing::warn!("{fault}");
    }
    for lost in Held::here().lost() {
        tracing::warn!("commands are not held in full on this system: {lost} (docs/running.md)");
    }
}

/// What the server itself looks at, and by what.
struct Looking {
    probes: Vec<Probe>,
    uplink: Vec<Place>,
    executor: Arc<Runner>,
}

/// Begins to look at what the team runs.
fn look_about(
    looking: Looking,
    storage: &Database,
    engine: &Engine,
    stopping: &watch::Receiver<bool>,
) -> Result<(Arc<Board>, JoinHandle<()>), Failure> {
    let Looking { probes, uplink, executor } = looking;
    let history = storage.probes()?;
    let parts = ProberParts { probes, engine: engine.clone(), executor, uplink, history };
    Ok(Prober::start(parts, stopping.clone()))
}

/// Begins to listen for whoever is to be heard.
fn listen(
    heartbeats: Vec<Heartbeat>,
    storage: &Database,
    engine: &Engine,
    stopping: &watch::Receiver<bool>,
) -> Result<(Arc<Switchboard>, JoinHandle<()>), Failure> {
    let parts = ListenerParts { heartbeats, engine: engine.clone(), records: storage.heartbeats()? };
    Ok(Listener::start(parts, stopping.clone()))
}

/// A key that was made or taken back at another server counts here soon after.
async fn follow_tokens(app: App) {
    let mut turns = tokio::time::interval(TOKENS_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        if let Err(error) = app.tokens_changed().await {
            tracing::warn!(%error, "keys made at other servers are not known here yet");
        }
    }
}

async fn until_told_to_stop(stopping: watch::Receiver<bool>, work: impl Future<Output = ()> + Send) {
    tokio::select! { () = told_to_stop(stopping) => {}, () = work => {} }
}

async fn told_to_stop(mut stopping: watch::Receiver<bool>) {
    // An error means that whoever would have said so is gone, which says the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Contacts that no page can ever reach, each with its reason; addresses are secrets and are not repeated.
pub(crate) fn unreachable(roster: &Roster, channels: &ChannelsConfig) -> Vec<String> {
    let contacts =
        roster.people().flat_map(|person| person.contacts.iter().map(move |contact| (person, contact)));
    let fault = |(person, contact): (&incident::Responder, &incident::Contact)| {
        let why = channels::unreachable(channels, contact)?;
        Some(format!("{} cannot be reached by {}: {why}", person.id, contact.channel.name()))
    };
    contacts.filter_map(fault).collect()
}

pub(crate) fn storage_failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::World, error.to_string())
}

impl Running {
    /// Makes a token and lets the running server know it.
    pub(crate) async fn make_token(
        &self,
        make: impl FnOnce() -> Result<String, TokenError> + Send + 'static,
    ) -> Result<String, Failure> {
        let made = tokio::task::spawn_blocking(make).await.map_err(storage_failed)?;
        let token = made.map_err(storage_failed)?;
        self.app.tokens_changed().await.map_err(storage_failed)?;
        Ok(token)
    }

    /// Waits until the engine's core has ended by itself, which only a fault of ours brings about.
    pub(crate) async fn core_ended(&mut self) {
        self.stopped.core_ended().await;
    }

    /// Takes no more requests, keeps what was accepted, and ends.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if self.serving.await.is_err() {
            tracing::error!("the listeners did not end well");
        }
        if self.probing.await.is_err() {
            tracing::error!("the probes did not end well");
        }
        if self.listening.await.is_err() {
            tracing::error!("what listens for heartbeats did not end well");
        }
        if let Some(following) = self.following
            && following.await.is_err()
        {
            tracing::error!("what follows the keys did not end well");
        }
        self.engine.stop().await;
        self.stopped.wait().await;
    }
}
