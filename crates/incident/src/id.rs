//! Ids of incidents, silences and overrides: sortable, with a prefix in text so that a log line says what it names.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Which incident, as `inc_01J…`. Sorts by the time of opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IncidentId(Ulid);

/// Which silence, as `sil_01J…`. Sorts by the time of making.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SilenceId(Ulid);

/// Which override of a schedule, as `ovr_01J…`. Sorts by the time of making.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OverrideId(Ulid);

/// The text is not the id of what it is said to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    /// The text.
    pub text: String,
    what: &'static str,
    prefix: &'static str,
}

impl IncidentId {
    /// The short form that people say aloud: the last six characters.
    #[must_use]
    pub fn short(&self) -> String {
        let text = self.0.to_string();
        text.chars().skip(text.chars().count().saturating_sub(6)).collect()
    }
}

impl IncidentId {
    /// The chance that made it, by which incidents take turns: as good as a count, and the same at every node and after
    /// every restart.
    pub(crate) const fn chance(&self) -> u128 {
        self.0.random()
    }
}

/// What ids of every kind can do.
macro_rules! id {
    ($id:ident, $prefix:literal, $what:literal) => {
        impl $id {
            /// Made of milliseconds since 1970 and 80 bits of chance, both given by the caller.
            #[must_use]
            pub const fn from_parts(unix_ms: u64, chance: u128) -> Self {
                Self(Ulid::from_parts(unix_ms, chance))
            }

            /// The milliseconds since 1970 that it was made of; ids sort by them first.
            #[must_use]
            pub const fn unix_ms(&self) -> u64 {
                self.0.timestamp_ms()
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $id {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let wrong = || ParseIdError { text: text.to_string(), what: $what, prefix: $prefix };
                let ulid = text.strip_prefix($prefix).ok_or_else(wrong)?;
                Ulid::from_string(ulid).map(Self).map_err(|_| wrong())
            }
        }

        impl TryFrom<String> for $id {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.to_string()
            }
        }
    };
}

id!(IncidentId, "inc_", "an incident");
id!(SilenceId, "sil_", "a silence");
id!(OverrideId, "ovr_", "an override");

impl From<IncidentId> for SilenceId {
    /// The same chance and moment under the other name.
    fn from(id: IncidentId) -> Self {
        Self(id.0)
    }
}

impl From<IncidentId> for OverrideId {
    /// The same chance and moment under the other name.
    fn from(id: IncidentId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the id of {}: {:?} (it looks like {}01J…)", self.what, self.text, self.prefix)
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
        let silence = SilenceId::from(IncidentId::from_parts(1_700_000_000_000, 42)).to_string();
        assert!(silence.parse::<SilenceId>().is_ok());
        assert!(silence.parse::<IncidentId>().is_err(), "{silence}");
    }
}
