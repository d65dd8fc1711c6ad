//! Telling the engine, for whoever looks or listens here.

use engine::{Engine, EngineError};
use incident::{Alert, AlertKey, AlertStatus, Refusal};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// An outage that goes on is told again this often, as every source does: an incident that somebody closed too early
/// opens again.
pub(crate) const REPEAT: SignedDuration = SignedDuration::from_mins(5);

/// How long until an alert that could not be kept is offered again.
pub(crate) const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// The end of an alert of ours whose cause is in the settings no more.
pub(crate) fn orphaned(key: AlertKey, title: String, description: &str) -> Alert {
    Alert {
        key,
        status: AlertStatus::Resolved,
        title,
        description: description.to_owned(),
        severity: None,
        labels: BTreeMap::new(),
        link: None,
        started_at: None,
        expires_at: None,
    }
}

/// Of each alert whether the engine has kept it, or has no use for it.
pub(crate) async fn kept(engine: &Engine, alerts: Vec<Alert>) -> Vec<bool> {
    if alerts.is_empty() {
        return Vec::new();
    }
    let keys: Vec<String> = alerts.iter().map(|alert| alert.key.key.clone()).collect();
    let answers = match engine.alerts(alerts).await {
        Ok(answers) => answers,
        Err(error) => keys.iter().map(|_| Err(error.clone())).collect(),
    };
    keys.iter().zip(answers).map(|(key, answer)| is_kept(key, answer.map(drop))).collect()
}

fn is_kept(key: &str, answer: Result<(), EngineError>) -> bool {
    match answer {
        Ok(()) => true,
        // The end of something that never began, or was ended by a person.
        Err(EngineError::Refused(Refusal::NothingOpen | Refusal::AlreadyResolved)) => true,
        Err(
            error @ (EngineError::Busy
            | EngineError::Unavailable(_)
            | EngineError::Refused(_)
            | EngineError::NoIncident(_)),
        ) => {
            tracing::warn!(key, %error, "an alert of our own cannot be kept yet; it is told again");
            false
        }
        Err(EngineError::Stopping) => false,
    }
}
