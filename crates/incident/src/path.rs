//! By which path people are woken: an escalation of the settings that fits the incident, else the playbook's own.

use crate::plan::Plan;
use crate::severity::Severity;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A level of an escalation: whom to wake, and when, counted from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Roles, people or schedules, as the playbook or the settings name them.
    pub targets: Vec<String>,
    /// Minutes from the start of the escalation.
    pub after_min: u32,
    /// One of the targets at a time, in turn, instead of all of them.
    #[serde(default)]
    pub round_robin: bool,
}

impl Level {
    /// One that wakes whoever holds a role.
    #[must_use]
    pub fn one(target: &str, after_min: u32) -> Self {
        Self { targets: vec![target.to_owned()], after_min, round_robin: false }
    }

    /// What it is called: its targets.
    #[must_use]
    pub fn name(&self) -> String {
        self.targets.join(", ")
    }

    /// Its targets, the one whose turn it is first.
    pub(crate) fn in_turn(&self, turn: u128) -> impl Iterator<Item = &str> {
        let count = self.targets.len();
        let first = turn.checked_rem(u128::try_from(count).unwrap_or(0)).unwrap_or(0);
        let skipped = usize::try_from(first).unwrap_or(0);
        self.targets.iter().cycle().skip(skipped).take(count).map(String::as_str)
    }
}

/// An escalation of the settings, for some severities and services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationPolicy {
    /// Its name.
    pub name: String,
    /// For these severities; empty: for all that the playbook files no ticket for.
    #[serde(default)]
    pub severities: Vec<String>,
    /// For incidents of these services; empty: for all.
    #[serde(default)]
    pub services: Vec<String>,
    /// Whom to wake, one level after another. Not empty.
    pub levels: Vec<Level>,
    /// How often the path begins again; `None`: as often as the policy says for every path.
    #[serde(default)]
    pub repeats_max: Option<u32>,
}

impl EscalationPolicy {
    fn names(&self, severity: &Severity) -> bool {
        self.severities.iter().any(|name| name.eq_ignore_ascii_case(&severity.name))
    }

    fn is_of_one(&self, services: &BTreeSet<String>) -> bool {
        self.services.is_empty() || self.services.iter().any(|name| services.contains(&service_key(name)))
    }
}

/// Services are compared without case and without what stands around them.
pub(crate) fn service_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A path as it is climbed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationPath {
    /// The escalation of the settings that it comes from; `None`: the playbook's own.
    pub policy: Option<String>,
    /// Whom to wake; empty: nobody is named.
    pub levels: Vec<Level>,
    /// How often it begins again.
    pub repeats_max: u32,
}

impl EscalationPath {
    /// ` of "storage"`, where it is one of the settings.
    pub(crate) fn said(&self) -> String {
        self.policy.as_ref().map_or_else(String::new, |name| alloc::format!(" of {name:?}"))
    }
}

impl Plan {
    /// The escalations of the settings that may count for a severity, the first first: up to one that is for every service.
    /// What comes after that one never counts.
    pub fn policies_for(&self, severity: &Severity) -> impl Iterator<Item = &EscalationPolicy> {
        let files =
            self.levels(severity).is_none_or(|levels| levels.is_empty()) && self.ticket(severity).is_some();
        let severity = severity.clone();
        let fits =
            move |one: &&EscalationPolicy| one.names(&severity) || (one.severities.is_empty() && !files);
        let mut last = false;
        self.policy.escalations.iter().filter(fits).take_while(move |one| {
            let counts = !last;
            last |= one.services.is_empty();
            counts
        })
    }

    /// The path of an incident of this severity about these services: the first escalation of the settings that fits, else
    /// the playbook's own.
    #[must_use]
    pub fn path(&self, severity: &Severity, services: &BTreeSet<String>) -> EscalationPath {
        match self.policies_for(severity).find(|one| one.is_of_one(services)) {
            Some(policy) => self.path_of(policy),
            None => self.own_path(severity),
        }
    }

    /// The path of this name, when an escalation is under way on it; a name that is not there is the playbook's own.
    pub(crate) fn path_named(&self, name: Option<&str>, severity: &Severity) -> EscalationPath {
        let named = name.and_then(|name| self.policy.escalations.iter().find(|one| one.name == name));
        named.map_or_else(|| self.own_path(severity), |policy| self.path_of(policy))
    }

    /// The path of an escalation of the settings.
    pub(crate) fn path_of(&self, policy: &EscalationPolicy) -> EscalationPath {
        EscalationPath {
            policy: Some(policy.name.clone()),
            levels: policy.levels.clone(),
            repeats_max: policy.repeats_max.unwrap_or(self.policy.escalation_repeats_max),
        }
    }

    /// The playbook's own path.
    pub(crate) fn own_path(&self, severity: &Severity) -> EscalationPath {
        EscalationPath {
            policy: None,
            levels: self.levels(severity).unwrap_or_default(),
            repeats_max: self.policy.escalation_repeats_max,
        }
    }
}
