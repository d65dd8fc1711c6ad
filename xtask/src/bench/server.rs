//! The servers under test: settings written, started on loopback, asked whether they are there, killed by pid.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::wire::{self, Request};
use super::{Setting, bodies, clock, process};
use crate::failure::Failure;
use crate::machine;

/// How long a server may take to answer for the first time.
const START_TIME_MAX: Duration = Duration::from_secs(20);
/// How often it is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_micros(200);
/// The secret of the published test vector for signed webhooks.
const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Ours, as it ships.
    Durable,
    /// Ours, with storage switched off.
    Memory,
    /// Debian's Alertmanager.
    Peer,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Durable => "evenkeel",
            Kind::Memory => "evenkeel, storage off",
            Kind::Peer => "alertmanager",
        }
    }
}

/// A folder with everything that a server needs to be started, as often as one likes.
pub(super) struct Place {
    kind: Kind,
    folder: PathBuf,
    pub(super) address: SocketAddr,
    program: PathBuf,
    /// The key for alerts; the peer has none.
    key: String,
    /// The key for reading.
    pub(super) read_key: String,
}

/// A server that runs, until it is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process to its first 200.
    pub(super) ready_after: Duration,
}

impl Place {
    /// A new folder; pages go to `sink`.
    pub(super) fn new(setting: &Setting, kind: Kind, sink: Option<SocketAddr>) -> Result<Place, Failure> {
        let folder = setting.folder.join(format!("place-{}", kind.name().replace([',', ' '], "")));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Failure::io(folder.display()))?;
        }
        fs::create_dir_all(&folder).map_err(Failure::io(folder.display()))?;
        let address = free_address()?;
        let program = match kind {
            Kind::Durable | Kind::Memory => setting.program()?,
            Kind::Peer => setting.peer()?,
        };
        let mut place = Place { kind, folder, address, program, key: String::new(), read_key: String::new() };
        match kind {
            Kind::Durable | Kind::Memory => {
                write(&place.folder.join("playbook.md"), &bodies::playbook()?)?;
                write(&place.folder.join("evenkeel.toml"), &place.our_settings(sink))?;
                place.key = place.token("alerts")?;
                place.read_key = place.token("read")?;
            }
            Kind::Peer => write(&place.folder.join("alertmanager.yml"), &peer_settings(sink))?,
        }
        Ok(place)
    }

    fn our_settings(&self, sink: Option<SocketAddr>) -> String {
        let storage = match self.kind {
            Kind::Memory => "memory",
            Kind::Durable | Kind::Peer => "disk",
        };
        let address = self.address;
        let mut text = format!(
            "listen = \"{address}\"\nstatus_listen = \"127.0.0.1:0\"\nplaybook = \"playbook.md\"\nstorage = \"{storage}\"\n"
        );
        if let Some(sink) = sink {
            text.push_str(&format!(
                "[roles]\n\"On-call Primary\" = [\"primary\"]\n[channels.webhook]\nsecret = \"{WEBHOOK_SECRET}\"\n\
                 [[people]]\nid = \"primary\"\nname = \"Primary\"\n\
                 [[people.contacts]]\nchannel = \"webhook\"\naddress = \"http://{sink}/page\"\n"
            ));
        }
        text
    }

    /// A token, made while no server runs.
    fn token(&self, scope: &str) -> Result<String, Failure> {
        let mut command = machine::program(&self.program);
        command.args(["token", "create", scope, "--scope", scope, "--config"]);
        let printed = machine::output("token", command.arg(self.folder.join("evenkeel.toml")))?;
        Ok(printed.trim().to_owned())
    }

    /// Where the playbook lies; `None` for the peer.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// One alert of this severity, for this server.
    pub(super) fn request(&self, severity: &str) -> Request {
        let path = match self.kind {
            Kind::Durable | Kind::Memory => format!("/in/{}/api/v2/alerts", self.key),
            Kind::Peer => "/api/v2/alerts".to_owned(),
        };
        Request::post(self.address, &path, &bodies::alert(severity))
    }

    /// Starts the server and waits for its first 200.
    pub(super) fn start(&self) -> Result<Server, Failure> {
        let mut command = machine::program(&self.program);
        let at = |name: &str| self.folder.join(name).display().to_string();
        match self.kind {
            Kind::Durable | Kind::Memory => command.args(["serve", "--config", &at("evenkeel.toml")]),
            Kind::Peer => command.args([
                format!("--config.file={}", at("alertmanager.yml")),
                format!("--storage.path={}", at("data")),
                format!("--web.listen-address={}", self.address),
                "--cluster.listen-address=".to_owned(),
                "--log.level=error".to_owned(),
            ]),
        };
        let log = self.folder.join("log");
        let errors = File::create(&log).map_err(Failure::io(log.display()))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        let began = clock::now();
        let child = command.spawn().map_err(Failure::io(self.program.display()))?;
        let mut server = Server { child, address: self.address, ready_after: Duration::ZERO };
        server.ready_after = self.ready(began).ok_or_else(|| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            Failure::Answer(format!("{} did not answer in time; it said: {said}", self.kind.name()))
        })?;
        Ok(server)
    }

    fn ready(&self, began: Instant) -> Option<Duration> {
        let path = match self.kind {
            Kind::Durable | Kind::Memory => "/api/health",
            Kind::Peer => "/-/ready",
        };
        clock::until(START_TIME_MAX, ASK_EVERY, || {
            let (status, _) = wire::get(self.address, path, None).ok()?;
            (status == 200).then(|| began.elapsed())
        })
    }
}

impl Server {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn memory_mib(&self) -> f64 {
        process::memory_mib(self.pid())
    }

    /// Ends it with SIGKILL, by its pid, and waits until it is gone.
    pub(super) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // An error means that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn peer_settings(sink: Option<SocketAddr>) -> String {
    let (group, receiver) = match sink {
        Some(sink) => {
            let url = format!(
                "    webhook_configs:\n      - url: http://{sink}/page\n        send_resolved: false\n"
            );
            ("alertname, instance", url)
        }
        None => ("alertname", String::new()),
    };
    format!(
        "route:\n  receiver: bench\n  group_by: [{group}]\n  group_wait: 0s\n  group_interval: 5m\n  repeat_interval: 4h\n\
         receivers:\n  - name: bench\n{receiver}"
    )
}

/// An address of loopback that was free a moment ago.
fn free_address() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Failure::io("a free port"))?;
    listener.local_addr().map_err(Failure::io("a free port"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::io(path.display()))
}
