//! Landlock: which files a command may write, and which it may not even read.

use crate::terms::{Reach, Terms};
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The newest version that is known here. What an older kernel does not know of it is left out; see `kernel`.
const VERSION: ABI = ABI::V6;
/// Why nothing is held where the kernel does not know the calls.
const NONE: &str = "this kernel has no Landlock, or has it switched off";
/// Everybody may write to these and ask them what they are.
const HARMLESS: [&str; 8] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
];
/// Where changes are not: devices, processes and the kernel's settings.
const SYSTEM: [&str; 3] = ["/dev", "/proc", "/sys"];
/// Beside these of the devices' folder, which are memory that programs share.
const SHARED: [&str; 2] = ["/dev/shm", "/dev/mqueue"];
/// Folders that hold more than this, above what is to be hidden, would hold up every run.
const ENTRIES_MAX: usize = 20_000;

/// Confines the calling thread. Landlock's version, of those known here.
pub(super) fn confine(terms: &Terms) -> io::Result<u8> {
    let rules = if terms.reach.only_looks() { looks(terms)? } else { changes()? };
    let status = rules.restrict_self().map_err(|error| refused(&error))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(version(status.landlock)),
        RulesetStatus::NotEnforced => Err(io::Error::new(io::ErrorKind::Unsupported, NONE)),
    }
}

/// Landlock's version here, found by confining the calling thread to next to everything; else why it holds nothing.
pub(super) fn try_it() -> Result<u8, String> {
    let rules = Ruleset::default().handle_access(AccessFs::MakeBlock).and_then(Ruleset::create);
    let status =
        rules.and_then(RulesetCreated::restrict_self).map_err(|error| refused(&error).to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(NONE.to_owned()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(version(status.landlock)),
    }
}

fn version(status: LandlockStatus) -> u8 {
    let version = match status {
        LandlockStatus::Available { effective_abi, .. } => effective_abi as i32,
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
    };
    u8::try_from(version).unwrap_or(u8::MAX)
}

/// Reads everything but what is hidden; writes in its scratch and where the settings say; no port of its own; no signals to
/// processes outside.
fn looks(terms: &Terms) -> io::Result<RulesetCreated> {
    let write = AccessFs::from_write(VERSION);
    let hidden: Vec<PathBuf> = terms.hidden.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let read = if hidden.is_empty() { BitFlags::EMPTY } else { AccessFs::ReadFile.into() };
    let net = match terms.reach {
        Reach::World => AccessNet::BindTcp.into(),
        Reach::Here | Reach::Services | Reach::Changes | Reach::Free => AccessNet::from_all(VERSION),
    };
    let mut rules = Ruleset::default()
        .handle_access(write | read)
        .and_then(|rules| rules.handle_access(net))
        .and_then(|rules| rules.scope(Scope::from_all(VERSION)))
        .and_then(Ruleset::create)
        .map_err(|error| refused(&error))?;
    let devices = AccessFs::MakeChar | AccessFs::MakeBlock;
    for own in terms.scratch.iter().chain(&terms.writable) {
        rules = allow(rules, own, (write & !devices) | read)?;
    }
    for device in HARMLESS {
        rules = allow(
            rules,
            Path::new(device),
            (AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev) | read,
        )?;
    }
    if !read.is_empty() {
        let mut open = Vec::new();
        around(Path::new("/"), &hidden, &mut open)?;
        for path in open {
            rules = allow(rules, &path, read)?;
        }
    }
    Ok(rules)
}

/// Writes where its user may, but no device and nothing of the kernel's. New files directly in `/` cannot be made.
fn changes() -> io::Result<RulesetCreated> {
    let write = AccessFs::WriteFile | AccessFs::IoctlDev;
    let devices = AccessFs::MakeChar | AccessFs::MakeBlock;
    let mut rules = Ruleset::default()
        .handle_access(write | devices | AccessFs::Refer)
        .and_then(Ruleset::create)
        .map_err(|error| refused(&error))?;
    rules = allow(rules, Path::new("/"), AccessFs::Refer.into())?;
    for entry in fs::read_dir("/")?.flatten() {
        let path = entry.path();
        if !SYSTEM.iter().any(|system| path == Path::new(system)) {
            rules = allow(rules, &path, write)?;
        }
    }
    for place in HARMLESS.iter().chain(&SHARED) {
        rules = allow(rules, Path::new(place), write)?;
    }
    Ok(rules)
}

/// A rule for a path and all below it; what is not there, is a link or cannot be seen needs none.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    let Ok(meta) = fs::symlink_metadata(path) else { return Ok(rules) };
    let access = if meta.is_dir() { access } else { access & AccessFs::from_file(VERSION) };
    if meta.is_symlink() || access.is_empty() {
        return Ok(rules);
    }
    match PathFd::new(path) {
        Ok(fd) => rules.add_rule(PathBeneath::new(fd, access)).map_err(|error| refused(&error)),
        Err(_) => Ok(rules),
    }
}

/// Everything below `folder` but what is hidden, in as few paths as can be. Landlock can only allow, so what is to be
/// hidden is left out, and so is what is made beside it while the command runs.
fn around(folder: &Path, hidden: &[PathBuf], open: &mut Vec<PathBuf>) -> io::Result<()> {
    if hidden.iter().any(|hidden| hidden == folder) {
        return Ok(());
    }
    if !hidden.iter().any(|hidden| hidden.starts_with(folder)) {
        open.push(folder.to_path_buf());
        return Ok(());
    }
    for (count, entry) in fs::read_dir(folder)?.flatten().enumerate() {
        if count == ENTRIES_MAX {
            return Err(io::Error::other(format!(
                "the server's data cannot be hidden: {} holds more than {ENTRIES_MAX} files beside it",
                folder.display()
            )));
        }
        around(&entry.path(), hidden, open)?;
    }
    Ok(())
}

fn refused(error: &dyn std::error::Error) -> io::Error {
    io::Error::other(format!("Landlock: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_gone_around() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for folder in ["a/data/deep", "a/beside", "b"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("a/file"), "").unwrap();
        let mut open = Vec::new();
        around(&root, &[root.join("a/data")], &mut open).unwrap();
        open.sort();
        assert_eq!(open, ["a/beside", "a/file", "b"].map(|path| root.join(path)));
        open.clear();
        around(&root, &[root.join("elsewhere/data")], &mut open).unwrap();
        assert_eq!(open.len(), 2, "{open:?}");
    }
}
