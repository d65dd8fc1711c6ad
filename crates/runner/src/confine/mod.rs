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
#[cfg(target_os = "linux")]
mod rights;

pub use kernel::Held;

use crate::terms::{Reach, Terms};
use std::io;

/// Confines the calling thread and its children. An error means that this or that is not held, and says what.
#[cfg(target_os = "linux")]
pub(crate) fn confine(terms: &Terms) -> io::Result<()> {
    if terms.reach == Reach::Free {
        return Ok(());
    }
    rights::drop(terms.reach);
    // The second is tried also where the first is not to be had, for those who make do with it.
    let files = files::confine(terms);
    let version = *files.as_ref().unwrap_or(&0);
    let calls = calls::confine(terms.reach, version);
    files.and(calls)
}

/// Other systems have no such means.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(terms: &Terms) -> io::Result<()> {
    match terms.reach {
        Reach::Free => Ok(()),
        Reach::Here | Reach::Services | Reach::World | Reach::Changes => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux has the means"))
        }
    }
}
