//! What the product shows a responder: the incident as its API tells it. The stand-in knows nothing else.

use crate::exit::Failure;
use crate::practice::{Stack, range_failed};
use crate::wiring::storage_failed;
use core::time::Duration;
use engine::Engine;
use incident::{Diagnosis, IncidentId};
use serde::Deserialize;

/// The API answers in milliseconds.
const WAIT: Duration = Duration::from_secs(10);

/// Reads incidents as the API tells them.
pub(super) enum Reader {
    /// Over the API, with a token that can read.
    Api {
        /// Asks it.
        http: reqwest::Client,
        /// The token.
        token: String,
        /// Where it is.
        console: String,
    },
    /// In the API's own words, where there is no server to ask.
    Words(Engine),
}

/// An incident as the API shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Room {
    pub(super) status: String,
    pub(super) recovery_until: Option<String>,
    pub(super) diagnosis: Diagnosis,
    pub(super) runs: Vec<ShownRun>,
}

/// A run as the API shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ShownRun {
    pub(super) number: u32,
    pub(super) source: String,
}

impl Reader {
    pub(super) async fn new(stack: &Stack) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(WAIT).no_proxy().build().map_err(range_failed)?;
        let (token, console) = (stack.reading_token("drill").await?, stack.server.console_url.clone());
        Ok(Self::Api { http, token, console })
    }

    pub(super) async fn room(&self, id: IncidentId) -> Result<Room, Failure> {
        match self {
            Self::Api { http, token, console } => {
                let url = format!("{console}/api/incidents/{id}");
                let answer = http.get(url).bearer_auth(token).send().await.map_err(range_failed)?;
                answer.error_for_status().map_err(range_failed)?.json().await.map_err(range_failed)
            }
            Self::Words(engine) => {
                let incident = engine.incident(id).await.map_err(storage_failed)?;
                let events = engine.history(id).await.map_err(storage_failed)?;
                let told = web::incident_json(&incident, &events, engine.clock().now());
                told.and_then(serde_json::from_value).map_err(range_failed)
            }
        }
    }
}

impl Room {
    /// Whether the incident is over, or looks as if it were.
    pub(super) fn recovers(&self) -> bool {
        self.recovery_until.is_some() || self.status == "resolved"
    }

    /// The commands that wait for a word and that the diagnosis proposes.
    pub(super) fn proposed(&self) -> Vec<&ShownRun> {
        let proposed = &self.diagnosis.proposed_runs;
        self.runs.iter().filter(|run| proposed.contains(&run.number)).collect()
    }
}
