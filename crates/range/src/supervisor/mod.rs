//! Starts the services of a range, each a process of its own, keeps them up, and ends all of them. It lives on a thread
//! of its own: where the kernel can do it, children die with the very thread that started them.
//!
//! Here: the thread, and what can be asked of it. `child` is the life of one service, `admin` the listener for the
//! command line and for faults whose cause is a process.

mod admin;
mod child;
mod faults;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::listen::{self, Lifetime, Wrapping};
use crate::log::ServiceName;
use crate::{RangeError, serve};

/// All services together start in well under a second; a machine that is busy with other things may need longer.
const START_WAIT: Duration = Duration::from_secs(30);

/// The executable that becomes a service when it is called as `PROGRAM range serve SERVICE --dir DIR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program(pub(crate) PathBuf);

impl Program {
    fn arguments(service: ServiceName, dir: &Path) -> [OsString; 5] {
        ["range".into(), "serve".into(), service.text().into(), "--dir".into(), dir.into()]
    }
}

/// Whether a service is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// It runs, and is started again when it ends.
    Up,
    /// It stays down until it is wanted again.
    Held,
}

/// How a service is at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Whether it is to run.
    pub wanted: Wanted,
    /// Its process, while it answers.
    pub pid: Option<u32>,
    /// How often it was started again after it ended by itself.
    pub restarts: u32,
    /// Why it does not run, in words.
    pub reason: Option<String>,
}

/// What is thought about a service; each change ends its present process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mind {
    wanted: Wanted,
    /// Counts restarts that somebody asked for.
    turn: u32,
}

/// What the tasks of the supervisor share.
#[derive(Debug, Clone)]
struct Watch {
    program: Program,
    dir: PathBuf,
    standings: Arc<Mutex<BTreeMap<ServiceName, Standing>>>,
    minds: Arc<BTreeMap<ServiceName, watch::Sender<Mind>>>,
    /// Whether the backend is starved of the processor.
    starved: Arc<AtomicBool>,
    life: Lifetime,
}

/// A running supervisor.
#[derive(Debug)]
pub(crate) struct Supervisor {
    pub(crate) admin: SocketAddr,
    end: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Starts every service; when this returns, all of them answer.
    pub(crate) async fn start(program: Program, dir: PathBuf, admin_port: u16) -> Result<Self, RangeError> {
        let life = Lifetime::default();
        let end = life.end.clone();
        let (ready, started) = oneshot::channel();
        let thread = std::thread::Builder::new().name("range-supervisor".to_owned());
        let thread = thread.spawn(move || on_thread(&Watch::new(program, dir, life), admin_port, ready))?;
        let mut supervisor = Self { admin: SocketAddr::from(([127, 0, 0, 1], 0)), end, thread: Some(thread) };
        // Dropping the supervisor on the way out ends whatever has started.
        supervisor.admin = match timeout(START_WAIT, started).await {
            Ok(Ok(started)) => started?,
            Ok(Err(_)) => return Err(not_started("its thread ended")),
            Err(_) => return Err(not_started("not every service answers yet")),
        };
        Ok(supervisor)
    }

    /// Ends every service and waits for them; each has a limit of its own, so this has one, too.
    pub(crate) async fn stop(mut self) {
        self.end.cancel();
        if let Some(thread) = self.thread.take() {
            // It cannot have panicked on anything that is still of use.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.end.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Watch {
    fn new(program: Program, dir: PathBuf, life: Lifetime) -> Self {
        let fresh = || Standing { wanted: Wanted::Up, pid: None, restarts: 0, reason: None };
        let standings = serve::STARTED.map(|service| (service, fresh()));
        let mind = Mind { wanted: Wanted::Up, turn: 0 };
        let minds = serve::STARTED.map(|service| (service, watch::Sender::new(mind)));
        Self {
            program,
            dir,
            standings: Arc::new(Mutex::new(standings.into())),
            minds: Arc::new(minds.into()),
            starved: Arc::default(),
            life,
        }
    }

    fn standings(&self) -> MutexGuard<'_, BTreeMap<ServiceName, Standing>> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a service and keeps it down, or lets it run again; a restart does both. False when there is no such service.
    fn set(&self, service: ServiceName, wanted: Wanted, restart: bool) -> bool {
        let Some(mind) = self.minds.get(&service) else { return false };
        mind.send_if_modified(|mind| {
            let changes = mind.wanted != wanted || restart;
            mind.wanted = wanted;
            mind.turn += u32::from(restart);
            changes
        });
        self.note(service, |standing| standing.wanted = wanted);
        true
    }

    fn note(&self, service: ServiceName, change: impl FnOnce(&mut Standing)) {
        if let Some(standing) = self.standings().get_mut(&service) {
            change(standing);
        }
    }
}

fn not_started(why: &str) -> RangeError {
    RangeError::Refused(format!("the practice range did not start within {START_WAIT:?}: {why}"))
}

fn on_thread(watch: &Watch, admin_port: u16, ready: oneshot::Sender<Result<SocketAddr, RangeError>>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // The starter may have given up already; the same holds below.
            let _ = ready.send(Err(error.into()));
            return;
        }
    };
    runtime.block_on(async {
        let life = watch.life.clone();
        match begin(watch, admin_port).await {
            Ok(admin) => drop(ready.send(Ok(admin))),
            Err(error) => {
                let _ = ready.send(Err(error));
                life.end.cancel();
            }
        }
        life.end.cancelled().await;
        life.tasks.close();
        life.tasks.wait().await;
    });
}

async fn begin(watch: &Watch, admin_port: u16) -> Result<SocketAddr, RangeError> {
    let (listener, at) = listen::bind("admin", admin_port).await?;
    // The users come when everything else answers.
    let (users, others): (Vec<_>, Vec<_>) =
        serve::STARTED.into_iter().partition(|service| *service == ServiceName::Load);
    for together in [others, users] {
        let mut waited = Vec::new();
        for service in together {
            let (ready, answers) = oneshot::channel();
            watch.life.tasks.spawn(child::keep(watch.clone(), service, ready));
            waited.push((service, answers));
        }
        for (service, answers) in waited {
            let said = answers.await.unwrap_or_else(|_| Err("it was ended while it started".to_owned()));
            said.map_err(|reason| RangeError::Service { service, reason })?;
        }
    }
    watch.life.tasks.spawn(faults::starve(watch.clone()));
    let router = admin::router(watch.clone());
    watch.life.tasks.spawn(listen::serve(listener, Wrapping::Plain, router, watch.life.clone()));
    Ok(at)
}
