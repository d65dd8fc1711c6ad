//! `evenkeel agent`: asks a server for orders, runs them here, and reports. It opens connections and takes none.
//!
//! Must never be here: which command may run for which incident; that the server decides, and this host's settings may only
//! take away from it.

mod backoff;
mod hand;
mod judge;
mod link;

pub(crate) use link::Link;

use crate::exit::{Failure, Kind};
use crate::wiring::{Chance, Steady, hex, own_variable};
use backoff::Backoff;
use engine::ports::{AgentRuns, AgentSelf, AgentWork, Clock, Ids as _};
use hand::{Hand, Ways};
use incident::later;
use jiff::SignedDuration;
use link::Trouble;
use runner::{Changes, Held, Runner, RunnerConfig};
use std::future::Future;
use std::sync::Arc;

/// How long what runs may take to end and to be reported once the agent is told to stop.
const STOP_WAIT: SignedDuration = SignedDuration::from_secs(8);

/// How long the agent rests when an answer came at once and brought nothing new.
const REST: SignedDuration = SignedDuration::from_secs(1);

/// What an agent is started with.
pub(crate) struct AgentParts {
    pub(crate) name: String,
    pub(crate) link: Link,
    pub(crate) runs: AgentRuns,
    pub(crate) runner: RunnerConfig,
}

/// Whether the server has ever served this agent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    NotYet,
}

/// Works until `stop`. What a server refuses that has never served it is a mistake in setting it up, and ends it.
pub(crate) async fn run(parts: AgentParts, stop: impl Future<Output = ()>) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(Steady::new(1.0));
    let own = introduce(&parts);
    let ways = Ways {
        link: Arc::new(parts.link),
        clock: Arc::clone(&clock),
        gives: own.gives.clone(),
        runs: parts.runs,
        runner: Runner::new(parts.runner),
        instance: own.instance.clone(),
    };
    let hand = Arc::new(Hand::new(ways));
    let asking = ask_on(&hand, &own, &parts.name);
    tokio::pin!(asking);
    tokio::select! {
        ended = &mut asking => return ended,
        () = stop => {}
    }
    // Asking goes on while what runs is ended, so that the server goes on hearing of it.
    hand.close();
    let until = later(clock.now(), STOP_WAIT);
    tokio::select! {
        () = hand.emptied() => {}
        () = clock.sleep_until(until) => tracing::warn!("what ran did not end in time, and is cut off"),
        _ = &mut asking => {}
    }
    hand.leave().await;
    Ok(())
}

fn introduce(parts: &AgentParts) -> AgentSelf {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    AgentSelf {
        instance: hex(Chance::default().secret().get(..16).unwrap_or_default()),
        host: own_variable("EVENKEEL_AGENT_HOST").filter(|name| !name.is_empty()).unwrap_or(host),
        runs: parts.runs,
        looks_unheld: Held::here().holds_looks().err(),
        changes_guarded: parts.runner.changes == Changes::Guarded,
        gives: parts.runner.env.keys().cloned().collect(),
    }
}

/// Asks for work, over and over.
async fn ask_on(hand: &Arc<Hand>, own: &AgentSelf, name: &str) -> Result<(), Failure> {
    let mut known = Known::NotYet;
    let mut backoff = Backoff::default();
    let clock = Arc::clone(&hand.ways.clock);
    loop {
        let rest = match hand.ask(own).await {
            Ok(work) => {
                if known == Known::NotYet || backoff.has_failed() {
                    tracing::info!("the server hears the agent {name}");
                }
                (known, backoff) = (Known::Yes, Backoff::default());
                rest_after(hand, work)
            }
            Err(Trouble::Refused { words, hint }) if known == Known::NotYet => {
                let failure = Failure::new(Kind::Refused, words);
                return Err(if hint.is_empty() { failure } else { failure.hint(hint) });
            }
            Err(trouble) => {
                let rest = backoff.next(Chance::default().byte());
                tracing::warn!("{trouble}; asked again in {} ms", rest.as_millis());
                Some(rest)
            }
        };
        if let Some(rest) = rest {
            clock.sleep_until(later(clock.now(), rest)).await;
        }
    }
}

/// Begins what is to begin and ends what is to end. How long to rest, when it was nothing and came at once.
fn rest_after(hand: &Arc<Hand>, work: AgentWork) -> Option<SignedDuration> {
    let empty = work.orders.is_empty() && work.stops.is_empty();
    let ended = work.stops.into_iter().filter(|name| hand.stop(*name)).count();
    let begun = work.orders.into_iter().map(|order| hand.begin(order)).filter(|new| *new).count();
    (!empty && ended == 0 && begun == 0).then_some(REST)
}
