//! The messages of all sessions: a file of JSON lines each, appended to, and what is known of them in memory. A message
//! is stored once, by its key; the oldest transcripts go when all of them are too large.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::rows::Message;
use crate::RangeError;
use crate::state_file::make_dir;

/// Bytes of all transcripts on disk.
const BYTES_MAX: u64 = 48 * 1024 * 1024;
/// Bytes of one transcript; the edge begins a new session earlier.
const TRANSCRIPT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// All transcripts.
#[derive(Debug)]
pub(super) struct Transcripts {
    folder: PathBuf,
    all: BTreeMap<String, Known>,
    /// Counts changes, so that the transcript that was longest without one is known.
    turn: u64,
    bytes_max: u64,
}

#[derive(Debug, Default)]
struct Known {
    keys: BTreeSet<String>,
    bytes: u64,
    turn: u64,
}

/// What came of storing one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Yes,
    /// One with this key is there already.
    Repeat,
    /// The transcript has its limit.
    Full,
}

impl Transcripts {
    /// Reads what is stored already. A line that is no message ends its transcript there.
    pub(super) fn open(folder: PathBuf) -> Result<Self, RangeError> {
        make_dir(&folder)?;
        let failed = |source| RangeError::File { path: folder.clone(), source };
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let session = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".ndjson"));
            let Some(session) = session else { continue };
            let (mut known, whole) = read_known(&path)?;
            if !whole {
                cut(&path, known.bytes)?;
            }
            known.turn = 0;
            all.insert(session.to_owned(), known);
        }
        Ok(Self { folder, all, turn: 0, bytes_max: BYTES_MAX })
    }

    /// Adds a message under a key, unless one is there under that key.
    pub(super) fn add(&mut self, session: &str, key: &str, message: &Message) -> Result<Stored, RangeError> {
        let path = self.path_of(session);
        let known = self.all.entry(session.to_owned()).or_default();
        if known.keys.contains(key) {
            return Ok(Stored::Repeat);
        }
        let Ok(text) = serde_json::to_string(&(key, message)) else { return Ok(Stored::Full) };
        let line = text + "\n";
        let bytes = line.len() as u64;
        if known.bytes + bytes > TRANSCRIPT_BYTES_MAX {
            return Ok(Stored::Full);
        }
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|source| RangeError::File { path, source })?;
        self.turn += 1;
        known.keys.insert(key.to_owned());
        known.bytes += bytes;
        known.turn = self.turn;
        self.make_room();
        Ok(Stored::Yes)
    }

    /// The messages of a session in the order in which they came.
    pub(super) fn of(&self, session: &str) -> Result<Vec<Message>, RangeError> {
        if !self.all.contains_key(session) {
            return Ok(Vec::new());
        }
        let path = self.path_of(session);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(RangeError::File { path, source }),
        };
        Ok(text.lines().filter_map(read_line).map(|(_, message)| message).collect())
    }

    /// Forgets a session's messages.
    pub(super) fn forget(&mut self, session: &str) {
        if self.all.remove(session).is_some() {
            // A file that stays behind is found at the next start, as one of the oldest.
            let _ = fs::remove_file(self.path_of(session));
        }
    }

    fn make_room(&mut self) {
        while self.all.values().map(|known| known.bytes).sum::<u64>() > self.bytes_max && self.all.len() > 1 {
            let oldest = self.all.iter().min_by_key(|(_, known)| known.turn).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { break };
            self.forget(&oldest);
        }
    }

    fn path_of(&self, session: &str) -> PathBuf {
        self.folder.join(format!("{session}.ndjson"))
    }
}

fn read_line(line: &str) -> Option<(String, Message)> {
    serde_json::from_str(line).ok()
}

/// What is known of a file, and whether all of it could be read.
fn read_known(path: &Path) -> Result<(Known, bool), RangeError> {
    let text = fs::read(path).map_err(|source| RangeError::File { path: path.to_owned(), source })?;
    let mut known = Known::default();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let read = core::str::from_utf8(line).ok().filter(|line| line.ends_with('\n')).and_then(read_line);
        let Some((key, _)) = read else { return Ok((known, false)) };
        known.keys.insert(key);
        known.bytes += line.len() as u64;
    }
    Ok((known, true))
}

/// Takes away what a process that was killed has left half written.
fn cut(path: &Path, bytes: u64) -> Result<(), RangeError> {
    let file = OpenOptions::new().write(true).open(path);
    file.and_then(|file| file.set_len(bytes))
        .map_err(|source| RangeError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, text: &str) -> Message {
        Message { id: id.to_owned(), role: "user".to_owned(), text: text.to_owned(), at_ms: 0 }
    }

    #[test]
    fn a_message_is_stored_once_also_over_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut all = Transcripts::open(dir.path().to_owned()).unwrap();
        assert_eq!(all.add("ses_1", "m1", &message("m1", "one")).unwrap(), Stored::Yes);
        assert_eq!(all.add("ses_1", "m1", &message("m1", "other")).unwrap(), Stored::Repeat);
        assert_eq!(all.add("ses_1", "m2", &message("m2", "two\nlines")).unwrap(), Stored::Yes);
        let mut again = Transcripts::open(dir.path().to_owned()).unwrap();
        assert_eq!(again.add("ses_1", "m2", &message("m2", "two")).unwrap(), Stored::Repeat);
        let texts: Vec<_> = again.of("ses_1").unwrap().into_iter().map(|message| message.text).collect();
        assert_eq!(texts, ["one", "two\nlines"]);
        assert_eq!(again.of("ses_2").unwrap(), []);
    }

    #[test]
    fn a_line_that_was_cut_off_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ses_1.ndjson");
        let mut all = Transcripts::open(dir.path().to_owned()).unwrap();
        all.add("ses_1", "m1", &message("m1", "one")).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}[\"m2\",{{\"id\":\"m")).unwrap();
        let mut again = Transcripts::open(dir.path().to_owned()).unwrap();
        again.add("ses_1", "m2", &message("m2", "two")).unwrap();
        assert_eq!(again.of("ses_1").unwrap().len(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn the_transcript_that_was_quiet_longest_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        let mut all = Transcripts::open(dir.path().to_owned()).unwrap();
        all.bytes_max = 3_500;
        let long = "x".repeat(1_000);
        for session in ["a", "b", "c"] {
            all.add(session, "m1", &message("m1", &long)).unwrap();
        }
        all.add("a", "m2", &message("m2", &long)).unwrap();
        assert_eq!(all.of("b").unwrap(), []);
        assert_eq!((all.of("a").unwrap().len(), all.of("c").unwrap().len()), (2, 1));
        assert!(!dir.path().join("b.ndjson").exists());
    }
}
