//! The request log: a bounded ring in memory, a bounded file of JSON lines, and a live feed for the tailing tools.
//! Nothing here knows what a request means.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::RangeError;
use crate::state_file::make_dir;

/// Records kept in memory: several minutes of the gentle load.
const RING_MAX: usize = 2_000;
/// Records a slow tail may lag behind before it loses some.
const FEED_MAX: usize = 512;
/// The file is set aside as `NAME.ndjson.1` when it has grown to this.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// One of the services of the practice stack, each a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceName {
    /// The platform's entry: TLS, and the service chosen by the `Host` header.
    Front,
    /// The edge API behind `api.tabbi.dev`.
    Edge,
    /// The sandbox app behind `*.modal.run`.
    Sandbox,
    /// The backend behind `*.convex.site`.
    Backend,
    /// The provider that people sign in with.
    Provider,
    /// The web page of the product.
    Site,
    /// The synthetic users.
    Load,
}

impl ServiceName {
    /// All of them, in the order in which a request meets them.
    pub const ALL: [Self; 7] =
        [Self::Front, Self::Edge, Self::Sandbox, Self::Backend, Self::Provider, Self::Site, Self::Load];

    /// Its name in files, addresses and arguments.
    pub fn text(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Edge => "edge",
            Self::Sandbox => "sandbox",
            Self::Backend => "backend",
            Self::Provider => "provider",
            Self::Site => "site",
            Self::Load => "load",
        }
    }

    /// The service of that name.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.text() == text)
    }
}

impl core::fmt::Display for ServiceName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

/// How one invocation ended, as the edge platform words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The code returned an answer, whatever its status.
    Ok,
    /// The code raised an error and the platform answered 500 for it.
    Exception,
    /// The code used up its processor time and the platform ended it.
    #[serde(rename = "exceededCpu")]
    ExceededCpu,
}

/// One line of the request log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Which service did it.
    pub service: ServiceName,
    /// The function or script that ran.
    pub function: String,
    /// The request's method, empty for a call inside the stack.
    pub method: String,
    /// The request's URL, empty for a call inside the stack.
    pub url: String,
    /// The status answered.
    pub status: u16,
    /// How the invocation ended.
    pub outcome: Outcome,
    /// What the code printed.
    pub notes: Vec<String>,
    /// What it raised.
    pub exceptions: Vec<String>,
}

/// The log of one service; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    inner: Arc<Mutex<Inner>>,
    feed: broadcast::Sender<Arc<Record>>,
}

#[derive(Debug)]
struct Inner {
    ring: VecDeque<Arc<Record>>,
    path: PathBuf,
    file: File,
    file_bytes: u64,
}

impl Log {
    /// Opens `logs/NAME.ndjson` in the range's directory for appending.
    pub(crate) fn open(dir: &Path, service: ServiceName) -> Result<Self, RangeError> {
        let dir = dir.join("logs");
        make_dir(&dir)?;
        let path = dir.join(format!("{service}.ndjson"));
        let (file, file_bytes) = open_file(&path)?;
        let inner = Inner { ring: VecDeque::new(), path, file, file_bytes };
        Ok(Self { inner: Arc::new(Mutex::new(inner)), feed: broadcast::channel(FEED_MAX).0 })
    }

    /// Adds one record to ring, file and feed. A full disk loses the file's line only: the stack goes on serving.
    pub(crate) fn add(&self, record: Record) {
        let record = Arc::new(record);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.append(&record);
        if inner.ring.len() == RING_MAX {
            inner.ring.pop_front();
        }
        inner.ring.push_back(Arc::clone(&record));
        // Sent under the lock, so that `follow` neither misses nor repeats a record. No listener is no error.
        let _ = self.feed.send(record);
    }

    /// The newest `history` records, oldest first, and all that come after them.
    pub(crate) fn follow(&self, history: usize) -> (Vec<Arc<Record>>, broadcast::Receiver<Arc<Record>>) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = inner.ring.len().saturating_sub(history);
        (inner.ring.iter().skip(skipped).cloned().collect(), self.feed.subscribe())
    }

    /// How many requests there were since `since_ms`, and how many of them were answered with 5xx.
    pub(crate) fn counts(&self, since_ms: i64) -> (usize, usize) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = || inner.ring.iter().rev().take_while(|r| r.at_ms >= since_ms);
        (recent().count(), recent().filter(|r| r.status >= 500).count())
    }
}

impl Inner {
    fn append(&mut self, record: &Record) {
        let Ok(mut line) = serde_json::to_vec(record) else { return };
        line.push(b'\n');
        if self.file_bytes + line.len() as u64 > FILE_BYTES_MAX {
            self.set_aside();
        }
        if self.file.write_all(&line).is_ok() {
            self.file_bytes += line.len() as u64;
        }
    }

    fn set_aside(&mut self) {
        let renamed = fs::rename(&self.path, self.path.with_extension("ndjson.1"));
        if let (Ok(()), Ok((file, bytes))) = (renamed, open_file(&self.path)) {
            self.file = file;
            self.file_bytes = bytes;
        }
    }
}

fn open_file(path: &Path) -> Result<(File, u64), RangeError> {
    let failed = |source| RangeError::File { path: path.to_owned(), source };
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    Ok((file, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at_ms: i64, status: u16) -> Record {
        Record {
            at_ms,
            service: ServiceName::Edge,
            function: "f".to_owned(),
            method: "GET".to_owned(),
            url: "/".to_owned(),
            status,
            outcome: Outcome::Ok,
            notes: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    #[test]
    fn history_is_oldest_first_and_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), ServiceName::Edge).unwrap();
        for at in 0..5 {
            log.add(record(at, 200));
        }
        let (history, mut feed) = log.follow(3);
        assert_eq!(history.iter().map(|r| r.at_ms).collect::<Vec<_>>(), [2, 3, 4]);
        log.add(record(9, 200));
        assert_eq!(feed.try_recv().unwrap().at_ms, 9, "the feed begins where the history ends");
    }

    #[test]
    fn the_file_holds_one_json_line_a_record() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), ServiceName::Edge).unwrap();
        log.add(record(7, 500));
        let text = fs::read_to_string(dir.path().join("logs/edge.ndjson")).unwrap();
        let read: Record = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(read, record(7, 500));
    }

    #[test]
    fn counts_look_back_to_an_instant() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), ServiceName::Edge).unwrap();
        log.add(record(1, 500));
        log.add(record(10, 500));
        log.add(record(11, 200));
        assert_eq!(log.counts(10), (2, 1));
    }
}
