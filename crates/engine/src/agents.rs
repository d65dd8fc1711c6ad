//! Where orders for agents wait until they are taken, and their runs until they are reported. Nothing waits for ever.
//!
//! An order goes through two doors. First it is offered, as often as the agent asks; an offer binds nobody. Then the agent
//! takes it, and is told once for each order that it is theirs. What was not taken has surely not begun; what was taken may
//! have, and when its agent is not heard any more it is lost. Must never be here: HTTP, or what becomes of what is lost.

mod state;

use crate::ports::{
    AgentAsk, AgentOrder, AgentRefusal, AgentReport, AgentTake, AgentView, AgentWork, Clock, OrderName,
    Reported, RunOrder, Taken,
};
use incident::{Ending, RunReport};
use jiff::SignedDuration;
use state::{Left, State, bounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{oneshot, watch};

/// How long one question of an agent is held when there is nothing to do: shorter than proxies and load balancers let a
/// connection lie idle.
pub const ASK_HELD: SignedDuration = SignedDuration::from_secs(10);

/// How long an order waits for an agent that is there and has no place for it.
const PLACE_WAIT_MAX: SignedDuration = SignedDuration::from_secs(60);

/// How many agents one server serves.
pub const AGENTS_MAX: usize = 256;

/// How a run on another host came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It was reported, or surely never began.
    Ended(RunReport),
    /// It may have begun, and nobody will hear how it went.
    Lost,
}

/// The agents of a server: who is there, what they are to do.
pub struct Agents {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Moves with everything that an agent may be waiting for.
    moved: watch::Sender<()>,
}

impl Agents {
    /// Nobody is there yet. Whoever is not heard for `away_s` seconds is away.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, away_s: u32) -> Self {
        let away_after = SignedDuration::from_secs(away_s.into());
        let state = Mutex::new(State::new(clock.now(), away_after));
        Self { clock, state, moved: watch::Sender::new(()) }
    }

    /// An agent asks for work: held for up to [`ASK_HELD`] while there is none.
    ///
    /// # Errors
    /// [`AgentRefusal`] when it is not served.
    pub async fn ask(&self, name: &str, ask: &AgentAsk) -> Result<AgentWork, AgentRefusal> {
        let until = incident::later(self.clock.now(), ASK_HELD);
        let mut moved = self.moved.subscribe();
        self.state().hear(name, ask, self.clock.now())?;
        self.moved.send_replace(());
        // What this question itself moved is looked at once more than needed.
        loop {
            moved.mark_unchanged();
            let work = self.state().work(name, ask);
            if !work.orders.is_empty() || !work.stops.is_empty() {
                return Ok(work);
            }
            tokio::select! {
                _ = moved.changed() => {}
                () = self.clock.sleep_until(until) => return Ok(AgentWork::default()),
            }
        }
    }

    /// An agent wants to begin an order.
    #[must_use]
    pub fn take(&self, agent: &str, take: &AgentTake) -> Taken {
        self.state().take(agent, take, self.clock.now())
    }

    /// An agent has ended an order.
    #[must_use]
    pub fn report(&self, agent: &str, report: AgentReport) -> Reported {
        let report = AgentReport { report: bounded(report.report), ..report };
        let (name, ending) = (report.name, report.report.ending.clone());
        let heard = self.state().report(agent, report);
        if heard == Reported::Late {
            tracing::warn!(agent, %name, ?ending, "a report that nobody waits for any more");
        }
        heard
    }

    /// An agent goes: what it has is lost, what it has not taken does not begin.
    pub fn leave(&self, agent: &str, instance: &str) {
        self.state().leave(agent, instance);
        self.moved.send_replace(());
    }

    /// Everyone that was heard, and those that should be there.
    #[must_use]
    pub fn all(&self, named: &[String]) -> Vec<AgentView> {
        self.state().views(named, self.clock.now())
    }

    /// Has an agent run a command, and waits for its end. Always ends.
    pub(crate) async fn run(&self, agent: &str, order: &RunOrder) -> Ran {
        let name = OrderName { incident: order.incident, run: order.run };
        let offered =
            AgentOrder { name, source: order.source.clone(), effect: order.effect, word: order.word };
        let (answer, mut ran) = oneshot::channel();
        let asked = self.clock.now();
        self.state().offer(agent, offered, answer);
        // Whoever stops waiting, also at the server's end, takes the order away with them.
        let _taken_away = TakenAway { agents: self, name };
        self.moved.send_replace(());
        let mut moved = self.moved.subscribe();
        loop {
            let next = match self.state().left(name, asked, self.clock.now()) {
                Left::Until(next) => next,
                Left::NotBegun(why) => return not_begun(why),
                Left::Lost => return Ran::Lost,
            };
            tokio::select! {
                biased;
                ended = &mut ran => return ended.unwrap_or(Ran::Lost),
                // Somebody was heard or left: what is waited for may end sooner.
                _ = moved.changed() => {}
                () = self.clock.sleep_until(next) => {}
            }
        }
    }

    /// A person wants a run to end.
    pub(crate) fn stop(&self, order: &RunOrder) {
        self.state().stop(OrderName { incident: order.incident, run: order.run }, self.clock.now());
        self.moved.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is made in one call that cannot stop halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl core::fmt::Debug for Agents {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Agents")
    }
}

/// Takes an order away when nobody waits for it any more.
struct TakenAway<'a> {
    agents: &'a Agents,
    name: OrderName,
}

impl Drop for TakenAway<'_> {
    fn drop(&mut self) {
        self.agents.state().forget(self.name);
        self.agents.moved.send_replace(());
    }
}

fn not_begun(error: String) -> Ran {
    Ran::Ended(RunReport::without_output(Ending::NotStarted { error }))
}
