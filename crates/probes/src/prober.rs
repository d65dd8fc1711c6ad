//! The prober: one task that sleeps until a probe is due, lets it look, judges, and tells the engine of what changed until
//! the engine has kept it.

use crate::alert;
use crate::board::Board;
use crate::judge::Judge;
use crate::look::{Attempt, Means, Trust, attempt};
use crate::probe::Probe;
use crate::timetable::{Due, Timetable, first, following};
use engine::ports::{Clock, Executor, ProbeState, Verdict};
use engine::{Engine, EngineError};
use futures_util::FutureExt as _;
use incident::Refusal;
use jiff::{SignedDuration, Timestamp};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How many probes look at once; the rest wait their turn, and their grid with them.
const LOOKING_MAX: usize = 32;

/// An outage that goes on is told again this often, as every source does: an incident that somebody closed too early
/// opens again.
const REPEAT: SignedDuration = SignedDuration::from_mins(5);

/// How long until an alert that could not be kept is offered again.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What a prober is made of.
pub struct ProberParts {
    /// What it looks at.
    pub probes: Vec<Probe>,
    /// Whom it tells.
    pub engine: Engine,
    /// What runs the commands of probes.
    pub executor: Arc<dyn Executor>,
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
}

/// One probe at work.
struct Desk {
    probe: Arc<Probe>,
    judge: Judge,
    /// What the engine has last been told and has kept.
    told: Option<Told>,
    /// An alert is on its way.
    telling: bool,
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
}

impl Prober {
    /// Begins. What it sees stands on the board; it ends when `stopping` turns true.
    #[must_use]
    pub fn start(parts: ProberParts, stopping: watch::Receiver<bool>) -> (Arc<Board>, JoinHandle<()>) {
        let probes: Vec<Arc<Probe>> = parts.probes.into_iter().map(Arc::new).collect();
        let board = Arc::new(Board::new(&probes));
        let desk = |probe: &Arc<Probe>| Desk {
            probe: Arc::clone(probe),
            judge: Judge::new(probe.rules.clone()),
            told: None,
            telling: false,
            blind: false,
        };
        let prober = Self {
            desks: probes.iter().map(desk).collect(),
            board: Arc::clone(&board),
            clock: Arc::clone(parts.engine.clock()),
            engine: parts.engine,
            means: Arc::new(Means { executor: parts.executor, trust: Trust::default() }),
            table: Timetable::default(),
            work: JoinSet::new(),
        };
        (board, tokio::spawn(prober.run(stopping)))
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let start = self.clock.now();
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
                () = due => self.begin(),
            }
        }
        self.work.shutdown().await;
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
            // Looks cannot panic, and an alert that was not told is told with the next look.
            Err(error) => tracing::error!(%error, "a probe's task did not end well"),
        }
    }

    fn looked(&mut self, at: usize, due: Timestamp, mut attempt: Box<Attempt>) {
        let now = self.clock.now();
        let Some(desk) = self.desks.get_mut(at) else { return };
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
        self.tell(at, Again::No);
    }

    /// Tells the engine how things stand, unless it knows already.
    fn tell(&mut self, at: usize, again: Again) {
        let Some(desk) = self.desks.get_mut(at) else { return };
        let told = match desk.judge.standing().state {
            ProbeState::Unknown => return,
            ProbeState::Down | ProbeState::Flapping => Told::Firing,
            // Also after a start: what an earlier process told may still be firing.
            ProbeState::Up => Told::Over,
        };
        let repeat = again == Again::Yes && told == Told::Firing;
        if desk.telling || (desk.told == Some(told) && !repeat) {
            return;
        }
        desk.telling = true;
        let alert = alert::of(&desk.probe, desk.judge.standing());
        let engine = self.engine.clone();
        self.work.spawn(async move {
            let kept = tell(&engine, alert).await;
            Done::Told { at, told, kept }
        });
    }

    fn kept(&mut self, at: usize, told: Told, kept: bool) {
        let now = self.clock.now();
        let Some(desk) = self.desks.get_mut(at) else { return };
        desk.telling = false;
        if !kept {
            self.table.add(now + AGAIN, Due::Tell(at));
            return;
        }
        desk.told = Some(told);
        if told == Told::Firing {
            self.table.add(now + REPEAT, Due::Tell(at));
        }
        // What changed meanwhile.
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

/// Whether the engine has kept it, or has no use for it.
async fn tell(engine: &Engine, alert: incident::Alert) -> bool {
    let key = alert.key.key.clone();
    let answer = match engine.alerts(vec![alert]).await {
        Ok(mut answers) => answers.pop().unwrap_or(Err(EngineError::Stopping)),
        Err(error) => Err(error),
    };
    match answer {
        Ok(_) => true,
        // The end of something that never began, or was ended by a person.
        Err(EngineError::Refused(Refusal::NothingOpen | Refusal::AlreadyResolved)) => true,
        Err(
            error @ (EngineError::Busy
            | EngineError::Unavailable(_)
            | EngineError::Refused(_)
            | EngineError::NoIncident(_)),
        ) => {
            tracing::warn!(key, %error, "a probe's alert cannot be kept yet; it is told again");
            false
        }
        Err(EngineError::Stopping) => false,
    }
}

/// One look outside every timetable, which counts for nothing.
pub async fn try_once(probe: &Probe, executor: Arc<dyn Executor>, now: Timestamp) -> Attempt {
    attempt(probe, &Means { executor, trust: Trust::default() }, now).await
}
