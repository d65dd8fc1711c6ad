//! Heartbeats: what was heard of each, kept for all nodes and all starts, and what is made of it.

use super::Coming;
use jiff::Timestamp;
use serde::Serialize;

/// What a caller says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It lives; what it had begun is done.
    Alive,
    /// It has begun.
    Begun,
    /// It has failed.
    Failed,
}

/// What is kept of one heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Its name.
    pub name: String,
    /// Since when it is waited for.
    pub since: Timestamp,
    /// When it was last heard that it lives.
    pub alive_at: Option<Timestamp>,
    /// When it began, unless it was heard to live or to fail since.
    pub begun_at: Option<Timestamp>,
    /// When it failed first since it last lived.
    pub failed_at: Option<Timestamp>,
    /// What it said when it failed.
    pub said: String,
    /// Since when it counts as silent, until it lives again.
    pub silent_at: Option<Timestamp>,
    /// When somebody was here again after the first time since the last sign that nobody was.
    pub back_at: Option<Timestamp>,
    /// For how long nobody was here after that, in microseconds.
    pub deaf_us: i64,
}

impl Pulse {
    /// One that is waited for since this moment.
    #[must_use]
    pub const fn new(name: String, since: Timestamp) -> Self {
        Self {
            name,
            since,
            alive_at: None,
            begun_at: None,
            failed_at: None,
            said: String::new(),
            silent_at: None,
            back_at: None,
            deaf_us: 0,
        }
    }
}

/// The records of heartbeats cannot be read or written at the moment.
#[derive(Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct HeartbeatError(pub String);

/// Keeps what was heard. Its calls block; any node may call.
pub trait HeartbeatRecords: Send + Sync {
    /// Writes a sign down. Whether it ends a silence or a failure.
    ///
    /// A sign that is older than the last one changes nothing. `Begun` counts once until the next `Alive` or `Failed`.
    ///
    /// # Errors
    /// [`HeartbeatError`] when it cannot be written.
    fn sign(&self, name: &str, sign: Sign, at: Timestamp, said: &str) -> Result<bool, HeartbeatError>;

    /// Says that somebody listens now, and gives what is kept of every heartbeat, by name. When nobody has said so for
    /// longer than `outage_us`, so long was nobody here to hear. For all that are neither silent nor failed, the first such
    /// time since their last sign makes `back_at`, and the others add to `deaf_us`. Names that are new are waited for from
    /// now on.
    ///
    /// # Errors
    /// [`HeartbeatError`] when it cannot be read or written.
    fn listen(&self, names: &[String], now: Timestamp, outage_us: i64) -> Result<Vec<Pulse>, HeartbeatError>;

    /// Writes down that one is silent, unless anything of it has changed since it was read.
    ///
    /// # Errors
    /// [`HeartbeatError`] when it cannot be written.
    fn silent(&self, read: &Pulse, at: Timestamp) -> Result<(), HeartbeatError>;

    /// Forgets one that is waited for no more.
    ///
    /// # Errors
    /// [`HeartbeatError`] when it cannot be written.
    fn forget(&self, name: &str) -> Result<(), HeartbeatError>;
}

/// How a heartbeat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeartbeatState {
    /// Never heard, and not late yet.
    New,
    /// Heard in time.
    Alive,
    /// It has begun and is expected to end.
    Running,
    /// Not heard in time.
    Silent,
    /// It said that it failed.
    Failed,
}

impl HeartbeatState {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Alive => "alive",
            Self::Running => "running",
            Self::Silent => "silent",
            Self::Failed => "failed",
        }
    }

    /// Whether somebody must be told that something is wrong.
    #[must_use]
    pub const fn is_alerting(self) -> bool {
        match self {
            Self::Silent | Self::Failed => true,
            Self::New | Self::Alive | Self::Running => false,
        }
    }
}

/// One heartbeat as it stands, for whoever shows it.
#[derive(Clone, Debug, Serialize)]
pub struct HeartbeatView {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: HeartbeatState,
    /// From one sign of life to the next, in seconds.
    pub every_s: u64,
    /// How much later it may come, in seconds.
    pub grace_s: u64,
    /// The word for how bad its silence is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// When it was last heard that it lives.
    pub alive_at: Option<Timestamp>,
    /// When it began, while it runs.
    pub begun_at: Option<Timestamp>,
    /// When its silence is told unless it is heard before.
    pub due_at: Timestamp,
    /// When somebody was here again, if nobody was for a while since the last sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_at: Option<Timestamp>,
    /// What it said when it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
}

/// Why a sign was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SignRefusal {
    /// There is no such heartbeat.
    #[error("no heartbeat {0:?}; one is `[heartbeats.NAME]` in the settings")]
    NoHeartbeat(String),
    /// It cannot be written down at the moment.
    #[error("it cannot be kept at the moment: {0}")]
    NotKept(String),
}

/// Takes signs of life, and says how each heartbeat stands.
pub trait HeartbeatBoard: Send + Sync {
    /// Takes a sign; it is on disk when the answer comes.
    fn sign<'a>(&'a self, name: &'a str, sign: Sign, said: &'a str) -> Coming<'a, Result<(), SignRefusal>>;

    /// Every heartbeat of the settings, by name, as the node that asks last heard of them.
    fn all(&self) -> Vec<HeartbeatView>;
}
