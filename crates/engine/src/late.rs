//! What was late is an incident of its own: the pager watches itself.

use crate::engine::Engine;
use crate::request::EngineError;
use crate::vitals::LATE_BOUNDS_S;
use core::time::Duration;
use incident::{Alert, AlertKey, AlertStatus};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What was later than this is told: the place among the bounds of lateness.
const LATE: usize = 4;

/// While more is late, it is told again after so long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Without anything late for so long, it is over.
const OVER_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Opens an incident when timers or pages were late, and says when they no longer are: looks every so often, for as long as
/// it is polled.
pub async fn tell_of_lateness(engine: Engine, every: Duration) {
    let mut told = 0;
    let mut last = None;
    // What a server told of before it stopped is over as well: nobody else would say so.
    let mut before = Some(engine.clock().now());
    loop {
        engine.clock().pass(every).await;
        let (late, now) = (engine.counts().later_than(LATE), engine.clock().now());
        // A timer that cannot fire is not counted, as it has not fired.
        let next_due = engine.vitals().await.ok().and_then(|vitals| vitals.next_due);
        let is_overdue = next_due.is_some_and(|due| now.duration_since(due) > bound());
        let since = last.map(|last| now.duration_since(last));
        let status = match (late > told || is_overdue, since) {
            (true, None) => AlertStatus::Firing,
            (true, Some(since)) if since >= AGAIN_AFTER => AlertStatus::Firing,
            (false, Some(since)) if since > OVER_AFTER => AlertStatus::Resolved,
            (false, None) if before.is_some_and(|start| now.duration_since(start) > OVER_AFTER) => {
                AlertStatus::Resolved
            }
            (true | false, _) => continue,
        };
        let taken = engine.alerts(vec![lateness(late, status, now)]).await;
        match taken.map(|answers| answers.into_iter().find_map(Result::err)) {
            // Refused: a person has ended the incident before, or there is none.
            Ok(None | Some(EngineError::Refused(_))) => {}
            Ok(Some(error)) | Err(error) => {
                tracing::error!(%error, "pages were late, and that could not be kept");
                continue;
            }
        }
        (told, last) = (late, (status == AlertStatus::Firing).then_some(now));
        before = None;
    }
}

fn bound() -> SignedDuration {
    SignedDuration::from_secs(i64::from(LATE_BOUNDS_S.get(LATE).copied().unwrap_or_default()))
}

fn lateness(late: u64, status: AlertStatus, now: Timestamp) -> Alert {
    Alert {
        key: AlertKey { source: "evenkeel".to_owned(), key: "late".to_owned() },
        status,
        title: format!("Evenkeel itself is late: pages or timers by more than {} s", bound().as_secs()),
        description: format!(
            "{late} since this server started, besides what has not fired at all. After a stop this is what fell due meanwhile; otherwise the machine, its disk or a provider is \
             too slow. `evenkeel_page_lateness_seconds` and `evenkeel_timer_lateness_seconds` in /metrics say which.",
        ),
        severity: None,
        labels: BTreeMap::new(),
        link: None,
        started_at: Some(now),
        expires_at: now.checked_add(OVER_AFTER.saturating_mul(2)).ok(),
    }
}
