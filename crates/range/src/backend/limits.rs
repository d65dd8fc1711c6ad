//! The platform's limit on writes within a minute, for the whole deployment.

use std::sync::{Mutex, PoisonError};

const MINUTE_MS: i64 = 60_000;

/// Writes of the present minute.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// The minute, and how many it has had.
    counted: Mutex<(i64, i64)>,
}

impl Writes {
    /// Counts a write; the error is how many there were.
    pub(super) fn take(&self, limit: i64, now_ms: i64) -> Result<(), i64> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now_ms / MINUTE_MS;
        if counted.0 != minute {
            *counted = (minute, 0);
        }
        counted.1 += 1;
        if counted.1 <= limit { Ok(()) } else { Err(counted.1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_counted_by_the_minute() {
        let writes = Writes::default();
        assert_eq!(writes.take(2, 60_000), Ok(()));
        assert_eq!(writes.take(2, 60_001), Ok(()));
        assert_eq!(writes.take(2, 119_999), Err(3));
        assert_eq!(writes.take(2, 120_000), Ok(()));
    }
}
