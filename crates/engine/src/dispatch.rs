//! The workers: carry pages and run commands, each with a limit, and bring the outcome back as a command.
//!
//! One bad piece of work never stops the others, and a slow channel delays only itself.

use crate::engine::Engine;
use crate::ports::{Courier, Executor, Lease, Links, PageMessage, RunOrder};
use crate::request::{EngineError, Job, Question};
use core::time::Duration;
use incident::words::page_words;
use incident::{
    Actor, Asked, Channel, Command, Incident, IncidentId, Page, PageOutcome, PageState, Refusal, RunState,
    Work,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

/// How many pages are carried at once over one channel.
const PAGES_AT_ONCE: usize = 32;

/// How many commands run at once that only look, and as many that somebody has approved: each is a process on the
/// responder's machine, and an approved one does not wait behind the looks of a storm.
const RUNS_AT_ONCE: usize = 4;

/// No courier takes longer than this, whatever it says of itself.
const PAGE_LIMIT: Duration = Duration::from_secs(30);

/// How often the core is asked again while it has no time or nothing can be kept.
const TRIES_MAX: u32 = 150;

/// How long a worker waits before it asks the core again.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// Who carries pages, runs commands and makes links.
pub struct Hands {
    /// One courier a channel.
    pub couriers: Vec<Arc<dyn Courier>>,
    /// Runs commands.
    pub executor: Arc<dyn Executor>,
    /// Makes the links in pages.
    pub links: Arc<dyn Links>,
}

pub(crate) struct Dispatch {
    engine: Engine,
    couriers: BTreeMap<Channel, (Arc<dyn Courier>, Arc<Semaphore>)>,
    executor: Arc<dyn Executor>,
    links: Arc<dyn Links>,
    looks: Semaphore,
    approved: Semaphore,
}

impl Dispatch {
    pub(crate) fn new(engine: Engine, hands: Hands) -> Self {
        let couriers = hands
            .couriers
            .into_iter()
            .map(|courier| (courier.channel(), (courier, Arc::new(Semaphore::new(PAGES_AT_ONCE)))));
        Self {
            engine,
            couriers: couriers.collect(),
            executor: hands.executor,
            links: hands.links,
            looks: Semaphore::new(RUNS_AT_ONCE),
            approved: Semaphore::new(RUNS_AT_ONCE),
        }
    }

    pub(crate) async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let this = Arc::new(self);
        let mut at_work = JoinSet::new();
        while let Some(job) = jobs.recv().await {
            let this = Arc::clone(&this);
            at_work.spawn(async move { this.work(job).await });
            while at_work.try_join_next().is_some() {}
        }
        // The core has ended: what is under way is left to its lease; nothing may be kept any more.
        at_work.shutdown().await;
    }

    async fn work(&self, job: Job) {
        match job.work {
            Work::Page(number) => self.page(&job.incident, number, job.lease).await,
            Work::Run(number) => self.start_run(&job.incident, number, job.lease).await,
        }
    }

    async fn page(&self, decided: &Incident, number: u32, lease: Lease) {
        let courier = decided.page(number).and_then(|page| self.couriers.get(&page.channel));
        let _place = match courier {
            Some((_, places)) => places.acquire().await.ok(),
            None => None,
        };
        // Looked at anew when its turn has come: whoever acknowledged meanwhile is not woken for nothing.
        let Some(incident) = self.look(decided.id).await else { return };
        let Some(page) = incident.page(number).filter(|page| page.state == PageState::Pending) else {
            return;
        };
        let outcome = self.carry(&incident, page).await;
        let command = Command::PageOutcome { page: number, attempt: page.attempt, outcome };
        self.bring_back(incident.id, command, Some(lease)).await;
    }

    async fn carry(&self, incident: &Incident, page: &Page) -> PageOutcome {
        let Some((courier, _)) = self.couriers.get(&page.channel) else {
            let error = format!("the channel {} is not set up", page.channel.name());
            return PageOutcome::Never { error };
        };
        let message = self.message(incident, page);
        match tokio::time::timeout(PAGE_LIMIT, courier.deliver(&message)).await {
            Ok(outcome) => outcome,
            Err(_) => PageOutcome::Unknown { error: format!("no answer within {} s", PAGE_LIMIT.as_secs()) },
        }
    }

    fn message(&self, incident: &Incident, page: &Page) -> PageMessage {
        let words = page_words(incident, page);
        let settings = self.engine.settings();
        let person = settings.roster.person(&page.responder);
        PageMessage {
            reference: format!("{}.page.{}", incident.id, page.number),
            incident: incident.id,
            page: page.number,
            attempt: page.attempt,
            possible_repeat: page.possible_repeat > 0,
            responder: person.map_or_else(|| page.responder.to_string(), |person| person.name.clone()),
            address: page.address.clone(),
            severity: incident.severity().name,
            title: incident.title.clone(),
            short: words.short,
            long: words.long,
            link: self.links.page(incident.id, page.number),
        }
    }

    async fn start_run(&self, incident: &Incident, number: u32, lease: Lease) {
        let Some(run) = incident.run(number) else { return };
        let order = RunOrder {
            incident: incident.id,
            run: number,
            source: run.request.source.clone(),
            effect: run.request.effect,
        };
        let places = if run.approved_by.is_some() { &self.approved } else { &self.looks };
        let Ok(_place) = places.acquire().await else { return };
        // Kept before the process begins: a run that may have begun is never begun a second time.
        let started = self.bring_back(incident.id, Command::RunStarted { run: number }, None).await;
        // Its approval may have ended while it waited for its turn.
        if !started || !self.look(incident.id).await.is_some_and(|now| is_running(&now, number)) {
            return;
        }
        let report = self.executor.run(&order).await;
        self.bring_back(incident.id, Command::RunEnded { run: number, report }, Some(lease)).await;
    }

    /// The incident as it stands, asked for until the core can answer. `None`: there is nothing to do for it.
    async fn look(&self, incident: IncidentId) -> Option<Arc<Incident>> {
        for _ in 0..TRIES_MAX {
            match self.engine.incident(incident).await {
                Ok(incident) => return Some(incident),
                Err(EngineError::Refused(_) | EngineError::NoIncident(_) | EngineError::Stopping) => {
                    return None;
                }
                Err(error @ (EngineError::Busy | EngineError::Unavailable(_))) => {
                    tracing::warn!(%incident, %error, "a page waits for its incident");
                    self.pause().await;
                }
            }
        }
        tracing::error!(%incident, "a page could not be prepared; its lease will expire");
        None
    }

    async fn pause(&self) {
        let clock = self.engine.clock();
        clock.sleep_until(clock.now() + PAUSE).await;
    }

    /// Offers an outcome to the core until it is kept or refused. `true`: it is kept.
    async fn bring_back(&self, incident: IncidentId, command: Command, lease: Option<Lease>) -> bool {
        for _ in 0..TRIES_MAX {
            let asked = Asked { by: Actor::System, command: command.clone() };
            match self.engine.one(Question::Ask { incident, asked, lease: lease.clone() }).await {
                Ok(_) => return true,
                Err(EngineError::Refused(Refusal::Stale)) => return false,
                Err(EngineError::Refused(refusal)) => {
                    tracing::warn!(%incident, %refusal, "an outcome was refused");
                    return false;
                }
                Err(EngineError::NoIncident(_) | EngineError::Stopping) => return false,
                Err(error @ (EngineError::Busy | EngineError::Unavailable(_))) => {
                    tracing::warn!(%incident, %error, "an outcome cannot be kept yet");
                    self.pause().await;
                }
            }
        }
        tracing::error!(%incident, "an outcome could not be kept; its lease will expire");
        false
    }
}

fn is_running(incident: &Incident, number: u32) -> bool {
    incident.run(number).is_some_and(|run| matches!(run.state, RunState::Running { .. }))
}
