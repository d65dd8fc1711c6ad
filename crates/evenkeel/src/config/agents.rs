//! The settings under `[agents]`, of a server, and the file of an agent itself.

use super::{Config, RunnerSettings};
use crate::exit::{Failure, Kind};
use engine::AGENTS_MAX;
use incident::Serves;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What an agent is set to on its own host.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AgentConfig {
    /// The file that holds its token.
    pub(crate) token_file: Option<PathBuf>,
    /// It runs nothing but what only looks, whatever the server orders.
    pub(crate) looks_only: bool,
    /// How commands run there.
    pub(crate) runner: RunnerSettings,
}

impl AgentConfig {
    /// Reads a file. Paths in it are relative to its folder.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let hint = "docs/agents.md shows some; without --config an agent runs with the defaults";
        let mut config: Self = super::parsed(path, "the agent's settings", hint)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.token_file = config.token_file.map(|file| folder.join(file));
        config.runner = config.runner.below(folder);
        config.check().map_err(|why| Failure::new(Kind::Config, format!("{}: {why}", path.display())))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if !self.runner.two_person.is_empty() || !self.runner.second_word_roles.is_empty() {
            return Err("runner.two_person and runner.second_word_roles are the server's to set".to_owned());
        }
        super::limits::run(&self.runner)
    }
}

/// What cannot be told key by key: names can stand in addresses, every agent is for something, and nothing is for two.
pub(super) fn check(config: &Config) -> Result<(), String> {
    let agents = &config.agents;
    if agents.len() > AGENTS_MAX {
        return Err(format!("{} agents; one server serves at most {AGENTS_MAX}", agents.len()));
    }
    if let Some(name) = agents.keys().find(|name| !web::auth::is_short_name(name)) {
        return Err(format!(
            "[agents]: the name {name:?} must be 1 to 60 letters, digits, or any of - _ . @"
        ));
    }
    for (name, serves) in agents {
        if serves.tools.is_empty() && serves.runbooks.is_empty() && serves.hosts.is_empty() {
            return Err(format!("agents.{name} is for nothing; give it `tools`, `runbooks` or `hosts`"));
        }
    }
    one_each(agents, "tools", |serves| serves.tools.iter().cloned().collect())?;
    one_each(agents, "runbooks", |serves| serves.runbooks.iter().map(|name| name.to_lowercase()).collect())?;
    one_each(agents, "hosts", |serves| serves.hosts.iter().cloned().collect())
}

/// A command has one place, so nothing is named by two.
fn one_each(
    agents: &BTreeMap<String, Serves>,
    key: &str,
    of: impl Fn(&Serves) -> Vec<String>,
) -> Result<(), String> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (name, serves) in agents {
        for thing in of(serves) {
            if let Some(other) = taken.insert(thing.clone(), name) {
                return Err(format!("agents.{other} and agents.{name} both have {thing:?} under `{key}`"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rest: &str) -> Result<(), String> {
        check(&toml::from_str(&format!("playbook = 'p.md'\n{rest}")).unwrap())
    }

    #[test]
    fn an_agent_is_for_something_of_its_own() {
        assert_eq!(said("[agents.db1]\ntools = ['psql']\n[agents.web]\nhosts = ['web-1']"), Ok(()));
        for (text, words) in [
            ("[agents.db1]\n", "is for nothing"),
            ("[agents.'a b']\ntools = ['x']", "\"a b\""),
            ("[agents.a]\ntools = ['x']\n[agents.b]\ntools = ['x']", "agents.a and agents.b both have \"x\""),
            ("[agents.a]\nrunbooks = ['Disk']\n[agents.b]\nrunbooks = ['disk']", "\"disk\" under `runbooks`"),
        ] {
            let said = said(text).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
        assert!(toml::from_str::<Config>("playbook = 'p.md'\n[agents.a]\ntool = ['x']").is_err());
    }

    #[test]
    fn what_only_a_server_decides_is_not_set_at_an_agent() {
        let config: AgentConfig = toml::from_str("[runner]\ntwo_person = ['destroys']").unwrap();
        assert!(config.check().unwrap_err().contains("the server's"));
        let config: AgentConfig = toml::from_str("looks_only = true\n[runner]\ntime_limit_s = 0").unwrap();
        assert!(config.check().unwrap_err().contains("runner.time_limit_s"));
    }
}
