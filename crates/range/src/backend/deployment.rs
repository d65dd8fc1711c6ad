//! What the backend is deployed with at the moment, kept in `backend/deployment.json`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::settings::Settings;
use crate::RangeError;
use crate::service::Post;
use crate::state_file::{read_json, write_json};

/// The live settings.
#[derive(Debug)]
pub(super) struct Deployment {
    path: PathBuf,
    live: Mutex<Settings>,
}

impl Deployment {
    /// Reads what is kept, or begins with a whole one.
    pub(super) fn open(post: &Post) -> Result<Self, RangeError> {
        let path = post.folder()?.join("deployment.json");
        let live = read_json(&path)?.unwrap_or_else(Settings::whole);
        write_json(&path, &live)?;
        Ok(Self { path, live: Mutex::new(live) })
    }

    /// What is live now.
    pub(super) fn live(&self) -> Settings {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes it and writes it; a refusal changes nothing.
    pub(super) fn change(
        &self,
        act: impl FnOnce(&mut Settings) -> Result<(), String>,
    ) -> Result<(), RangeError> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = live.clone();
        act(&mut next).map_err(RangeError::Refused)?;
        write_json(&self.path, &next)?;
        *live = next;
        Ok(())
    }
}
