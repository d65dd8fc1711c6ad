//! Where a command runs: on the server's own machine, or on that of an agent; and what decides it.
//!
//! Must never be here: whether an agent is there. That is the world's, and changes while nobody decides anything.

use crate::plan::Plan;
use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;
use playbook::{Command, ContextKind, Runbook, Step};
use serde::{Deserialize, Serialize};

/// Where a command runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On the machine of the server.
    #[default]
    Server,
    /// On the machine of the agent with this name.
    Agent(String),
}

/// Which commands an agent is for, as the team has set it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Serves {
    /// Commands that call one of these tools.
    pub tools: BTreeSet<String>,
    /// Commands of these runbooks, by title or id.
    pub runbooks: BTreeSet<String>,
    /// Commands that the playbook writes below `ssh` to one of these hosts.
    pub hosts: BTreeSet<String>,
    /// The names of the variables that the agent's own settings give to its commands.
    pub gives: BTreeSet<String>,
}

/// Variables given nowhere.
static NONE_GIVEN: BTreeSet<String> = BTreeSet::new();

impl Place {
    /// Whether it is the server's own machine.
    #[must_use]
    pub fn is_server(&self) -> bool {
        *self == Self::Server
    }

    /// Whether a command can be run there by itself: one for what another command opens only where that is the place.
    #[must_use]
    pub fn reaches(&self, command: &Command) -> bool {
        command.context.is_none() || !self.is_server()
    }

    /// The agent's name, where it is one.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        match self {
            Self::Server => None,
            Self::Agent(name) => Some(name),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => f.write_str("the server's own machine"),
            Self::Agent(name) => write!(f, "the agent {name}"),
        }
    }
}

impl Plan {
    /// Where a command runs: the host below whose `ssh` it stands decides, then the first of its tools that an agent is
    /// for, then its runbook. What no agent is for runs on the server.
    #[must_use]
    pub fn place_of(&self, runbook: Option<&Runbook>, command: &Command) -> Place {
        let found = if command.context.is_some() {
            self.host_of(runbook, command)
        } else {
            let tools =
                if self.agents.is_empty() { Default::default() } else { playbook::tools_of(&command.source) };
            let by_tool = tools.iter().find_map(|tool| self.agent_for(|serves| serves.tools.contains(tool)));
            by_tool.or_else(|| self.agent_for(|serves| runbook.is_some_and(|runbook| serves.is_for(runbook))))
        };
        found.map_or(Place::Server, |name| Place::Agent(String::from(name)))
    }

    /// The names of the variables that a run gets there.
    #[must_use]
    pub fn given_at(&self, place: &Place) -> &BTreeSet<String> {
        match place {
            Place::Server => &self.given,
            Place::Agent(name) => self.agents.get(name).map_or(&NONE_GIVEN, |serves| &serves.gives),
        }
    }

    /// Whether a command may be laid out, or run if it only looks, before anybody asks for it.
    #[must_use]
    pub fn may_begin_alone(&self, runbook: Option<&Runbook>, command: &Command) -> bool {
        let place = self.place_of(runbook, command);
        place.reaches(command) && command.is_ready(self.given_at(&place))
    }

    fn agent_for(&self, is_for: impl Fn(&Serves) -> bool) -> Option<&str> {
        self.agents.iter().find(|(_, serves)| is_for(serves)).map(|(name, _)| name.as_str())
    }

    /// The agent of the host that a command below `ssh` is for. One that counts on a `cd` of its session is for nobody:
    /// no session is kept.
    fn host_of(&self, runbook: Option<&Runbook>, command: &Command) -> Option<&str> {
        let context = command.context.as_ref().filter(|context| context.kind == ContextKind::Shell)?;
        let host = playbook::ssh_host(&context.opener)?;
        let steps = runbook.map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
        let quick = if runbook.is_none() { self.playbook.quick_diagnostics.as_slice() } else { &[] };
        let mut before = commands(steps).chain(quick).take_while(|other| other.line < command.line);
        let moved = before
            .any(|other| other.context.as_ref() == Some(context) && playbook::changes_folder(&other.source));
        if moved { None } else { self.agent_for(|serves| serves.hosts.contains(host)) }
    }
}

fn commands(steps: &[Step]) -> impl Iterator<Item = &Command> {
    steps.iter().flat_map(|step| &step.commands)
}

impl Serves {
    fn is_for(&self, runbook: &Runbook) -> bool {
        self.runbooks.iter().any(|name| runbook.is_called(name))
    }
}
