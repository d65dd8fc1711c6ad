//! The settings which a version of the edge API is deployed with, by name: what they are in a whole version, and how the
//! worker reads them. A setting that is missing or unreadable is an error of the worker, raised where it is needed.

use std::collections::BTreeMap;

use super::Version;
use super::worker::Exception;

/// Where sessions are kept; every entry of the worker needs it.
pub(super) const SESSION_STORE: &str = "SESSION_STORE";
/// Origins of web pages that may open a WebSocket, with commas between; `:*` at the end stands for any port.
pub(super) const ALLOWED_ORIGINS: &str = "ALLOWED_ORIGINS";
/// A session without activity for so long is paused by its alarm.
pub(super) const AUTO_PAUSE_TIMEOUT_MS: &str = "AUTO_PAUSE_TIMEOUT_MS";
/// `one-a-session`: activity moves the alarm. `one-an-activity`: each sets another one.
pub(super) const ALARMS: &str = "ALARMS";
/// Requests of one user within a minute.
pub(super) const RATE_LIMIT_PER_MINUTE: &str = "RATE_LIMIT_PER_MINUTE";
/// The shape of a session's stored state that the code reads.
pub(super) const STATE_SCHEMA: &str = "STATE_SCHEMA";
/// A session object without events for so long leaves memory.
pub(super) const HIBERNATE_AFTER_MS: &str = "HIBERNATE_AFTER_MS";
/// `hibernating`: the platform holds WebSockets while the object sleeps. `in-memory`: they go with the object.
pub(super) const SOCKETS: &str = "SOCKETS";
/// `unique`: the agent's own ids. `by-minute`: made from session and minute.
pub(super) const MESSAGE_IDS: &str = "MESSAGE_IDS";
/// `one-a-message`: a key for each. `one-for-all`: the whole transcript under one key.
pub(super) const MESSAGE_KEYS: &str = "MESSAGE_KEYS";
/// `as-it-comes`: a piece of an answer is rendered by itself. `whole-transcript`: all of it, again, for each.
pub(super) const RENDERING: &str = "RENDERING";

/// A whole version.
const WHOLE: [(&str, &str); 11] = [
    (SESSION_STORE, "objects"),
    (ALLOWED_ORIGINS, "https://tabbi.dev,http://tabbi.localhost:*,http://127.0.0.1:*"),
    (AUTO_PAUSE_TIMEOUT_MS, "540000"),
    (ALARMS, "one-a-session"),
    (RATE_LIMIT_PER_MINUTE, "1200"),
    (STATE_SCHEMA, "1"),
    (HIBERNATE_AFTER_MS, "10000"),
    (SOCKETS, "hibernating"),
    (MESSAGE_IDS, "unique"),
    (MESSAGE_KEYS, "one-a-message"),
    (RENDERING, "as-it-comes"),
];

/// Names and values.
pub(crate) type Values = BTreeMap<String, String>;

/// The settings of a whole version.
pub(crate) fn whole() -> Values {
    WHOLE.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The settings of one version, as its worker reads them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a> {
    version: &'a Version,
}

impl<'a> Settings<'a> {
    pub(super) fn of(version: &'a Version) -> Self {
        Self { version }
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, Exception> {
        self.version.settings.get(name).map(String::as_str).ok_or_else(|| {
            let number = self.version.number;
            Exception::raised(format!("Error: required setting {name} is missing in version {number}"))
        })
    }

    pub(super) fn number(self, name: &str) -> Result<i64, Exception> {
        let text = self.text(name)?;
        text.parse().map_err(|_| {
            let number = self.version.number;
            Exception::raised(format!("Error: setting {name} is {text:?} in version {number}, not a number"))
        })
    }

    pub(super) fn is(self, name: &str, value: &str) -> Result<bool, Exception> {
        Ok(self.text(name)? == value)
    }

    /// Whether a web page of that origin may open a WebSocket.
    pub(super) fn allows(self, origin: &str) -> Result<bool, Exception> {
        let allowed = self.text(ALLOWED_ORIGINS)?;
        Ok(allowed.split(',').map(str::trim).any(|one| match one.strip_suffix(":*") {
            Some(any_port) => origin.strip_prefix(any_port).is_some_and(is_port),
            None => one == origin,
        }))
    }
}

fn is_port(rest: &str) -> bool {
    rest.strip_prefix(':').is_some_and(|digits| {
        !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::Fitness;

    fn version(values: Values) -> Version {
        Version {
            number: 7,
            id: "v".to_owned(),
            created_ms: 0,
            author: String::new(),
            message: String::new(),
            fitness: Fitness::Good,
            settings: values,
        }
    }

    #[test]
    fn origins_are_whole_or_with_any_port() {
        let version = version(whole());
        let settings = Settings::of(&version);
        for (origin, allowed) in [
            ("https://tabbi.dev", true),
            ("http://127.0.0.1:4000", true),
            ("http://127.0.0.1", false),
            ("http://127.0.0.1:4000.evil.test", false),
            ("http://127.0.0.1:", false),
            ("https://tabbi.dev.evil.test", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(settings.allows(origin).unwrap(), allowed, "{origin}");
        }
    }

    #[test]
    fn what_is_missing_or_no_number_is_named_with_its_version() {
        let mut values = whole();
        values.remove(SESSION_STORE);
        values.insert(AUTO_PAUSE_TIMEOUT_MS.to_owned(), "nine".to_owned());
        let version = version(values);
        let settings = Settings::of(&version);
        let missing = settings.text(SESSION_STORE).unwrap_err();
        assert!(missing.text.contains("SESSION_STORE is missing in version 7"), "{missing:?}");
        let unreadable = settings.number(AUTO_PAUSE_TIMEOUT_MS).unwrap_err();
        assert!(unreadable.text.contains("\"nine\""), "{unreadable:?}");
    }
}
