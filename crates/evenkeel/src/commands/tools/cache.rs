//! What tools answered before, one JSON file a tool. It holds for exactly that file of the tool; whatever is wrong with it,
//! it is as if it were not there.

use crate::wiring::hex;
use runner::Told;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file of the cache larger than this is not read.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// How far above a tool its package's description is looked for: `package/bin/tool.js`.
const PACKAGE_DEPTH_MAX: usize = 4;

/// Answers on disk.
pub(super) struct Cache {
    /// Nothing is kept without one.
    folder: Option<PathBuf>,
    /// What was read so far, by tool.
    entries: BTreeMap<PathBuf, Entry>,
}

/// What one tool answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    tool: PathBuf,
    /// Where its links lead to.
    target: PathBuf,
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    /// Of the `package.json` above it: npm gives every version the same time, and often the same launcher.
    package: Option<String>,
    /// By arguments.
    answers: BTreeMap<String, Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    text: String,
    is_success: bool,
}

impl Cache {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, entries: BTreeMap::new() }
    }

    /// What the tool answered to these arguments, if it is still the same tool.
    pub(super) fn recall(&mut self, tool: &Path, arguments: &[String]) -> Option<Told> {
        let answer = self.entry(tool)?.answers.get(&arguments.join(" "))?;
        Some(Told { text: answer.text.clone(), is_success: answer.is_success })
    }

    /// Keeps an answer. A disk that cannot keep it costs time and nothing else.
    pub(super) fn keep(&mut self, tool: &Path, arguments: &[String], told: &Told) {
        let answer = Answer { text: told.text.clone(), is_success: told.is_success };
        let Some(entry) = self.entry(tool) else { return };
        entry.answers.insert(arguments.join(" "), answer);
        let entry = entry.clone();
        if let Some(folder) = &self.folder
            && let Err(error) = write(folder, &entry)
        {
            tracing::debug!(%error, "an answer of a tool was not kept");
        }
    }

    fn entry(&mut self, tool: &Path) -> Option<&mut Entry> {
        if !self.entries.contains_key(tool) {
            let now = Entry::of(tool)?;
            let kept = self.folder.as_deref().and_then(|folder| read(&folder.join(file_name(tool))));
            let same = kept.filter(|kept| Entry { answers: BTreeMap::new(), ..kept.clone() } == now);
            self.entries.insert(tool.to_owned(), same.unwrap_or(now));
        }
        self.entries.get_mut(tool)
    }
}

impl Entry {
    fn of(tool: &Path) -> Option<Self> {
        let target = tool.canonicalize().ok()?;
        let meta = target.metadata().ok()?;
        let package = target
            .ancestors()
            .skip(1)
            .take(PACKAGE_DEPTH_MAX)
            .find_map(|folder| fs::read(folder.join("package.json")).ok())
            .map(|bytes| hex(Sha256::digest(&bytes).as_slice()));
        Some(Self {
            tool: tool.to_owned(),
            target,
            size: meta.size(),
            modified: i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()),
            package,
            answers: BTreeMap::new(),
        })
    }
}

fn file_name(tool: &Path) -> String {
    let name = tool.file_name().unwrap_or_default().to_string_lossy();
    let digest = hex(Sha256::digest(tool.as_os_str().as_encoded_bytes()).as_slice());
    format!("{name}-{}.json", &digest[..16])
}

fn read(file: &Path) -> Option<Entry> {
    let size = fs::metadata(file).ok()?.len();
    let bytes = (size <= FILE_BYTES_MAX).then(|| fs::read(file).ok())??;
    serde_json::from_slice(&bytes).ok()
}

/// Written beside and moved into place, so that nobody reads half of it.
fn write(folder: &Path, entry: &Entry) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec(entry)?)?;
    file.persist(folder.join(file_name(&entry.tool)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told { text: "Usage: tool".to_owned(), is_success: true }
    }

    #[test]
    fn an_answer_holds_as_long_as_the_tool_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, tool) = (folder.path().join("cache"), folder.path().join("tool"));
        let recall = |arguments: &[String]| Cache::new(Some(cache.clone())).recall(&tool, arguments);
        let help = ["--help".to_owned()];
        fs::write(&tool, "one").unwrap();
        Cache::new(Some(cache.clone())).keep(&tool, &help, &told());
        assert_eq!(recall(&help), Some(told()));
        assert_eq!(recall(&["--version".to_owned()]), None);
        fs::write(folder.path().join("package.json"), r#"{"version":"2.0.0"}"#).unwrap();
        assert_eq!(recall(&help), None, "another version of the package");
        fs::remove_file(folder.path().join("package.json")).unwrap();
        assert_eq!(recall(&help), Some(told()));
        fs::write(&tool, "three").unwrap();
        assert_eq!(recall(&help), None, "another file");
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, tool) = (folder.path().join("cache"), folder.path().join("tool"));
        fs::write(&tool, "one").unwrap();
        let help = ["--help".to_owned()];
        Cache::new(Some(cache.clone())).keep(&tool, &help, &told());
        let file = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
        fs::write(&file, "{\"tool\": 7").unwrap();
        assert_eq!(Cache::new(Some(cache.clone())).recall(&tool, &help), None);
        Cache::new(Some(cache.clone())).keep(&tool, &help, &told());
        assert_eq!(Cache::new(Some(cache)).recall(&tool, &help), Some(told()));
    }
}
