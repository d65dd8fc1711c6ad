//! Ids of incidents: sortable, with a prefix in text so that a log line says what it names.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Which incident, as `inc_01J…`. Sorts by the time of opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IncidentId(Ulid);

/// The text is not the id of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    /// The text.
    pub text: String,
}

impl IncidentId {
    const PREFIX: &'static str = "inc_";

    /// Made of milliseconds since 1970 and 80 bits of chance, both given by the caller.
    #[must_use]
    pub const fn from_parts(unix_ms: u64, chance: u128) -> Self {
        Self(Ulid::from_parts(unix_ms, chance))
    }

    /// The short form that people say aloud: the last six characters.
    #[must_use]
    pub fn short(&self) -> String {
        let text = self.0.to_string();
        text.chars().skip(text.chars().count().saturating_sub(6)).collect()
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0)
    }
}

impl fmt::Debug for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for IncidentId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseIdError { text: text.to_string() };
        let ulid = text.strip_prefix(Self::PREFIX).ok_or_else(wrong)?;
        Ulid::from_string(ulid).map(Self).map_err(|_| wrong())
    }
}

impl TryFrom<String> for IncidentId {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<IncidentId> for String {
    fn from(id: IncidentId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the id of an incident: {:?} (it looks like inc_01J…)", self.text)
    }
}

impl core::error::Error for ParseIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id = IncidentId::from_parts(1_700_000_000_000, 42);
        let text = id.to_string();
        assert!(text.starts_with("inc_01"), "{text}");
        assert_eq!(text.parse(), Ok(id));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "inc_", "inc_zzz", "run_01HF7YAT00000000000000001A"] {
            assert!(text.parse::<IncidentId>().is_err(), "{text}");
        }
    }
}
