//! The core's own thread: what waits is decided, kept, told and handed out, over and over.

use crate::core::{After, Core};
use crate::lanes::{Lane, Ways};
use crate::ports::{Claim, Clock, Company};
use crate::request::{Change, EngineError, Request};
use crate::vitals::Asking;
use core::time::Duration;
use incident::{Incident, IncidentId};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use tokio::sync::broadcast;

/// How many questions one transaction holds at most.
const BATCH_MAX: usize = 512;

/// From how much waiting work on the log says so: more than any quiet day makes.
const WAITING_TOLD: usize = 1_000;

/// How often work that nobody holds is looked for.
const SWEEP: Duration = Duration::from_secs(30);

/// The same among several nodes: a dead node's work waits for it.
const SWEEP_SHARED: Duration = Duration::from_secs(5);

/// How often timers that another node left to fall due are looked for.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

/// How often storage that refused is tried again.
const PROBE: Duration = Duration::from_secs(1);

/// The longest the core waits without looking at its timers.
const IDLE_MAX: Duration = Duration::from_millis(500);

/// The same among several nodes: how long what another node did stays untold here while nobody asks for anything.
const IDLE_SHARED_MAX: Duration = Duration::from_millis(200);

/// The core's thread: takes what waits, decides, commits, tells.
pub(crate) struct Turning {
    core: Core,
    inbox: Receiver<Request>,
    feed: broadcast::Sender<Change>,
    ways: Ways,
    clock: Arc<dyn Clock>,
    told: Told,
    asking: Arc<Asking>,
    /// When work that nobody holds was last looked for.
    swept: Timestamp,
    /// When storage that refused was last tried.
    probed: Timestamp,
    /// When timers that another node left to fall due were last looked for.
    left_behind: Timestamp,
    /// How many changes were told.
    changes: u64,
}

/// To whoever wants to see an incident.
type Reply = tokio::sync::oneshot::Sender<Result<Arc<Incident>, EngineError>>;

/// Whether the log knows that much work waits.
#[derive(Clone, Copy)]
enum Told {
    /// It need not, or does not yet.
    Quiet,
    /// It does.
    Storm,
}

impl Turning {
    pub(crate) fn new(
        core: Core,
        inbox: Receiver<Request>,
        asking: Arc<Asking>,
        (feed, ways): (broadcast::Sender<Change>, Ways),
        clock: Arc<dyn Clock>,
    ) -> Self {
        let now = clock.now();
        Self {
            core,
            inbox,
            feed,
            ways,
            clock,
            told: Told::Quiet,
            asking,
            swept: now,
            probed: now,
            left_behind: now,
            changes: 0,
        }
    }

    /// Tells what the start led to, and hands out what it found.
    pub(crate) fn begin(&mut self, after: After) {
        self.tell(after);
        let after = self.core.try_stalled();
        self.tell(after);
        self.hand_out();
    }

    /// Runs until the engine stops. `after` is what the start led to.
    pub(crate) fn run(&mut self, after: After) {
        self.begin(after);
        loop {
            let patience = self.patience();
            match self.inbox.recv_timeout(patience) {
                Ok(first) => {
                    if !self.take(first) {
                        return self.core.leave();
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.follow(),
                Err(RecvTimeoutError::Disconnected) => return self.core.leave(),
            }
            self.look_round();
        }
    }

    /// What waits is decided as one batch; nothing is waited for. Whether anything was there.
    pub(crate) fn take_waiting(&mut self) -> bool {
        match self.inbox.try_recv() {
            Ok(first) => {
                self.take(first);
                true
            }
            Err(_) => {
                self.follow();
                false
            }
        }
    }

    /// Fires what has fallen due, looks after the storage and the leases, and hands out what there is room for.
    pub(crate) fn look_round(&mut self) {
        // Whoever asks from here on has the next turn whole.
        let asking = self.asking.take();
        let after = self.core.ask_confirmed();
        self.tell(after);
        let after = self.core.fire_due(BATCH_MAX);
        self.tell(after);
        let after = self.core.try_stalled();
        self.tell(after);
        let after = self.core.judge_held();
        self.tell(after);
        let now = self.clock.now();
        if now.duration_since(self.probed).unsigned_abs() >= PROBE {
            self.probed = now;
            self.core.probe();
        }
        let shared = self.core.company() == Company::Shared;
        if shared && now.duration_since(self.left_behind).unsigned_abs() >= LEFT_BEHIND {
            self.left_behind = now;
            self.core.take_left_behind();
        }
        let sweep = if shared { SWEEP_SHARED } else { SWEEP };
        if now.duration_since(self.swept).unsigned_abs() >= sweep {
            self.swept = now;
            self.sweep();
        }
        self.hand_out();
        self.asking.turned(self.clock.now());
        if asking.is_empty() {
            return;
        }
        let vitals = self.core.vitals();
        for reply in asking {
            // Whoever does not wait any more has drawn the conclusion already.
            let _ = reply.send(vitals);
        }
    }

    /// How many changes were told by now.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// When the next timer falls due.
    pub(crate) fn next_due(&mut self) -> Option<Timestamp> {
        self.core.next_due()
    }

    fn patience(&mut self) -> Duration {
        let next = self.core.next_due();
        let idle = if self.core.company() == Company::Shared { IDLE_SHARED_MAX } else { IDLE_MAX };
        next.map_or(idle, |due| self.clock.wait(due).min(idle))
    }

    /// Hears what other nodes did, and passes it on.
    fn follow(&mut self) {
        let mut after = After::default();
        if let Err(error) = self.core.catch_up(&mut after) {
            tracing::warn!(%error, "cannot hear what other nodes do");
        }
        self.tell(after);
    }

    /// Takes everything that waits, up to a batch, and decides it together. `false`: it is time to end.
    fn take(&mut self, first: Request) -> bool {
        let mut questions = Vec::new();
        let mut replies = Vec::new();
        let mut looks = Vec::new();
        let mut next = Some(first);
        let mut go_on = true;
        while let Some(request) = next.take() {
            match request {
                Request::Decide { questions: more, reply } => {
                    replies.push((more.len(), reply));
                    questions.extend(more);
                }
                Request::Peek { incident, reply } => looks.push((incident, reply)),
                Request::Holds { incident, work, lease, reply } => {
                    let _ = reply.send(self.core.holds(incident, work, &lease));
                }
                Request::Silence { change, reply } => {
                    let mut after = After::default();
                    let _ = reply.send(self.core.change_silence(&change, &mut after));
                    self.tell(after);
                }
                Request::Override { change, reply } => {
                    let mut after = After::default();
                    let _ = reply.send(self.core.change_override(&change, &mut after));
                    self.tell(after);
                }
                Request::Stop => go_on = false,
            }
            if questions.len() + looks.len() < BATCH_MAX && go_on {
                next = self.inbox.try_recv().ok();
            }
        }
        self.look(looks);
        if !questions.is_empty() {
            let (answers, after) = self.core.handle(&questions);
            let mut answers = answers.into_iter();
            for (count, reply) in replies {
                // Whoever no longer waits for the answer has lost nothing: it is kept all the same.
                let _ = reply.send(answers.by_ref().take(count).collect());
            }
            self.tell(after);
        }
        go_on
    }

    /// Answers those who only want to see, after everything that was committed anywhere before they asked.
    fn look(&mut self, looks: Vec<(IncidentId, Reply)>) {
        if looks.is_empty() {
            return;
        }
        let mut after = After::default();
        let known = self.core.catch_up(&mut after);
        self.tell(after);
        let known = known.map_err(EngineError::from);
        for (incident, reply) in looks {
            let _ = reply.send(known.clone().and_then(|()| self.peek(incident)));
        }
    }

    fn peek(&mut self, id: IncidentId) -> Result<Arc<Incident>, EngineError> {
        let incident = self.core.incident(id)?;
        if incident.is_one() { Ok(incident) } else { Err(EngineError::NoIncident(id)) }
    }

    fn sweep(&mut self) {
        self.core.try_when_idle();
        self.core.sweep_held();
        match self.core.take_over(Claim::Expired) {
            Ok(after) => self.tell(after),
            Err(error) => tracing::error!(%error, "cannot look for work that nobody holds"),
        }
    }

    /// Gives the workers what they have room for. The rest keeps its order in the core until there is room: a worker
    /// that takes something asks the core about it, and so makes it look here again.
    fn hand_out(&mut self) {
        for lane in self.core.waiting_lanes() {
            let Some(way) = self.ways.get(&lane).or_else(|| self.ways.get(&Lane::Unset)) else { continue };
            while let Ok(room) = way.try_reserve() {
                let Some(job) = self.core.next_job(lane) else { break };
                room.send(job);
            }
        }
        let after = self.core.crowd_out();
        self.tell(after);
        let waiting = self.core.waiting();
        match self.told {
            Told::Quiet if waiting >= WAITING_TOLD => {
                tracing::warn!(
                    waiting,
                    "more work than can begin at once; it begins in turn, the worst first"
                );
                self.told = Told::Storm;
            }
            Told::Storm if waiting == 0 => {
                tracing::info!("no work waits any more");
                self.told = Told::Quiet;
            }
            Told::Quiet | Told::Storm => {}
        }
    }

    fn tell(&mut self, after: After) {
        for change in after.changes {
            self.changes += 1;
            // Nobody following is fine.
            let _ = self.feed.send(change);
        }
    }
}
