//! The executor runs a runbook's commands as child processes.

use super::Coming;
use incident::{IncidentId, RunReport};
use playbook::Effect;
use serde::{Deserialize, Serialize};

/// A command that may run now: it only looks, or a named person gave the word for exactly these bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// For which incident.
    pub incident: IncidentId,
    /// Which run of it.
    pub run: u32,
    /// The exact text.
    pub source: String,
    /// What it can do; a command that follows a log is ended at its limit without being called failed.
    pub effect: Effect,
    /// Whether a person stands behind it.
    pub word: Word,
}

/// Whether a person gave the word for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// A named person, for exactly this text.
    Given,
    /// Nobody: it runs by itself.
    None,
}

/// Runs commands.
pub trait Executor: Send + Sync {
    /// Runs one command to its end or its limit and reports. Always ends.
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport>;

    /// Ends a command that `run` has begun, kindly and then by force. Its report comes as ever and says so. One that does
    /// not run is left alone.
    fn stop(&self, incident: IncidentId, run: u32);
}
