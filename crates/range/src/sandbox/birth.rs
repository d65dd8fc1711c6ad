//! How a sandbox is made: a place, a folder, a clone, an agent that says it is well; and made again from its snapshot.
//! Each part has a limit, all of them together have one, and what fails leaves nothing behind.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::timeout;

use super::agent::AgentSettings;
use super::app::AppVersion;
use super::boot::{clone, healthy, install};
use super::fleet::Fleet;
use super::git;
use super::kept::{Kept, Stage};
use super::life;
use super::process::{Agent, last_words};
use super::queue::{Full, Place};
use super::settings::{
    AGENT_CONFIG, AGENT_INSTALL, CREATE_TIMEOUT_MS, HEALTH_TIMEOUT_MS, MEMORY_MB, QUEUE_MAX,
    STREAM_BYTES_MAX, Settings,
};
use crate::state_file::{make_dir, write_json};
use crate::{RangeError, chance, clock};

/// The edge waits 15 s for a resume.
const RESUME_WAIT: Duration = Duration::from_secs(12);
/// The value of `AGENT_INSTALL` with which nothing is downloaded.
const BUILT_IN: &str = "built-in";
pub(super) const BOOT_HELP: &str = "From the request to a sandbox that is ready, by part.";

/// What a sandbox is made for.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wish {
    session: String,
    repository: String,
    #[serde(default)]
    token: String,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotMade {
    #[error("sandbox app is stopped")]
    Stopped,
    #[error("the queue is full: {0} wait for a container")]
    Full(usize),
    #[error("no repository {0}")]
    Unknown(String),
    #[error("timeout: not ready after {} ms, still {what}", limit.as_millis())]
    Late { what: &'static str, limit: Duration },
    #[error("clone of {repository} failed: {why}")]
    Clone { repository: String, why: String },
    #[error("agent is not healthy: {0}")]
    Unhealthy(String),
    #[error("{0}")]
    Agent(String),
    #[error("no snapshot of {0}")]
    NoSnapshot(String),
    #[error("{0}")]
    Range(#[from] RangeError),
}

impl From<Full> for NotMade {
    fn from(Full(depth): Full) -> Self {
        Self::Full(depth)
    }
}

/// What is being done, for the words of a limit that was met.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) what: &'static str,
    began: std::time::Instant,
}

/// A sandbox on its way; what is not finished is removed when this is dropped.
struct Draft<'a> {
    fleet: &'a Arc<Fleet>,
    kept: Option<Kept>,
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(kept) = self.kept.take() {
            self.fleet.forget(&kept.id);
        }
    }
}

/// Makes a sandbox.
pub(super) async fn create(fleet: &Arc<Fleet>, wish: Wish) -> Result<Kept, NotMade> {
    let version = fleet.live().ok_or(NotMade::Stopped)?;
    if !git::REPOSITORIES.contains(&wish.repository.as_str()) {
        return Err(NotMade::Unknown(wish.repository));
    }
    let limit = milliseconds(&version, CREATE_TIMEOUT_MS);
    let mut progress = Progress { what: "in the queue", began: clock::instant() };
    let made = timeout(limit, make(fleet, &version, wish, &mut progress)).await;
    made.unwrap_or(Err(NotMade::Late { what: progress.what, limit }))
}

async fn make(
    fleet: &Arc<Fleet>,
    version: &AppVersion,
    wish: Wish,
    progress: &mut Progress,
) -> Result<Kept, NotMade> {
    let settings = Settings::of(&version.settings);
    let id = chance::short_id("sb").replace('_', "-");
    let Wish { session, repository, token } = wish;
    fleet.note("create_sandbox", format!("create_sandbox {id} for session {session}: {repository}"));
    let place = queued(fleet, settings, progress).await?;
    let folder = fleet.folders.live(&id);
    let fresh = Kept {
        id,
        session,
        repository,
        state: Stage::Starting,
        version: version.number,
        agent_url: None,
        pid: None,
        since_ms: clock::now_ms(),
    };
    let mut draft = Draft { fleet, kept: Some(fresh.clone()) };
    make_dir(&folder)?;
    fleet.put(fresh.clone(), None);
    progress.what = "waiting for the image lock";
    fleet.image_lock.wait(fleet, &fresh.id).await;
    clone(fleet, &fresh, token, (settings, &folder), progress).await?;
    let kept = start(fleet, fresh, version, place, progress).await?;
    draft.kept = None;
    fleet.post.metrics.observe(
        "sandbox_boot_seconds",
        BOOT_HELP,
        &[("part", "all")],
        progress.began.elapsed(),
    );
    Ok(kept)
}

/// Makes a paused sandbox run again, from its snapshot and under the live version.
pub(super) async fn resume(fleet: &Arc<Fleet>, id: &str) -> Result<Kept, NotMade> {
    let version = fleet.live().ok_or(NotMade::Stopped)?;
    let found = fleet.find(id).filter(|kept| kept.state == Stage::Paused);
    let kept = found.ok_or_else(|| NotMade::NoSnapshot(id.to_owned()))?;
    let mut progress = Progress { what: "in the queue", began: clock::instant() };
    let resumed = timeout(RESUME_WAIT, run_again(fleet, &version, &kept, &mut progress)).await;
    let resumed = resumed.unwrap_or(Err(NotMade::Late { what: progress.what, limit: RESUME_WAIT }));
    if resumed.is_err() && fleet.find(id).is_some_and(|kept| kept.state == Stage::Starting) {
        // The snapshot is as it was: it can be tried again.
        let _ = fleet.set_aside(&kept);
    }
    resumed
}

async fn run_again(
    fleet: &Arc<Fleet>,
    version: &AppVersion,
    kept: &Kept,
    progress: &mut Progress,
) -> Result<Kept, NotMade> {
    let place = queued(fleet, Settings::of(&version.settings), progress).await?;
    let fresh = Kept { state: Stage::Starting, version: version.number, ..kept.clone() };
    let (snapshot, live) = (fleet.folders.snapshot(&kept.id), fleet.folders.live(&kept.id));
    // Of two resumes at once one has it, and the other finds nothing.
    std::fs::rename(&snapshot, &live).map_err(|_| NotMade::NoSnapshot(kept.id.clone()))?;
    fleet.put(fresh.clone(), None);
    start(fleet, fresh, version, place, progress).await
}

async fn queued(fleet: &Fleet, settings: Settings<'_>, progress: &mut Progress) -> Result<Place, NotMade> {
    let began = clock::instant();
    let waiting_max = usize::try_from(settings.number(QUEUE_MAX)).unwrap_or(usize::MAX);
    progress.what = "in the queue";
    let place = fleet.queue.admit(waiting_max).await?;
    fleet.post.metrics.observe("sandbox_boot_seconds", BOOT_HELP, &[("part", "queue")], began.elapsed());
    Ok(place)
}

/// Starts the agent in the sandbox's folder, waits until it is well, and hands the sandbox over to its life.
async fn start(
    fleet: &Arc<Fleet>,
    mut kept: Kept,
    version: &AppVersion,
    place: Place,
    progress: &mut Progress,
) -> Result<Kept, NotMade> {
    let settings = Settings::of(&version.settings);
    let folder = fleet.folders.live(&kept.id);
    if settings.text(AGENT_INSTALL) != BUILT_IN {
        progress.what = "downloading the agent";
        install(fleet, &kept, &folder).await?;
    }
    progress.what = "starting the agent";
    let began = clock::instant();
    let of_agent = AgentSettings {
        config: settings.text(AGENT_CONFIG).to_owned(),
        memory_mb: settings.number(MEMORY_MB),
        stream_bytes_max: settings.number(STREAM_BYTES_MAX),
    };
    write_json(&folder.join("agent.json"), &of_agent)?;
    let agent = Agent::start(&folder).await.map_err(NotMade::Agent)?;
    progress.what = "waiting for the agent's health";
    let wait = milliseconds(version, HEALTH_TIMEOUT_MS);
    if let Err(why) = healthy(&agent, wait).await {
        return Err(NotMade::Unhealthy(format!("{why}; it printed: {}", last_words(&folder))));
    }
    fleet.post.metrics.observe("sandbox_boot_seconds", BOOT_HELP, &[("part", "agent")], began.elapsed());
    kept.state = Stage::Running;
    kept.since_ms = clock::now_ms();
    kept.agent_url = Some(format!("http://{}", agent.at));
    kept.pid = agent.pid;
    kept.write(&folder)?;
    life::begin(fleet, kept.clone(), agent, place, settings);
    let took = progress.began.elapsed().as_millis();
    let text = format!("sandbox {} of session {} is ready after {took} ms", kept.id, kept.session);
    fleet.note("create_sandbox", format!("create_sandbox {text}"));
    Ok(kept)
}

fn milliseconds(version: &AppVersion, name: &str) -> Duration {
    Duration::from_millis(Settings::of(&version.settings).number(name))
}
