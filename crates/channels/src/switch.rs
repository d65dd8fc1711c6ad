//! The dead man's switch: a service outside that raises the alarm when it does not hear from here any more.

use crate::config::{Secret, SwitchConfig};
use crate::http::Http;
use engine::ports::Clock;
use incident::PageOutcome;
use std::sync::Arc;
use std::time::Duration;

/// A service that takes longer has not heard; the next time is soon.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Somebody outside who expects to hear from here.
pub struct DeadMansSwitch {
    http: Http,
    url: Secret,
}

impl DeadMansSwitch {
    /// The one of the settings. Nothing is sent yet.
    #[must_use]
    pub fn new(config: &SwitchConfig, clock: &Arc<dyn Clock>) -> Self {
        Self { http: Http::new(TIMEOUT, Arc::clone(clock)), url: config.url.clone() }
    }

    /// Says that all is well here.
    ///
    /// # Errors
    /// Why it was not heard, without the address, which is a secret.
    pub async fn hold(&self) -> Result<(), String> {
        match self.http.get(self.url.reveal()).await {
            Ok(answer) if answer.is_success() => Ok(()),
            // Its body may repeat the address.
            Ok(answer) => Err(format!("the service answered {}", answer.status().as_u16())),
            Err(failed) => Err(error_of(failed)),
        }
    }
}

fn error_of(failed: PageOutcome) -> String {
    match failed {
        PageOutcome::TryAgain { error, .. }
        | PageOutcome::Unknown { error }
        | PageOutcome::Never { error } => error,
        PageOutcome::Delivered { .. } => String::new(),
    }
}
