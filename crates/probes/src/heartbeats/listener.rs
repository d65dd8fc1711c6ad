//! The listener: one task that wakes when a heartbeat is due or was heard, reads what every node heard, writes silences
//! down, and tells the engine until the engine has kept it.

use super::due;
use super::setting::Heartbeat;
use super::{alert, switchboard::Switchboard};
use crate::telling::{AGAIN, REPEAT, kept};
use engine::Engine;
use engine::ports::{Clock, HeartbeatError, HeartbeatRecords, Pulse};
use incident::Alert;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often it is written down that somebody listens.
const LISTEN_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// When nobody listened for longer, nobody was here. A shorter gap is no more than a node that was slow to say so, or a
/// restart that a caller's own retry outlasts.
pub(super) const OUTAGE: SignedDuration = SignedDuration::from_secs(20);

/// What a listener is made of.
pub struct ListenerParts {
    /// Who is to be heard.
    pub heartbeats: Vec<Heartbeat>,
    /// Whom it tells.
    pub engine: Engine,
    /// Where what was heard is kept.
    pub records: Arc<dyn HeartbeatRecords>,
}

/// Waits for what is not heard.
pub struct Listener {
    desks: Vec<Desk>,
    /// All who are to be heard, by name, for whoever reads what was heard.
    heartbeats: Arc<BTreeMap<String, Heartbeat>>,
    names: Arc<[String]>,
    board: Arc<Switchboard>,
    engine: Engine,
    clock: Arc<dyn Clock>,
    records: Arc<dyn HeartbeatRecords>,
    /// When it is worth looking again, if nobody is heard before.
    next_at: Timestamp,
    /// Whether names that the settings do not have were looked for.
    buried: bool,
    /// Whether the log knows that nothing can be read.
    deaf: bool,
}

/// One heartbeat at work.
struct Desk {
    heartbeat: Heartbeat,
    pulse: Option<Pulse>,
    /// What the engine has last been told and has kept: whether it fires.
    told: Option<bool>,
    /// When a silence that goes on is told again.
    repeat_at: Timestamp,
}

impl Listener {
    /// Begins; it ends when `stopping` turns true.
    #[must_use]
    pub fn start(
        parts: ListenerParts,
        stopping: watch::Receiver<bool>,
    ) -> (Arc<Switchboard>, JoinHandle<()>) {
        let ListenerParts { heartbeats, engine, records } = parts;
        let clock = Arc::clone(engine.clock());
        let names = heartbeats.iter().map(|heartbeat| heartbeat.name.clone()).collect();
        let board = Arc::new(Switchboard::new(names, Arc::clone(&records), Arc::clone(&clock)));
        let desk = |heartbeat| Desk { heartbeat, pulse: None, told: None, repeat_at: Timestamp::MIN };
        let next_at = clock.now();
        let by_name: BTreeMap<_, _> = heartbeats.iter().map(|one| (one.name.clone(), one.clone())).collect();
        let listener = Self {
            names: by_name.keys().cloned().collect(),
            heartbeats: Arc::new(by_name),
            desks: heartbeats.into_iter().map(desk).collect(),
            board: Arc::clone(&board),
            engine,
            clock,
            records,
            next_at,
            buried: false,
            deaf: false,
        };
        (board, tokio::spawn(listener.run(stopping)))
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let clock = Arc::clone(&self.clock);
        let board = Arc::clone(&self.board);
        loop {
            tokio::select! {
                // An error means that whoever would have said so is gone, which says the same.
                _ = stopping.wait_for(|stop| *stop) => return,
                () = self.pass() => {}
            }
            // Nobody is waited for, so nothing need be looked at again.
            if self.desks.is_empty() && self.buried {
                return;
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                () = board.rung.notified() => {}
                () = clock.sleep_until(self.next_at) => {}
            }
        }
    }

    /// Looks at everything once. Broken off in the middle it has written down no more than is so.
    async fn pass(&mut self) {
        let now = self.clock.now();
        self.next_at = now + LISTEN_EVERY;
        let read = match self.listen(now).await {
            Ok(read) => read,
            Err(error) => {
                if !std::mem::replace(&mut self.deaf, true) {
                    tracing::warn!(%error, "what heartbeats said cannot be read; no silence is told until it can");
                }
                self.next_at = now + AGAIN;
                return;
            }
        };
        self.deaf = false;
        let orphans = self.seat(read);
        self.board.show(self.desks.iter().filter_map(Desk::view).collect());
        self.tell(now).await;
        if !self.buried {
            self.buried = self.bury(orphans).await;
        }
        let due = self.desks.iter().filter_map(|desk| {
            let pulse = desk.pulse.as_ref().filter(|pulse| !due::state(pulse).is_alerting())?;
            Some(due::due(&desk.heartbeat, pulse))
        });
        let again = if self.buried { self.next_at } else { now + AGAIN };
        self.next_at = due.min().unwrap_or(self.next_at).min(self.next_at).min(again);
    }

    /// What every node heard, with silences written down.
    async fn listen(&self, now: Timestamp) -> Result<Vec<Pulse>, HeartbeatError> {
        let records = Arc::clone(&self.records);
        let (names, heartbeats) = (Arc::clone(&self.names), Arc::clone(&self.heartbeats));
        let read = tokio::task::spawn_blocking(move || {
            let outage_us = i64::try_from(OUTAGE.as_micros()).unwrap_or(i64::MAX);
            let read = records.listen(&names, now, outage_us)?;
            let is_late = |pulse: &&Pulse| {
                heartbeats.get(&pulse.name).is_some_and(|heartbeat| due::is_late(heartbeat, pulse, now))
            };
            let late: Vec<&Pulse> = read.iter().filter(is_late).collect();
            if late.is_empty() {
                return Ok(read);
            }
            for pulse in late {
                records.silent(pulse, now)?;
            }
            // Whoever was heard meanwhile is not silent.
            records.listen(&names, now, outage_us)
        });
        read.await.unwrap_or_else(|error| Err(HeartbeatError(error.to_string())))
    }

    /// Gives each desk its pulse. What is left over is nobody's.
    fn seat(&mut self, read: Vec<Pulse>) -> Vec<Pulse> {
        let mut read: BTreeMap<String, Pulse> =
            read.into_iter().map(|pulse| (pulse.name.clone(), pulse)).collect();
        for desk in &mut self.desks {
            desk.pulse = read.remove(&desk.heartbeat.name);
        }
        read.into_values().collect()
    }

    /// Tells the engine what it does not know, all of it in one transaction.
    async fn tell(&mut self, now: Timestamp) {
        // What was told by another node, or before this start, ends by what this one heard.
        let ended: BTreeSet<String> = self.board.take_ended();
        for desk in self.desks.iter_mut().filter(|desk| ended.contains(&desk.heartbeat.name)) {
            desk.told = None;
        }
        let wanted: Vec<(usize, bool, Alert)> =
            self.desks.iter().enumerate().filter_map(|(at, desk)| desk.wanted(now, at)).collect();
        let alerts: Vec<Alert> = wanted.iter().map(|(_, _, alert)| alert.clone()).collect();
        for ((at, firing, _), kept) in wanted.iter().zip(kept(&self.engine, alerts).await) {
            let Some(desk) = self.desks.get_mut(*at) else { continue };
            if !kept {
                desk.told = None;
                self.next_at = self.next_at.min(now + AGAIN);
                continue;
            }
            if desk.told != Some(*firing) {
                let (heartbeat, silent) = (&desk.heartbeat.name, *firing);
                tracing::info!(heartbeat, silent, "a heartbeat's state was told");
            }
            desk.told = Some(*firing);
            desk.repeat_at = now + REPEAT;
        }
    }

    /// Ends the alerts of heartbeats that are in the settings no more: nobody else would. `false`: not all are kept.
    async fn bury(&self, orphans: Vec<Pulse>) -> bool {
        let alerting = orphans.iter().filter(|pulse| due::state(pulse).is_alerting());
        let alerts: Vec<Alert> = alerting.map(|pulse| alert::orphaned(&pulse.name)).collect();
        if kept(&self.engine, alerts).await.contains(&false) {
            return false;
        }
        let records = Arc::clone(&self.records);
        let forgotten = tokio::task::spawn_blocking(move || {
            orphans.iter().try_for_each(|pulse| records.forget(&pulse.name))
        });
        matches!(forgotten.await, Ok(Ok(())))
    }
}

impl Desk {
    /// What the engine is to be told, if anything.
    fn wanted(&self, now: Timestamp, at: usize) -> Option<(usize, bool, Alert)> {
        let pulse = self.pulse.as_ref()?;
        let firing = due::state(pulse).is_alerting();
        let repeat = firing && now >= self.repeat_at;
        let known = self.told == Some(firing) && !repeat;
        (!known).then(|| (at, firing, alert::of(&self.heartbeat, pulse)))
    }

    fn view(&self) -> Option<engine::ports::HeartbeatView> {
        Some(due::view(&self.heartbeat, self.pulse.as_ref()?))
    }
}
