//! Adding to instants. Playbooks and settings may name any number of minutes, so sums end with time itself, never in a panic.

use jiff::{SignedDuration, Timestamp};

/// The instant so much later, or the last one there is.
#[must_use]
pub fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// The instant so much earlier, or the first one there is.
pub(crate) fn earlier(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_sub(wait).unwrap_or(Timestamp::MIN)
}
