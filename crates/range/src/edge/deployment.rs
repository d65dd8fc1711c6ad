//! Versions of the practice edge API and their deployments, as pure values: deploy, roll back, list. No files, no
//! clock; the worker reads its settings from the live version and fails by itself when one is missing.

use std::collections::BTreeMap;

use super::faults::WRONG_VERSIONS;
use super::settings::{self, Values};
use serde::{Deserialize, Serialize};

/// How many past deployments are kept; the vendors' lists show ten.
const PAST_MAX: usize = 50;

/// Whether a version was built whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fitness {
    /// None of the faults that the range knows is in it.
    Good,
    /// It has one of them: a setting is missing, or wrong.
    Bad,
}

/// How a deployment came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// New code was uploaded.
    Upload,
    /// An older version was put back.
    Rollback,
}

/// One immutable build of the practice edge API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Counts from 1 in the order of uploads.
    pub number: u32,
    /// The version's id, a UUID in text.
    pub id: String,
    /// When it was uploaded, milliseconds since 1970.
    pub created_ms: i64,
    /// Who uploaded it; a generic handle.
    pub author: String,
    /// What the uploader said about it.
    pub message: String,
    /// Whether it was built whole.
    pub fitness: Fitness,
    /// The settings baked into it.
    pub settings: BTreeMap<String, String>,
}

/// A version taking all traffic from some instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The deployment's id, a UUID in text.
    pub id: String,
    /// When it took effect, milliseconds since 1970.
    pub created_ms: i64,
    /// How it came about.
    pub source: Source,
    /// Who did it; a generic handle.
    pub author: String,
    /// Why, in their words.
    pub message: String,
    /// What it serves.
    pub version: Version,
}

/// The ids and the instant which a new deployment is given from outside.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub(crate) deployment_id: String,
    pub(crate) version_id: String,
    pub(crate) at_ms: i64,
}

/// What somebody says when deploying.
#[derive(Debug, Clone)]
pub(crate) struct Credit {
    pub(crate) author: String,
    pub(crate) message: String,
}

/// All deployments of the edge API; there is always a live one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployments {
    live: Deployment,
    /// Oldest first.
    past: Vec<Deployment>,
    versions_made: u32,
}

impl Deployments {
    /// The first deployment of an empty range.
    pub(crate) fn first(stamp: Stamp, credit: Credit) -> Self {
        let version = version(1, settings::whole(), &stamp, &credit);
        Self { live: upload(version, stamp, credit), past: Vec::new(), versions_made: 1 }
    }

    /// The deployment that takes all traffic now.
    pub(crate) fn live(&self) -> &Deployment {
        &self.live
    }

    /// Newest first, the live one leading.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Deployment> {
        core::iter::once(&self.live).chain(self.past.iter().rev())
    }

    /// Uploads a new version and gives it all traffic.
    pub(crate) fn deploy(&mut self, values: Values, stamp: Stamp, credit: Credit) {
        self.versions_made += 1;
        let version = version(self.versions_made, values, &stamp, &credit);
        self.replace(upload(version, stamp, credit));
    }

    /// Gives all traffic back to an older version: the one whose id begins with `target`, or, without a target, the
    /// newest one that is not live. Says so in words when there is none.
    pub(crate) fn roll_back(
        &mut self,
        target: Option<&str>,
        stamp: Stamp,
        credit: Credit,
    ) -> Result<(), String> {
        let live_id = &self.live.version.id;
        let wanted = |version: &Version| match target {
            Some(prefix) => version.id.starts_with(prefix),
            None => version.id != *live_id,
        };
        let found = self.newest_first().map(|d| &d.version).find(|version| wanted(version)).cloned();
        let version = found.ok_or_else(|| match target {
            Some(prefix) => format!("no version {prefix} among the deployments"),
            None => "no earlier version to roll back to".to_owned(),
        })?;
        let Stamp { deployment_id: id, at_ms: created_ms, .. } = stamp;
        let Credit { author, message } = credit;
        self.replace(Deployment { id, created_ms, source: Source::Rollback, author, message, version });
        Ok(())
    }

    fn replace(&mut self, next: Deployment) {
        self.past.push(core::mem::replace(&mut self.live, next));
        if self.past.len() > PAST_MAX {
            self.past.remove(0);
        }
    }
}

fn upload(version: Version, stamp: Stamp, credit: Credit) -> Deployment {
    let Credit { author, message } = credit;
    let Stamp { deployment_id: id, at_ms: created_ms, .. } = stamp;
    Deployment { id, created_ms, source: Source::Upload, author, message, version }
}

fn version(number: u32, settings: Values, stamp: &Stamp, credit: &Credit) -> Version {
    let wrong = WRONG_VERSIONS.iter().any(|wrong| wrong.is_in(&settings));
    Version {
        number,
        id: stamp.version_id.clone(),
        created_ms: stamp.at_ms,
        author: credit.author.clone(),
        message: credit.message.clone(),
        fitness: if wrong { Fitness::Bad } else { Fitness::Good },
        settings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(n: u8) -> Stamp {
        Stamp { deployment_id: format!("d{n}"), version_id: format!("v{n}"), at_ms: i64::from(n) }
    }

    fn credit() -> Credit {
        Credit { author: "deployer@example.test".to_owned(), message: "try".to_owned() }
    }

    fn bad() -> Values {
        WRONG_VERSIONS[0].put_into(settings::whole())
    }

    #[test]
    fn a_version_with_a_fault_is_a_bad_one() {
        let mut all = Deployments::first(stamp(1), credit());
        assert_eq!(all.live().version.fitness, Fitness::Good);
        all.deploy(bad(), stamp(2), credit());
        assert_eq!(all.live().version.fitness, Fitness::Bad);
        assert_eq!(all.live().version.number, 2);
    }

    #[test]
    fn rollback_takes_the_newest_other_version_and_keeps_history() {
        let mut all = Deployments::first(stamp(1), credit());
        assert!(all.roll_back(None, stamp(9), credit()).is_err(), "one version has nothing to go back to");
        all.deploy(settings::whole(), stamp(2), credit());
        all.deploy(bad(), stamp(3), credit());
        all.roll_back(None, stamp(4), credit()).unwrap();
        assert_eq!(all.live().version.id, "v2");
        assert_eq!(all.live().source, Source::Rollback);
        let ids: Vec<_> = all.newest_first().map(|d| d.id.as_str()).collect();
        assert_eq!(ids, ["d4", "d3", "d2", "d1"]);
    }

    #[test]
    fn rollback_to_a_named_version_takes_a_prefix_of_its_id() {
        let mut all = Deployments::first(stamp(1), credit());
        all.deploy(settings::whole(), stamp(2), credit());
        all.deploy(bad(), stamp(3), credit());
        all.roll_back(Some("v1"), stamp(4), credit()).unwrap();
        assert_eq!(all.live().version.number, 1);
        let refused = all.roll_back(Some("nope"), stamp(5), credit()).unwrap_err();
        assert!(refused.contains("nope"), "{refused}");
    }

    #[test]
    fn the_history_is_bounded() {
        let mut all = Deployments::first(stamp(1), credit());
        for n in 0..200 {
            all.deploy(settings::whole(), stamp(n), credit());
        }
        assert_eq!(all.newest_first().count(), PAST_MAX + 1);
    }
}
