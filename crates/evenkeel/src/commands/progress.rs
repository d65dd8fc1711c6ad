//! How far long work is, on a terminal's standard error and nowhere else.

use crate::wiring::Steady;
use engine::ports::Clock as _;
use jiff::{SignedDuration, Timestamp};
use std::io::{IsTerminal as _, Write as _, stderr};

/// Shorter work needs no word about it.
const QUIET_MAX: SignedDuration = SignedDuration::from_millis(700);
/// A line that changes more often cannot be read.
const PERIOD: SignedDuration = SignedDuration::from_millis(100);

/// One line that is written over and over, and gone at the end.
pub(super) struct Progress {
    /// Absent where nobody looks.
    clock: Option<Steady>,
    next: Timestamp,
    is_shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let clock = stderr().is_terminal().then(|| Steady::new(1.0));
        let next = clock.as_ref().map_or(Timestamp::UNIX_EPOCH, |clock| clock.now() + QUIET_MAX);
        Self { clock, next, is_shown: false }
    }

    /// Says what is being done, unless that was said a moment ago.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        let Some(clock) = &self.clock else { return };
        let now = clock.now();
        if now < self.next {
            return;
        }
        self.next = now + PERIOD;
        self.is_shown = true;
        // A terminal that went away has nobody to tell.
        let _ = write!(stderr(), "\r\x1b[K{}", what()).and_then(|()| stderr().flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(stderr(), "\r\x1b[K").and_then(|()| stderr().flush());
        }
    }
}
