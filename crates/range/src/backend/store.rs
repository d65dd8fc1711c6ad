//! Where the backend keeps its rows: `backend/rows.json`, written whole before anything is answered, and the transcripts
//! beside it. Plain files: the range stores nothing that anybody needs.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::rows::Rows;
use super::transcripts::Transcripts;
use crate::RangeError;
use crate::service::Post;
use crate::state_file::{read_json, write_json};

/// The backend's database.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    rows: Mutex<Rows>,
    transcripts: Mutex<Transcripts>,
}

impl Store {
    pub(super) fn open(post: &Post) -> Result<Self, RangeError> {
        let folder = post.folder()?;
        let path = folder.join("rows.json");
        let rows = read_json(&path)?.unwrap_or_default();
        let transcripts = Transcripts::open(folder.join("messages"))?;
        Ok(Self { path, rows: Mutex::new(rows), transcripts: Mutex::new(transcripts) })
    }

    /// A look at the rows; nothing is waited for while it is held.
    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes rows and writes them; what cannot be written has not happened.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut Rows) -> T) -> Result<T, RangeError> {
        let mut rows = self.rows();
        let mut next = rows.clone();
        let value = act(&mut next);
        write_json(&self.path, &next)?;
        *rows = next;
        Ok(value)
    }

    pub(super) fn transcripts(&self) -> MutexGuard<'_, Transcripts> {
        self.transcripts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
