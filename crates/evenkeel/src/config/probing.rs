//! The settings `probe` and `probes`: each probe is checked while the file is read, so that what is wrong with one is told
//! with its line.

use playbook::Playbook;
use probes::{Place, Probe, ProbeSetting, Suggestion};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::path::Path;

/// More probes than this one server does not run.
const PROBES_MAX: usize = 1_000;

/// What holds for all probes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProbesSetting {
    /// Addresses, as `host:port`, that answer whenever this machine reaches anything at all.
    #[serde(deserialize_with = "places")]
    pub(crate) uplink: Vec<Place>,
    /// Whether the server runs what `evenkeel probe suggest` prints.
    pub(crate) from_playbook: bool,
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Place>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| {
        let wrong = || D::Error::custom(format!("{text:?} is no place to reach; one is `192.0.2.1:53`"));
        Place::read(text).ok_or_else(wrong)
    };
    texts.iter().map(read).collect()
}

/// A `[[probe]]` that can be run.
#[derive(Clone, Debug)]
pub(crate) struct CheckedProbe {
    setting: ProbeSetting,
    probe: Probe,
}

impl CheckedProbe {
    pub(super) fn name(&self) -> &str {
        &self.probe.name
    }

    /// The same, with a relative path below a folder.
    pub(super) fn below(&mut self, folder: &Path) {
        if let Some(file) = &self.setting.ca_file {
            self.setting.ca_file = Some(folder.join(file));
            // What was checked before stays good: a path is not part of what is checked.
            if let Ok(probe) = self.setting.probe() {
                self.probe = probe;
            }
        }
    }
}

impl<'de> Deserialize<'de> for CheckedProbe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let setting = ProbeSetting::deserialize(deserializer)?;
        let probe = setting.probe().map_err(D::Error::custom)?;
        Ok(Self { setting, probe })
    }
}

/// What cannot be told of one probe alone: names differ, and there are not too many.
pub(super) fn agree(probes: &[CheckedProbe]) -> Result<(), String> {
    if probes.len() > PROBES_MAX {
        return Err(format!("{} probes; one server runs at most {PROBES_MAX}", probes.len()));
    }
    match super::named::twice(probes.iter().map(|probe| &probe.probe.name)) {
        Some(twice) => Err(format!("two probes have the name {twice:?}; an alert must name one")),
        None => Ok(()),
    }
}

impl super::Config {
    /// Every probe: those of the settings, and where they say so those that the playbook asks for. What the settings
    /// name, or look at already, is theirs.
    pub(crate) fn all_probes(&self, playbook: &Playbook) -> Vec<Probe> {
        let mut all: Vec<Probe> = self.probes.iter().map(|probe| probe.probe.clone()).collect();
        if !self.probing.from_playbook {
            return all;
        }
        for suggestion in probes::suggest(playbook) {
            let known =
                all.iter().any(|probe| probe.name == suggestion.name || probe.target == suggestion.url);
            match suggested(&suggestion) {
                Ok(probe) if !known && all.len() < PROBES_MAX => all.push(probe),
                Ok(_) => {}
                Err(why) => tracing::warn!(
                    url = suggestion.url,
                    why,
                    "the playbook asks for a probe that cannot be run"
                ),
            }
        }
        all
    }
}

/// The probe of a suggestion, by way of the same settings that it is printed as.
fn suggested(suggestion: &Suggestion) -> Result<Probe, String> {
    let setting: ProbeSetting =
        toml::from_str(&suggestion.toml()).map_err(|error| error.message().to_owned())?;
    let mut probe = setting.probe()?;
    probe.telling.origin = Some(place(suggestion));
    Ok(probe)
}

/// Where the playbook asks for it.
pub(crate) fn place(suggestion: &Suggestion) -> String {
    let Suggestion { document, line, place, .. } = suggestion;
    let file = if document.is_empty() { String::new() } else { format!("{document}, ") };
    format!("{file}line {line} ({place})")
}
