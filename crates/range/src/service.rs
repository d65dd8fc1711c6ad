//! What every process of the stack shares: two listeners, its place in `services/`, its log, its numbers, and an end
//! together with the process that started it. What a service does is handed in.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::RangeError;
use crate::address::{ServiceAddress, Settings};
use crate::admin;
use crate::listen::{self, Lifetime, Wrapping};
use crate::log::{Log, ServiceName};
use crate::metrics::Metrics;
use crate::state_file::make_dir;

/// Open answers and tasks have this long after the end was called.
const END_WAIT: Duration = Duration::from_secs(2);
/// What a service prints on its own output once it answers; its parent waits for it.
pub(crate) const READY: &str = "ready";
/// What it prints, before the reason, when it cannot start.
pub(crate) const FAILED: &str = "failed ";

/// The standing of one service: where it is, who it is, and what it writes to.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// The range's directory.
    pub(crate) dir: PathBuf,
    pub(crate) name: ServiceName,
    /// What `range up` was started with.
    pub(crate) settings: Settings,
    /// Where its public listener answers.
    pub(crate) http: SocketAddr,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    /// Its end, and the tasks that are waited for then.
    pub(crate) life: Lifetime,
}

/// What a service answers.
#[derive(Debug)]
pub(crate) struct Rooms {
    /// To everybody, and to probes.
    pub(crate) public: Router,
    /// To vendor tools and to faults: its own routes beside `/log`.
    pub(crate) admin: Router,
    /// A third listener, which the service opened itself.
    pub(crate) https: Option<SocketAddr>,
}

impl Post {
    /// The folder of the service's own state; made when it is missing.
    pub(crate) fn folder(&self) -> Result<PathBuf, RangeError> {
        let folder = self.dir.join(self.name.text());
        make_dir(&folder)?;
        Ok(folder)
    }
}

/// Serves until the parent ends or a signal says so. Blocks.
pub(crate) fn run(
    name: ServiceName,
    dir: &Path,
    build: impl AsyncFnOnce(&Post) -> Result<Rooms, RangeError>,
) -> Result<(), RangeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        die_with_parent();
        match begin(name, dir, build).await {
            Ok(post) => {
                say(READY);
                told_to_end().await?;
                end(&post).await;
                Ok(())
            }
            Err(error) => {
                say(&format!("{FAILED}{error}"));
                Err(error)
            }
        }
    })
}

async fn begin(
    name: ServiceName,
    dir: &Path,
    build: impl AsyncFnOnce(&Post) -> Result<Rooms, RangeError>,
) -> Result<Post, RangeError> {
    let settings = Settings::read(dir)?;
    let port = if name == ServiceName::Front { settings.http_port } else { 0 };
    let (public, http) = listen::bind(name.text(), port).await?;
    let (private, admin) = listen::bind("admin", 0).await?;
    let post = Post {
        dir: dir.to_owned(),
        name,
        settings,
        http,
        log: Log::open(dir, name)?,
        metrics: Metrics::default(),
        life: Lifetime::default(),
    };
    let rooms = build(&post).await?;
    let metrics = post.metrics.clone();
    let numbers = Router::new().route("/metrics", get(async move || metrics.text()));
    let spawn = |listener, router| {
        post.life.tasks.spawn(listen::serve(listener, Wrapping::Plain, router, post.life.clone()));
    };
    spawn(public, numbers.merge(rooms.public));
    spawn(private, admin::guarded(rooms.admin, post.log.clone(), post.life.end.clone()));
    let address = ServiceAddress { service: name, pid: std::process::id(), http, admin, https: rooms.https };
    address.write(dir)?;
    Ok(post)
}

async fn end(post: &Post) {
    ServiceAddress::remove(&post.dir, post.name);
    post.life.end.cancel();
    post.life.tasks.close();
    // Whatever still runs after the wait is cut off with the runtime.
    let _ = timeout(END_WAIT, post.life.tasks.wait()).await;
}

/// Tells the parent, which reads the first line; nobody listens when a person started the service by hand.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Where the kernel can do it, a parent that is killed takes its services along, even those that are stopped.
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // A kernel that refuses leaves the closed pipe as the sign.
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    }
}

/// Waits for the parent's end of our standard input to close, or for a signal.
pub(crate) async fn told_to_end() -> Result<(), RangeError> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
        () = parent_gone() => {}
    }
    Ok(())
}

async fn parent_gone() {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned();
    // Not a pipe: started by hand, and ended by a signal.
    let Ok(mut pipe) = stdin.and_then(pipe::Receiver::from_owned_fd) else {
        return core::future::pending().await;
    };
    let mut byte = [0; 64];
    while pipe.read(&mut byte).await.is_ok_and(|read| read > 0) {}
}
