//! Control groups of the kernel, where this process may make some below its own: they hold processes and memory better than
//! anything that counts, and nothing leaves them. Versions 1 and 2.
//!
//! Must never be here: what happens without one; the guard counts then.

use super::tree::pause;
use crate::terms::Limits;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::{Path, PathBuf};

/// With systemd's `DelegateSubgroup=server` the server sits in this group, and its runs get groups beside it.
const SERVER_GROUP: &str = "server";

/// How often a group is tried to be removed, 5 ms apart: who is not gone after that waits for a dead disk.
const END_TRIES_MAX: u32 = 400;

/// The groups of one run; none where none can be made.
#[derive(Default)]
pub(crate) struct Control {
    pub(crate) folders: Vec<PathBuf>,
    /// The kernel holds the number of processes.
    pub(crate) holds_processes: bool,
    /// The kernel holds the memory of all together.
    pub(crate) holds_memory: bool,
}

impl Control {
    /// Makes the groups of a run. What cannot be made is left out.
    pub(crate) fn make(name: &str, limits: &Limits) -> Self {
        let mut made = Self::default();
        if name.is_empty() {
            return made;
        }
        for place in places() {
            let folder = place.folder.join(name);
            if fs::create_dir(&folder).is_err() {
                continue;
            }
            let processes = limits.processes_max.to_string();
            let memory = limits.memory_bytes_max.to_string();
            let set = |file: &str, value: &str| fs::write(folder.join(file), value).is_ok();
            let holds_processes = set("pids.max", &processes);
            let holds_memory = set("memory.max", &memory) || set("memory.limit_in_bytes", &memory);
            // Without these the kernel would move to disk what is too much. Not every kernel counts that.
            let _ = set("memory.swap.max", "0") || set("memory.memsw.limit_in_bytes", &memory);
            if !holds_processes && !holds_memory && place.version == Version::One {
                let _ = fs::remove_dir(&folder);
                continue;
            }
            made.holds_processes |= holds_processes;
            made.holds_memory |= holds_memory;
            made.folders.push(folder);
        }
        made
    }

    /// The groups that a run of this name has, for whoever did not make them.
    pub(crate) fn of(name: &str) -> Self {
        let folders = places().map(|place| place.folder.join(name)).filter(|folder| folder.is_dir());
        Self { folders: folders.collect(), ..Self::default() }
    }

    /// Who is in them.
    pub(crate) fn members(&self) -> Vec<i32> {
        let lists =
            self.folders.iter().filter_map(|folder| fs::read_to_string(folder.join("cgroup.procs")).ok());
        let mut all: Vec<i32> = lists
            .flat_map(|list| list.lines().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Lets nobody in them start anything more, and kills all of them.
    pub(crate) fn kill(&self) {
        for folder in &self.folders {
            // Each kernel has one or the other.
            let _ = fs::write(folder.join("pids.max"), "0");
            let _ = fs::write(folder.join("cgroup.kill"), "1");
        }
        for pid in self.members().into_iter().filter_map(Pid::from_raw) {
            // The one error there is means that it has just ended.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Kills who is in them until nobody is, and removes them: the dead stay in a group until the kernel is done with them.
    pub(crate) fn end(&self) {
        for _ in 0..END_TRIES_MAX {
            self.kill();
            self.remove();
            if self.folders.iter().all(|folder| !folder.exists()) {
                return;
            }
            pause();
        }
    }

    /// Whether the kernel refused a process, or ended one for its memory.
    pub(crate) fn was_at_its_end(&self) -> (bool, bool) {
        let counts = |file: &str, word: &str| {
            let text = self.folders.iter().filter_map(|folder| fs::read_to_string(folder.join(file)).ok());
            text.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
                .filter_map(|line| line.strip_prefix(word)?.trim().parse::<u64>().ok())
                .any(|count| count > 0)
        };
        let memory = counts("memory.events", "oom_kill ") || counts("memory.oom_control", "oom_kill ");
        (counts("pids.events", "max "), memory)
    }

    /// Removes them. Only empty ones can be.
    pub(crate) fn remove(&self) {
        for folder in &self.folders {
            // One that is not empty holds what could not be killed, and goes with it.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Where a group can be made.
struct Place {
    folder: PathBuf,
    version: Version,
}

/// Below this process's own groups, as far as they are mounted here.
fn places() -> impl Iterator<Item = Place> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let places: Vec<Place> = own.lines().filter_map(|line| place(line, &mounts)).collect();
    places.into_iter()
}

/// A line `7:pids:/a/b` or `0::/a/b` says which group.
fn place(line: &str, mounts: &str) -> Option<Place> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let version = if controllers.is_empty() { Version::Two } else { Version::One };
    if version == Version::One && !["pids", "memory"].contains(&controllers) {
        return None;
    }
    let folder = mounts.lines().find_map(|mount| below(mount, version, controllers, path))?;
    match (version, folder.parent()) {
        (Version::Two, Some(parent)) if folder.ends_with(SERVER_GROUP) => {
            // Refused where it was done before, and where it is not ours to do.
            let _ = fs::write(parent.join("cgroup.subtree_control"), "+pids +memory");
            Some(Place { folder: parent.to_path_buf(), version })
        }
        _ => Some(Place { folder, version }),
    }
}

/// The folder of a group `path` in a mounted hierarchy, if it is the one that is looked for.
fn below(mount: &str, version: Version, controllers: &str, path: &str) -> Option<PathBuf> {
    let (left, right) = mount.split_once(" - ")?;
    let (root, point) = {
        let mut fields = left.split(' ').skip(3);
        (fields.next()?, fields.next()?)
    };
    let mut right = right.split(' ');
    let (kind, options) = (right.next()?, right.nth(1)?);
    let fits = match version {
        Version::Two => kind == "cgroup2",
        Version::One => kind == "cgroup" && options.split(',').any(|option| option == controllers),
    };
    let inside = Path::new(path).strip_prefix(root).ok()?;
    fits.then(|| Path::new(point).join(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        30 23 0:25 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids\n\
        31 23 0:26 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
        32 23 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    fn found(line: &str) -> Option<String> {
        place(line, MOUNTS).map(|place| place.folder.display().to_string())
    }

    #[test]
    fn a_group_is_found_where_it_is_mounted() {
        assert_eq!(found("8:pids:/safe").as_deref(), Some("/sys/fs/cgroup/pids/safe"));
        assert_eq!(found("4:memory:/docker/abc/x").as_deref(), Some("/sys/fs/cgroup/memory/x"));
        assert_eq!(found("4:memory:/elsewhere"), None);
        assert_eq!(found("3:cpuset:/"), None);
        assert_eq!(found("0::/evenkeel.service").as_deref(), Some("/sys/fs/cgroup/unified/evenkeel.service"));
        assert_eq!(found("0::/a.service/server").as_deref(), Some("/sys/fs/cgroup/unified/a.service"));
    }
}
