//! The workers that take messages over, as a gate: so many batches are inside at once, some wait outside, and nobody waits
//! for ever.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::turn::Failure;

/// A batch that no worker took by then goes back to the edge, which keeps it; the edge waits longer.
const WAIT: Duration = Duration::from_secs(5);
/// Batches that wait at once.
const WAITING_MAX: usize = 64;

/// The gate.
#[derive(Debug)]
pub(super) struct Gate {
    counts: Mutex<Counts>,
    changed: Notify,
    wait: Duration,
}

impl Default for Gate {
    fn default() -> Self {
        Self { counts: Mutex::default(), changed: Notify::new(), wait: WAIT }
    }
}

#[derive(Debug, Default)]
struct Counts {
    inside: usize,
    waiting: usize,
}

/// A place inside; dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Place<'a> {
    gate: &'a Gate,
}

impl Gate {
    /// Waits for a worker. How many there are is asked again whenever something changes.
    pub(super) async fn enter(
        &self,
        workers: impl Fn() -> Result<i64, Failure>,
    ) -> Result<Place<'_>, Failure> {
        if self.try_enter(workers()?) {
            return Ok(Place { gate: self });
        }
        let Some(_waiting) = self.wait() else {
            let why = format!("messages: {WAITING_MAX} batches wait for a worker already");
            return Err(Failure::refused(StatusCode::SERVICE_UNAVAILABLE, why));
        };
        let entered = timeout(self.wait, async {
            loop {
                let mut changed = std::pin::pin!(self.changed.notified());
                // From here on no change is missed.
                changed.as_mut().enable();
                if self.try_enter(workers()?) {
                    return Ok(Place { gate: self });
                }
                changed.await;
            }
        });
        entered.await.unwrap_or_else(|_| {
            let (ms, workers) = (self.wait.as_millis(), workers()?);
            let why = format!("messages: no worker took the batch within {ms} ms, there are {workers}");
            Err(Failure::refused(StatusCode::SERVICE_UNAVAILABLE, why))
        })
    }

    /// The number of workers may have changed.
    pub(super) fn look_again(&self) {
        self.changed.notify_waiters();
    }

    fn try_enter(&self, workers: i64) -> bool {
        let mut counts = self.counts();
        let free = usize::try_from(workers).is_ok_and(|workers| counts.inside < workers);
        counts.inside += usize::from(free);
        free
    }

    fn wait(&self) -> Option<Waiting<'_>> {
        let mut counts = self.counts();
        (counts.waiting < WAITING_MAX).then(|| {
            counts.waiting += 1;
            Waiting { gate: self }
        })
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch outside; also one whose sender went away is counted off.
struct Waiting<'a> {
    gate: &'a Gate,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.gate.counts().waiting -= 1;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.counts().inside -= 1;
        self.gate.look_again();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_ever_where_nobody_works() {
        let gate = Gate { wait: Duration::from_millis(5), ..Gate::default() };
        let refused = gate.enter(|| Ok(0)).await.unwrap_err();
        assert!(refused.why().contains("within 5 ms, there are 0"), "{refused:?}");
        assert_eq!(gate.counts().waiting, 0);
    }

    #[tokio::test]
    async fn a_batch_that_waits_is_taken_when_a_worker_comes_or_is_free() {
        let (gate, workers) = (Gate::default(), AtomicI64::new(0));
        let enter = || gate.enter(|| Ok(workers.load(Ordering::Relaxed)));
        let come = async {
            workers.store(1, Ordering::Relaxed);
            gate.look_again();
        };
        let (entered, ()) = tokio::join!(enter(), come);
        let place = entered.unwrap();
        let (second, ()) = tokio::join!(enter(), async { drop(place) });
        drop(second.unwrap());
        assert_eq!(gate.counts().inside, 0);
    }
}
