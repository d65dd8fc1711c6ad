//! Where commands run: the tools that this host needs, and whether what agents are for exists.

use super::Look;
use crate::config::Config;
use crate::wiring;
use incident::Plan;
use playbook::{Command, Playbook, Runbook};
use std::collections::BTreeSet;
use std::path::Path;

/// The programs that the playbook's commands call on this host, and whether every agent's runbooks are in the playbook.
pub(super) fn looks(config: &Config, plan: &Plan) -> Vec<Look> {
    let mut looks: Vec<Look> = agents(config, &plan.playbook).into_iter().collect();
    looks.extend(tools(plan));
    looks
}

fn agents(config: &Config, playbook: &Playbook) -> Option<Look> {
    if config.agents.is_empty() {
        return None;
    }
    let known = |name: &String| playbook.runbooks.iter().any(|runbook| runbook.is_called(name));
    let unknown: Vec<String> = config
        .agents
        .iter()
        .flat_map(|(agent, serves)| serves.runbooks.iter().map(move |name| (agent, name)))
        .filter(|(_, name)| !known(name))
        .map(|(agent, name)| {
            format!("agents.{agent} is for the runbook {name:?}, which the playbook does not have")
        })
        .collect();
    let names: Vec<&str> = config.agents.keys().map(String::as_str).collect();
    let said = match unknown.as_slice() {
        [] => format!("{}; `evenkeel agents` says who of them is there", names.join(", ")),
        unknown => unknown.join("; "),
    };
    Some(Look { about: "agents", well: unknown.is_empty(), said })
}

fn tools(plan: &Plan) -> Vec<Look> {
    let playbook = &plan.playbook;
    let of_runbook = |runbook: &'_ Runbook| -> Vec<String> {
        let commands = runbook.steps.iter().flat_map(|step| &step.commands);
        commands.filter_map(|command| first_word(plan, Some(runbook), command)).collect()
    };
    let quick = playbook.quick_diagnostics.iter().filter_map(|command| first_word(plan, None, command));
    let names: BTreeSet<String> = playbook.runbooks.iter().flat_map(of_runbook).chain(quick).collect();
    let path = wiring::own_variable("PATH").unwrap_or_default();
    let found = |name: &str| path.split(':').any(|folder| Path::new(folder).join(name).is_file());
    let look = |name: String| {
        let well = found(&name);
        let said = if well { format!("{name} is installed") } else { format!("{name} is not on PATH") };
        Look { about: "tool", well, said }
    };
    names
        .into_iter()
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(look)
        .collect()
}

/// What a command begins with, where it is for this host.
fn first_word(plan: &Plan, runbook: Option<&Runbook>, command: &Command) -> Option<String> {
    let here = plan.place_of(runbook, command).is_server();
    command.source.split_whitespace().next().filter(|_| here).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_of_an_agents_is_not_missed_here_and_a_runbook_that_is_none_is_told() {
        let text = "## Issue: Full\n\n**Symptoms**:\n- a\n\n**Runbook**:\n\n1. **Look**\n   ```sh\n   no-such-tool-a --x\n   no-such-tool-b --x\n   ```\n";
        let playbook = playbook::compile(text.as_bytes());
        let said = |rest: &str| {
            let config: Config = toml::from_str(&format!("playbook = 'p.md'\n{rest}")).unwrap();
            looks(&config, &config.plan(playbook.clone()).unwrap())
                .into_iter()
                .map(|look| (look.about, look.well, look.said))
                .collect::<Vec<_>>()
        };
        assert_eq!(said("").len(), 2);
        let with = said("[agents.far]\ntools = ['no-such-tool-a']\nrunbooks = ['Fill']");
        assert_eq!(with.len(), 2, "{with:?}");
        assert!(!with[0].1 && with[0].2.contains("\"Fill\""), "{with:?}");
        assert!(with[1].2.starts_with("no-such-tool-b"), "{with:?}");
        assert_eq!(said("[agents.far]\nrunbooks = ['full']").len(), 1, "all of it is the agent's");
    }
}
