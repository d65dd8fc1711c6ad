//! How commands run, as the settings of a server or of an agent say it.

use super::database::database;
use crate::config::{Config, RunnerSettings};
use runner::{Runner, RunnerConfig};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs commands as the settings say, also before the first start has made the data folder.
pub(crate) fn command_runner(config: &Config) -> Arc<Runner> {
    let mut run = runner_config(config);
    if !run.workdir.is_dir() && config.runner.workdir.is_none() {
        let folder = config.data.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        run.workdir = folder.to_path_buf();
    }
    Arc::new(Runner::new(run))
}

/// The runner's settings: only what is named gets through to a command.
pub(crate) fn runner_config(config: &Config) -> RunnerConfig {
    let workdir = config.data.clone();
    let mut hidden = private(&config.data);
    hidden.push(config.path.clone());
    run_settings(&config.runner, workdir, hidden)
}

/// The same for whoever runs commands: a server, or an agent on another host.
pub(crate) fn run_settings(
    settings: &RunnerSettings,
    workdir: PathBuf,
    hidden: Vec<PathBuf>,
) -> RunnerConfig {
    let mut env = settings.env.clone();
    for name in ["PATH", "HOME", "LANG"] {
        if let Some(value) = own_variable(name) {
            env.entry(name.to_owned()).or_insert(value);
        }
    }
    let secrets: BTreeMap<String, String> = settings
        .secret_env
        .iter()
        .filter_map(|name| own_variable(name).map(|value| (name.clone(), value)))
        .collect();
    let values = secrets.values().cloned().collect();
    env.extend(secrets);
    let workdir = settings.workdir.clone().unwrap_or(workdir);
    let mut run = RunnerConfig::new(workdir, env);
    run.secrets = values;
    settings.hold(&mut run);
    run.hidden = hidden;
    run
}

/// What no command that runs by itself may read: the database, with its log and its index.
pub(crate) fn private(data: &Path) -> Vec<PathBuf> {
    let database = database(data);
    let beside = ["", "-wal", "-shm", "-journal"].map(|end| {
        let mut path = database.clone().into_os_string();
        path.push(end);
        PathBuf::from(path)
    });
    beside.into()
}

/// A variable of the server's own environment, for commands that are to have it.
#[expect(clippy::disallowed_methods, reason = "the settings say which variables commands get")]
pub(crate) fn own_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
