//! The workers: carry pages and run commands, each with a limit, and bring the outcome back as a command.
//!
//! One bad piece of work never stops the others, and a slow channel delays only itself.

use crate::agents::Ran;
use crate::engine::Engine;
use crate::lanes::{Arrivals, Lane};
use crate::ports::{Coming, Courier, Executor, Lease, Links, PageMessage, RunOrder, Word};
use crate::request::{EngineError, Job, Question};
use core::time::Duration;
use incident::words::page_words;
use incident::{
    Actor, Asked, Channel, Command, Incident, IncidentId, Page, PageOutcome, PageState, Place, Refusal,
    RunState, Work,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

/// No courier takes longer than this, whatever it says of itself.
const PAGE_LIMIT: Duration = Duration::from_secs(30);

/// How often the core is asked again while it has no time or nothing can be kept.
const TRIES_MAX: u32 = 150;

/// How long a worker waits before it asks the core again.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// How long the core's word that something may begin holds. A process that stood still in between asks again: meanwhile
/// another node may have taken the work over, or somebody may have answered there.
const WORD_HOLDS: SignedDuration = SignedDuration::from_secs(5);

/// Who carries pages, runs commands and makes links.
pub struct Hands {
    /// One courier a channel.
    pub couriers: Vec<Arc<dyn Courier>>,
    /// Runs commands on this machine.
    pub executor: Arc<dyn Executor>,
    /// Makes the links in pages.
    pub links: Arc<dyn Links>,
}

impl Hands {
    /// The channels that can carry something.
    pub(crate) fn channels(&self) -> impl Iterator<Item = Channel> {
        self.couriers.iter().map(|courier| courier.channel())
    }
}

pub(crate) struct Dispatch {
    engine: Engine,
    couriers: BTreeMap<Channel, Arc<dyn Courier>>,
    executor: Arc<dyn Executor>,
    links: Arc<dyn Links>,
}

impl Dispatch {
    pub(crate) fn new(engine: Engine, hands: Hands) -> Self {
        let couriers = hands.couriers.into_iter().map(|courier| (courier.channel(), courier));
        Self { engine, couriers: couriers.collect(), executor: hands.executor, links: hands.links }
    }

    /// Works on every lane until the core ends.
    pub(crate) async fn run(self, arrivals: Arrivals, alive: watch::Receiver<()>) {
        let this = Arc::new(self);
        let mut lanes = JoinSet::new();
        for (lane, jobs) in arrivals {
            lanes.spawn(Arc::clone(&this).serve(lane, jobs, alive.clone()));
        }
        while lanes.join_next().await.is_some() {}
    }

    /// Takes a job only when there is a place for it, so that what waits keeps its order in the core.
    async fn serve(
        self: Arc<Self>,
        lane: Lane,
        mut jobs: mpsc::Receiver<Job>,
        mut alive: watch::Receiver<()>,
    ) {
        let places = Arc::new(Semaphore::new(lane.places()));
        let mut at_work = JoinSet::new();
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await.ok()?;
                jobs.recv().await.map(|job| (place, job))
            };
            let taken = tokio::select! {
                // In this order, so that the same story goes the same way each time.
                biased;
                _ = alive.changed() => None,
                taken = next => taken,
            };
            let Some((place, job)) = taken else { break };
            let this = Arc::clone(&self);
            at_work.spawn(async move {
                this.work(job).await;
                drop(place);
            });
            while at_work.try_join_next().is_some() {}
        }
        // The core has ended: what is under way is left to its lease; nothing may be kept any more.
        at_work.shutdown().await;
    }

    pub(crate) async fn work(&self, job: Job) {
        match job.work {
            Work::Page(number) => self.page(&job.incident, number, job.lease).await,
            Work::Run(number) => self.start_run(&job.incident, number, job.lease).await,
        }
    }

    async fn page(&self, decided: &Incident, number: u32, lease: Lease) {
        // Looked at anew when its turn has come: whoever acknowledged meanwhile is not woken for nothing.
        let Some(incident) = self.may_begin(decided.id, Work::Page(number), &lease).await else { return };
        let Some(page) = incident.page(number).filter(|page| page.state == PageState::Pending) else {
            return;
        };
        if decided.page(number).is_none_or(|decided| decided.attempt != page.attempt) {
            // It was taken over meanwhile, and another attempt is under way.
            return;
        }
        let (clock, tally) = (self.engine.clock(), self.engine.tally());
        tally.page_handed_over(page.channel, clock.now().duration_since(page.due_at));
        let outcome = self.carry(&incident, page).await;
        tally.page_ended(page.channel, &outcome);
        let command = Command::PageOutcome { page: number, attempt: page.attempt, outcome };
        self.bring_back(incident.id, command, Some(lease)).await;
    }

    async fn carry(&self, incident: &Incident, page: &Page) -> PageOutcome {
        let Some(courier) = self.couriers.get(&page.channel) else {
            let error = format!("the channel {} is not set up", page.channel.name());
            return PageOutcome::Never { error };
        };
        let message = self.message(incident, page);
        tokio::select! {
            biased;
            outcome = courier.deliver(&message) => outcome,
            () = self.engine.clock().pass(PAGE_LIMIT) => {
                PageOutcome::Unknown { error: format!("no answer within {} s", PAGE_LIMIT.as_secs()) }
            }
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
            word: if run.approved_by.is_some() { Word::Given } else { Word::None },
        };
        // Kept before the process begins: a run that may have begun is never begun a second time.
        let begin = Command::RunStarted { run: number };
        let started = self.bring_back(incident.id, begin, Some(lease.clone())).await;
        // Its approval may have ended while it waited for its turn.
        if !started {
            return;
        }
        let now = self.may_begin(incident.id, Work::Run(number), &lease).await;
        if !now.is_some_and(|now| is_running(&now, number)) {
            return;
        }
        let ended = match self.run_or_stop(&order, &run.request.place).await {
            Ran::Ended(report) => Command::RunEnded { run: number, report },
            Ran::Lost => Command::RunLost { run: number },
        };
        self.bring_back(incident.id, ended, Some(lease)).await;
    }

    /// Runs a command to its end; a person's wish that it end is passed on as soon as it is kept.
    async fn run_or_stop(&self, order: &RunOrder, place: &Place) -> Ran {
        let mut run: Coming<'_, Ran> = match place {
            Place::Server => Box::pin(async { Ran::Ended(self.executor.run(order).await) }),
            Place::Agent(name) => Box::pin(self.engine.agents().run(name, order)),
        };
        tokio::select! {
            // The command begins before its stop is looked for, so that there is something to stop.
            biased;
            ran = &mut run => return ran,
            () = self.stop_asked(order) => match place {
                Place::Server => self.executor.stop(order.incident, order.run),
                Place::Agent(_) => self.engine.agents().stop(order),
            },
        }
        run.await
    }

    /// Comes when a person wants this run to end; never, if nobody does.
    async fn stop_asked(&self, order: &RunOrder) {
        let mut changes = self.engine.feed();
        loop {
            let now = self.look(order.incident).await;
            let run = now.as_ref().and_then(|incident| incident.run(order.run));
            if run.is_some_and(|run| run.stopped_by.is_some()) {
                return;
            }
            loop {
                match changes.recv().await {
                    Ok(change) if change.incident != order.incident => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                    // Nothing changes any more: the core has ended, and the run is left to its lease.
                    Err(RecvError::Closed) => return core::future::pending().await,
                }
            }
        }
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
                    tracing::warn!(%incident, %error, "work waits for its incident");
                    self.pause().await;
                }
            }
        }
        tracing::error!(%incident, "a page could not be prepared; its lease will expire");
        None
    }

    /// Asks the core, just before it, how the incident stands and whether the work is still this node's. `None`: it must
    /// not begin.
    async fn may_begin(&self, id: IncidentId, work: Work, lease: &Lease) -> Option<Arc<Incident>> {
        let clock = self.engine.clock();
        for _ in 0..TRIES_MAX {
            let asked = clock.now();
            let incident = self.look(id).await?;
            if !self.still_held(id, work, lease).await {
                return None;
            }
            if clock.now().duration_since(asked).abs() <= WORD_HOLDS {
                return Some(incident);
            }
        }
        tracing::error!(incident = %id, "work could not begin in time; its lease will expire");
        None
    }

    /// A node that stood still may wake up long after others have taken its work over: then it leaves it alone.
    async fn still_held(&self, incident: IncidentId, work: Work, lease: &Lease) -> bool {
        for _ in 0..TRIES_MAX {
            match self.engine.holds(incident, work, lease.clone()).await {
                Ok(held) => return held,
                Err(EngineError::Refused(_) | EngineError::NoIncident(_) | EngineError::Stopping) => {
                    return false;
                }
                Err(EngineError::Busy | EngineError::Unavailable(_)) => self.pause().await,
            }
        }
        false
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
