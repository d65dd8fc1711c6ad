//! What a server and its agents say to each other. An agent runs on another host, asks for orders, and reports.
//!
//! Must never be here: HTTP, or how either side does it.

use incident::{IncidentId, RunReport};
use jiff::Timestamp;
use playbook::Effect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::Word;

/// The version of what is said here. Both sides must speak the same: an agent that understood half of an order would be
/// worse than none.
pub const AGENT_PROTOCOL: u32 = 1;

/// An order by its name: each run begins at most once, so this names one order for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderName {
    /// For which incident.
    pub incident: IncidentId,
    /// Which run of it.
    pub run: u32,
}

impl core::fmt::Display for OrderName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} run {}", self.incident, self.run)
    }
}

/// Which version an agent speaks; read before anything else of what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentVersion {
    /// Its [`AGENT_PROTOCOL`].
    pub protocol: u32,
    /// The version of its program, for people.
    pub version: String,
}

impl AgentVersion {
    /// What this program speaks.
    #[must_use]
    pub fn own() -> Self {
        Self { protocol: AGENT_PROTOCOL, version: env!("CARGO_PKG_VERSION").to_owned() }
    }

    /// Whether an agent of this version can be served.
    ///
    /// # Errors
    /// [`AgentRefusal::Version`], which says what to install.
    pub fn is_served(&self, name: &str) -> Result<(), AgentRefusal> {
        if self.protocol == AGENT_PROTOCOL {
            return Ok(());
        }
        Err(AgentRefusal::Version { name: name.to_owned(), theirs: self.clone(), ours: Self::own() })
    }
}

/// What an agent says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSelf {
    /// One start of its process, by chance: a second start is another one, and knows nothing of the first one's orders.
    pub instance: String,
    /// The name of its host.
    pub host: String,
    /// What it runs at all.
    pub runs: AgentRuns,
    /// Why a command that only looks cannot be confined there as it must be; `None` where it can.
    pub looks_unheld: Option<String>,
    /// Whether changes are held to what its user may, without devices, `sudo` and other processes' memory.
    pub changes_guarded: bool,
    /// The names of the variables that its commands get.
    pub gives: BTreeSet<String>,
}

/// What an agent runs at all, by its own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentRuns {
    /// Whatever it is ordered.
    Everything,
    /// What only looks, by its own judgement.
    LooksOnly,
}

/// An agent asks for work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentAsk {
    /// What it speaks.
    #[serde(flatten)]
    pub version: AgentVersion,
    /// What it says of itself.
    #[serde(flatten)]
    pub own: AgentSelf,
    /// How many more orders it can take now.
    pub free: u32,
    /// The orders that it has in hand.
    pub has: Vec<OrderName>,
}

/// What an agent is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentWork {
    /// Orders that it may take.
    pub orders: Vec<AgentOrder>,
    /// Orders in its hand that are to end.
    pub stops: Vec<OrderName>,
}

/// An order. It is begun only after the server has said that it may be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentOrder {
    /// Its name.
    pub name: OrderName,
    /// The exact text.
    pub source: String,
    /// What it can do.
    pub effect: Effect,
    /// Whether a person stands behind it.
    pub word: Word,
}

/// An agent wants to begin an order, or leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTake {
    /// Which start of the agent.
    pub instance: String,
    /// Which order.
    pub name: OrderName,
}

/// Whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// It is the agent's: it begins now, once.
    Yours,
    /// Nobody waits for it any more: it is not begun.
    Gone,
}

/// An agent has ended an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentReport {
    /// Which start of the agent.
    pub instance: String,
    /// Which order.
    pub name: OrderName,
    /// How it ended.
    pub report: RunReport,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reported {
    /// It was waited for.
    Heard,
    /// It came too late, or twice: nobody waits for it.
    Late,
}

/// An agent goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLeave {
    /// Which start of the agent.
    pub instance: String,
}

/// Whether an agent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It asks for work.
    Present,
    /// It was there, and is not heard any more.
    Away,
    /// It has not been heard since the server started.
    Never,
}

/// An agent as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgentView {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub presence: Presence,
    /// When it was last heard.
    pub heard_at: Option<Timestamp>,
    /// The version of its program.
    pub version: Option<String>,
    /// What it said of itself.
    #[serde(flatten)]
    pub own: Option<AgentSelf>,
    /// What it has in hand.
    pub at_work: Vec<OrderName>,
}

/// Why an agent is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentRefusal {
    /// It speaks another version.
    #[error(
        "the agent {name} is Evenkeel {} and speaks version {} of what servers and agents say to each other; this \
         server is Evenkeel {} and speaks version {}: install Evenkeel {} on the agent's host",
        theirs.version, theirs.protocol, ours.version, ours.protocol, ours.version
    )]
    Version {
        /// The agent's name.
        name: String,
        /// What it speaks.
        theirs: AgentVersion,
        /// What this server speaks.
        ours: AgentVersion,
    },
    /// Another process has the name and is there.
    #[error(
        "another process on {host} is the agent {name}, last heard {heard_s} s ago; end it, or give this one a name \
         and a token of its own"
    )]
    NameInUse {
        /// The name.
        name: String,
        /// Where the other one runs.
        host: String,
        /// How long ago it was heard.
        heard_s: i64,
    },
    /// More agents than one server serves.
    #[error("this server already knows {0} agents, and serves no more")]
    TooMany(usize),
}
