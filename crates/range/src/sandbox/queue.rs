//! Places for running sandboxes: so many at the same time, and a line of those who wait for one, first come first served.
//! What a place is used for is not known here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::metrics::Metrics;

/// All places, taken and free; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    inner: Arc<Mutex<Inner>>,
    metrics: Metrics,
}

#[derive(Debug)]
struct Inner {
    taken: usize,
    places: usize,
    waiting: VecDeque<oneshot::Sender<Place>>,
}

/// One place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    queue: Queue,
}

/// So many wait already.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full(pub(super) usize);

impl Queue {
    pub(super) fn new(places: usize, metrics: Metrics) -> Self {
        let inner = Inner { taken: 0, places, waiting: VecDeque::new() };
        let queue = Self { inner: Arc::new(Mutex::new(inner)), metrics };
        queue.show();
        queue
    }

    /// From now on there are so many places. Those that are taken stay taken.
    pub(super) fn resize(&self, places: usize) {
        self.inner().places = places;
        self.serve();
    }

    /// Waits for a place behind at most `waiting_max` others; whoever stops waiting leaves the line.
    pub(super) async fn admit(&self, waiting_max: usize) -> Result<Place, Full> {
        let (place, comes) = oneshot::channel();
        {
            let mut inner = self.inner();
            inner.waiting.retain(|one| !one.is_closed());
            let (free, depth) = (inner.places.saturating_sub(inner.taken), inner.waiting.len());
            if free == 0 && depth >= waiting_max {
                return Err(Full(depth));
            }
            inner.waiting.push_back(place);
        }
        self.serve();
        // The sender is in the line for as long as this queue lives.
        comes.await.map_err(|_| Full(0))
    }

    /// How many wait.
    pub(super) fn depth(&self) -> usize {
        self.inner().waiting.iter().filter(|one| !one.is_closed()).count()
    }

    /// Hands free places to those who wait.
    fn serve(&self) {
        while let Some(first) = self.next() {
            // Whoever has left gives the place back at once, and it goes to the next.
            drop(first.send(Place { queue: self.clone() }));
        }
        self.show();
    }

    fn next(&self) -> Option<oneshot::Sender<Place>> {
        let mut inner = self.inner();
        if inner.taken >= inner.places {
            return None;
        }
        let first = inner.waiting.pop_front()?;
        inner.taken += 1;
        Some(first)
    }

    fn show(&self) {
        let (taken, places) = {
            let inner = self.inner();
            (inner.taken, inner.places)
        };
        let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        self.metrics.set("sandbox_queue_depth", "Requests that wait for a place.", &[], number(self.depth()));
        self.metrics.set("sandbox_places_taken", "Places of running sandboxes.", &[], number(taken));
        self.metrics.set("sandbox_places", "Sandboxes that may run at once.", &[], number(places));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.inner().taken -= 1;
        self.queue.serve();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn places_go_round_in_the_order_of_asking() {
        let queue = Queue::new(1, Metrics::default());
        let first = queue.admit(2).await.unwrap();
        let (mut second, mut third) = (Box::pin(queue.admit(2)), Box::pin(queue.admit(2)));
        assert!((&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(queue.depth(), 2);
        assert_eq!(queue.admit(2).await.unwrap_err(), Full(2));
        drop(first);
        let second = (&mut second).now_or_never().unwrap().unwrap();
        assert!((&mut third).now_or_never().is_none());
        drop(second);
        third.now_or_never().unwrap().unwrap();
    }

    #[tokio::test]
    async fn whoever_leaves_the_line_costs_nobody_a_place() {
        let queue = Queue::new(1, Metrics::default());
        let first = queue.admit(2).await.unwrap();
        let mut gone = Box::pin(queue.admit(2));
        assert!((&mut gone).now_or_never().is_none());
        drop(gone);
        let mut stays = Box::pin(queue.admit(1));
        assert!((&mut stays).now_or_never().is_none(), "the place of the one who left counts as free");
        drop(first);
        stays.now_or_never().unwrap().unwrap();
    }

    #[tokio::test]
    async fn more_places_serve_those_who_wait_and_fewer_end_nobody() {
        let queue = Queue::new(2, Metrics::default());
        let (first, _second) = (queue.admit(9).await.unwrap(), queue.admit(9).await.unwrap());
        queue.resize(1);
        let mut third = Box::pin(queue.admit(9));
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "one is still one too many");
        queue.resize(2);
        third.now_or_never().unwrap().unwrap();
    }
}
