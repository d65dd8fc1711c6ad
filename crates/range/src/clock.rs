//! The one place where the range asks what time it is. It is a practice stack in real time: nothing here is replayed.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970, UTC.
#[expect(clippy::disallowed_methods, reason = "the range is a real stack, a stranger to engine::Clock")]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Now, for measuring how long something takes.
#[expect(clippy::disallowed_methods, reason = "as above; durations only")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// The instant as RFC 3339 in UTC with milliseconds.
pub(crate) fn utc(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!("{at:.3}")
}

/// The instant as vendors' log lines print it: `2026-11-23 10:00:00`, UTC.
pub(crate) fn utc_plain(at_ms: i64) -> String {
    utc(at_ms).chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_print_in_utc() {
        assert_eq!(utc(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(utc_plain(1_700_000_000_123), "2023-11-14 22:13:20");
    }
}
