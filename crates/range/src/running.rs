//! A running range: starts the supervisor and with it all services over one directory, breaks and repairs the stack,
//! and ends all of it. No protocol lives here.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::address::{ServiceAddress, Settings};
use crate::client::Client;
use crate::edge::admin::{Changed, DeployOrder, EdgeStatus, RollbackOrder};
use crate::edge::faults::WRONG_VERSIONS;
use crate::edge::settings;
use crate::faults;
use crate::log::ServiceName;
use crate::state_file::{make_dir, path_in, write_json};
use crate::supervisor::{Program, Standing, Supervisor};
use crate::{Deployment, Load, RangeError, Stats, Users, Whereabouts, load};

/// Where and how a range runs.
#[derive(Debug, Clone)]
pub struct RangeConfig {
    /// The directory of all its files; made if missing.
    pub dir: PathBuf,
    /// The executable whose `range serve` is a service; by default the one that runs.
    pub program: Option<PathBuf>,
    /// Port of the plain HTTP listener on 127.0.0.1; 0 takes any.
    pub http_port: u16,
    /// Port of the HTTPS listener on 127.0.0.1; 0 takes any.
    pub https_port: u16,
    /// Port of the supervisor's admin listener on 127.0.0.1; 0 takes any.
    pub admin_port: u16,
    /// The synthetic users.
    pub load: Load,
}

impl RangeConfig {
    /// Any free ports, this executable, and a gentle load of five requests a second.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let load = Load::Every(Duration::from_millis(200));
        Self { dir: dir.into(), program: None, http_port: 0, https_port: 0, admin_port: 0, load }
    }
}

/// A look at the running stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The edge API.
    #[serde(flatten)]
    pub edge: EdgeStatus,
    /// Every service's process.
    pub services: BTreeMap<ServiceName, Standing>,
}

/// A running practice stack. Dropping it ends it as [`Range::stop`] does, but leaves `range.json`.
#[derive(Debug)]
pub struct Range {
    dir: PathBuf,
    whereabouts: Whereabouts,
    supervisor: Supervisor,
}

impl Range {
    /// Starts everything; when this returns, all services answer and `range.json` is written.
    pub async fn start(config: RangeConfig) -> Result<Self, RangeError> {
        make_dir(&config.dir)?;
        let dir = config
            .dir
            .canonicalize()
            .map_err(|source| RangeError::File { path: config.dir.clone(), source })?;
        refuse_a_second_one(&dir).await?;
        make_dir(&dir.join("logs"))?;
        for service in ServiceName::ALL {
            ServiceAddress::remove(&dir, service);
        }
        let (http_port, https_port) = (config.http_port, config.https_port);
        Settings { http_port, https_port, load_ms: config.load.milliseconds() }.write(&dir)?;
        let program = match config.program {
            Some(program) => program,
            None => std::env::current_exe()?,
        };
        let supervisor = Supervisor::start(Program(program), dir.clone(), config.admin_port).await?;
        let whereabouts = whereabouts(&dir, supervisor.admin)?;
        write_json(&path_in(&dir), &whereabouts)?;
        Ok(Self { dir, whereabouts, supervisor })
    }

    /// Where it answers.
    pub fn whereabouts(&self) -> &Whereabouts {
        &self.whereabouts
    }

    /// Its directory, absolute.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the team's vault holds of this stack, by the names under which a runner passes it on to commands.
    pub fn vault(&self) -> [(&'static str, &'static str); 1] {
        [("AUTH_GITHUB_SECRET", crate::provider::CLIENT_SECRET)]
    }

    /// The variables which lead stand-in tools and curl to this range, for the environment of a child process.
    pub fn child_env(&self) -> [(&'static str, PathBuf); 2] {
        [(crate::env::DIR, self.dir.clone()), ("CURL_HOME", self.whereabouts.curl_home.clone())]
    }

    /// Uploads a version that lacks a required setting and gives it all traffic: the fault `bad-deployment`.
    pub fn deploy_bad(&self) -> Result<Deployment, RangeError> {
        self.edge()?.post("/deploy", &bad_order()).map(|changed: Changed| changed.after)
    }

    /// Uploads a whole version and gives it all traffic.
    pub fn deploy_good(&self) -> Result<Deployment, RangeError> {
        self.edge()?.post("/deploy", &repair_order()).map(|changed: Changed| changed.after)
    }

    /// Puts back the newest version that is not live.
    pub fn roll_back(&self) -> Result<Deployment, RangeError> {
        let (author, message) = ("range@example.test".to_owned(), "Rolled back by the range".to_owned());
        let order = RollbackOrder { target: None, author, message };
        self.edge()?.post("/rollback", &order).map(|changed: Changed| changed.after)
    }

    /// All deployments, newest first; the first one is live.
    pub fn deployments(&self) -> Result<Vec<Deployment>, RangeError> {
        self.edge()?.get("/deployments")
    }

    /// The edge's live version and last minute, and every service's process.
    pub fn status(&self) -> Result<Status, RangeError> {
        status_in(&self.dir)
    }

    /// Ends every process, waits for them within limits, and removes `range.json`.
    pub async fn stop(self) -> Result<(), RangeError> {
        self.supervisor.stop().await;
        let path = path_in(&self.dir);
        fs::remove_file(&path).map_err(|source| RangeError::File { path, source })
    }

    /// Every service's process.
    pub fn services(&self) -> Result<BTreeMap<ServiceName, Standing>, RangeError> {
        Client::of(&self.dir)?.get("/services")
    }

    /// Makes a fault happen, by its name in [`crate::faults::all`].
    pub fn break_it(&self, fault: &str) -> Result<(), RangeError> {
        faults::switch(&self.dir, fault, true)
    }

    /// Sets a fault back without the playbook, for tests and for clearing up.
    pub fn set_back(&self, fault: &str) -> Result<(), RangeError> {
        faults::switch(&self.dir, fault, false)
    }

    /// The names of the faults that are there now.
    pub fn faults_on(&self) -> Result<Vec<String>, RangeError> {
        faults::on(&self.dir)
    }

    /// Ends a service's process and has it started again.
    pub fn restart(&self, service: ServiceName) -> Result<(), RangeError> {
        let path = format!("/services/{service}/restart");
        Client::of(&self.dir)?.post::<serde::de::IgnoredAny>(&path, &()).map(drop)
    }

    /// Signs somebody in at the provider and returns their API token, the bearer of the edge.
    pub async fn sign_in(&self, login: &str) -> Result<String, RangeError> {
        load::sign_in(&self.dir, login).await.map_err(RangeError::Refused)
    }

    /// What the synthetic users met during the last minute.
    pub fn load_stats(&self) -> Result<Stats, RangeError> {
        Client::to(&self.dir, ServiceName::Load)?.get("/stats")
    }

    /// The synthetic users, for whoever watches them.
    pub fn users(&self) -> Users {
        Users::of(&self.dir)
    }

    fn edge(&self) -> Result<Client, RangeError> {
        Client::to(&self.dir, ServiceName::Edge)
    }
}

/// A look at the range that runs in a directory.
pub(crate) fn status_in(dir: &Path) -> Result<Status, RangeError> {
    let services = Client::of(dir)?.get("/services")?;
    let edge = Client::to(dir, ServiceName::Edge)?.get("/status")?;
    Ok(Status { edge, services })
}

/// What is deployed by somebody who believes that it is fine.
fn bad_order() -> DeployOrder {
    let [wrong, ..] = &WRONG_VERSIONS;
    let (author, message) = ("deployer@example.test".to_owned(), wrong.message.to_owned());
    DeployOrder { settings: Some(wrong.put_into(settings::whole())), author, message }
}

/// A whole version again.
fn repair_order() -> DeployOrder {
    let (author, message) = ("range@example.test".to_owned(), "Restore session settings".to_owned());
    DeployOrder { settings: None, author, message }
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

fn whereabouts(dir: &Path, admin: SocketAddr) -> Result<Whereabouts, RangeError> {
    let front = ServiceAddress::read(dir, ServiceName::Front)?;
    let found = front.and_then(|front| front.https.map(|https| (front.http, https)));
    let Some((http, https)) = found else {
        let reason = "it did not say where it answers".to_owned();
        return Err(RangeError::Service { service: ServiceName::Front, reason });
    };
    let (curl_home, ca) = (dir.join("home"), dir.join("ca.pem"));
    Ok(Whereabouts { http, https, admin, pid: std::process::id(), curl_home, ca })
}
