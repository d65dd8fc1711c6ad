//! Time that passes only when the story says so, and clocks that may show something else.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use engine::ports::{Clock, Coming};
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// When every story begins.
const BEGINNING: Timestamp = Timestamp::constant(1_767_582_000, 0);

/// True time, in milliseconds since the beginning, and how wrong each node's clock is.
#[derive(Debug)]
pub(crate) struct Time {
    now: AtomicI64,
    skews: Vec<AtomicI64>,
    sleepers: Mutex<Vec<Sleeper>>,
}

#[derive(Debug)]
struct Sleeper {
    node: usize,
    until: Until,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// The node's clock shows this.
    Shown(i64),
    /// So much true time has passed.
    Passed(i64),
}

impl Time {
    pub(crate) fn new(nodes: usize) -> Arc<Self> {
        let skews = (0..nodes).map(|_| AtomicI64::new(0)).collect();
        Arc::new(Self { now: AtomicI64::new(0), skews, sleepers: Mutex::default() })
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn skew(&self, node: usize) -> i64 {
        self.skews.get(node).map_or(0, |skew| skew.load(Ordering::Relaxed))
    }

    pub(crate) fn set_skew(&self, node: usize, ms: i64) {
        if let Some(skew) = self.skews.get(node) {
            skew.store(ms, Ordering::Relaxed);
        }
    }

    /// True time at which a node's clock will show this.
    pub(crate) fn true_ms(&self, node: usize, shown: Timestamp) -> i64 {
        i64::try_from(shown.duration_since(BEGINNING).as_millis()).unwrap_or(i64::MAX / 4) - self.skew(node)
    }

    /// True time as a time of day.
    pub(crate) fn at(ms: i64) -> Timestamp {
        BEGINNING.saturating_add(SignedDuration::from_millis(ms)).unwrap_or(Timestamp::MAX)
    }

    /// When the next sleeper of these nodes wakes.
    pub(crate) fn next_wake(&self, awake: impl Fn(usize) -> bool) -> Option<i64> {
        let sleepers = self.sleepers();
        sleepers.iter().filter(|sleeper| awake(sleeper.node)).map(|sleeper| self.wakes_at(sleeper)).min()
    }

    /// Forgets whoever has slept long enough: they are asked again with the next step of their node.
    pub(crate) fn wake(&self) {
        let now = self.now();
        self.sleepers().retain(|sleeper| self.wakes_at(sleeper) > now);
    }

    /// The sleepers of a node that is gone.
    pub(crate) fn forget(&self, node: usize) {
        self.sleepers().retain(|sleeper| sleeper.node != node);
    }

    fn wakes_at(&self, sleeper: &Sleeper) -> i64 {
        match sleeper.until {
            Until::Shown(at) => at - self.skew(sleeper.node),
            Until::Passed(at) => at,
        }
    }

    fn sleepers(&self) -> MutexGuard<'_, Vec<Sleeper>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock of one node.
#[derive(Clone, Debug)]
pub(crate) struct NodeClock {
    pub(crate) time: Arc<Time>,
    pub(crate) node: usize,
}

impl NodeClock {
    fn sleep(&self, until: Until) -> Coming<'_, ()> {
        Box::pin(Sleep { clock: self, until, told: false })
    }
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        Time::at(self.time.now() + self.time.skew(self.node))
    }

    fn wait(&self, at: Timestamp) -> Duration {
        at.duration_since(self.now()).try_into().unwrap_or(Duration::ZERO)
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        let shown = self.time.true_ms(self.node, at) + self.time.skew(self.node);
        self.sleep(Until::Shown(shown))
    }

    fn pass(&self, length: Duration) -> Coming<'_, ()> {
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX / 4);
        self.sleep(Until::Passed(self.time.now() + length))
    }
}

struct Sleep<'a> {
    clock: &'a NodeClock,
    until: Until,
    /// Whether it is known when it ends.
    told: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let NodeClock { time, node } = self.clock;
        let sleeper = Sleeper { node: *node, until: self.until };
        if time.wakes_at(&sleeper) <= time.now() {
            return Poll::Ready(());
        }
        if !self.told {
            time.sleepers().push(sleeper);
            self.told = true;
        }
        Poll::Pending
    }
}
