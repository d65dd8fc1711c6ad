//! An alert as every source's format is translated to it.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What makes two deliveries the same alert: the source's key and the source itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertKey {
    /// The source's name; keys of two sources never meet.
    pub source: String,
    /// The source's own key: a fingerprint, a `dedup_key`.
    pub key: String,
}

/// The source of the alerts of the server's own probes.
const PROBES: &str = "probes";
/// Before a probe's name in the key of its alert.
const PROBE: &str = "probe:";

impl AlertKey {
    /// The key of the alert of one of the server's own probes, for ever the same.
    #[must_use]
    pub fn of_probe(name: &str) -> Self {
        Self { source: String::from(PROBES), key: format!("{PROBE}{name}") }
    }

    /// The probe whose alert it is, if it is one's.
    #[must_use]
    pub fn probe(&self) -> Option<&str> {
        self.key.strip_prefix(PROBE).filter(|_| self.source == PROBES)
    }
}

/// Whether the source says it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// It goes on.
    Firing,
    /// The source has acknowledged it on somebody's behalf.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// One delivery about one alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Which alert.
    pub key: AlertKey,
    /// Firing or over.
    pub status: AlertStatus,
    /// One line for people.
    pub title: String,
    /// More, if the source sent more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The source's own word for how bad it is, untranslated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Labels and annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A link back to the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it began, by the source's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it counts as over unless it is repeated before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}
