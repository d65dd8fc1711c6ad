//! What is kept of one sandbox: in the table of those there are, and as `sandbox.json` in its folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::RangeError;
use crate::state_file::{read_json, write_json};

/// Where a sandbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// It is being made, or made again from its snapshot.
    Starting,
    /// Its agent answers.
    Running,
    /// Nothing of it runs; its files are a snapshot.
    Paused,
}

/// One sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Its id, `sb-…`.
    pub(crate) id: String,
    /// The session of the edge that works in it.
    pub(crate) session: String,
    /// What was cloned, such as `demo/small`.
    pub(crate) repository: String,
    pub(crate) state: Stage,
    /// The version of the app that it runs under.
    pub(crate) version: u32,
    /// Where its agent answers, while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_url: Option<String>,
    /// Its agent's process, while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
    /// Since when it is in this state, milliseconds since 1970.
    pub(crate) since_ms: i64,
}

/// The folders of sandboxes.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    /// Those that run, or begin to.
    live: PathBuf,
    /// Snapshots of those that are paused.
    snapshots: PathBuf,
}

impl Folders {
    pub(super) fn of(folder: &Path) -> Result<Self, RangeError> {
        let folders = Self { live: folder.join("live"), snapshots: folder.join("snapshots") };
        crate::state_file::make_dir(&folders.live)?;
        crate::state_file::make_dir(&folders.snapshots)?;
        Ok(folders)
    }

    /// The folder of a sandbox that runs.
    pub(super) fn live(&self, id: &str) -> PathBuf {
        self.live.join(id)
    }

    /// The folder of a sandbox that is paused.
    pub(super) fn snapshot(&self, id: &str) -> PathBuf {
        self.snapshots.join(id)
    }

    /// Every sandbox that a process before this one has left: those that ran, or were to run again, and the paused ones.
    pub(super) fn found(&self) -> Result<Vec<Kept>, RangeError> {
        let mut found = Vec::new();
        for (place, state) in [(&self.live, Stage::Running), (&self.snapshots, Stage::Paused)] {
            let failed = |source| RangeError::File { path: place.clone(), source };
            for entry in std::fs::read_dir(place).map_err(failed)? {
                let folder = entry.map_err(failed)?.path();
                match Kept::read(&folder) {
                    // The place decides: a process may have ended between a move and a change of the file.
                    Ok(Some(kept)) => found.push(Kept { state, ..kept }),
                    // One that was never whole: nobody can want it any more.
                    Ok(None) | Err(_) => remove(&folder),
                }
            }
        }
        Ok(found)
    }
}

impl Kept {
    /// Reads a folder's sandbox; `None` when it was never whole.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, RangeError> {
        read_json(&folder.join("sandbox.json"))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), RangeError> {
        write_json(&folder.join("sandbox.json"), self)
    }
}

/// Removes a sandbox's folder. What cannot be removed now is found by the next process, and removed then.
pub(super) fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: &str, state: Stage) -> Kept {
        Kept {
            id: id.to_owned(),
            session: "ses_1".to_owned(),
            repository: "demo/small".to_owned(),
            state,
            version: 1,
            agent_url: None,
            pid: None,
            since_ms: 0,
        }
    }

    #[test]
    fn what_a_process_left_is_found_by_its_place_and_what_was_never_whole_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let folders = Folders::of(dir.path()).unwrap();
        // One that was about to run again: its file still says that it is paused.
        for (folder, one) in [
            (folders.live("sb-1"), kept("sb-1", Stage::Paused)),
            (folders.snapshot("sb-2"), kept("sb-2", Stage::Paused)),
        ] {
            std::fs::create_dir(&folder).unwrap();
            one.write(&folder).unwrap();
        }
        let half = folders.live("sb-3");
        std::fs::create_dir(&half).unwrap();
        let mut found = folders.found().unwrap();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(found, [kept("sb-1", Stage::Running), kept("sb-2", Stage::Paused)]);
        assert!(!half.exists());
    }
}
