//! The stack's own monitor: asks `/health` and reports through the real intake, as a team's monitoring would.

use crate::exit::Failure;
use crate::practice::{Intake, Monitor, Stack};
use engine::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::watch;

/// How often it asks, by the demonstration's clock.
const EVERY: SignedDuration = SignedDuration::from_secs(15);

/// How many answers in a row make it believe.
const SURE_AFTER: u32 = 2;

/// Begins to watch the stack.
pub(super) async fn start(stack: &Stack) -> Result<Monitor, Failure> {
    let rounds = Rounds {
        health: format!("http://{}/health", stack.range.whereabouts().http),
        intake: Intake::of(stack).await?,
        clock: Arc::clone(stack.server.engine.clock()),
    };
    Ok(Monitor::start(|stopping| rounds.walk(stopping)))
}

struct Rounds {
    health: String,
    intake: Intake,
    clock: Arc<dyn Clock>,
}

impl Rounds {
    async fn walk(self, mut stopping: watch::Receiver<bool>) {
        let (mut bad, mut good, mut firing) = (0, 0, false);
        let mut since = self.clock.now();
        while !*stopping.borrow() {
            if self.is_well().await {
                (bad, good) = (0, good + 1);
                since = self.clock.now();
            } else {
                (bad, good) = (bad + 1, 0);
            }
            if bad >= SURE_AFTER {
                firing = true;
                self.report("firing", since).await;
            } else if firing && good >= SURE_AFTER {
                firing = false;
                self.report("resolved", since).await;
            }
            tokio::select! {
                () = self.clock.sleep_until(self.clock.now() + EVERY) => {}
                _ = stopping.changed() => {}
            }
        }
    }

    async fn is_well(&self) -> bool {
        let answer = self.intake.http.get(&self.health).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn report(&self, status: &str, since: Timestamp) {
        let alert = json!({
            "key": "api-health",
            "title": "API returning 5xx errors",
            "description": "The health check of the API answers with a server error.",
            "status": status,
            "severity": "P1",
            "started_at": since,
            "labels": { "service": "api" },
        });
        self.intake.report(&alert).await;
    }
}
