//! The setting `maintenance`: windows in which alerts are held back, again and again.

use super::named::{self, Named};
use super::schedules::{days, time, zone};
use incident::{Maintenance, MaintenanceDays, Matcher, Matchers, SILENCE_MAX};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use probes::Length;
use serde::Deserialize;
use serde::de::Deserializer;

/// A shorter one is a mistake.
const LASTS_MIN: SignedDuration = SignedDuration::from_secs(60);

/// One `[[maintenance]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaintenanceSetting {
    /// Its name.
    name: String,
    /// What is done in it.
    reason: String,
    /// Which alerts: conditions that all hold.
    matchers: Vec<String>,
    /// On which days it begins: `mon-fri`, `sat,sun`.
    days: String,
    /// At what time of day.
    from: String,
    /// In which zone.
    #[serde(deserialize_with = "zone")]
    zone: TimeZone,
    /// For how long.
    lasts: Length,
}

/// Every `[[maintenance]]`.
pub(super) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Maintenance>, D::Error> {
    named::checked::<MaintenanceSetting, D>(deserializer)
}

impl Named for MaintenanceSetting {
    const ONE: &str = "maintenance";
    const MANY: &str = "windows of maintenance";
    const MAX: usize = 100;
    type Checked = Maintenance;

    fn name(&self) -> &str {
        &self.name
    }

    fn read(self) -> Result<Maintenance, String> {
        if self.reason.trim().is_empty() {
            return Err("reason is empty; whoever finds out what was not told wants to know why".to_owned());
        }
        let matchers: Result<Vec<Matcher>, String> = self.matchers.iter().map(|text| text.parse()).collect();
        let lasts = SignedDuration::try_from(self.lasts.time()).unwrap_or(SignedDuration::MAX);
        if !(LASTS_MIN..=SILENCE_MAX).contains(&lasts) {
            let most = SILENCE_MAX.as_hours() / 24;
            return Err(format!("lasts is {:?}; it must be from 1 min to {most} days", self.lasts.time()));
        }
        let no_days = || format!("days are {:?}; some are `mon-fri` and `sat,sun`", self.days);
        let no_time = || format!("from is {:?}; it is a time of day such as `22:00`", self.from);
        let when = MaintenanceDays {
            days: days(&self.days).ok_or_else(no_days)?,
            from: time(&self.from).ok_or_else(no_time)?,
            zone: self.zone,
            lasts,
        };
        Ok(Maintenance {
            name: self.name,
            reason: self.reason,
            matchers: Matchers::new(matchers?)?,
            days: when,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        #[serde(deserialize_with = "checked")]
        maintenance: Vec<Maintenance>,
    }

    fn read(changes: &str) -> Result<Vec<Maintenance>, String> {
        let mut keys = vec![
            ("name", "'patching'"),
            ("reason", "'kernels'"),
            ("matchers", "['host=~\"db-.*\"']"),
            ("days", "'sat'"),
            ("from", "'22:00'"),
            ("zone", "'Europe/Berlin'"),
            ("lasts", "'4 h'"),
        ];
        if let Some((key, value)) = changes.split_once(" = ") {
            keys.retain(|(known, _)| *known != key);
            keys.push((key, value));
        }
        let text: String = keys.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let file: Result<File, _> = toml::from_str(&format!("[[maintenance]]\n{text}"));
        file.map(|file| file.maintenance).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn words_become_a_window() {
        let windows = read("").unwrap();
        let at =
            |text: &str| windows[0].occurrence(text.parse().unwrap()).map(|(_, until)| until.to_string());
        assert_eq!(at("2026-01-03T21:00:00Z").as_deref(), Some("2026-01-04T01:00:00Z"));
        assert_eq!(at("2026-01-02T21:00:00Z"), None, "a Friday");
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_key() {
        for (change, words) in [
            ("name = 'a b'", "name must be"),
            ("reason = ' '", "reason is empty"),
            ("matchers = []", "no condition"),
            ("matchers = ['host']", "is no condition"),
            ("matchers = ['host!=x']", "something that is there"),
            ("days = 'weekends'", "days are \"weekends\""),
            ("from = '22'", "from is \"22\""),
            ("zone = 'Mars/Base'", "no time zone"),
            ("lasts = '5 s'", "lasts is 5s"),
            ("lasts = '31 days'", "lasts is"),
            ("until = '23:00'", "unknown field `until`"),
        ] {
            let said = read(change).unwrap_err();
            assert!(said.contains(words), "{change}: {said}");
        }
    }
}
