//! The settings which a version of the sandbox app is deployed with, by name: what they are in a whole version, and how
//! they are read. A setting that a deployment leaves out is as in a whole version.

use std::collections::BTreeMap;

/// How many commits of a repository are cloned; 0 clones its whole history.
pub(crate) const CLONE_DEPTH: &str = "CLONE_DEPTH";
/// A clone that is not there by then is given up.
pub(crate) const CLONE_TIMEOUT_MS: &str = "CLONE_TIMEOUT_MS";
/// From the request to an agent that answers; longer, and the sandbox is given up.
pub(crate) const CREATE_TIMEOUT_MS: &str = "CREATE_TIMEOUT_MS";
/// An agent that does not say that it is well by then is given up.
pub(crate) const HEALTH_TIMEOUT_MS: &str = "HEALTH_TIMEOUT_MS";
/// A sandbox that has run for so long is ended by the platform.
pub(crate) const SANDBOX_TIMEOUT_S: &str = "SANDBOX_TIMEOUT_S";
/// Sandboxes that run at the same time.
pub(crate) const MAX_CONTAINERS: &str = "MAX_CONTAINERS";
/// Requests that wait for one of them to end.
pub(crate) const QUEUE_MAX: &str = "QUEUE_MAX";
/// Memory that a sandbox's agent may take for its data.
pub(crate) const MEMORY_MB: &str = "MEMORY_MB";
/// `built-in`: the agent is part of the image. `at-start`: it is downloaded whenever a sandbox starts.
pub(crate) const AGENT_INSTALL: &str = "AGENT_INSTALL";
/// The agent's configuration, JSON.
pub(crate) const AGENT_CONFIG: &str = "AGENT_CONFIG";
/// An event stream is ended after so many bytes; 0 lets it go on.
pub(crate) const STREAM_BYTES_MAX: &str = "STREAM_BYTES_MAX";

/// A whole version.
const WHOLE: [(&str, &str); 11] = [
    (CLONE_DEPTH, "1"),
    (CLONE_TIMEOUT_MS, "10000"),
    (CREATE_TIMEOUT_MS, "30000"),
    (HEALTH_TIMEOUT_MS, "5000"),
    (SANDBOX_TIMEOUT_S, "600"),
    (MAX_CONTAINERS, "16"),
    (QUEUE_MAX, "32"),
    (MEMORY_MB, "256"),
    (AGENT_INSTALL, "built-in"),
    (AGENT_CONFIG, r#"{ "model": "practice" }"#),
    (STREAM_BYTES_MAX, "0"),
];

/// Names and values.
pub(crate) type Values = BTreeMap<String, String>;

/// The settings of a whole version, in the order in which a project lists them.
pub(crate) fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    WHOLE.into_iter()
}

/// The settings of a whole version.
pub(crate) fn whole() -> Values {
    listed().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whether there is a setting of that name.
pub(crate) fn is_known(name: &str) -> bool {
    WHOLE.iter().any(|(known, _)| *known == name)
}

/// The settings of one version, as its code reads them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a> {
    values: &'a Values,
}

impl<'a> Settings<'a> {
    pub(super) fn of(values: &'a Values) -> Self {
        Self { values }
    }

    pub(super) fn text(self, name: &str) -> &'a str {
        self.values.get(name).map_or_else(|| whole_value(name), String::as_str)
    }

    /// A number; one that nobody can read is as in a whole version, which [`check`] has made sure of.
    pub(super) fn number(self, name: &str) -> u64 {
        self.text(name).parse().or_else(|_| whole_value(name).parse()).unwrap_or_default()
    }
}

fn whole_value(name: &str) -> &'static str {
    WHOLE.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// Whether a version can be made of these; the error is words for whoever deploys.
pub(crate) fn check(values: &Values) -> Result<(), String> {
    for (name, value) in values {
        let whole = whole_value(name);
        if whole.parse::<u64>().is_ok() && value.parse::<u64>().is_err() {
            return Err(format!("{name} is {value:?}, not a number"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_in_a_whole_version() {
        let values = Values::from([(CLONE_DEPTH.to_owned(), "0".to_owned())]);
        let settings = Settings::of(&values);
        assert_eq!(settings.number(CLONE_DEPTH), 0);
        assert_eq!(settings.number(SANDBOX_TIMEOUT_S), 600);
        assert_eq!(settings.text(AGENT_INSTALL), "built-in");
    }

    #[test]
    fn a_number_that_is_none_is_refused_by_its_name() {
        let values = Values::from([(MEMORY_MB.to_owned(), "plenty".to_owned())]);
        assert_eq!(check(&values).unwrap_err(), "MEMORY_MB is \"plenty\", not a number");
        assert_eq!(check(&whole()), Ok(()));
    }
}
