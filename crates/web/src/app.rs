//! What every route may reach: the engine, the accounts, and what this process itself remembers between requests.

use crate::auth::{Keys, Limiter, TokenCache};
use crate::error::Problem;
use crate::intake::{IntakeCounts, IntakeHealth};
use crate::links::SignedLinks;
use crate::pages::room::Known;
use crate::public::{Board, StatusPage};
use crate::sights::Sights;
use crate::streams::Streams;
use engine::Engine;
use engine::ports::{
    Access, AccessError, AgentView, BucketWidth, HeartbeatBoard, Ids, ProbeBoard, ProbeStretch,
};
use incident::Preflight;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, watch};

/// How many passwords are hashed at once; each takes 19 MB and a core for tens of milliseconds.
const HASHING_MAX: usize = 2;

/// What the app gives to the web room.
pub struct AppParts {
    /// The engine.
    pub engine: Engine,
    /// Accounts, sessions, tokens and the server's own secrets.
    pub access: Arc<dyn Access>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// What the server's own probes hold.
    pub probes: Arc<dyn ProbeBoard>,
    /// What would go wrong in the days to come; `None` until it has been looked at.
    pub ahead: watch::Receiver<Option<Preflight>>,
    /// Takes signs of life, and says how each heartbeat stands.
    pub heartbeats: Arc<dyn HeartbeatBoard>,
    /// The console's own address, such as `http://127.0.0.1:7300`, without a slash at its end.
    pub console_url: String,
    /// The public status page's address.
    pub status_url: String,
    /// What the status page is about.
    pub status_page: StatusPage,
    /// The text of each of the playbook's documents as the compiler repaired it, for the playbook page.
    pub playbook_texts: Vec<String>,
    /// Where the playbook was read from, for people.
    pub playbook_path: String,
    /// How many times faster than the world the clock runs; 1 outside a demonstration.
    pub speed: f64,
    /// Where the score cards of drills are kept; need not be there.
    pub drills_file: PathBuf,
}

/// What every route may reach; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) parts: Arc<AppParts>,
    pub(crate) own: Arc<Own>,
}

/// What the web room itself remembers between requests; lost at a restart, and that is fine.
pub(crate) struct Own {
    pub(crate) keys: Keys,
    pub(crate) tokens: TokenCache,
    pub(crate) limiter: Limiter,
    pub(crate) links: SignedLinks,
    pub(crate) sights: Sights,
    pub(crate) intake: IntakeCounts,
    /// What helped in incidents that are over.
    pub(crate) helped: Known,
    /// The public page, swapped whole.
    pub(crate) board: Board,
    pub(crate) hashing: Semaphore,
    /// First accounts and invitations are taken one at a time, so that a link works once.
    pub(crate) joining: tokio::sync::Mutex<()>,
    /// Answers by link are taken one at a time, so that a link answers once.
    pub(crate) answering: tokio::sync::Mutex<()>,
    /// Programs that follow changes.
    pub(crate) streams: Streams,
    /// Browsers that do.
    pub(crate) followers: Streams,
    started_at: Timestamp,
    pub(crate) panics: Arc<AtomicU64>,
    closing: watch::Sender<bool>,
}

impl App {
    /// Of its parts; reads the server's own secrets and the tokens. Blocks.
    ///
    /// # Errors
    /// [`AccessError`] when they cannot be read.
    pub fn new(parts: AppParts) -> Result<Self, AccessError> {
        let keys = Keys::load(parts.access.as_ref(), parts.ids.as_ref())?;
        let tokens = TokenCache::load(parts.access.as_ref())?;
        let links = SignedLinks::new(parts.access.as_ref(), parts.ids.as_ref(), &parts.console_url)?;
        let sights = Sights::load(parts.access.as_ref(), parts.ids.as_ref())?;
        let own = Own {
            keys,
            tokens,
            limiter: Limiter::default(),
            links,
            sights,
            intake: IntakeCounts::default(),
            helped: Known::default(),
            board: Board::default(),
            hashing: Semaphore::new(HASHING_MAX),
            joining: tokio::sync::Mutex::new(()),
            answering: tokio::sync::Mutex::new(()),
            streams: Streams::default(),
            followers: Streams::default(),
            started_at: parts.engine.clock().now(),
            panics: Arc::default(),
            closing: watch::Sender::new(false),
        };
        Ok(Self { parts: Arc::new(parts), own: Arc::new(own) })
    }

    /// How many requests ended in a panic, each a fault of ours.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.own.panics.load(Ordering::Relaxed)
    }

    /// What each source sent and what of it was refused, since the start.
    #[must_use]
    pub fn intake_counts(&self) -> Vec<IntakeHealth> {
        self.own.intake.all()
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.own.started_at
    }

    /// Reads the tokens anew, after one was made or taken back elsewhere than over the API.
    ///
    /// # Errors
    /// [`AccessError`] when they cannot be read; the ones known before stay good then.
    pub async fn tokens_changed(&self) -> Result<(), AccessError> {
        let app = self.clone();
        self.access(move |access| app.own.tokens.reload(access)).await
    }

    /// What a probe held from a moment on, read on a thread that may block; all of it together stands last.
    pub(crate) async fn stretches(
        &self,
        probe: String,
        width: BucketWidth,
        from: Timestamp,
    ) -> Result<Vec<ProbeStretch>, Problem> {
        let probes = Arc::clone(&self.parts.probes);
        let read = tokio::task::spawn_blocking(move || probes.stretches(&probe, width, from)).await;
        let unavailable = |why: String| Problem::from(engine::EngineError::Unavailable(why));
        read.map_err(|error| unavailable(error.to_string()))?.map_err(|error| unavailable(error.to_string()))
    }

    /// Every agent that was heard or that the settings name.
    pub(crate) fn agents(&self) -> Vec<AgentView> {
        let named: Vec<String> = self.parts.engine.settings().plan.agents.keys().cloned().collect();
        self.parts.engine.agents().all(&named)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.parts.engine
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.engine.clock().now()
    }

    /// Turns `true` when the server begins to stop: streams that would go on for ever end then.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.own.closing.subscribe()
    }

    pub(crate) fn close(&self) {
        self.own.closing.send_replace(true);
    }

    /// Asks the accounts on a thread that may block.
    pub(crate) async fn access<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Access) -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let access = Arc::clone(&self.parts.access);
        let asked = tokio::task::spawn_blocking(move || ask(access.as_ref())).await;
        asked.unwrap_or_else(|_| Err(AccessError("the question was not answered".to_owned())))
    }
}
