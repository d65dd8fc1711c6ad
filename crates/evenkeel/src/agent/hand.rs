//! The orders that this agent has in hand, each from the offer to the report. Each is begun at most once: only after the
//! server has said that it is ours, and never a second time by its name.

use super::backoff::Backoff;
use super::judge::refused;
use super::later;
use super::link::{Link, Trouble};
use crate::wiring::Chance;
use engine::ports::{
    AgentAsk, AgentLeave, AgentOrder, AgentReport, AgentRuns, AgentSelf, AgentTake, AgentVersion, AgentWork,
    Clock, Executor as _, OrderName, Reported, RunOrder, Taken, Word,
};
use incident::{Ending, RunReport};
use jiff::SignedDuration;
use runner::Runner;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// How many orders are in hand at once.
const ORDERS_MAX: usize = 8;

/// How many names of orders are remembered. Names sort by age, and a server offers nothing of so long ago.
const SEEN_MAX: usize = 10_000;

/// For how long the server is asked whether an order is ours. By then it takes this agent for away.
const TAKE_WAIT: SignedDuration = SignedDuration::from_secs(45);

/// For how long a report is offered to a server that does not answer. Then it has long been counted as lost there.
const REPORT_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// What an order is carried out with.
pub(super) struct Ways {
    pub(super) link: Arc<Link>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) gives: BTreeSet<String>,
    pub(super) runs: AgentRuns,
    pub(super) runner: Runner,
    pub(super) instance: String,
}

/// The orders in hand.
pub(super) struct Hand {
    pub(super) ways: Ways,
    kept: Mutex<Kept>,
    /// How many there are.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Kept {
    orders: BTreeMap<OrderName, Held>,
    seen: BTreeSet<OrderName>,
    /// The agent is ending: nothing begins any more.
    closed: bool,
}

/// One order, and the bell that ends it.
struct Held {
    bell: Arc<Notify>,
    stopped: bool,
}

impl Hand {
    pub(super) fn new(ways: Ways) -> Self {
        Self { ways, kept: Mutex::new(Kept::default()), count: watch::Sender::new(0) }
    }

    /// Asks the server for work, and says what is in hand. What is being ended is not named any more, so that the server
    /// does not answer with it again at once.
    pub(super) async fn ask(&self, own: &AgentSelf) -> Result<AgentWork, Trouble> {
        let (free, has) = {
            let kept = self.kept();
            let has = kept.orders.iter().filter(|(_, held)| !held.stopped).map(|(name, _)| *name);
            let free = if kept.closed { 0 } else { ORDERS_MAX.saturating_sub(kept.orders.len()) };
            (free, has.collect())
        };
        let free = u32::try_from(free).unwrap_or(0);
        self.ways.link.ask(&AgentAsk { version: AgentVersion::own(), own: own.clone(), free, has }).await
    }

    /// Begins an order, unless one of its name was ever in hand. `true`: it was new.
    pub(super) fn begin(self: &Arc<Self>, order: AgentOrder) -> bool {
        let bell = Arc::new(Notify::new());
        {
            let mut kept = self.kept();
            if kept.closed || kept.orders.len() >= ORDERS_MAX || !kept.seen.insert(order.name) {
                return false;
            }
            while kept.seen.len() > SEEN_MAX {
                kept.seen.pop_first();
            }
            kept.orders.insert(order.name, Held { bell: Arc::clone(&bell), stopped: false });
            self.count.send_replace(kept.orders.len());
        }
        let hand = Arc::clone(self);
        tokio::spawn(async move {
            hand.carry_out(&order, &bell).await;
            let mut kept = hand.kept();
            kept.orders.remove(&order.name);
            hand.count.send_replace(kept.orders.len());
        });
        true
    }

    /// Ends an order in hand, kindly and then by force. `true`: it had not been told before.
    pub(super) fn stop(&self, name: OrderName) -> bool {
        let mut kept = self.kept();
        let Some(held) = kept.orders.get_mut(&name).filter(|held| !held.stopped) else { return false };
        held.stopped = true;
        held.bell.notify_one();
        true
    }

    /// Nothing begins any more, and what runs is ended.
    pub(super) fn close(&self) {
        let names: Vec<OrderName> = {
            let mut kept = self.kept();
            kept.closed = true;
            kept.orders.keys().copied().collect()
        };
        for name in names {
            self.stop(name);
        }
    }

    /// Comes when nothing is in hand.
    pub(super) async fn emptied(&self) {
        // An error means that nothing can come any more, which says the same.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Says goodbye, once; a server that does not hear it finds out by itself.
    pub(super) async fn leave(&self) {
        if let Err(trouble) = self.ways.link.leave(&AgentLeave { instance: self.ways.instance.clone() }).await
        {
            tracing::warn!("the server could not be told that this agent ends: {trouble}");
        }
    }

    async fn carry_out(&self, order: &AgentOrder, bell: &Notify) {
        let take = AgentTake { instance: self.ways.instance.clone(), name: order.name };
        match self.within(TAKE_WAIT, || self.ways.link.take(&take)).await {
            Some(Taken::Yours) => {}
            Some(Taken::Gone) => {
                tracing::info!("{} is not begun: nobody waits for it any more", order.name);
                return;
            }
            None => {
                tracing::warn!("{} is not begun: the server did not say that it is this agent's", order.name);
                return;
            }
        }
        let report = match refused(order, self.ways.runs, &self.ways.gives) {
            Some(error) => not_begun(error),
            None => self.run(order, bell).await,
        };
        tracing::info!("{} ended: {:?}", order.name, report.ending);
        let report = AgentReport { instance: self.ways.instance.clone(), name: order.name, report };
        match self.within(REPORT_WAIT, || self.ways.link.report(&report)).await {
            Some(Reported::Heard) => {}
            Some(Reported::Late) => tracing::warn!("{}: the server counts it as lost, or has it", order.name),
            None => tracing::warn!("{}: its end could not be reported", order.name),
        }
    }

    async fn run(&self, order: &AgentOrder, bell: &Notify) -> RunReport {
        let run = RunOrder {
            incident: order.name.incident,
            run: order.name.run,
            source: order.source.clone(),
            effect: order.effect,
            // A word of elsewhere does not loosen what holds a look on a host that only looks.
            word: match self.ways.runs {
                AgentRuns::LooksOnly => Word::None,
                AgentRuns::Everything => order.word,
            },
        };
        let mut running = self.ways.runner.run(&run);
        tokio::select! {
            // It begins before its end is looked for, so that there is something to end.
            biased;
            report = &mut running => return report,
            () = bell.notified() => self.ways.runner.stop(run.incident, run.run),
        }
        running.await
    }

    /// Asks until it is answered, for a while. `None`: it was refused, or the time is over.
    async fn within<T, F>(&self, limit: SignedDuration, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let until = later(self.ways.clock.now(), limit);
        let mut backoff = Backoff::default();
        loop {
            match ask().await {
                Ok(answer) => return Some(answer),
                Err(trouble @ Trouble::Refused { .. }) => {
                    tracing::warn!("{trouble}");
                    return None;
                }
                Err(Trouble::Unreached(_)) => {
                    let again = later(self.ways.clock.now(), backoff.next(Chance::default().byte()));
                    if again >= until {
                        return None;
                    }
                    self.ways.clock.sleep_until(again).await;
                }
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing between lock and release can leave it half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_begun(error: String) -> RunReport {
    RunReport::without_output(Ending::NotStarted { error })
}
