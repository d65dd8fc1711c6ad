//! A heartbeat as the settings hold it, and what is wrong with it.

use crate::setting::Length;
use core::time::Duration;
use jiff::SignedDuration;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Nothing is expected more often: each sign is a write to the disk.
const EVERY_MIN: Duration = Duration::from_secs(10);
/// Nor less often than in a year.
const EVERY_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// How much later than expected it may come when nothing is said.
const GRACE: Duration = Duration::from_secs(60);
/// A restart of ours that is shorter does not count as one ([`super::listener::OUTAGE`]), so nobody is late before.
const GRACE_MIN: Duration = Duration::from_secs(30);
/// No more labels are given.
const LABELS_MAX: usize = 20;
/// A label is not longer.
const LABEL_CHARS_MAX: usize = 200;

/// One `[heartbeats.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatSetting {
    /// How often it is expected.
    every: Length,
    /// How much later it may come.
    grace: Option<Length>,
    /// How bad its silence is.
    severity: Option<String>,
    /// The service.
    service: Option<String>,
    /// Further labels of its alert.
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// A heartbeat that can be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Its name; the alert's key is `heartbeat:` and this.
    pub name: String,
    /// How often it is expected.
    pub every: SignedDuration,
    /// How much later it may come.
    pub grace: SignedDuration,
    /// The word for how bad its silence is.
    pub severity: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// Further labels of its alert.
    pub labels: BTreeMap<String, String>,
}

impl HeartbeatSetting {
    /// The heartbeat of these words.
    ///
    /// # Errors
    /// What cannot be meant, by its key, with what to write instead.
    pub fn heartbeat(&self, name: &str) -> Result<Heartbeat, String> {
        self.checked(name).map_err(|why| format!("heartbeats.{name}: {why}"))
    }

    fn checked(&self, name: &str) -> Result<Heartbeat, String> {
        crate::setting::name(name)?;
        let every = crate::setting::within("every", self.every.time(), EVERY_MIN, EVERY_MAX)?;
        let grace = self.grace.map_or(GRACE, Length::time);
        let grace = crate::setting::within("grace", grace, GRACE_MIN, EVERY_MAX)?;
        if self.labels.len() > LABELS_MAX {
            return Err(format!("{} labels; at most {LABELS_MAX} are given", self.labels.len()));
        }
        let long = |(name, value): &(&String, &String)| {
            name.chars().count().max(value.chars().count()) > LABEL_CHARS_MAX
        };
        if let Some((label, _)) = self.labels.iter().find(long) {
            return Err(format!("the label {label:?} is longer than {LABEL_CHARS_MAX} characters"));
        }
        let signed = |length| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        Ok(Heartbeat {
            name: name.to_owned(),
            every: signed(every),
            grace: signed(grace),
            severity: self.severity.clone(),
            service: self.service.clone(),
            labels: self.labels.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Heartbeat, String> {
        let setting: HeartbeatSetting = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        setting.heartbeat(name)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let backup = read("backup", "every = '1 day'").unwrap();
        assert_eq!(backup.every, SignedDuration::from_hours(24));
        assert_eq!(backup.grace, SignedDuration::from_mins(1));
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_key() {
        for (name, text, words) in [
            ("a", "", "every"),
            ("a", "every = '1 s'", "heartbeats.a: every is 1s"),
            ("a", "every = '1 min'\ngrace = '5 s'", "grace is 5s"),
            ("a b", "every = '1 min'", "name must be"),
            ("a", "every = 'often'", "no length of time"),
            ("a", "every = '1 min'\nperiod = 5", "period"),
        ] {
            let said = read(name, text).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
        let long = format!("every = '1 min'\n[labels]\nteam = '{}'", "x".repeat(201));
        assert!(read("a", &long).unwrap_err().contains("\"team\" is longer"));
    }
}
