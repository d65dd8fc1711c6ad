//! The runner's settings. Only values: where they come from is the app's business.

use crate::guard::GuardProgram;
use crate::terms::{Confinement, Limits};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a command is held that may change something, once a person has given the word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// It may do what this server's user may, but not reach devices, the kernel's settings or other processes' memory.
    /// Programs that gain rights by being started, such as `sudo`, do not.
    Guarded,
    /// Only the limits hold it.
    Free,
}

/// Whether the kernel is asked to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Groups {
    /// Each run gets control groups, where they can be made.
    Made,
    /// The guard alone counts.
    None,
}

/// What every run is given, and its limits.
#[derive(Clone)]
pub struct RunnerConfig {
    /// The shell; a `bash` is started without any profile. See [`find_shell`].
    pub shell: PathBuf,
    /// Where commands begin.
    pub workdir: PathBuf,
    /// Exactly the variables that a command sees; it needs at least `PATH` and `HOME`.
    pub env: BTreeMap<String, String>,
    /// When a command is ended as timed out.
    pub time_limit: Duration,
    /// When a command that follows a log has shown enough.
    pub follow_limit: Duration,
    /// How many bytes of output are kept, half from its beginning and half from its end.
    pub output_bytes_max: usize,
    /// At how many bytes of output a command is ended.
    pub output_bytes_ceiling: u64,
    /// How long a command has between being asked to end and being killed.
    pub grace: Duration,
    /// What one run may use.
    pub limits: Limits,
    /// Whether a command that only looks may run by itself where it cannot be confined.
    pub confinement: Confinement,
    /// How commands are held that may change something.
    pub changes: Changes,
    /// Whether control groups are made.
    pub groups: Groups,
    /// Folders and files that a command which only looks cannot read, such as this server's own data.
    pub hidden: Vec<PathBuf>,
    /// Folders where a command that only looks may write nevertheless, such as a tool's cache.
    pub writable: Vec<PathBuf>,
    /// The program that guards each run.
    pub guard: GuardProgram,
    /// Values that never leave the runner. Those shorter than four bytes are ignored: masking them would eat the text.
    pub secrets: Vec<String>,
}

impl RunnerConfig {
    /// The usual limits: 60 s, 15 s for logs, 32 KiB kept of at most 16 MiB, 2 s of grace.
    #[must_use]
    pub fn new(workdir: PathBuf, env: BTreeMap<String, String>) -> Self {
        let path = env.get("PATH").map_or("", String::as_str);
        let shell = find_shell(path).unwrap_or_else(|| PathBuf::from("/bin/sh"));
        Self {
            shell,
            workdir,
            env,
            time_limit: Duration::from_secs(60),
            follow_limit: Duration::from_secs(15),
            output_bytes_max: 32 * 1024,
            output_bytes_ceiling: 16 * 1024 * 1024,
            grace: Duration::from_secs(2),
            limits: Limits::default(),
            confinement: Confinement::Required,
            changes: Changes::Guarded,
            groups: Groups::Made,
            hidden: Vec::new(),
            writable: Vec::new(),
            guard: GuardProgram::itself(),
            secrets: Vec::new(),
        }
    }
}

/// The first `bash` on a `PATH`, else the first `sh`.
#[must_use]
pub fn find_shell(path: &str) -> Option<PathBuf> {
    let find = |name: &str| {
        let places = path.split(':').filter(|folder| folder.starts_with('/'));
        places.map(|folder| Path::new(folder).join(name)).find(|file| is_executable(file))
    };
    find("bash").or_else(|| find("sh"))
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn put(folder: &Path, name: &str, mode: u32) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "").unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn bash_is_preferred_and_must_be_executable() {
        let root = tempfile::tempdir().unwrap();
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        put(&first, "sh", 0o755);
        put(&first, "bash", 0o644);
        let path = format!("relative:{}:{}", first.display(), second.display());
        assert_eq!(find_shell(&path), Some(first.join("sh")));
        put(&second, "bash", 0o755);
        assert_eq!(find_shell(&path), Some(second.join("bash")));
        assert_eq!(find_shell("/nowhere"), None);
    }
}
