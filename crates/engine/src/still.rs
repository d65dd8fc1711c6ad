//! An engine that stands still: the same core and the same workers, on its owner's thread, and only while the owner lets them
//! go on. What happens first is told by the code alone and not by a scheduler, so a story under a clock of its own is the
//! same each time.
//!
//! Must never be here: a thread, a task, or a wait for anything but what the owner's clock brings.

use crate::dispatch::Dispatch;
use crate::lanes::{Arrivals, Lane};
use crate::turning::Turning;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use jiff::Timestamp;
use std::sync::Arc;

/// Work under way.
type AtWork = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An engine's core and workers, for their owner to let go on.
pub struct Still {
    turning: Turning,
    arrivals: Arrivals,
    dispatch: Arc<Dispatch>,
    at_work: Vec<(Lane, AtWork)>,
}

impl Still {
    pub(crate) fn new(turning: Turning, arrivals: Arrivals, dispatch: Dispatch) -> Self {
        Self { turning, arrivals, dispatch: Arc::new(dispatch), at_work: Vec::new() }
    }

    /// Decides what was asked, fires what has fallen due, begins work that waits and lets work under way go on: one step of
    /// each. Whether anything moved; if not, nothing will before the clock shows another time or somebody asks.
    pub fn go_on(&mut self) -> bool {
        let before = (self.at_work.len(), self.turning.changes());
        self.poll();
        let left = self.at_work.len();
        // Whatever moves asks the core, or is done, or was begun or brought about by it.
        let asked = self.turn();
        let begun = self.begin();
        asked || begun || (left, self.turning.changes()) != before
    }

    /// The core's half of a step: decides what was asked and fires what has fallen due. Whether anything was asked.
    pub fn turn(&mut self) -> bool {
        let asked = self.turning.take_waiting();
        self.turning.look_round();
        asked
    }

    /// The workers' half of a step: begins work that waits, and lets work under way go on until it waits for the core, the
    /// world or the clock.
    pub fn work(&mut self) {
        self.poll();
        if self.begin() {
            self.poll();
        }
    }

    fn poll(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        self.at_work.retain_mut(|(_, work)| work.as_mut().poll(&mut context) == Poll::Pending);
    }

    /// When the next timer falls due.
    pub fn next_due(&mut self) -> Option<Timestamp> {
        self.turning.next_due()
    }

    /// Begins what has a place on its lane. Whether there was anything.
    fn begin(&mut self) -> bool {
        let before = self.at_work.len();
        for (lane, jobs) in &mut self.arrivals {
            let mut places = lane.places() - self.at_work.iter().filter(|(busy, _)| busy == lane).count();
            while places > 0
                && let Ok(job) = jobs.try_recv()
            {
                let dispatch = Arc::clone(&self.dispatch);
                let work = async move { dispatch.work(job).await };
                self.at_work.push((*lane, Box::pin(tokio::task::unconstrained(work))));
                places -= 1;
            }
        }
        self.at_work.len() > before
    }
}
