//! What a monitor of the practice stack is made of, whatever it measures: a task that walks its rounds until it is
//! stopped, and the way through the real intake.

use super::stack::{Stack, range_failed};
use crate::exit::Failure;
use core::time::Duration;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Whoever is asked by a monitor answers in milliseconds.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// A monitor at work.
pub(crate) struct Monitor {
    stop: watch::Sender<bool>,
    at_work: JoinHandle<()>,
}

impl Monitor {
    /// Starts what walks the rounds; it ends when it hears that it should.
    pub(crate) fn start<R>(rounds: impl FnOnce(watch::Receiver<bool>) -> R) -> Self
    where
        R: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        Self { stop, at_work: tokio::spawn(rounds(stopping)) }
    }

    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if self.at_work.await.is_err() {
            tracing::error!("the monitor did not end well");
        }
    }
}

/// A monitor's way into the product: a source with a key, as any other.
pub(crate) struct Intake {
    pub(crate) http: reqwest::Client,
    url: String,
}

impl Intake {
    pub(crate) async fn of(stack: &Stack) -> Result<Self, Failure> {
        let key = stack.source_key("practice-monitor").await?;
        let http =
            reqwest::Client::builder().timeout(ANSWER_WAIT).no_proxy().build().map_err(range_failed)?;
        Ok(Self { http, url: format!("{}/in/{key}/alerts", stack.server.console_url) })
    }

    pub(crate) async fn report(&self, alert: &Value) {
        let sent = self.http.post(&self.url).json(alert).send().await;
        if !sent.is_ok_and(|answer| answer.status().is_success()) {
            tracing::error!("the intake did not take the monitor's alert; it is sent again");
        }
    }
}
