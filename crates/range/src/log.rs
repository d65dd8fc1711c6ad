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
/// The file is set aside as `requests.jsonl.1` when it has grown to this.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// One of the services of the practice stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceName {
    /// The edge API behind `api.tabbi.dev`.
    Edge,
    /// The sandbox app behind `*.modal.run`.
    Sandbox,
    /// The backend behind `*.convex.site`.
    Backend,
}

/// How one invocation ended, as the edge platform words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The code returned an answer, whatever its status.
    Ok,
    /// The code raised an error and the platform answered 500 for it.
    Exception,
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

/// The log of one range; cheap to clone.
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
    /// Opens `log/requests.jsonl` in the range's directory for appending.
    pub(crate) fn open(dir: &Path) -> Result<Self, RangeError> {
        let dir = dir.join("log");
        make_dir(&dir)?;
        let path = dir.join("requests.jsonl");
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

    /// The newest `history` records of a service, oldest first, and all that come after them.
    pub(crate) fn follow(
        &self,
        service: ServiceName,
        history: usize,
    ) -> (Vec<Arc<Record>>, broadcast::Receiver<Arc<Record>>) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest: Vec<_> =
            inner.ring.iter().rev().filter(|r| r.service == service).take(history).cloned().collect();
        newest.reverse();
        (newest, self.feed.subscribe())
    }

    /// How many edge requests there were since `since_ms`, and how many of them were answered with 5xx.
    pub(crate) fn edge_counts(&self, since_ms: i64) -> (usize, usize) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = || {
            inner
                .ring
                .iter()
                .rev()
                .take_while(|r| r.at_ms >= since_ms)
                .filter(|r| r.service == ServiceName::Edge)
        };
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
        let renamed = fs::rename(&self.path, self.path.with_extension("jsonl.1"));
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

    fn record(at_ms: i64, service: ServiceName, status: u16) -> Record {
        Record {
            at_ms,
            service,
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
    fn history_is_of_one_service_oldest_first_and_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path()).unwrap();
        for at in 0..5 {
            log.add(record(at, ServiceName::Edge, 200));
            log.add(record(at, ServiceName::Sandbox, 200));
        }
        let (history, mut feed) = log.follow(ServiceName::Edge, 3);
        assert_eq!(history.iter().map(|r| r.at_ms).collect::<Vec<_>>(), [2, 3, 4]);
        log.add(record(9, ServiceName::Edge, 200));
        assert_eq!(feed.try_recv().unwrap().at_ms, 9, "the feed begins where the history ends");
    }

    #[test]
    fn the_file_holds_one_json_line_a_record() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path()).unwrap();
        log.add(record(7, ServiceName::Edge, 500));
        let text = fs::read_to_string(dir.path().join("log/requests.jsonl")).unwrap();
        let read: Record = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(read, record(7, ServiceName::Edge, 500));
    }

    #[test]
    fn counts_look_at_the_edge_since_an_instant() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path()).unwrap();
        log.add(record(1, ServiceName::Edge, 500));
        log.add(record(10, ServiceName::Edge, 500));
        log.add(record(10, ServiceName::Backend, 500));
        log.add(record(11, ServiceName::Edge, 200));
        assert_eq!(log.edge_counts(10), (2, 1));
    }
}
