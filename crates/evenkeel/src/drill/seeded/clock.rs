//! The clock of a play: it stands until its owner sets it, and knows who waits for what.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use engine::ports::{Clock, Coming};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The time of a play.
#[derive(Debug)]
pub(super) struct PlayClock(Mutex<Shown>);

#[derive(Debug)]
struct Shown {
    now: Timestamp,
    /// Who waits, by when they wake.
    waiting: BTreeSet<(Timestamp, u64)>,
    came: u64,
}

impl PlayClock {
    /// It shows `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Shown { now, waiting: BTreeSet::new(), came: 0 }))
    }

    /// When the next of those who wait wakes.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.shown().waiting.first().map(|(at, _)| *at)
    }

    /// Shows a later time.
    pub(super) fn set(&self, at: Timestamp) {
        let mut shown = self.shown();
        shown.now = shown.now.max(at);
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for PlayClock {
    fn now(&self) -> Timestamp {
        self.shown().now
    }

    fn wait(&self, _at: Timestamp) -> Duration {
        // Nobody waits for the world.
        Duration::ZERO
    }

    fn sleep_until(&self, at: Timestamp) -> Coming<'_, ()> {
        Box::pin(Sleep { clock: self, at, ticket: None })
    }
}

struct Sleep<'a> {
    clock: &'a PlayClock,
    at: Timestamp,
    ticket: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock;
        let mut shown = clock.shown();
        if shown.now >= self.at {
            return Poll::Ready(());
        }
        if self.ticket.is_none() {
            shown.came += 1;
            let ticket = shown.came;
            shown.waiting.insert((self.at, ticket));
            self.ticket = Some(ticket);
        }
        // Whoever owns the clock looks again by itself when the time has come.
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.clock.shown().waiting.remove(&(self.at, ticket));
        }
    }
}
