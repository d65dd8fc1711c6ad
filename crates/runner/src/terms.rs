//! What a run is held to, as the server tells its guard. Only values: nothing is enforced here.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Whether a child may start where it cannot be confined as its reach says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confinement {
    /// It is not started.
    Required,
    /// It is started with what this system can hold of it.
    Waived,
}

/// How far a child reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reach {
    /// Reads this machine: no network, and writes only in its scratch folder.
    Here,
    /// The same, and it may talk to services of this machine over their sockets.
    Services,
    /// Reads over the network; writes only in its scratch folder.
    World,
    /// Writes as this user may, but neither devices nor the kernel's settings, and sees into no other process.
    Changes,
    /// As this user may; only the limits hold it.
    Free,
}

impl Reach {
    /// Whether it only looks, so that it has a scratch folder and writes nowhere else.
    pub(crate) const fn only_looks(self) -> bool {
        match self {
            Self::Here | Self::Services | Self::World => true,
            Self::Changes | Self::Free => false,
        }
    }
}

/// How much a run may use, with everything that it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of all its processes together, in bytes; also what one of them may claim.
    pub memory_bytes_max: u64,
    /// Processes at once.
    pub processes_max: u32,
    /// Open files of one process.
    pub open_files_max: u64,
    /// What a command that only looks may keep in its scratch folder, in bytes.
    pub scratch_bytes_max: u64,
}

impl Default for Limits {
    /// 2 GiB of memory, for Node and Java tools; 256 processes; 1024 files; 256 MiB of scratch.
    fn default() -> Self {
        Self {
            memory_bytes_max: 2 << 30,
            processes_max: 256,
            open_files_max: 1024,
            scratch_bytes_max: 256 << 20,
        }
    }
}

/// Everything that a guard is told about its run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) reach: Reach,
    pub(crate) need: Confinement,
    pub(crate) limits: Limits,
    /// Seconds of processor time that one process may use.
    pub(crate) cpu_s_max: u64,
    /// The folder that is the run's own, removed with it.
    pub(crate) scratch: Option<PathBuf>,
    /// Folders and files that a command which only looks cannot read.
    pub(crate) hidden: Vec<PathBuf>,
    /// Folders beside its scratch where a command which only looks may write.
    pub(crate) writable: Vec<PathBuf>,
    /// What its control group is to be called; empty: none is tried.
    pub(crate) group: String,
    /// The control groups that the guard made, for the child to join.
    #[serde(default)]
    pub(crate) groups: Vec<PathBuf>,
    /// The guard's process id, for the child to see whether it still lives.
    #[serde(default)]
    pub(crate) guard: i32,
}
