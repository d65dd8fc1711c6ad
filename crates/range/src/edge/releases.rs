//! Which version of the edge API is live, and all deployments before it. Written to `edge/stack.json` before anything is
//! answered.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::deployment::{Credit, Deployment, Deployments, Stamp, Version};
use super::settings::Values;
use crate::service::Post;
use crate::state_file::{read_json, write_json};
use crate::{RangeError, chance, clock};

/// How long the first version has been live when the range begins: three days.
const STOOD_MS: i64 = 3 * 24 * 60 * 60 * 1_000;

/// All deployments, kept on disk.
#[derive(Debug)]
pub(crate) struct Releases {
    path: PathBuf,
    kept: Mutex<Deployments>,
}

impl Releases {
    /// Reads what is kept, or begins with one good deployment.
    pub(crate) fn open(post: &Post) -> Result<Self, RangeError> {
        let path = post.folder()?.join("stack.json");
        let kept = read_json(&path)?.unwrap_or_else(first);
        write_json(&path, &kept)?;
        Ok(Self { path, kept: Mutex::new(kept) })
    }

    /// The version that takes all traffic.
    pub(crate) fn live(&self) -> Version {
        self.kept().live().version.clone()
    }

    /// Newest first; the first one is live.
    pub(crate) fn all(&self) -> Vec<Deployment> {
        self.kept().newest_first().cloned().collect()
    }

    /// Uploads a version and gives it all traffic.
    pub(crate) fn deploy(&self, values: Values, credit: Credit) -> Result<Deployment, RangeError> {
        self.change(|kept| {
            kept.deploy(values, stamp(), credit);
            Ok(())
        })
    }

    /// Puts an older version back.
    pub(crate) fn roll_back(&self, target: Option<&str>, credit: Credit) -> Result<Deployment, RangeError> {
        self.change(|kept| kept.roll_back(target, stamp(), credit).map_err(RangeError::Refused))
    }

    fn kept(&self) -> MutexGuard<'_, Deployments> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes and writes under one lock: the order on disk is the order in memory.
    fn change(
        &self,
        act: impl FnOnce(&mut Deployments) -> Result<(), RangeError>,
    ) -> Result<Deployment, RangeError> {
        let mut kept = self.kept();
        let mut next = kept.clone();
        act(&mut next)?;
        write_json(&self.path, &next)?;
        *kept = next;
        Ok(kept.live().clone())
    }
}

/// The stack has stood for a while when practice begins: whoever lists the deployments must not take its first one for
/// the cause of whatever breaks within the hour.
fn first() -> Deployments {
    let message = "First practice version".to_owned();
    let stamp = Stamp { at_ms: clock::now_ms() - STOOD_MS, ..stamp() };
    Deployments::first(stamp, Credit { author: "deployer@example.test".to_owned(), message })
}

fn stamp() -> Stamp {
    Stamp { deployment_id: chance::uuid(), version_id: chance::uuid(), at_ms: clock::now_ms() }
}
