//! What is outside of every node: providers that carry pages, machines that run commands, and the book of what they saw.

use crate::chance::Chance;
use crate::desk::Desk;
use crate::faults::{Fault, Tally};
use crate::mutants::Mutant;
use crate::team::CHANGE;
use crate::time::{NodeClock, Time};
use core::time::Duration;
use engine::ports::{Clock, Coming, Courier, Executor, Links, PageMessage, RunOrder};
use incident::{Channel, Ending, Incident, IncidentId, PageOutcome, RunReport, RunState};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a provider or a machine does something else than it should, in a thousand times, in a bad spell.
const BAD_SPELL: u32 = 350;

/// And on a good day.
const GOOD_DAY: u32 = 30;

/// What a provider was handed, and what it said.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) node: usize,
    pub(crate) at: i64,
    pub(crate) message: PageMessage,
    /// Whether the provider has told the node that it did not arrive.
    pub(crate) refused: bool,
}

/// A command that began.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) order: RunOrder,
    /// How it stood by what was kept in that moment; later in the same step others may have given it up already.
    pub(crate) state: Option<RunState>,
}

/// What somebody who asked a node got.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The answer to a question.
    Answer(Result<engine::Answer, engine::EngineError>),
    /// An incident as a node shows it.
    Sight(Arc<Incident>),
}

/// Who heard it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) ticket: u64,
    pub(crate) heard: Heard,
    /// Whether it is the last that this asker hears.
    pub(crate) last: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) carried: Vec<Carried>,
    pub(crate) begun: Vec<Begun>,
    pub(crate) replies: Vec<Reply>,
    /// Pages that reached their person and have not been looked at.
    pub(crate) arrived: Vec<(IncidentId, String)>,
    pub(crate) tally: Tally,
    stops: BTreeSet<(IncidentId, u32)>,
    /// What a courier of a mutant keeps for itself, and until when.
    outbox: Vec<(i64, Carried)>,
}

/// Everything outside of the nodes.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) time: Arc<Time>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) chance: Chance,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) without: BTreeSet<Fault>,
    book: Mutex<Book>,
    /// How providers and machines are at the moment, in a thousand.
    spell: Mutex<u32>,
}

impl Outside {
    pub(crate) fn new(
        (time, desk): (Arc<Time>, Arc<Desk>),
        chance: Chance,
        mutant: Option<Mutant>,
        without: BTreeSet<Fault>,
    ) -> Arc<Self> {
        let (book, spell) = (Mutex::default(), Mutex::new(GOOD_DAY));
        Arc::new(Self { time, desk, chance, mutant, without, book, spell })
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Providers and machines have a bad spell, or a good one again.
    pub(crate) fn turn_spell(&self) {
        let mut spell = self.spell.lock().unwrap_or_else(PoisonError::into_inner);
        *spell = if *spell == GOOD_DAY { BAD_SPELL } else { GOOD_DAY };
    }

    /// From now on nothing goes wrong.
    pub(crate) fn heal(&self) {
        *self.spell.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    /// Whether this fault happens now. It counts when it does.
    pub(crate) fn strikes(&self, fault: Fault, per_mille: u32) -> bool {
        let strikes = self.chance.per_mille(per_mille) && !self.without.contains(&fault);
        if strikes {
            self.book().tally.add(fault);
        }
        strikes
    }

    /// What a mutant's outbox carries by now.
    pub(crate) fn empty_outbox(&self) {
        let now = self.time.now();
        let mut book = self.book();
        let (due, left) = book.outbox.drain(..).partition(|(at, _)| *at <= now);
        book.outbox = left;
        let due: Vec<(i64, Carried)> = due;
        book.carried.extend(due.into_iter().map(|(at, carried)| Carried { at, ..carried }));
    }

    /// A machine begins a command.
    fn begins(&self, order: &RunOrder) {
        let state = self.desk.run_state(order.incident, order.run);
        self.book().begun.push(Begun { order: order.clone(), state });
    }

    fn bad(&self) -> u32 {
        *self.spell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One node's courier on one channel.
pub(crate) struct Provider {
    pub(crate) outside: Arc<Outside>,
    pub(crate) node: usize,
    pub(crate) channel: Channel,
}

impl Provider {
    /// What this attempt comes to: whether it arrives, how often, and what is said of it. `None`: nothing is said.
    fn comes_to(&self) -> (u32, Option<PageOutcome>) {
        let bad = self.outside.bad();
        let strikes = |fault, per_mille| self.outside.strikes(fault, per_mille);
        let yes = PageOutcome::Delivered { reference: "taken".into() };
        if strikes(Fault::ProviderRefuses, bad / 2) {
            return match self.outside.chance.below(3) {
                0 => (0, Some(PageOutcome::Never { error: "no such number".into() })),
                1 => (0, Some(PageOutcome::TryAgain { error: "503".into(), after_s: Some(40) })),
                _ => (0, Some(PageOutcome::TryAgain { error: "503".into(), after_s: None })),
            };
        }
        if strikes(Fault::ProviderHangs, bad / 3) {
            return (u32::from(self.outside.chance.per_mille(500)), None);
        }
        if strikes(Fault::ProviderLies, bad / 3) {
            return (0, Some(yes));
        }
        if strikes(Fault::ProviderDuplicates, bad / 4) {
            return (2, Some(yes));
        }
        (1, Some(yes))
    }
}

impl Courier for Provider {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(async move {
            let outside = &self.outside;
            if outside.desk.is_dead(self.node) {
                return core::future::pending().await;
            }
            let (times, said) = self.comes_to();
            let refused = matches!(said, Some(PageOutcome::TryAgain { .. } | PageOutcome::Never { .. }));
            let carried =
                Carried { node: self.node, at: outside.time.now(), message: message.clone(), refused };
            {
                let mut book = outside.book();
                if outside.mutant == Some(Mutant::PageAfterAcknowledge) {
                    let at = outside.time.now() + 240_000;
                    book.outbox.push((at, carried));
                } else {
                    book.carried.push(carried);
                }
                for _ in 0..times {
                    book.arrived.push((message.incident, message.address.clone()));
                }
            }
            if outside.strikes(Fault::CrashWhileCarrying, if outside.bad() > 0 { 40 } else { 0 }) {
                outside.desk.line(self.node, |line| line.dead = true);
                return core::future::pending().await;
            }
            let Some(said) = said else { return core::future::pending().await };
            let ms = outside.chance.range(0, 4_000);
            clock(outside, self.node).pass(millis(ms)).await;
            said
        })
    }
}

/// Runs a node's commands.
pub(crate) struct Machine {
    pub(crate) outside: Arc<Outside>,
    pub(crate) node: usize,
}

impl Executor for Machine {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        Box::pin(async move {
            let outside = &self.outside;
            if outside.desk.is_dead(self.node) {
                return core::future::pending().await;
            }
            outside.begins(order);
            if outside.strikes(Fault::CrashWhileRunning, if outside.bad() > 0 { 60 } else { 0 }) {
                outside.desk.line(self.node, |line| line.dead = true);
                return core::future::pending().await;
            }
            let hangs = outside.strikes(Fault::CommandHangs, outside.bad() / 3);
            let until = outside.time.now() + if hangs { 300_000 } else { outside.chance.range(0, 20_000) };
            while outside.time.now() < until {
                if outside.book().stops.remove(&(order.incident, order.run)) {
                    return report(Ending::Stopped);
                }
                let step = (until - outside.time.now()).min(5_000);
                clock(outside, self.node).pass(millis(step)).await;
            }
            let fails = outside.chance.per_mille(200);
            if fails && outside.mutant == Some(Mutant::RunsTwice) && order.source == CHANGE {
                outside.begins(order);
            }
            match (hangs, fails) {
                (true, _) => report(Ending::TimedOut),
                (false, true) => report(Ending::Exited { code: 1 }),
                (false, false) => report(Ending::Exited { code: 0 }),
            }
        })
    }

    fn stop(&self, incident: IncidentId, run: u32) {
        self.outside.book().stops.insert((incident, run));
    }
}

fn report(ending: Ending) -> RunReport {
    RunReport {
        ending,
        duration_ms: 1,
        output: "fine".into(),
        output_bytes: 4,
        masked: 0,
        not_held: Vec::new(),
    }
}

fn clock(outside: &Arc<Outside>, node: usize) -> NodeClock {
    NodeClock { time: Arc::clone(&outside.time), node }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// Makes links that nobody opens.
pub(crate) struct NoLinks;

impl Links for NoLinks {
    fn page(&self, incident: IncidentId, page: u32) -> String {
        format!("https://example.test/{incident}/{page}")
    }
}
