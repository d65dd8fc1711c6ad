//! One drill's score card: what it measured, as it is kept and shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How one drill went. Kept as a line of JSON: fields are added, never renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrillCard {
    /// The fault's name, or `none`.
    pub drill: String,
    /// When the fault was injected, by the drill's clock.
    pub at: Timestamp,
    /// The playbook's title.
    pub playbook: String,
    /// How many minutes passed in one.
    pub speed: f64,
    /// Who handled it.
    pub by: HandledBy,
    /// Seconds from the fault to each stage, by the drill's clock.
    pub times: DrillTimes,
    /// Whether the runbook that belongs to the fault was taken first.
    pub runbook: Judged,
    /// Whether the true cause was ranked first before anything was changed.
    pub cause: Judged,
    /// The changing commands that somebody gave the word for, in order.
    pub fixes: Vec<String>,
    /// Whose doing it was that the fault ended.
    pub repaired_by: RepairedBy,
    /// What a reader should know beside that.
    #[serde(default)]
    pub note: String,
}

/// Who handled a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandledBy {
    /// A stand-in, which knows what the room shows and nothing else.
    StandIn,
    /// People.
    People,
}

/// Whose doing it was that the fault ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairedBy {
    /// A command of the playbook.
    Playbook,
    /// The broken service's operator, as for faults that the playbook has no command for.
    Operator,
    /// Nobody: it still goes on.
    Nobody,
}

/// Seconds from the fault to each stage; `None` is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillTimes {
    /// The monitor's alert opened an incident.
    pub detected: Option<u64>,
    /// The first page was delivered.
    pub paged: Option<u64>,
    /// Somebody had it.
    pub acknowledged: Option<u64>,
    /// The public was told.
    pub told: Option<u64>,
    /// The first fix was approved.
    pub approved: Option<u64>,
    /// The last fix had run.
    pub fixed: Option<u64>,
    /// The recovery had held for the playbook's own time.
    pub verified: Option<u64>,
}

/// What was first, and whether that was right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// `None` where nobody has said what would be right.
    pub right: Option<bool>,
    /// What was first, in the playbook's words; empty for nothing.
    pub first: String,
}

impl Judged {
    /// `yes`, `no` or `not judged`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.right {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not judged",
        }
    }
}

impl DrillCard {
    /// Whether the playbook's own command ended the fault and the recovery held.
    #[must_use]
    pub fn is_repaired(&self) -> bool {
        self.repaired_by == RepairedBy::Playbook && self.times.verified.is_some()
    }
}

/// Seconds in words: `45 s`, `3 min 20 s`, `1 h 5 min`; `not` for never.
#[must_use]
pub fn spent(seconds: Option<u64>) -> String {
    match seconds {
        None => "not".to_owned(),
        Some(seconds) if seconds < 60 => format!("{seconds} s"),
        Some(seconds) if seconds < 3_600 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        Some(seconds) if seconds < 3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        Some(seconds) => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}
