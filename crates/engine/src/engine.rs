//! The handle that every other room holds: ask, read, follow what changes.

mod overrides;
mod silences;
mod watching;

use crate::agents::Agents;
use crate::core::{After, Core, World};
use crate::dispatch::{Dispatch, Hands};
use crate::fault::{Faults, StorageFault};
use crate::lanes::{Arrivals, lanes};
use crate::ports::{Archive, Clock, Company, Filter, Ids, Journal, JournalError, Lease};
use crate::request::{Answer, Answers, Change, EngineError, Question, Report, Request};
use crate::settings::Settings;
use crate::still::Still;
use crate::turning::Turning;
use crate::vitals::{Asking, Tally};
use arc_swap::ArcSwap;
use incident::{
    Actor, Alert, AlertState, AlertStatus, Asked, Command, Event, Incident, IncidentId, Plan, Summary, Work,
    evolve,
};
use playbook::Signal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use tokio::sync::{broadcast, oneshot, watch};

/// How many requests may wait for the core; beyond that callers are told to come back.
const WAITING_MAX: usize = 4_096;

/// How many changes a slow follower may miss before it must look at everything anew.
const FEED_MAX: usize = 4_096;

/// Everything that the engine is made of.
pub struct Parts {
    /// Where events are kept.
    pub journal: Box<dyn Journal>,
    /// Where they are read.
    pub archive: Arc<dyn Archive>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// The team's settings.
    pub settings: Settings,
    /// The name of this process in leases; unique for each start.
    pub node: String,
    /// Who carries pages, runs commands and makes links.
    pub hands: Hands,
}

/// A running engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    requests: SyncSender<Request>,
    feed: broadcast::Sender<Change>,
    archive: Arc<dyn Archive>,
    clock: Arc<dyn Clock>,
    settings: Arc<ArcSwap<Settings>>,
    overrides: watch::Receiver<u64>,
    faults: Arc<Faults>,
    tally: Arc<Tally>,
    asking: Arc<Asking>,
    reading: Reading,
    agents: Arc<Agents>,
    company: Company,
}

/// Where the archive is read.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// On threads that may wait for a disk.
    OnThreads,
    /// Where it is asked: there is no disk, and nothing may run beside.
    Here,
}

/// Waits for the engine's thread and workers to end.
pub struct Stopped {
    thread: std::thread::JoinHandle<()>,
    workers: tokio::task::JoinHandle<()>,
    alive: watch::Receiver<()>,
}

/// What an engine is made of beside its core.
struct Rest {
    after: After,
    arrivals: Arrivals,
    hands: Hands,
}

impl Engine {
    /// Opens the journal, takes up what an earlier process left, and begins. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read.
    pub fn start(parts: Parts) -> Result<(Self, Stopped), JournalError> {
        let (engine, mut turning, rest) = Self::make(parts, Reading::OnThreads)?;
        let Rest { after, arrivals, hands } = rest;
        let (living, alive) = watch::channel(());
        let dispatch = Dispatch::new(engine.clone(), hands);
        let workers = tokio::spawn(dispatch.run(arrivals, alive.clone()));
        let thread = std::thread::Builder::new()
            .name("core".to_owned())
            .spawn(move || {
                // Dropped when the thread ends, however it ends.
                let _living = living;
                turning.run(after);
            })
            .map_err(|error| JournalError::Unavailable(format!("no thread for the core: {error}")))?;
        Ok((engine, Stopped { thread, workers, alive }))
    }

    /// The same without a thread or a worker of its own: everything goes on only while its owner lets it, so that a story
    /// told twice is the same twice. Its archive must need no waiting.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read.
    pub fn still(parts: Parts) -> Result<(Self, Still), JournalError> {
        let (engine, mut turning, rest) = Self::make(parts, Reading::Here)?;
        turning.begin(rest.after);
        let dispatch = Dispatch::new(engine.clone(), rest.hands);
        Ok((engine, Still::new(turning, rest.arrivals, dispatch)))
    }

    fn make(parts: Parts, reading: Reading) -> Result<(Self, Turning, Rest), JournalError> {
        let away_s = parts.settings.plan.policy.agent_away_s;
        let settings = Arc::new(ArcSwap::from_pointee(parts.settings));
        let (faults, tally) = (Arc::new(Faults::default()), Arc::new(Tally::default()));
        let (overridden, overrides) = watch::channel(0);
        let world = World {
            journal: parts.journal,
            clock: Arc::clone(&parts.clock),
            ids: parts.ids,
            settings: Arc::clone(&settings),
            faults: Arc::clone(&faults),
            tally: Arc::clone(&tally),
            overridden,
            node: parts.node,
        };
        let (core, after) = Core::open(world)?;
        let company = core.company();
        let (requests, inbox) = sync_channel(WAITING_MAX);
        let (feed, _) = broadcast::channel(FEED_MAX);
        let (ways, arrivals) = lanes(parts.hands.channels());
        let asking = Arc::new(Asking::new(parts.clock.now()));
        let turning =
            Turning::new(core, inbox, Arc::clone(&asking), (feed.clone(), ways), Arc::clone(&parts.clock));
        let engine = Self {
            requests,
            feed,
            archive: parts.archive,
            agents: Arc::new(Agents::new(Arc::clone(&parts.clock), away_s)),
            clock: parts.clock,
            settings,
            overrides,
            faults,
            tally,
            asking,
            reading,
            company,
        };
        Ok((engine, turning, Rest { after, arrivals, hands: parts.hands }))
    }

    /// Asks an incident. Answers once what follows is kept for good.
    ///
    /// # Errors
    /// [`EngineError`]; nothing has changed then.
    pub async fn ask(
        &self,
        incident: IncidentId,
        by: Actor,
        command: Command,
    ) -> Result<Answer, EngineError> {
        let asked = Asked { by, command };
        self.one(Question::Ask { incident, asked, lease: None }).await
    }

    /// Takes in alerts, each by itself; they share one transaction.
    ///
    /// # Errors
    /// [`EngineError::Busy`] or [`EngineError::Stopping`] for all of them; otherwise an answer for each in order.
    pub async fn alerts(&self, alerts: Vec<Alert>) -> Result<Answers, EngineError> {
        let settings = self.settings();
        let question = |alert: Alert| {
            let signal =
                Signal { title: &alert.title, description: &alert.description, labels: &alert.labels };
            let matches = match alert.status {
                AlertStatus::Firing => settings.matches(&signal),
                AlertStatus::Acknowledged | AlertStatus::Resolved => Vec::new(),
            };
            Question::Alert { alert, matches }
        };
        self.decide(alerts.into_iter().map(question).collect()).await
    }

    /// Opens an incident on a person's word.
    ///
    /// # Errors
    /// [`EngineError`]; nothing has changed then.
    pub async fn report(&self, report: Report) -> Result<Answer, EngineError> {
        let labels = BTreeMap::new();
        let signal = Signal { title: &report.title, description: &report.description, labels: &labels };
        let matches = self.settings().matches(&signal);
        self.one(Question::Report { report, matches }).await
    }

    /// The incident as it stands.
    ///
    /// # Errors
    /// [`EngineError::NoIncident`] when there is none.
    pub async fn incident(&self, incident: IncidentId) -> Result<Arc<Incident>, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Peek { incident, reply })?;
        answer.await.map_err(|_| EngineError::Stopping)?
    }

    /// All events of an incident with the plan that it pinned.
    ///
    /// # Errors
    /// [`EngineError::NoIncident`] when there is none.
    pub async fn history(&self, incident: IncidentId) -> Result<Vec<Event>, EngineError> {
        let archive = Arc::clone(&self.archive);
        let stream = self.read(move || archive.stream(incident)).await?;
        stream.map(|(_, events)| events).ok_or(EngineError::NoIncident(incident))
    }

    /// Rows of incidents.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when the journal cannot be read.
    pub async fn summaries(&self, filter: Filter) -> Result<Vec<Summary>, EngineError> {
        let archive = Arc::clone(&self.archive);
        self.read(move || archive.summaries(&filter)).await
    }

    /// The alerts that came last to incidents of these rows, or were held back: each as it was last told.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when the journal cannot be read.
    pub async fn alerts_of(
        &self,
        rows: Vec<Summary>,
    ) -> Result<Vec<(Summary, Vec<AlertState>)>, EngineError> {
        let archive = Arc::clone(&self.archive);
        let plan = Arc::clone(&self.settings().plan);
        self.read(move || {
            let folded = |row: Summary| {
                let events = archive.stream(row.id)?.map(|(_, events)| events).unwrap_or_default();
                let stream = events.iter().fold(Incident::new(row.id, Arc::clone(&plan)), evolve);
                Ok((row, stream.alerts.into_values().collect()))
            };
            rows.into_iter().map(folded).collect()
        })
        .await
    }

    /// The plan with this digest, for incidents that pinned an older one.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when the journal cannot be read.
    pub async fn plan(&self, digest: String) -> Result<Option<Plan>, EngineError> {
        let archive = Arc::clone(&self.archive);
        self.read(move || archive.plan(&digest)).await
    }

    /// What changes from now on.
    #[must_use]
    pub fn feed(&self) -> broadcast::Receiver<Change> {
        self.feed.subscribe()
    }

    /// The team's settings as they stand.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Takes new settings: new incidents pin the new plan, and levels look up the new roster.
    pub fn set_settings(&self, settings: Settings) {
        let made = Arc::clone(&self.settings.load().overrides);
        let next = if settings.overrides == made { settings } else { settings.overridden(&made) };
        self.settings.store(Arc::new(next));
    }

    /// Why nothing can be kept at the moment; `None` while commits succeed.
    #[must_use]
    pub fn storage_fault(&self) -> Option<Arc<StorageFault>> {
        self.faults.current()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The agents on other hosts.
    #[must_use]
    pub fn agents(&self) -> &Arc<Agents> {
        &self.agents
    }

    /// Ends once everything accepted so far is kept.
    pub async fn stop(&self) {
        let requests = self.requests.clone();
        // Waits for its place in the queue; an error means that the core has ended already.
        let _ = tokio::task::spawn_blocking(move || requests.send(Request::Stop)).await;
    }

    /// Whether a worker still has the work that it is about to do. On a node that is alone it always does.
    pub(crate) async fn holds(&self, id: IncidentId, work: Work, lease: Lease) -> Result<bool, EngineError> {
        if self.company == Company::Alone {
            return Ok(true);
        }
        let (reply, answer) = oneshot::channel();
        self.send(Request::Holds { incident: id, work, lease, reply })?;
        answer.await.map_err(|_| EngineError::Stopping)?
    }

    pub(crate) async fn one(&self, question: Question) -> Result<Answer, EngineError> {
        let mut answers = self.decide(vec![question]).await?;
        answers.pop().unwrap_or(Err(EngineError::Stopping))
    }

    async fn decide(&self, questions: Vec<Question>) -> Result<Answers, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Decide { questions, reply })?;
        answer.await.map_err(|_| EngineError::Stopping)
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let read = match self.reading {
            Reading::OnThreads => tokio::task::spawn_blocking(read).await,
            Reading::Here => Ok(read()),
        };
        match read {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(EngineError::Unavailable(error.to_string())),
            Err(_) => Err(EngineError::Stopping),
        }
    }

    fn send(&self, request: Request) -> Result<(), EngineError> {
        self.requests.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => EngineError::Busy,
            TrySendError::Disconnected(_) => EngineError::Stopping,
        })
    }
}

impl Stopped {
    /// Waits until the core's thread has ended. Before [`Engine::stop`] only a fault of ours ends it: then nothing more is
    /// decided and nobody is woken, so the process must end and be started again.
    pub async fn core_ended(&mut self) {
        while self.alive.changed().await.is_ok() {}
    }

    /// Waits until the core and the workers have ended.
    pub async fn wait(self) {
        let thread = self.thread;
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::error!("the core's thread did not end well");
        }
        if self.workers.await.is_err() {
            tracing::error!("the workers did not end well");
        }
    }
}
