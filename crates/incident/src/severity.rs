//! How bad an incident is, in the playbook's own words.

use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A severity of the playbook. A lower rank is worse; rank 0 is the worst.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Severity {
    /// Its row in the playbook's matrix, from 0 for the worst.
    pub rank: u8,
    /// Its name, such as `P1`.
    pub name: String,
}

/// Whether it must be told at once, whatever the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// At once.
    High,
    /// It may wait for the end of somebody's quiet hours.
    Low,
}

impl Severity {
    /// Whether it is worse than another.
    #[must_use]
    pub fn is_worse_than(&self, other: &Self) -> bool {
        self.rank < other.rank
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
