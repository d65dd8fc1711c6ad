//! What the practice stack is at this moment: its deployments, its sandbox app, its sessions, its log. Changes of
//! deployments and app are written to `stack.json` before they are answered. No HTTP here.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::chance;
use crate::clock;
use crate::deployment::{Credit, Deployments, Stamp};
use crate::log::{Log, Outcome, Record, ServiceName};
use crate::state_file::{read_json, write_json};
use crate::{Deployment, Fitness, RangeError, Version};

/// Sessions remembered; the oldest is forgotten first.
const SESSIONS_MAX: usize = 500;
/// The window of the counters in [`Status`], milliseconds.
const WINDOW_MS: i64 = 60_000;
/// The name of the only app of the practice sandbox service.
pub(crate) const SANDBOX_APP: &str = "coding-agent-sandbox";

/// Whether the sandbox app serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppState {
    /// Containers run.
    Deployed,
    /// Stopped; nothing runs until it is deployed again.
    Stopped,
}

/// The practice sandbox app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// Its id, `ap_…`.
    pub app_id: String,
    /// Its name.
    pub name: String,
    /// Whether it serves.
    pub state: AppState,
    /// Counts deployments, rollovers and rollbacks.
    pub version: u32,
    /// Since when it is in this state, milliseconds since 1970.
    pub since_ms: i64,
}

/// A look at the running stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The version that takes all traffic of the edge API.
    pub live: Version,
    /// The sandbox app.
    pub sandbox: Sandbox,
    /// Requests to the edge API during the last minute.
    pub requests_1m: usize,
    /// Those of them that were answered with 5xx.
    pub errors_1m: usize,
}

/// What can be done to the sandbox app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppAction {
    Deploy,
    Stop,
    Rollover,
    Rollback,
}

/// One coding session of a synthetic user.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) state: &'static str,
    pub(crate) created_ms: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    deployments: Deployments,
    sandbox: Sandbox,
}

/// The stack's state, shared by all connections.
#[derive(Debug)]
pub(crate) struct World {
    path: PathBuf,
    kept: Mutex<Kept>,
    sessions: Mutex<VecDeque<Session>>,
    pub(crate) log: Log,
}

impl World {
    /// Reads `stack.json`, or begins with one good deployment and a running sandbox app.
    pub(crate) fn open(dir: &Path) -> Result<Self, RangeError> {
        let path = dir.join("stack.json");
        let kept = match read_json(&path)? {
            Some(kept) => kept,
            None => Kept::first(),
        };
        write_json(&path, &kept)?;
        Ok(Self { path, kept: Mutex::new(kept), sessions: Mutex::default(), log: Log::open(dir)? })
    }

    /// The version that takes all traffic.
    pub(crate) fn live(&self) -> Version {
        self.kept().deployments.live().version.clone()
    }

    /// Newest first.
    pub(crate) fn deployments(&self) -> Vec<Deployment> {
        self.kept().deployments.newest_first().cloned().collect()
    }

    /// Uploads a version and gives it all traffic.
    pub(crate) fn deploy(&self, fitness: Fitness, credit: Credit) -> Result<Deployment, RangeError> {
        self.change(|kept| {
            kept.deployments.deploy(fitness, stamp(), credit);
            Ok(kept.deployments.live().clone())
        })
    }

    /// Puts an older version back.
    pub(crate) fn roll_back(&self, target: Option<&str>, credit: Credit) -> Result<Deployment, RangeError> {
        self.change(|kept| {
            kept.deployments.roll_back(target, stamp(), credit).map_err(RangeError::Refused)?;
            Ok(kept.deployments.live().clone())
        })
    }

    /// The sandbox app as it is.
    pub(crate) fn sandbox(&self) -> Sandbox {
        self.kept().sandbox.clone()
    }

    /// Deploys, stops, rolls over or rolls back the sandbox app.
    pub(crate) fn act_on_sandbox(&self, action: AppAction) -> Result<Sandbox, RangeError> {
        let after = self.change(|kept| {
            kept.sandbox.act(action)?;
            Ok(kept.sandbox.clone())
        })?;
        self.note(ServiceName::Sandbox, "app", 200, format!("app {} is {:?}", after.name, after.state));
        Ok(after)
    }

    /// A look at the whole.
    pub(crate) fn status(&self) -> Status {
        let (requests_1m, errors_1m) = self.log.edge_counts(clock::now_ms() - WINDOW_MS);
        Status { live: self.live(), sandbox: self.sandbox(), requests_1m, errors_1m }
    }

    /// Remembers a new session.
    pub(crate) fn add_session(&self) -> Session {
        let session = Session { id: chance::short_id("ses"), state: "running", created_ms: clock::now_ms() };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() == SESSIONS_MAX {
            sessions.pop_front();
        }
        sessions.push_back(session.clone());
        session
    }

    /// Finds a session that is still remembered.
    pub(crate) fn session(&self, id: &str) -> Option<Session> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.iter().find(|session| session.id == id).cloned()
    }

    /// Logs a call inside the stack, one that came by no request of its own.
    pub(crate) fn note(&self, service: ServiceName, function: &str, status: u16, text: String) {
        self.log.add(Record {
            at_ms: clock::now_ms(),
            service,
            function: function.to_owned(),
            method: String::new(),
            url: String::new(),
            status,
            outcome: Outcome::Ok,
            notes: vec![text],
            exceptions: Vec::new(),
        });
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes and writes under one lock: the order on disk is the order in memory.
    fn change<T>(&self, act: impl FnOnce(&mut Kept) -> Result<T, RangeError>) -> Result<T, RangeError> {
        let mut kept = self.kept();
        let result = act(&mut kept)?;
        write_json(&self.path, &*kept)?;
        Ok(result)
    }
}

impl Kept {
    fn first() -> Self {
        let credit = Credit {
            author: "deployer@example.test".to_owned(),
            message: "First practice version".to_owned(),
        };
        let sandbox = Sandbox {
            app_id: chance::short_id("ap"),
            name: SANDBOX_APP.to_owned(),
            state: AppState::Deployed,
            version: 1,
            since_ms: clock::now_ms(),
        };
        Self { deployments: Deployments::first(stamp(), credit), sandbox }
    }
}

impl Sandbox {
    fn act(&mut self, action: AppAction) -> Result<(), RangeError> {
        let stopped = self.state == AppState::Stopped;
        self.state = match action {
            AppAction::Deploy => AppState::Deployed,
            AppAction::Stop if stopped => return Err(self.refusal("is already stopped")),
            AppAction::Stop => AppState::Stopped,
            AppAction::Rollover | AppAction::Rollback if stopped => {
                return Err(self.refusal("is stopped; deploy it first"));
            }
            AppAction::Rollover => AppState::Deployed,
            AppAction::Rollback if self.version < 2 => return Err(self.refusal("has no earlier version")),
            AppAction::Rollback => AppState::Deployed,
        };
        if action != AppAction::Stop {
            self.version += 1;
        }
        self.since_ms = clock::now_ms();
        Ok(())
    }

    fn refusal(&self, why: &str) -> RangeError {
        RangeError::Refused(format!("app {} {why}", self.name))
    }
}

fn stamp() -> Stamp {
    Stamp { deployment_id: chance::uuid(), version_id: chance::uuid(), at_ms: clock::now_ms() }
}
