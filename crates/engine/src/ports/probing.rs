//! What the server's own probes saw, as every room that keeps or shows it knows it.

use super::Coming;
use core::time::Duration;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// How many looks took how long: counts by the number of a bin, whose bounds the prober knows.
pub type Bins = BTreeMap<u16, u32>;

/// How long a bucket of looks is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BucketWidth {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl BucketWidth {
    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
        }
    }
}

/// The looks of one minute or hour together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// When it begins, in seconds since 1970.
    pub at_s: i64,
    /// Looks that passed.
    pub passes: u32,
    /// Looks that failed.
    pub fails: u32,
    /// Looks that passed and ended a broken window.
    pub breaches: u32,
    /// Looks that could not be made.
    pub blinds: u32,
    /// How long the answers took.
    pub took: Bins,
}

/// The history cannot be read or written at the moment.
#[derive(Debug, thiserror::Error)]
#[error("the history of probes: {0}")]
pub struct ProbeHistoryError(pub String);

/// What is written at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeWrite {
    /// Looks, each of a probe by name.
    pub samples: Vec<(String, Sample)>,
    /// Buckets as they are now; they replace what was kept of the same time.
    pub buckets: Vec<(String, BucketWidth, Bucket)>,
    /// What is held of targets.
    pub standings: Vec<(String, Standing)>,
    /// Probes of which nothing is held any more.
    pub gone: Vec<String>,
}

/// What is kept no longer: everything before these moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeRetention {
    /// Single looks.
    pub samples: Timestamp,
    /// Minutes.
    pub minutes: Timestamp,
    /// Hours.
    pub hours: Timestamp,
}

/// Keeps what probes saw. Its calls block.
pub trait ProbeHistory: Send + Sync {
    /// Writes all of it or nothing.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when it cannot be written.
    fn write(&self, write: &ProbeWrite) -> Result<(), ProbeHistoryError>;

    /// The newest looks of a probe, at most so many and none before `from`; the oldest of them first.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when they cannot be read.
    fn samples(&self, probe: &str, from: Timestamp, limit: u32) -> Result<Vec<Sample>, ProbeHistoryError>;

    /// The buckets of a probe from `from_s` on, the oldest first.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when they cannot be read.
    fn buckets(&self, probe: &str, width: BucketWidth, from_s: i64)
    -> Result<Vec<Bucket>, ProbeHistoryError>;

    /// What was held of each target, by name.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when it cannot be read.
    fn standings(&self) -> Result<Vec<(String, Standing)>, ProbeHistoryError>;

    /// Forgets what is older than that.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when it cannot be written.
    fn forget(&self, before: ProbeRetention) -> Result<(), ProbeHistoryError>;
}

/// One probe as it stands, for whoever shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ProbeView {
    /// Its name.
    pub name: String,
    /// `http`, `tcp`, …
    pub kind: &'static str,
    /// The target, without secrets.
    pub target: String,
    /// From one look to the next, in seconds.
    pub every_s: f64,
    /// The word for how bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where the playbook asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// What is held of its target.
    pub standing: Standing,
    /// The last looks, the newest last.
    pub last: Vec<Sample>,
    /// How long the parts of the last look took, in seconds.
    pub phases_s: Vec<(&'static str, f64)>,
    /// The HTTP status of the last look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// When the first certificate of the last look ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The looks of a stretch of time together, for whoever shows them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeStretch {
    /// When it begins.
    pub at: Timestamp,
    /// How long it is, in seconds.
    pub seconds: i64,
    /// Looks that passed.
    pub passes: u32,
    /// Looks that failed or ended a broken window.
    pub fails: u32,
    /// Looks that could not be made.
    pub blinds: u32,
    /// Half of the answers came within this many milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 % of them.
    pub p95_ms: Option<f64>,
    /// 99 % of them.
    pub p99_ms: Option<f64>,
}

/// Why a look that somebody asked for was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeRefusal {
    /// There is no such probe.
    NoProbe,
    /// It may not look there.
    NoTarget,
    /// Too many are under way.
    Busy,
}

/// What the probes hold and held. Reading history blocks.
pub trait ProbeBoard: Send + Sync {
    /// Every probe, in the order of the settings.
    fn all(&self) -> Vec<ProbeView>;

    /// One of them.
    fn one(&self, name: &str) -> Option<ProbeView>;

    /// Looks once, at a probe's own target or another that its settings name, and counts it for nothing. It takes no
    /// longer than `limit`, if one is given.
    fn look<'a>(
        &'a self,
        name: &'a str,
        target: Option<&'a str>,
        limit: Option<Duration>,
    ) -> Coming<'a, Result<ProbeView, ProbeRefusal>>;

    /// The stretches of a probe from a moment on, the oldest first, and all of them together last.
    ///
    /// # Errors
    /// [`ProbeHistoryError`] when they cannot be read.
    fn stretches(
        &self,
        name: &str,
        width: BucketWidth,
        from: Timestamp,
    ) -> Result<Vec<ProbeStretch>, ProbeHistoryError>;
}
