//! The plan that incidents pin.

use super::hex;
use incident::{Plan, Policy, Serves};
use playbook::Playbook;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The plan of a playbook and the settings beside it, the names of what runs are given among them; its digest covers all.
pub(crate) fn plan(
    playbook: Playbook,
    policy: Policy,
    given: BTreeSet<String>,
    agents: BTreeMap<String, Serves>,
) -> Plan {
    let mut plan = Plan { digest: String::new(), playbook, policy, given, agents };
    let bytes = serde_json::to_vec(&plan).expect("a plan is plain data with text keys");
    plan.digest = hex(Sha256::digest(&bytes).as_slice());
    plan
}
