//! What each source sent and what of it was refused, for the people who look at Watch. Counted since the start.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many sources are told apart; the rest is counted together.
const SOURCES_MAX: usize = 256;

/// The longest reason that is kept.
const WHY_CHARS_MAX: usize = 300;

/// What is counted under a name of its own.
pub(super) const UNKNOWN: &str = "(unknown key)";
const OTHERS: &str = "(others)";

/// One source's deliveries since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IntakeHealth {
    /// The source's name.
    pub source: String,
    /// Alerts that were kept.
    pub accepted: u64,
    /// Bodies, or alerts within bodies, that were refused.
    pub rejected: u64,
    /// Bodies that could not be kept at the moment; their senders were asked to come again.
    pub postponed: u64,
    /// When it last sent anything.
    pub last_at: Option<Timestamp>,
    /// The last refusal.
    pub last_rejection: Option<IntakeRejection>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IntakeRejection {
    /// When.
    pub at: Timestamp,
    /// In which format.
    pub format: String,
    /// Where in the body, such as `[3].labels`; empty for the body itself.
    pub path: String,
    /// What is wrong there.
    pub why: String,
}

/// What became of one delivery.
#[derive(Debug)]
pub(super) enum Fate {
    /// So many alerts were kept.
    Accepted(u64),
    /// Refused for good.
    Rejected(IntakeRejection),
    /// Refused for now.
    Postponed,
}

/// The counts of all sources.
#[derive(Debug, Default)]
pub(crate) struct IntakeCounts {
    by_source: Mutex<BTreeMap<String, IntakeHealth>>,
}

impl IntakeCounts {
    pub(super) fn count(&self, source: &str, at: Timestamp, fate: Fate) {
        let mut by_source = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        let room = by_source.len() < SOURCES_MAX || by_source.contains_key(source);
        let name = if room { source } else { OTHERS };
        if !by_source.contains_key(name) {
            let new = IntakeHealth { source: name.to_owned(), ..IntakeHealth::default() };
            by_source.insert(name.to_owned(), new);
        }
        let Some(health) = by_source.get_mut(name) else { return };
        health.last_at = Some(at);
        match fate {
            Fate::Accepted(alerts) => health.accepted += alerts,
            Fate::Postponed => health.postponed += 1,
            Fate::Rejected(mut rejection) => {
                rejection.why = rejection.why.chars().take(WHY_CHARS_MAX).collect();
                health.rejected += 1;
                health.last_rejection = Some(rejection);
            }
        }
    }

    pub(crate) fn all(&self) -> Vec<IntakeHealth> {
        self.by_source.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_beyond_the_limit_are_counted_together() {
        let counts = IntakeCounts::default();
        for n in 0..1_000 {
            counts.count(&format!("s{n}"), Timestamp::UNIX_EPOCH, Fate::Accepted(1));
        }
        let all = counts.all();
        assert_eq!(all.len(), SOURCES_MAX + 1);
        assert_eq!(all.iter().map(|health| health.accepted).sum::<u64>(), 1_000);
    }
}
