//! The prober: one task that sleeps until a probe is due, lets it look, judges, tells the engine of what changed until the
//! engine has kept it, and hands what was seen to the history.

mod keeping;
mod telling;

use crate::board::{Behind, Board};
use crate::judge::Judge;
use crate::keeper::Keeper;
use crate::look::{Attempt, Means, attempt};
use crate::probe::{Place, Probe};
use crate::timetable::{Due, Timetable, first, following};
use engine::Engine;
use engine::ports::{Clock, Executor, ProbeHistory, ProbeHistoryError, ProbeWrite, Verdict};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How many probes look at once; the rest wait their turn, and their grid with them.
const LOOKING_MAX: usize = 32;

/// What a prober is made of.
pub struct ProberParts {
    /// What it looks at.
    pub probes: Vec<Probe>,
    /// Whom it tells.
    pub engine: Engine,
    /// What runs the commands of probes.
    pub executor: Arc<dyn Executor>,
    /// Addresses that answer whenever this machine reaches anything at all.
    pub uplink: Vec<Place>,
    /// Where what was seen is kept.
    pub history: Arc<dyn ProbeHistory>,
}

/// Looks at everything, in time.
pub struct Prober {
    desks: Vec<Desk>,
    board: Arc<Board>,
    engine: Engine,
    clock: Arc<dyn Clock>,
    means: Arc<Means>,
    table: Timetable,
    work: JoinSet<Done>,
    /// Writing, which is never broken off.
    books: JoinSet<Done>,
    history: Arc<dyn ProbeHistory>,
    keeper: Keeper,
    /// Whether writing stands in the timetable or is under way.
    writing: bool,
    /// Probes that were held to be down and are in the settings no more.
    orphans: Vec<String>,
}

/// One probe at work.
struct Desk {
    probe: Arc<Probe>,
    judge: Judge,
    /// What the engine has last been told and has kept.
    told: Option<Told>,
    /// An alert is on its way.
    telling: bool,
    /// When an outage that goes on is told again.
    repeat_at: Timestamp,
    /// Whether the probe's own trouble stands in the log.
    blind: bool,
}

/// What an alert said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Firing,
    Over,
}

/// What came of a task.
enum Done {
    Looked { at: usize, due: Timestamp, attempt: Box<Attempt> },
    Told { at: usize, told: Told, kept: bool },
    Buried { orphan: usize, kept: bool },
    Written(Result<(), (ProbeWrite, ProbeHistoryError)>),
}

impl Prober {
    /// Begins. What it sees stands on the board; it ends when `stopping` turns true.
    #[must_use]
    pub fn start(parts: ProberParts, stopping: watch::Receiver<bool>) -> (Arc<Board>, JoinHandle<()>) {
        let probes: Vec<Arc<Probe>> = parts.probes.into_iter().map(Arc::new).collect();
        let clock = Arc::clone(parts.engine.clock());
        let means = Arc::new(Means::new(parts.executor, parts.uplink));
        let behind = Behind {
            history: Arc::clone(&parts.history),
            clock: Arc::clone(&clock),
            means: Arc::clone(&means),
        };
        let board = Arc::new(Board::new(&probes, behind));
        let desk = |probe: &Arc<Probe>| Desk {
            probe: Arc::clone(probe),
            judge: Judge::new(probe.rules.clone()),
            told: None,
            telling: false,
            repeat_at: Timestamp::MIN,
            blind: false,
        };
        let prober = Self {
            desks: probes.iter().map(desk).collect(),
            board: Arc::clone(&board),
            clock,
            engine: parts.engine,
            means,
            table: Timetable::default(),
            work: JoinSet::new(),
            books: JoinSet::new(),
            history: parts.history,
            keeper: Keeper::default(),
            writing: false,
            orphans: Vec::new(),
        };
        (board, tokio::spawn(prober.run(stopping)))
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let start = self.clock.now();
        self.recall(start).await;
        for (at, desk) in self.desks.iter().enumerate() {
            self.table.add(first(&desk.probe, start), Due::Look(at));
        }
        let clock = Arc::clone(&self.clock);
        loop {
            let next = self.table.next_at().filter(|_| self.work.len() < LOOKING_MAX);
            let due = async {
                match next {
                    Some(at) => clock.sleep_until(at).await,
                    None => core::future::pending().await,
                }
            };
            tokio::select! {
                // An error means that whoever would have said so is gone, which says the same.
                _ = stopping.wait_for(|stop| *stop) => break,
                Some(done) = self.work.join_next() => self.done(done),
                Some(done) = self.books.join_next() => self.done(done),
                () = due => self.begin(),
            }
        }
        self.work.shutdown().await;
        while let Some(done) = self.books.join_next().await {
            self.done(done);
        }
        self.write_the_rest().await;
    }

    /// Begins what is due.
    fn begin(&mut self) {
        let now = self.clock.now();
        while self.work.len() < LOOKING_MAX
            && let Some((at, due)) = self.table.take(now)
        {
            match due {
                Due::Look(place) => self.look(place, at, now),
                Due::Tell(place) => self.tell(place, Again::Yes),
                Due::Bury(orphan) => self.bury(orphan),
                Due::Write => self.write(),
            }
        }
    }

    fn look(&mut self, at: usize, due: Timestamp, now: Timestamp) {
        let Some(desk) = self.desks.get(at) else { return };
        let (probe, means) = (Arc::clone(&desk.probe), Arc::clone(&self.means));
        self.work.spawn(async move {
            // A panic is a fault of ours: it blinds one look and ends neither the probe nor the others.
            let looked = AssertUnwindSafe(attempt(&probe, &means, now)).catch_unwind().await;
            let attempt = looked
                .unwrap_or_else(|_| Attempt::blind(now, "a fault of Evenkeel's; the log has its last words"));
            Done::Looked { at, due, attempt: Box::new(attempt) }
        });
    }

    fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Looked { at, due, attempt }) => self.looked(at, due, attempt),
            Ok(Done::Told { at, told, kept }) => self.kept(at, told, kept),
            Ok(Done::Buried { orphan, kept }) => self.buried(orphan, kept),
            Ok(Done::Written(written)) => self.written(written),
            // Looks cannot panic, and an alert that was not told is told with the next look.
            Err(error) => tracing::error!(%error, "a probe's task did not end well"),
        }
    }

    fn looked(&mut self, at: usize, due: Timestamp, mut attempt: Box<Attempt>) {
        let now = self.clock.now();
        let Some(desk) = self.desks.get_mut(at) else { return };
        let before = desk.judge.standing().clone();
        let change = desk.judge.take(&mut attempt.sample);
        desk.note_blindness(&attempt);
        self.board.show(at, &attempt, desk.judge.standing());
        if let Some(change) = change {
            let (probe, reason) = (&desk.probe.name, &desk.judge.standing().reason);
            tracing::info!(
                probe,
                from = change.from.name(),
                to = change.to.name(),
                reason,
                "a probe's state changed"
            );
        }
        self.table.add(following(&desk.probe, due, now), Due::Look(at));
        let standing = desk.judge.standing();
        self.keeper.saw(&desk.probe.name, &attempt.sample, (before != *standing).then_some(standing));
        self.write_soon(now);
        self.tell(at, Again::No);
    }
}

/// Whether an alert is told although the engine knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}

impl Desk {
    /// Says once in the log that a probe cannot look, and once that it can again.
    fn note_blindness(&mut self, attempt: &Attempt) {
        let blind = attempt.sample.verdict == Verdict::Blind;
        let (probe, reason) = (&self.probe.name, &attempt.sample.reason);
        match (self.blind, blind) {
            (false, true) => {
                tracing::warn!(probe, reason, "a probe cannot look; its target is held as it was");
            }
            (true, false) => tracing::info!(probe, "a probe can look again"),
            (true, true) | (false, false) => {}
        }
        self.blind = blind;
    }
}

/// One look outside every timetable, which counts for nothing.
pub async fn try_once(probe: &Probe, executor: Arc<dyn Executor>, now: Timestamp) -> Attempt {
    attempt(probe, &Means::new(executor, Vec::new()), now).await
}
