//! A running range: starts the listeners, the admin endpoint and the synthetic users over one directory, breaks and
//! repairs the stack, and ends all of it. No protocol lives here.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use crate::deployment::Credit;
use crate::front::{self, Front};
use crate::listen::{self, Lifetime, Wrapping};
use crate::state_file::{make_dir, path_in, write_json, write_whole};
use crate::world::World;
use crate::{Deployment, Fitness, Load, RangeError, Status, Whereabouts, admin, curl_home, load, tls};

/// Everything that runs has this long to end after [`Range::stop`].
const STOP_WAIT: Duration = Duration::from_secs(5);

/// Where and how a range runs.
#[derive(Debug, Clone)]
pub struct RangeConfig {
    /// The directory of all its files; made if missing.
    pub dir: PathBuf,
    /// Port of the plain HTTP listener on 127.0.0.1; 0 takes any.
    pub http_port: u16,
    /// Port of the HTTPS listener on 127.0.0.1; 0 takes any.
    pub https_port: u16,
    /// Port of the admin endpoint on 127.0.0.1; 0 takes any.
    pub admin_port: u16,
    /// The synthetic users.
    pub load: Load,
}

impl RangeConfig {
    /// Any free ports, and a gentle load of five requests a second.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let load = Load::Every(Duration::from_millis(200));
        Self { dir: dir.into(), http_port: 0, https_port: 0, admin_port: 0, load }
    }
}

/// A running practice stack. Dropping it without [`Range::stop`] ends it less gently.
#[derive(Debug)]
pub struct Range {
    dir: PathBuf,
    world: Arc<World>,
    whereabouts: Whereabouts,
    life: Lifetime,
}

struct Listeners {
    http: (TcpListener, SocketAddr),
    https: (TcpListener, SocketAddr),
    admin: (TcpListener, SocketAddr),
}

impl Range {
    /// Starts everything; when this returns, `range.json` is written and all listeners answer.
    pub async fn start(config: RangeConfig) -> Result<Self, RangeError> {
        make_dir(&config.dir)?;
        let dir = config
            .dir
            .canonicalize()
            .map_err(|source| RangeError::File { path: config.dir.clone(), source })?;
        refuse_a_second_one(&dir).await?;
        let world = Arc::new(World::open(&dir)?);
        let listeners = Listeners {
            http: listen::bind("http", config.http_port).await?,
            https: listen::bind("https", config.https_port).await?,
            admin: listen::bind("admin", config.admin_port).await?,
        };
        let tls = tls::make()?;
        let whereabouts = write_files(&dir, &tls.ca_pem, &listeners)?;
        let life = Lifetime::default();
        let acceptor = TlsAcceptor::from(tls.server);
        spawn_all(listeners, acceptor, &world, &life);
        life.tasks.spawn(load::run(config.load, whereabouts.http, life.end.clone()));
        Ok(Self { dir, world, whereabouts, life })
    }

    /// Where it answers.
    pub fn whereabouts(&self) -> &Whereabouts {
        &self.whereabouts
    }

    /// Its directory, absolute.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The variables which lead stand-in tools and curl to this range, for the environment of a child process.
    pub fn child_env(&self) -> [(&'static str, PathBuf); 2] {
        [(crate::env::DIR, self.dir.clone()), ("CURL_HOME", self.whereabouts.curl_home.clone())]
    }

    /// Uploads a version that lacks a required setting and gives it all traffic: the fault `bad-deployment`.
    pub fn deploy_bad(&self) -> Result<Deployment, RangeError> {
        self.world.deploy(Fitness::Bad, bad_credit())
    }

    /// Uploads a whole version and gives it all traffic.
    pub fn deploy_good(&self) -> Result<Deployment, RangeError> {
        self.world.deploy(Fitness::Good, repair_credit())
    }

    /// Puts back the newest version that is not live.
    pub fn roll_back(&self) -> Result<Deployment, RangeError> {
        let message = "Rolled back by the range".to_owned();
        self.world.roll_back(None, Credit { author: "range@example.test".to_owned(), message })
    }

    /// All deployments, newest first; the first one is live.
    pub fn deployments(&self) -> Vec<Deployment> {
        self.world.deployments()
    }

    /// Live version, sandbox app and the last minute's counters.
    pub fn status(&self) -> Status {
        self.world.status()
    }

    /// Ends listeners, streams and users, waits for them within a limit, and removes `range.json`.
    pub async fn stop(self) -> Result<(), RangeError> {
        self.life.end.cancel();
        self.life.tasks.close();
        // Whatever still runs after the wait is cut off with the runtime.
        let _ = timeout(STOP_WAIT, self.life.tasks.wait()).await;
        let path = path_in(&self.dir);
        fs::remove_file(&path).map_err(|source| RangeError::File { path, source })
    }
}

impl Drop for Range {
    fn drop(&mut self) {
        self.life.end.cancel();
    }
}

/// Who ships the bad version, and what they believe about it.
pub(crate) fn bad_credit() -> Credit {
    Credit { author: "deployer@example.test".to_owned(), message: "Move session settings".to_owned() }
}

/// Who ships a whole version again.
pub(crate) fn repair_credit() -> Credit {
    Credit { author: "range@example.test".to_owned(), message: "Restore session settings".to_owned() }
}

async fn refuse_a_second_one(dir: &Path) -> Result<(), RangeError> {
    let admin = match Whereabouts::read(dir) {
        Ok(there) => there.admin,
        // A file left by a killed range, or by none: nobody answers, we may take the place.
        Err(_) => return Ok(()),
    };
    match timeout(Duration::from_secs(1), tokio::net::TcpStream::connect(admin)).await {
        Ok(Ok(_)) => Err(RangeError::AlreadyRunning { dir: dir.to_owned(), admin }),
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

fn write_files(dir: &Path, ca_pem: &str, listeners: &Listeners) -> Result<Whereabouts, RangeError> {
    let ca = dir.join("ca.pem");
    write_whole(&ca, ca_pem.as_bytes())?;
    let (http, https, admin) = (listeners.http.1, listeners.https.1, listeners.admin.1);
    let curl_home = curl_home::write(dir, &ca, http, https)?;
    let whereabouts = Whereabouts { http, https, admin, pid: std::process::id(), curl_home, ca };
    write_json(&path_in(dir), &whereabouts)?;
    Ok(whereabouts)
}

fn spawn_all(listeners: Listeners, acceptor: TlsAcceptor, world: &Arc<World>, life: &Lifetime) {
    let sockets: TaskTracker = life.tasks.clone();
    let front = front::router(Front { world: Arc::clone(world), sockets });
    let admin = admin::router(Arc::clone(world), life.end.clone());
    let spawn = |listener, wrapping, router| {
        life.tasks.spawn(listen::serve(listener, wrapping, router, life.clone()));
    };
    spawn(listeners.http.0, Wrapping::Plain, front.clone());
    spawn(listeners.https.0, Wrapping::Tls(acceptor), front);
    spawn(listeners.admin.0, Wrapping::Plain, admin);
}
