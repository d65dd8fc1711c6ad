//! Moves what the write-ahead log holds into the database, beside the writer instead of in its commits.
//!
//! After so much volume, or when nothing has been written for a while. The writer restarts the log by itself once all
//! of it has been moved; under steady load that moment never comes, so past a size the log is restarted by force,
//! right after a passive checkpoint has left next to nothing to move.

use super::connection;
use super::lock::io_error;
use crate::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Pages of 4 KiB that are worth a checkpoint: 16 MiB.
const VOLUME_PAGES: u64 = 4_096;
/// Pages after which the log is begun anew: 64 MiB.
const RESTART_PAGES: u64 = 16_384;
/// Pages after which the log's disk space is given back as well: 256 MiB, only reached while a reader holds it up.
const TRUNCATE_PAGES: u64 = 65_536;
/// Without a write for this long, what is there is moved.
const IDLE: Duration = Duration::from_secs(5);

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
const RESTART: &str = "PRAGMA wal_checkpoint(RESTART)";
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The thread, stopped and awaited when this is dropped.
#[derive(Debug)]
pub(super) struct Checkpointer {
    log: Arc<Log>,
    thread: Option<JoinHandle<()>>,
}

/// What writers tell the thread about the log.
#[derive(Debug, Default)]
pub(super) struct Log {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How long the log is.
    pages: u64,
    /// How much of it has been moved already.
    moved: u64,
    commits: u64,
    stopped: bool,
}

impl State {
    fn is_full(&self) -> bool {
        self.pages.saturating_sub(self.moved) >= VOLUME_PAGES
    }
}

/// What to do next.
enum Turn {
    Checkpoint,
    Stop,
}

impl Checkpointer {
    pub(super) fn start(file: &Path) -> Result<Self, StoreError> {
        let log = Arc::new(Log::default());
        let (file_there, log_there) = (file.to_owned(), Arc::clone(&log));
        let thread = thread::Builder::new().name("checkpoint".to_owned());
        let thread = thread.spawn(move || work(&file_there, &log_there));
        let thread = Some(thread.map_err(io_error("start a thread for", file))?);
        Ok(Self { log, thread })
    }

    /// Tells of every commit of this connection.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let log = Arc::clone(&self.log);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            log.committed(u64::try_from(pages).unwrap_or(0));
            Ok(())
        }))
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.log.state().stopped = true;
        self.log.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the checkpoints ended in a panic");
        }
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn committed(&self, pages: u64) {
        let mut state = self.state();
        let was_quiet = state.commits == 0;
        if pages < state.pages {
            state.moved = 0;
        }
        state.pages = pages;
        state.commits += 1;
        if was_quiet || state.is_full() {
            self.changed.notify_one();
        }
    }

    /// Waits until there is enough to move, or nothing more comes.
    fn wait(&self) -> Turn {
        let is_quiet = |state: &mut State| !state.stopped && state.commits == 0;
        let guard = self.changed.wait_while(self.state(), is_quiet);
        let mut state = guard.unwrap_or_else(PoisonError::into_inner);
        loop {
            let before = state.commits;
            let waits = |state: &mut State| !state.stopped && !state.is_full();
            let waited = self.changed.wait_timeout_while(state, IDLE, waits);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.stopped {
                return Turn::Stop;
            }
            if state.is_full() || state.commits == before {
                // From here on, one more commit ends the quiet.
                state.commits = 0;
                return Turn::Checkpoint;
            }
        }
    }

    fn moved(&self, pages: u64) {
        self.state().moved = pages;
    }
}

fn work(file: &Path, log: &Log) {
    let mut connection = None;
    while let Turn::Checkpoint = log.wait() {
        // A checkpoint that fails is tried again with the next volume; the log only grows until then.
        if let Err(error) = checkpoint(&mut connection, file, log) {
            tracing::warn!(file = %file.display(), %error, "checkpoint failed");
        }
    }
}

/// How far a checkpoint came.
struct Progress {
    log_pages: u64,
    moved_pages: u64,
}

fn checkpoint(open: &mut Option<Connection>, file: &Path, log: &Log) -> rusqlite::Result<()> {
    // Counted as moved before it is tried, so that a failure does not make it try without a pause.
    let pages = log.state().pages;
    log.moved(pages);
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(connection::checkpointer(file)?),
    };
    let mut progress = run(connection, PASSIVE)?;
    if progress.log_pages >= TRUNCATE_PAGES {
        progress = run(connection, TRUNCATE)?;
    } else if progress.log_pages >= RESTART_PAGES {
        progress = run(connection, RESTART)?;
    }
    tracing::debug!(log = progress.log_pages, moved = progress.moved_pages, "checkpoint");
    Ok(())
}

fn run(connection: &Connection, pragma: &str) -> rusqlite::Result<Progress> {
    connection.query_row(pragma, [], |row| {
        let pages = |column| row.get(column).map(|pages: i64| u64::try_from(pages).unwrap_or(0));
        Ok(Progress { log_pages: pages(1)?, moved_pages: pages(2)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sqlite;
    use engine::conformance::sample;
    use engine::ports::{Batch, Journal};

    #[test]
    fn volume_wakes_it_and_a_log_begun_anew_counts_from_its_start() {
        let log = Log::default();
        log.committed(VOLUME_PAGES);
        assert!(matches!(log.wait(), Turn::Checkpoint));
        log.moved(VOLUME_PAGES);
        log.committed(VOLUME_PAGES * 2 - 1);
        assert!(!log.state().is_full());
        log.committed(VOLUME_PAGES * 2);
        assert!(matches!(log.wait(), Turn::Checkpoint));
        log.moved(VOLUME_PAGES * 2);
        log.committed(3);
        assert_eq!(log.state().moved, 0);
        log.state().stopped = true;
        assert!(matches!(log.wait(), Turn::Stop));
    }

    #[test]
    fn what_a_checkpoint_moves_is_in_the_database_and_a_reader_only_delays_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("evenkeel.db");
        let mut journal = Sqlite::open(&file).unwrap().journal().unwrap();
        let commit = |journal: &mut dyn Journal, n| {
            journal.commit(&Batch { streams: vec![sample::paging(n)] }).unwrap();
        };
        commit(&mut journal, 1);
        let reader = connection::reader(&file).unwrap();
        reader.execute_batch("BEGIN; SELECT COUNT(*) FROM incidents;").unwrap();
        commit(&mut journal, 2);
        let (mut open, log) = (None, Log::default());
        checkpoint(&mut open, &file, &log).unwrap();
        let open = open.unwrap();
        let held_up = run(&open, RESTART).unwrap();
        assert!(held_up.moved_pages < held_up.log_pages, "a reader sees the moment at which it began");
        commit(&mut journal, 3);
        reader.execute_batch("COMMIT").unwrap();
        let done = run(&open, TRUNCATE).unwrap();
        assert_eq!((done.log_pages, done.moved_pages), (0, 0), "all moved, and the log is empty");
        let log = folder.path().join("evenkeel.db-wal");
        assert_eq!(std::fs::metadata(log).unwrap().len(), 0);
        commit(&mut journal, 4);
        assert_eq!(journal.live(sample::at(0)).unwrap().len(), 4);
    }
}
