//! What the probes hold at the moment, for whoever shows it.

use crate::look::{Attempt, Phases};
use crate::probe::Probe;
use engine::ports::{Sample, Standing};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many of the last looks are held in memory, for the line that is drawn of them.
const LAST_MAX: usize = 60;

/// One probe as it stands.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The probe.
    pub probe: std::sync::Arc<Probe>,
    /// What is held of its target.
    pub standing: Standing,
    /// The last looks, the newest last.
    pub last: VecDeque<Sample>,
    /// The parts of the last look that came to something.
    pub phases: Phases,
    /// The HTTP status of the last look.
    pub status: Option<u16>,
    /// When the first certificate of the last look ends.
    pub expires_at: Option<jiff::Timestamp>,
}

/// Every probe as it stands.
#[derive(Debug)]
pub struct Board {
    seats: Mutex<Vec<Seat>>,
}

impl Board {
    pub(crate) fn new(probes: &[std::sync::Arc<Probe>]) -> Self {
        let seat = |probe: &std::sync::Arc<Probe>| Seat {
            probe: std::sync::Arc::clone(probe),
            standing: Standing::default(),
            last: VecDeque::new(),
            phases: Phases::default(),
            status: None,
            expires_at: None,
        };
        Self { seats: Mutex::new(probes.iter().map(seat).collect()) }
    }

    /// Every probe, in the order of the settings.
    #[must_use]
    pub fn all(&self) -> Vec<Seat> {
        self.seats().clone()
    }

    /// One of them.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<Seat> {
        self.seats().iter().find(|seat| seat.probe.name == name).cloned()
    }

    pub(crate) fn show(&self, at: usize, attempt: &Attempt, standing: &Standing) {
        let mut seats = self.seats();
        let Some(seat) = seats.get_mut(at) else { return };
        seat.standing.clone_from(standing);
        if seat.last.len() >= LAST_MAX {
            seat.last.pop_front();
        }
        seat.last.push_back(attempt.sample.clone());
        seat.phases = attempt.phases;
        seat.status = attempt.seen.as_ref().and_then(|seen| seen.status);
        seat.expires_at = attempt.seen.as_ref().and_then(|seen| seen.expires_at);
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
