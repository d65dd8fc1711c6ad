//! The plan that incidents pin.

use super::hex;
use incident::{Plan, Policy};
use playbook::Playbook;
use sha2::{Digest, Sha256};

/// The plan of a playbook and the settings beside it; its digest covers both.
pub(crate) fn plan(playbook: Playbook, policy: Policy) -> Plan {
    let mut plan = Plan { digest: String::new(), playbook, policy };
    let bytes = serde_json::to_vec(&plan).expect("a plan is plain data with text keys");
    plan.digest = hex(Sha256::digest(&bytes).as_slice());
    plan
}
