//! The register of everything that can be broken: each fault with the runbook it belongs to, the service it lives in, its
//! cause, what a user sees and what repairs it. How a fault is made to happen lives with its service; here are the words,
//! and the way to the owner.

mod backend;
mod combined;
mod edge;
mod processes;
mod sandbox;
mod wrong_version;

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::RangeError;
use crate::client::Client;
use crate::log::ServiceName;
pub(crate) use wrong_version::WrongVersion;

/// Where a fault lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// In the processes that the supervisor keeps.
    Supervisor,
    /// In more than one place: its parts have their own.
    Several,
    /// In one service.
    #[serde(untagged)]
    Service(ServiceName),
}

/// One fault in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What it is called by `range break`.
    pub name: &'static str,
    /// Where it lives.
    pub owner: Owner,
    /// The runbook that ought to be opened.
    pub runbook: &'static str,
    /// What is really wrong.
    pub cause: &'static str,
    /// What users, probes and logs show.
    pub seen: &'static str,
    /// What repairs it, as the playbook or the tools' documentation says.
    pub repair: &'static str,
}

/// A fault as its owner shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) on: bool,
}

/// What an owner is told about a fault.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Switch {
    pub(crate) on: bool,
}

/// Runbook titles, as the shipped playbook has them.
const ERRORS: &str = "API Returning 5xx Errors";
const SOCKETS: &str = "WebSocket Connections Failing";
const CREATION: &str = "Session Creation Failing";
const PAUSES: &str = "Sessions Auto-Pausing Unexpectedly";
const MESSAGES: &str = "Messages Not Appearing in Chat";
const LATENCY: &str = "High Latency / Slow Response";
const SIGN_IN: &str = "Authentication Failures";

/// The runbooks that faults belong to, in the playbook's order.
pub const RUNBOOKS: [&str; 7] = [ERRORS, SOCKETS, CREATION, PAUSES, MESSAGES, LATENCY, SIGN_IN];

/// All faults, by service and runbook; at last those that are two at once.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    single().chain(combined::FAULTS)
}

/// Those with one cause.
fn single() -> impl Iterator<Item = &'static Fault> {
    [edge::FAULTS, sandbox::FAULTS, backend::FAULTS, processes::FAULTS].into_iter().flatten()
}

impl Fault {
    /// What it is made of: itself, or both of what comes together.
    pub fn parts(&self) -> impl Iterator<Item = &'static Self> {
        let combined = combined::PARTS.iter().find(|(name, _)| *name == self.name);
        let names = combined.map_or_else(|| vec![self.name], |(_, parts)| parts.to_vec());
        names.into_iter().filter_map(|name| single().find(|fault| fault.name == name))
    }

    /// Whether anything of it is there still, when these are.
    #[must_use]
    pub fn is_left(&self, on: &[String]) -> bool {
        self.parts().any(|part| on.iter().any(|name| name == part.name))
    }

    /// Whether all of it is there, when these are.
    pub(crate) fn is_whole(&self, on: &[String]) -> bool {
        self.parts().all(|part| on.iter().any(|name| name == part.name))
    }
}

/// The fault of that name.
pub fn named(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

/// Makes a fault happen in the range that runs in `dir`, or sets it back.
pub(crate) fn switch(dir: &Path, name: &str, on: bool) -> Result<(), RangeError> {
    let fault = named(name)
        .ok_or_else(|| RangeError::Refused(format!("no fault {name}; `range faults` lists them")))?;
    let order = |part: &Fault, on: bool| {
        let path = format!("/faults/{}", part.name);
        part.owner.client(dir)?.post::<serde::de::IgnoredAny>(&path, &Switch { on }).map(drop)
    };
    let mut done: Vec<&Fault> = Vec::new();
    let mut failed = None;
    for part in fault.parts() {
        match order(part, on) {
            Ok(()) => done.push(part),
            // Half a fault is another one; of a repair as much is done as can be.
            Err(error) if on => {
                for part in done {
                    order(part, false)?;
                }
                return Err(error);
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Sets back what a tool may have done and no fault does; what that was, in words.
pub(crate) fn set_back_rest(dir: &Path) -> Result<Option<&'static str>, RangeError> {
    let client = match Client::to(dir, ServiceName::Sandbox) {
        Ok(client) => client,
        Err(RangeError::Service { .. } | RangeError::Unreachable { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let deployed: bool = client.post("/whole", &())?;
    Ok(deployed.then_some("the sandbox app, which was stopped"))
}

/// The names of the faults that are there now, each by itself. An owner that does not run is asked about nothing.
pub(crate) fn on(dir: &Path) -> Result<Vec<String>, RangeError> {
    let owners: BTreeSet<Owner> = single().map(|fault| fault.owner).collect();
    let mut found = Vec::new();
    for owner in owners {
        match owner.client(dir).and_then(|client| client.get::<Vec<Shown>>("/faults")) {
            Ok(shown) => found.extend(shown.into_iter().filter(|one| one.on).map(|one| one.name)),
            Err(RangeError::Service { .. } | RangeError::Unreachable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

impl Owner {
    fn client(self, dir: &Path) -> Result<Client, RangeError> {
        match self {
            Self::Service(service) => Client::to(dir, service),
            Self::Supervisor => Client::of(dir),
            Self::Several => Err(RangeError::Refused("each part of it has its own owner".to_owned())),
        }
    }
}

impl core::fmt::Display for Owner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Service(service) => f.write_str(service.text()),
            Self::Supervisor => f.write_str("supervisor"),
            Self::Several => f.write_str("several"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_each_runbook_has_two_faults_at_least() {
        let names: BTreeSet<_> = all().map(|fault| fault.name).collect();
        assert_eq!(names.len(), all().count());
        assert!(all().all(|fault| RUNBOOKS.contains(&fault.runbook)));
        for runbook in RUNBOOKS {
            let count = single().filter(|fault| fault.runbook == runbook).count();
            assert!(count >= 2, "{runbook} has {count}");
        }
    }

    #[test]
    fn a_combined_fault_is_two_of_the_others_and_there_while_either_is() {
        let names: Vec<_> = combined::FAULTS.iter().map(|fault| fault.name).collect();
        assert_eq!(names, combined::PARTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for fault in combined::FAULTS {
            let parts: Vec<_> = fault.parts().collect();
            assert_eq!(parts.len(), 2, "{}", fault.name);
            assert!(parts.iter().any(|part| part.runbook == fault.runbook), "{}", fault.name);
            let on = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let (one, other) = (parts[0].name, parts[1].name);
            assert!(fault.is_whole(&on(&[one, other])) && !fault.is_left(&on(&[])));
            for half in [one, other] {
                assert!(fault.is_left(&on(&[half])) && !fault.is_whole(&on(&[half])), "{half}");
            }
        }
        let single = named("clone-slow").unwrap();
        assert_eq!(single.parts().collect::<Vec<_>>(), [single]);
    }

    #[test]
    fn the_backend_s_words_and_its_wrong_values_are_the_same_faults() {
        let words: BTreeSet<_> = backend::FAULTS.iter().map(|fault| fault.name).collect();
        use crate::backend::faults::{GRANTS_GONE, WRONG_VALUES};
        let values = WRONG_VALUES.iter().map(|wrong| wrong.name);
        let values: BTreeSet<_> = values.chain([GRANTS_GONE]).collect();
        assert_eq!(words, values);
    }

    #[test]
    fn the_sandbox_service_s_words_and_what_it_can_break_are_the_same_faults() {
        let words: BTreeSet<_> = sandbox::FAULTS.iter().map(|fault| fault.name).collect();
        let wrong = crate::sandbox::faults::WRONG_VERSIONS.iter().map(|wrong| wrong.name);
        assert_eq!(words, wrong.chain([crate::sandbox::faults::STUCK]).collect());
    }

    #[test]
    fn the_table_in_the_docs_is_the_register() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/range.md");
        let docs = std::fs::read_to_string(path).unwrap();
        let mut table = String::from(
            "| fault | lives in | runbook | cause | seen | repair |\n|---|---|---|---|---|---|\n",
        );
        for fault in all() {
            let Fault { name, owner, runbook, cause, seen, repair } = fault;
            table.push_str(&format!("| `{name}` | {owner} | {runbook} | {cause} | {seen} | {repair} |\n"));
        }
        let (_, found) = docs.split_once("crates/range/src/faults -->\n").unwrap();
        assert!(found == table, "docs/range.md should end with\n{table}");
    }

    #[test]
    fn runbooks_are_the_shipped_playbook_s() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
        let playbook = std::fs::read_to_string(path).unwrap();
        for title in RUNBOOKS {
            assert!(playbook.contains(&format!("### Issue: {title}\n")), "{title}");
        }
    }

    #[test]
    fn the_edge_s_words_and_its_wrong_versions_are_the_same_faults() {
        let words: BTreeSet<_> = edge::FAULTS.iter().map(|fault| fault.name).collect();
        let versions: BTreeSet<_> =
            crate::edge::faults::WRONG_VERSIONS.iter().map(|wrong| wrong.name).collect();
        assert_eq!(words, versions);
    }
}
