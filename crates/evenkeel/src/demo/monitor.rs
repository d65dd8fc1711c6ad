//! The stack's own monitor: asks `/health` and reports through the real intake, as a team's monitoring would.

use crate::exit::{Failure, Kind};
use crate::practice::Stack;
use core::time::Duration;
use engine::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often it asks, by the demonstration's clock.
const EVERY: SignedDuration = SignedDuration::from_secs(15);

/// How many answers in a row make it believe.
const SURE_AFTER: u32 = 2;

/// A monitor at work.
pub(super) struct Monitor {
    stop: watch::Sender<bool>,
    at_work: JoinHandle<()>,
}

impl Monitor {
    pub(super) async fn start(stack: &Stack) -> Result<Self, Failure> {
        let key = stack.source_key("practice-monitor").await?;
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| Failure::new(Kind::World, format!("cannot start the monitor: {error}")))?;
        let rounds = Rounds {
            http,
            health: format!("http://{}/health", stack.range.whereabouts().http),
            intake: format!("{}/in/{key}/alerts", stack.server.console_url),
            clock: Arc::clone(stack.server.engine.clock()),
        };
        let (stop, stopping) = watch::channel(false);
        Ok(Self { stop, at_work: tokio::spawn(rounds.walk(stopping)) })
    }

    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        if self.at_work.await.is_err() {
            tracing::error!("the monitor did not end well");
        }
    }
}

struct Rounds {
    http: reqwest::Client,
    health: String,
    intake: String,
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
        let answer = self.http.get(&self.health).send().await;
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
        let sent = self.http.post(&self.intake).json(&alert).send().await;
        if !sent.is_ok_and(|answer| answer.status().is_success()) {
            tracing::error!("the intake did not take the monitor's alert; it is sent again");
        }
    }
}
