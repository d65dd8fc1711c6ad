//! What takes the network and the disk away from a tool that is only asked for its help.
//!
//! Must never be here: starting anything. Both means are the kernel's own for a process without privileges, hold for the
//! calling thread and for every child that it starts, and cannot be taken back. A namespace without network would be the
//! third; it must be entered between fork and exec, which is `unsafe` here, and many containers refuse it.

use std::io;
use std::path::Path;

/// Confines the calling thread and its children: no sockets of any kind, nothing written outside `scratch`, and, where
/// the kernel is new enough (6.12), no signals to other processes. An error means that it is not confined.
#[cfg(target_os = "linux")]
pub(crate) fn confine(scratch: &Path) -> io::Result<()> {
    files(scratch)?;
    sockets()
}

/// Other systems have no such means.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(_scratch: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux has the means"))
}

/// Landlock: files may be read and run anywhere, and written in one folder.
#[cfg(target_os = "linux")]
fn files(scratch: &Path) -> io::Result<()> {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
        RulesetCreatedAttr as _, RulesetStatus, Scope,
    };
    // What an older kernel does not know of these is left out; without the first version nothing is enforced.
    let abi = ABI::V6;
    let write = AccessFs::from_write(abi);
    let refused = |error: &dyn std::error::Error| io::Error::other(format!("Landlock: {error}"));
    let folder = PathFd::new(scratch).map_err(|error| refused(&error))?;
    let null = PathFd::new("/dev/null").map_err(|error| refused(&error))?;
    let status = Ruleset::default()
        .handle_access(write)
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(landlock::Ruleset::create)
        .and_then(|rules| rules.add_rule(PathBeneath::new(folder, write)))
        .and_then(|rules| rules.add_rule(PathBeneath::new(null, AccessFs::WriteFile | AccessFs::Truncate)))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| refused(&error))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this kernel has no Landlock, or has it switched off",
        )),
    }
}

/// seccomp: no socket can be made, of any family, so neither the network nor a service on this machine (Docker, D-Bus, an
/// agent) can be reached. `socketpair`, with which programs talk to their own children, stays.
#[cfg(target_os = "linux")]
fn sockets() -> io::Result<()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    let refused = |error: &dyn std::error::Error| io::Error::other(format!("seccomp: {error}"));
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    // io_uring makes sockets without the system call.
    let calls = [libc::SYS_socket, libc::SYS_io_uring_setup];
    let rules = calls.map(|call| (call, Vec::new())).into();
    let arch = std::env::consts::ARCH.try_into().map_err(|error| refused(&error))?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, errno(libc::EACCES), arch)
        .map_err(|error| refused(&error))?;
    let program: BpfProgram =
        filter.try_into().map_err(|error: seccompiler::BackendError| refused(&error))?;
    seccompiler::apply_filter(&program).map_err(|error| refused(&error))
}
