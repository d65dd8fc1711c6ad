//! What is known of agents and their orders at one instant. Pure: told the time, asks nobody.

use super::{AGENTS_MAX, PLACE_WAIT_MAX, Ran};
use crate::ports::{
    AgentAsk, AgentOrder, AgentRefusal, AgentReport, AgentSelf, AgentTake, AgentView, AgentWork, OrderName,
    Presence, Reported, Taken,
};
use incident::words::{clock, duration, line, turns};
use incident::{Ending, RunReport, later};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::oneshot;

/// The longest output that is taken from an agent, in bytes: twice what a run keeps, so that its notes fit as well.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;

/// The longest text that an agent may say of itself, in characters.
const SAID_CHARS_MAX: usize = 200;

/// No command runs longer, whatever an agent's settings say: the longest limit that they take, and a little.
const RUN_TIME_MAX: SignedDuration = SignedDuration::from_mins(24 * 60 + 5);

/// How many variables an agent may name.
const GIVES_MAX: usize = 256;

/// How much an agent may say it could not hold of a run: there are about ten such things.
const NOT_HELD_MAX: usize = 32;

/// The longest cause that an agent may say for not having started a command, in characters.
const ERROR_CHARS_MAX: usize = 1_000;

/// How many bytes an agent may say that a command wrote: a runner ends it long before.
const WRITTEN_BYTES_MAX: u64 = 1 << 30;

/// How long an agent has to say how a run ended that a person wants to end: its runner asks kindly, then kills after two
/// seconds, and its report may have to be sent again.
const STOP_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// Everything that is known.
pub(super) struct State {
    /// Nobody can have been heard before.
    since: Timestamp,
    /// Whoever was not heard for so long is away.
    away_after: SignedDuration,
    agents: BTreeMap<String, Heard>,
    orders: BTreeMap<OrderName, Waiting>,
}

/// An agent that was heard.
struct Heard {
    own: AgentSelf,
    version: String,
    at: Timestamp,
    /// It said that it goes, at this instant.
    left: bool,
}

/// An order whose end somebody waits for.
struct Waiting {
    agent: String,
    order: AgentOrder,
    /// Which start of the agent took it, and when.
    taken: Option<(String, Timestamp)>,
    /// Since when its agent has not named it among what it has.
    unnamed_since: Option<Timestamp>,
    /// Since when it is to end.
    stop: Option<Timestamp>,
    answer: Option<oneshot::Sender<Ran>>,
}

/// How long an order can still be waited for.
pub(super) enum Left {
    /// Until then, if nobody is heard.
    Until(Timestamp),
    /// It has surely not begun, and does not any more.
    NotBegun(String),
    /// It may have begun, and nobody will hear of it.
    Lost,
}

impl State {
    pub(super) fn new(since: Timestamp, away_after: SignedDuration) -> Self {
        Self { since, away_after, agents: BTreeMap::new(), orders: BTreeMap::new() }
    }

    /// An agent is there. A second process of the same name is refused while the first one is.
    pub(super) fn hear(&mut self, name: &str, ask: &AgentAsk, now: Timestamp) -> Result<(), AgentRefusal> {
        match self.agents.get(name) {
            Some(known) if known.own.instance == ask.own.instance => {}
            Some(known) if !known.is_away(self.away_after, now) => {
                let heard_s = now.duration_since(known.at).as_secs();
                return Err(AgentRefusal::NameInUse {
                    name: name.to_owned(),
                    host: known.own.host.clone(),
                    heard_s,
                });
            }
            None if self.agents.len() >= AGENTS_MAX => return Err(AgentRefusal::TooMany(AGENTS_MAX)),
            Some(_) | None => self.lose(name),
        }
        let own = AgentSelf {
            host: short(&ask.own.host),
            looks_unheld: ask.own.looks_unheld.as_deref().map(short),
            gives: ask.own.gives.iter().take(GIVES_MAX).map(|name| short(name)).collect(),
            ..ask.own.clone()
        };
        let has: BTreeSet<OrderName> = ask.has.iter().copied().collect();
        let taken = |waiting: &&mut Waiting| waiting.agent == name && waiting.taken.is_some();
        for waiting in self.orders.values_mut().filter(taken) {
            waiting.unnamed_since = match has.contains(&waiting.order.name) {
                true => None,
                false => waiting.unnamed_since.or(Some(now)),
            };
        }
        let version = short(&ask.version.version);
        self.agents.insert(name.to_owned(), Heard { own, version, at: now, left: false });
        Ok(())
    }

    /// What an agent is to do: orders that it may take and does not have, and what it has that is to end or that nobody
    /// waits for.
    pub(super) fn work(&self, agent: &str, ask: &AgentAsk) -> AgentWork {
        let has: BTreeSet<OrderName> = ask.has.iter().copied().collect();
        let offered = self.orders.values().filter(|waiting| {
            waiting.agent == agent && waiting.taken.is_none() && !has.contains(&waiting.order.name)
        });
        let free = usize::try_from(ask.free).unwrap_or(usize::MAX);
        let ends = |name: &&OrderName| match self.orders.get(name) {
            Some(waiting) if waiting.agent == agent => waiting.stop.is_some(),
            Some(_) | None => true,
        };
        AgentWork {
            orders: offered.take(free).map(|waiting| waiting.order.clone()).collect(),
            stops: has.iter().filter(ends).copied().collect(),
        }
    }

    pub(super) fn offer(&mut self, agent: &str, order: AgentOrder, answer: oneshot::Sender<Ran>) {
        let name = order.name;
        let waiting = Waiting {
            agent: agent.to_owned(),
            order,
            taken: None,
            unnamed_since: None,
            stop: None,
            answer: Some(answer),
        };
        self.orders.insert(name, waiting);
    }

    /// The first to take an order has it. Asked again by the same start of the agent, the answer is the same, since it
    /// may have been lost on its way.
    pub(super) fn take(&mut self, agent: &str, take: &AgentTake, now: Timestamp) -> Taken {
        let is_there =
            self.agents.get(agent).is_some_and(|heard| heard.own.instance == take.instance && !heard.left);
        let Some(waiting) =
            self.orders.get_mut(&take.name).filter(|waiting| waiting.agent == agent && is_there)
        else {
            return Taken::Gone;
        };
        match &waiting.taken {
            None => {
                waiting.taken = Some((take.instance.clone(), now));
                Taken::Yours
            }
            Some((instance, _)) if *instance == take.instance => Taken::Yours,
            Some(_) => Taken::Gone,
        }
    }

    pub(super) fn report(&mut self, agent: &str, said: AgentReport) -> Reported {
        let Some(waiting) = self.orders.get_mut(&said.name) else { return Reported::Late };
        let its_own = waiting.taken.as_ref().is_some_and(|(instance, _)| *instance == said.instance);
        if waiting.agent != agent || !its_own {
            return Reported::Late;
        }
        let Some(answer) = waiting.answer.take() else { return Reported::Late };
        match answer.send(Ran::Ended(said.report)) {
            Ok(()) => Reported::Heard,
            Err(_) => Reported::Late,
        }
    }

    pub(super) fn leave(&mut self, agent: &str, instance: &str) {
        let Some(heard) = self.agents.get_mut(agent).filter(|heard| heard.own.instance == instance) else {
            return;
        };
        heard.left = true;
        self.lose(agent);
    }

    /// What an agent had taken is lost: it has started anew, or gone.
    fn lose(&mut self, agent: &str) {
        let had = |waiting: &&mut Waiting| waiting.agent == agent && waiting.taken.is_some();
        for waiting in self.orders.values_mut().filter(had) {
            // An error means that nobody waits any more.
            let _ = waiting.answer.take().map(|answer| answer.send(Ran::Lost));
        }
    }

    /// A person wants it to end. What was not taken does not begin.
    pub(super) fn stop(&mut self, name: OrderName, now: Timestamp) {
        let Some(waiting) = self.orders.get_mut(&name) else { return };
        waiting.stop.get_or_insert(now);
        if waiting.taken.is_none() {
            let _ = waiting
                .answer
                .take()
                .map(|answer| answer.send(Ran::Ended(RunReport::without_output(Ending::Stopped))));
            self.orders.remove(&name);
        }
    }

    pub(super) fn forget(&mut self, name: OrderName) {
        self.orders.remove(&name);
    }

    /// Whether an order can still be waited for. What cannot be is gone with this answer.
    pub(super) fn left(&mut self, name: OrderName, asked: Timestamp, now: Timestamp) -> Left {
        let Some(waiting) = self.orders.get(&name).filter(|waiting| waiting.answer.is_some()) else {
            // The answer is on its way.
            return Left::Until(later(now, self.away_after));
        };
        let heard = self.agents.get(&waiting.agent);
        let gone = heard.is_some_and(|heard| heard.left);
        let away_at =
            if gone { now } else { later(heard.map_or(self.since, |heard| heard.at), self.away_after) };
        let place_by = later(asked, PLACE_WAIT_MAX);
        let left = match (&waiting.taken, away_at <= now) {
            (Some((_, taken_at)), false) => {
                // An agent that is well has given it up, does not end it, or runs it longer than anything may run.
                let given_up = waiting.unnamed_since.map(|since| later(since, self.away_after));
                let stopped = waiting.stop.map(|since| later(since, STOP_GRACE));
                let ends = [given_up, stopped].into_iter().flatten();
                let last = ends.fold(later(*taken_at, RUN_TIME_MAX), Timestamp::min);
                if last > now {
                    return Left::Until(away_at.min(last));
                }
                Left::Lost
            }
            (Some(_), true) => Left::Lost,
            (None, true) => Left::NotBegun(away(&waiting.agent, heard)),
            (None, false) if place_by <= now => Left::NotBegun(format!(
                "the agent {} had no place for it within {}; ask again",
                waiting.agent,
                duration(PLACE_WAIT_MAX)
            )),
            (None, false) => return Left::Until(away_at.min(place_by)),
        };
        self.orders.remove(&name);
        left
    }

    pub(super) fn views(&self, named: &[String], now: Timestamp) -> Vec<AgentView> {
        let names: BTreeSet<&String> = named.iter().chain(self.agents.keys()).collect();
        names.into_iter().map(|name| self.view(name, now)).collect()
    }

    fn view(&self, name: &str, now: Timestamp) -> AgentView {
        let heard = self.agents.get(name);
        let at_work = self.orders.values().filter(|waiting| waiting.agent == name && waiting.taken.is_some());
        AgentView {
            name: name.to_owned(),
            presence: match heard {
                Some(heard) if heard.is_away(self.away_after, now) => Presence::Away,
                Some(_) => Presence::Present,
                None => Presence::Never,
            },
            heard_at: heard.map(|heard| heard.at),
            version: heard.map(|heard| heard.version.clone()),
            own: heard.map(|heard| heard.own.clone()),
            at_work: at_work.map(|waiting| waiting.order.name).collect(),
        }
    }
}

impl Heard {
    fn is_away(&self, after: SignedDuration, now: Timestamp) -> bool {
        self.left || later(self.at, after) <= now
    }
}

fn away(agent: &str, heard: Option<&Heard>) -> String {
    let since = match heard {
        Some(heard) if heard.left => format!("ended at {}", clock(heard.at)),
        Some(heard) => format!("was last heard at {}", clock(heard.at)),
        None => "has not been heard since this server started".to_owned(),
    };
    format!(
        "the agent {agent} {since}; it has not begun. Start it on its host with `evenkeel agent --name {agent}`, then \
         ask for the command again"
    )
}

/// One line of what somebody else wrote.
fn short(text: &str) -> String {
    line(text, SAID_CHARS_MAX)
}

/// What another host sends is cut and cleaned here once more: its runner does the same, and is not ours to trust.
pub(super) fn bounded(said: RunReport) -> RunReport {
    let cut = said.output.floor_char_boundary(OUTPUT_BYTES_MAX);
    let kept = said.output.get(..cut).unwrap_or_default();
    let output: String =
        kept.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || turns(*c))).collect();
    let ending = match said.ending {
        Ending::NotStarted { error } => Ending::NotStarted { error: line(&error, ERROR_CHARS_MAX) },
        other @ (Ending::Exited { .. }
        | Ending::Killed { .. }
        | Ending::TimedOut
        | Ending::Followed
        | Ending::TooMuchOutput
        | Ending::Stopped) => other,
    };
    // No run is waited for longer than this, and nothing masked is shorter than a byte.
    let duration_ms_max = u64::try_from(RUN_TIME_MAX.as_millis()).unwrap_or(u64::MAX);
    let masked_max = u32::try_from(OUTPUT_BYTES_MAX).unwrap_or(u32::MAX);
    RunReport {
        ending,
        duration_ms: said.duration_ms.min(duration_ms_max),
        output: output.into(),
        output_bytes: said.output_bytes.min(WRITTEN_BYTES_MAX),
        masked: said.masked.min(masked_max),
        not_held: said.not_held.iter().take(NOT_HELD_MAX).map(|held| short(held)).collect(),
    }
}
