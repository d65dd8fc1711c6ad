//! What takes files, network and other processes away from a command, by how far it reaches.
//!
//! Must never be here: starting anything. The means are the kernel's own for a process without privileges, hold for the
//! calling thread and every child that it starts, and cannot be taken back. A namespace without network would be another;
//! it must be entered between fork and exec, which is `unsafe` here, and many containers refuse it.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
mod kernel;
mod loss;
#[cfg(target_os = "linux")]
mod rights;

pub use kernel::Held;

use crate::terms::{Reach, Terms};

/// Why nothing is held elsewhere.
#[cfg(not(target_os = "linux"))]
const ONLY_LINUX: &str = "only Linux has the means";

/// Confines the calling thread and its children, as far as this kernel can. What is held by now; nobody has asked for
/// control groups here.
#[cfg(target_os = "linux")]
pub(crate) fn confine(terms: &Terms) -> Held {
    if terms.reach == Reach::Free {
        return Held { files: Ok(0), calls: Ok(()), processes: false, memory: false };
    }
    rights::drop(terms.reach);
    // The second is tried also where the first is not to be had, for those who make do with it.
    let files = files::confine(terms).map_err(|error| error.to_string());
    let version = *files.as_ref().unwrap_or(&0);
    let calls = calls::confine(terms.reach, version).map_err(|error| error.to_string());
    Held { files, calls, processes: false, memory: false }
}

/// Other systems have no such means.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(_terms: &Terms) -> Held {
    let none = || ONLY_LINUX.to_owned();
    Held { files: Err(none()), calls: Err(none()), processes: false, memory: false }
}
