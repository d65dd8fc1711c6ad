//! The playbook as read from disk, and the plan that incidents pin.

use super::hex;
use crate::exit::{Failure, Kind};
use incident::{Plan, Policy};
use playbook::Playbook;
use sha2::{Digest, Sha256};
use std::path::Path;

/// A playbook larger than this is not one.
const PLAYBOOK_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A playbook and its text.
pub(crate) struct ReadPlaybook {
    /// What was understood, with what there is to say about it.
    pub(crate) playbook: Playbook,
    /// The text, repaired where it was damaged.
    pub(crate) text: String,
}

/// Reads and compiles a playbook. Only the disk can fail here: compiling cannot.
pub(crate) fn read_playbook(path: &Path) -> Result<ReadPlaybook, Failure> {
    let failed = |why: String| {
        Failure::new(Kind::Config, format!("cannot read the playbook {}: {why}", path.display()))
            .hint("it is one Markdown file; the setting `playbook` names it")
    };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > PLAYBOOK_BYTES_MAX {
        return Err(failed(format!("{size} bytes, the limit is {PLAYBOOK_BYTES_MAX}")));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    Ok(ReadPlaybook { playbook: playbook::compile(&bytes), text: playbook::repaired(&bytes) })
}

/// The plan of a playbook and the settings beside it; its digest covers both.
pub(crate) fn plan(playbook: Playbook, policy: Policy) -> Plan {
    let mut plan = Plan { digest: String::new(), playbook, policy };
    let bytes = serde_json::to_vec(&plan).expect("a plan is plain data with text keys");
    plan.digest = hex(Sha256::digest(&bytes).as_slice());
    plan
}
