//! The settings under `[runner]`: where runbook commands run, what they get and what holds them.

use playbook::Effect;
use runner::{Changes, Confinement, Limits, RunnerConfig};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How runbook commands run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunnerSettings {
    /// The folder in which they run; left out: the data folder.
    pub(crate) workdir: Option<PathBuf>,
    /// Exactly the variables that they get, beside PATH and HOME.
    pub(crate) env: BTreeMap<String, String>,
    /// Names of the server's own variables that they get too; their values are masked in every output.
    pub(crate) secret_env: Vec<String>,
    /// A command is ended after so many seconds.
    pub(crate) time_limit_s: Option<u64>,
    /// A command that follows a log is ended after so many seconds.
    pub(crate) follow_limit_s: Option<u64>,
    /// Whether a command that only looks may run by itself where this system cannot confine it.
    pub(crate) confine: Confine,
    /// What holds a command that may change something.
    pub(crate) changes: ChangesSetting,
    /// Folders where a command that only looks may write, beside a folder of its own.
    pub(crate) writable: Vec<PathBuf>,
    /// Memory of one run, all its processes together.
    pub(crate) memory_mib_max: Option<u64>,
    /// Processes of one run at once.
    pub(crate) processes_max: Option<u32>,
    /// Open files of one process.
    pub(crate) open_files_max: Option<u64>,
    /// What a command that only looks may keep in its own folder while it runs.
    pub(crate) scratch_mib_max: Option<u64>,
    /// What needs the word of two people, by what a command can do.
    pub(crate) two_person: Vec<Effect>,
    /// Who may give the second word, by the playbook's roles; left out: whoever can be woken.
    pub(crate) second_word_roles: Vec<String>,
}

/// Whether looks must be confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confine {
    /// Without it they do not run by themselves.
    #[default]
    Required,
    /// They run with what this system can hold.
    BestEffort,
}

/// What holds changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChangesSetting {
    /// No devices, no settings of the kernel, no other process's memory, no `sudo`.
    #[default]
    Guarded,
    /// The limits alone.
    Free,
}

impl RunnerSettings {
    /// Its paths are relative to the settings' folder.
    pub(super) fn below(mut self, folder: &Path) -> Self {
        self.workdir = self.workdir.map(|workdir| folder.join(workdir));
        self.writable = self.writable.into_iter().map(|path| folder.join(path)).collect();
        self
    }

    /// Puts limits and confinement into what the runner is started with; what is left out stays as it is there.
    pub(crate) fn hold(&self, config: &mut RunnerConfig) {
        let seconds = |set: Option<u64>, usual: Duration| set.map_or(usual, Duration::from_secs);
        config.time_limit = seconds(self.time_limit_s, config.time_limit);
        config.follow_limit = seconds(self.follow_limit_s, config.follow_limit);
        let usual = Limits::default();
        let mib = |set: Option<u64>, usual: u64| set.map_or(usual, |mib| mib.saturating_mul(1 << 20));
        config.limits = Limits {
            memory_bytes_max: mib(self.memory_mib_max, usual.memory_bytes_max),
            processes_max: self.processes_max.unwrap_or(usual.processes_max),
            open_files_max: self.open_files_max.unwrap_or(usual.open_files_max),
            scratch_bytes_max: mib(self.scratch_mib_max, usual.scratch_bytes_max),
        };
        config.confinement = match self.confine {
            Confine::Required => Confinement::Required,
            Confine::BestEffort => Confinement::Waived,
        };
        config.changes = match self.changes {
            ChangesSetting::Guarded => Changes::Guarded,
            ChangesSetting::Free => Changes::Free,
        };
        config.writable.clone_from(&self.writable);
    }
}
