//! What stands in the place of the practice stack: the recording, asked at the play's own time. Commands come to what they
//! came to, pages arrive, and how long each takes is drawn from the seed.

use super::chance::Draws;
use super::clock::PlayClock;
use crate::drill::monitor::Measures;
use crate::drill::recording::Recording;
use engine::ports::{Clock, Coming, Courier, Executor, Links, PageMessage, RunOrder};
use incident::{Channel, Ending, IncidentId, PageOutcome, RunReport};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is rung hears it within so long, in milliseconds.
const RINGS_MS: core::ops::Range<u64> = 300..4_000;
/// A command takes between this and that many hundredths of its recorded time.
const TAKES: core::ops::Range<u64> = 80..130;

/// The recording and where the play stands in it.
pub(super) struct Scene {
    recording: Recording,
    clock: Arc<PlayClock>,
    rings: Draws,
    takes: Draws,
    mended: Mutex<Option<Timestamp>>,
}

impl Scene {
    pub(super) fn new(recording: Recording, clock: Arc<PlayClock>, seed: u64) -> Self {
        let (rings, takes) = (Draws::new(seed, "rings"), Draws::new(seed, "takes"));
        Self { recording, clock, rings, takes, mended: Mutex::default() }
    }

    /// When the fault was gone, if it is.
    pub(super) fn mended(&self) -> Option<Timestamp> {
        *self.mended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault is gone from now on.
    pub(super) fn mend(&self) {
        let mut mended = self.mended.lock().unwrap_or_else(PoisonError::into_inner);
        mended.get_or_insert(self.clock.now());
    }

    /// What the monitor measures now.
    pub(super) fn measures(&self) -> Measures {
        self.recording.measures(self.clock.now(), self.mended())
    }

    async fn execute(&self, order: &RunOrder) -> RunReport {
        let Some(recorded) = self.recording.report(&order.source, self.mended().is_some()) else {
            let error = "it was not run when this drill was recorded".to_owned();
            return RunReport::without_output(Ending::NotStarted { error });
        };
        let hundredths = TAKES.start + self.takes.next() % (TAKES.end - TAKES.start);
        let duration_ms = recorded.duration_ms.saturating_mul(hundredths) / 100;
        let takes = jiff::SignedDuration::from_millis(i64::try_from(duration_ms).unwrap_or(i64::MAX));
        self.clock.sleep_until(self.clock.now() + takes).await;
        if order.source == self.recording.fix {
            self.mend();
        }
        RunReport { duration_ms, ..recorded.clone() }
    }
}

impl Executor for Scene {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        Box::pin(self.execute(order))
    }

    fn stop(&self, _incident: IncidentId, _run: u32) {
        // Nobody stops a run in a play.
    }
}

/// The phones of the play.
pub(super) struct Phones(pub(super) Arc<Scene>);

impl Courier for Phones {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        let scene = &self.0;
        let rings = scene.rings.millis(RINGS_MS);
        Box::pin(async move {
            scene.clock.sleep_until(scene.clock.now() + rings).await;
            PageOutcome::Delivered { reference: message.reference.clone() }
        })
    }
}

/// Links that lead nowhere: nobody opens them.
pub(super) struct NoLinks;

impl Links for NoLinks {
    fn page(&self, incident: IncidentId, page: u32) -> String {
        format!("https://play.invalid/{incident}/{page}")
    }
}
