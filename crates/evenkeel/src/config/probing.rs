//! The setting `probe`: each is checked while the file is read, so that what is wrong with one is told with its line.

use probes::{Probe, ProbeSetting};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeSet;
use std::path::Path;

/// More probes than this one server does not run.
const PROBES_MAX: usize = 1_000;

/// A `[[probe]]` that can be run.
#[derive(Clone, Debug)]
pub(crate) struct CheckedProbe {
    setting: ProbeSetting,
    probe: Probe,
}

impl CheckedProbe {
    /// The probe.
    pub(crate) const fn probe(&self) -> &Probe {
        &self.probe
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
    let mut seen = BTreeSet::new();
    match probes.iter().map(|probe| &probe.probe.name).find(|name| !seen.insert(*name)) {
        Some(twice) => Err(format!("two probes have the name {twice:?}; an alert must name one")),
        None => Ok(()),
    }
}
