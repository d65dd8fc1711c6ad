//! What the server's own probes saw, as every room that keeps or shows it knows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What one look at a target came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// The target did not do what is expected of it.
    Fail,
    /// It did, but what is expected of a whole window is broken: a percentile, a share of successes.
    Breach,
    /// The probe could not look, by a trouble of its own; says nothing about the target.
    Blind,
}

/// One look at a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When it began.
    pub at: Timestamp,
    /// What it came to.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// Why it is no pass; empty for one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What is held of a target after all that was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeState {
    /// Not enough was seen yet.
    #[default]
    Unknown,
    /// It does what is expected.
    Up,
    /// It does not.
    Down,
    /// It goes to and fro too often to be called either.
    Flapping,
}

impl ProbeState {
    /// Whether somebody must be told that something is wrong.
    #[must_use]
    pub const fn is_alerting(self) -> bool {
        match self {
            Self::Down | Self::Flapping => true,
            Self::Unknown | Self::Up => false,
        }
    }

    /// Its name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
            Self::Flapping => "flapping",
        }
    }
}

/// What is held of a target, since when, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What is held of it.
    pub state: ProbeState,
    /// Since which look.
    pub since: Option<Timestamp>,
    /// When what is wrong began: the first look that failed, before anybody was told.
    pub failing_since: Option<Timestamp>,
    /// Why the last look that failed did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Since when the probe cannot look at all.
    pub blind_since: Option<Timestamp>,
    /// Why it cannot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub blind_reason: String,
}
