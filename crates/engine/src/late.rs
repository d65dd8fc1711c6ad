//! What was late is an incident of its own: the pager watches itself.

use crate::engine::Engine;
use crate::pulse::LATE_BOUNDS_S;
use crate::request::EngineError;
use core::time::Duration;
use incident::{Alert, AlertKey, AlertStatus};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What was later than this is told: the place among the bounds of lateness.
const LATE: usize = 4;

/// Without anything late for so long, it is over.
const OVER_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Opens an incident when timers or pages were late, and says when they no longer are: looks every so often, for as long as
/// it is polled.
pub async fn tell_of_lateness(engine: Engine, every: Duration) {
    let mut told = 0;
    let mut last = None;
    loop {
        engine.clock().pass(every).await;
        let (late, now) = (engine.counts().later_than(LATE), engine.clock().now());
        let is_over = last.is_some_and(|last| now.duration_since(last) > OVER_AFTER);
        let status = match (late > told, is_over) {
            (true, _) => AlertStatus::Firing,
            (false, true) => AlertStatus::Resolved,
            (false, false) => continue,
        };
        let taken = engine.alerts(vec![lateness(late, status, now)]).await;
        match taken.map(|answers| answers.into_iter().find_map(Result::err)) {
            // Refused: a person has ended the incident before.
            Ok(None | Some(EngineError::Refused(_))) => {}
            Ok(Some(error)) | Err(error) => {
                tracing::error!(%error, "pages were late, and that could not be kept");
                continue;
            }
        }
        (told, last) = (late, (status == AlertStatus::Firing).then_some(now));
    }
}

fn lateness(late: u64, status: AlertStatus, now: Timestamp) -> Alert {
    let bound = LATE_BOUNDS_S.get(LATE).copied().unwrap_or_default();
    Alert {
        key: AlertKey { source: "evenkeel".to_owned(), key: "late".to_owned() },
        status,
        title: format!("Evenkeel itself was late: {late} pages or timers by more than {bound} s"),
        description: String::from(
            "Since this server started. After a stop this is what fell due meanwhile; otherwise the machine, its disk or a provider is \
             too slow. `evenkeel_page_lateness_seconds` and `evenkeel_timer_lateness_seconds` in /metrics say which.",
        ),
        severity: None,
        labels: BTreeMap::new(),
        link: None,
        started_at: Some(now),
        expires_at: now.checked_add(OVER_AFTER.saturating_mul(2)).ok(),
    }
}
