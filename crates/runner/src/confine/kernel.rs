//! What this kernel can hold, found out by trying, and what is lost on an older one.

use super::loss::Loss;
use crate::guard::control::Control;
use crate::terms::{Limits, Reach};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// What this system holds of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Landlock's version, or why it holds nothing.
    pub(crate) files: Result<u8, String>,
    /// Whether system calls are refused, or why not.
    pub(crate) calls: Result<(), String>,
    /// Whether a control group holds the number of processes.
    pub(crate) processes: bool,
    /// Whether a control group holds the memory of all of them together.
    pub(crate) memory: bool,
}

impl Held {
    /// Found once for this process, by trying.
    #[must_use]
    pub fn here() -> Self {
        static HERE: OnceLock<Held> = OnceLock::new();
        HERE.get_or_init(Self::tried).clone()
    }

    /// Tries the confinement on a thread that ends at once, and control groups by making some and removing them.
    fn tried() -> Self {
        let tried = std::thread::spawn(try_both).join();
        let failed = || Err("trying it failed".to_owned());
        let (files, calls) = tried.unwrap_or_else(|_| (failed(), Err("trying it failed".to_owned())));
        let name = format!("evenkeel-try-{}", std::process::id());
        let groups = Control::make(&name, &Limits::default());
        groups.remove();
        Self { files, calls, processes: groups.holds_processes, memory: groups.holds_memory }
    }

    /// Whether a command that only looks can be kept from writing and from the network; the error says what is missing.
    pub fn holds_looks(&self) -> Result<(), String> {
        self.confines(Reach::Here)
    }

    /// Whether a command of this reach is confined; what hold it beside that, groups and limits, does not count.
    pub(crate) fn confines(&self, reach: Reach) -> Result<(), String> {
        if reach == Reach::Free {
            return Ok(());
        }
        self.files.as_ref().map_err(String::clone)?;
        self.calls.clone()
    }

    /// What is not held on this system, in words; empty on one that holds everything.
    #[must_use]
    pub fn lost(&self) -> Vec<String> {
        // What reads the world has most to lose.
        Loss::all(self, Reach::World).iter().map(Loss::in_general).collect()
    }

    /// What was not held of a run of this reach, in words for whoever reads its report.
    pub(crate) fn not_held(&self, reach: Reach) -> Vec<String> {
        Loss::all(self, reach).iter().map(|loss| loss.of_a_run(reach)).collect()
    }
}

/// What confining the calling thread comes to.
type Tried = (Result<u8, String>, Result<(), String>);

#[cfg(target_os = "linux")]
fn try_both() -> Tried {
    let files = super::files::try_it();
    let version = *files.as_ref().unwrap_or(&0);
    (files, super::calls::confine(Reach::Here, version).map_err(|error| error.to_string()))
}

#[cfg(not(target_os = "linux"))]
fn try_both() -> Tried {
    (Err(super::ONLY_LINUX.to_owned()), Err(super::ONLY_LINUX.to_owned()))
}
