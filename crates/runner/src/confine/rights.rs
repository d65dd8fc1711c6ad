//! The rights of root: which of them a command does not get, when this server runs as root. For others there is nothing to
//! lose.
//!
//! The kernel lets root read every process's environment and memory maps whatever Landlock says, and raise every limit.

use crate::terms::Reach;
use rustix::io::Errno;
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

/// Of no use to a runbook's command, and the way around everything else that holds it.
const NOBODYS: CapabilitySet = CapabilitySet::SYS_MODULE
    .union(CapabilitySet::SYS_RAWIO)
    .union(CapabilitySet::SYS_PTRACE)
    .union(CapabilitySet::SYS_BOOT)
    .union(CapabilitySet::SYS_TIME)
    .union(CapabilitySet::SYS_RESOURCE)
    .union(CapabilitySet::MKNOD)
    .union(CapabilitySet::PERFMON)
    .union(CapabilitySet::BPF);
/// Nothing that only looks needs these. What remains: reading every file, the kernel's log, raw sockets for `ping`.
const NO_LOOK: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::NET_ADMIN)
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::SYS_PACCT)
    .union(CapabilitySet::SYS_NICE)
    .union(CapabilitySet::SYS_TTY_CONFIG)
    .union(CapabilitySet::LINUX_IMMUTABLE)
    .union(CapabilitySet::AUDIT_CONTROL)
    .union(CapabilitySet::MAC_ADMIN)
    .union(CapabilitySet::MAC_OVERRIDE)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::CHECKPOINT_RESTORE);

/// Takes them from whatever this process becomes.
pub(super) fn drop(reach: Reach) {
    let taken = if reach.only_looks() { NOBODYS | NO_LOOK } else { NOBODYS };
    for one in taken.iter() {
        match remove_capability_from_bounding_set(one) {
            // Without the right to take rights there are none to be taken; an older kernel does not know them all.
            Ok(()) | Err(Errno::PERM | Errno::INVAL) => {}
            Err(error) => tracing::warn!(%error, "a right of root could not be taken from a command"),
        }
    }
}
