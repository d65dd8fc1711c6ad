//! Binding, accepting within a limit, and ending calmly.

use super::{connection, places};
use crate::app::App;
use axum::Router;
use core::future::Future;
use core::time::Duration;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// How long requests under way may take to end once the server is told to stop.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// How long to wait when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where to listen. Port 0 takes any free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// The console, the API and intake.
    pub listen: SocketAddr,
    /// The public status page; `None` for none.
    pub status_listen: Option<SocketAddr>,
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be taken.
    #[error("cannot listen on {address} for the {what}: {cause}; {hint}")]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// For what.
        what: &'static str,
        /// The system's words.
        cause: std::io::Error,
        /// What to do about it.
        hint: &'static str,
    },
}

/// Sockets that are bound and not yet served. What connects meanwhile waits.
#[derive(Debug)]
pub struct Bound {
    console: (TcpListener, SocketAddr),
    status: Option<(TcpListener, SocketAddr)>,
    /// How many connections each of them may hold.
    connections_max: usize,
}

/// Takes the addresses.
///
/// # Errors
/// [`ServeError::Bind`], which says what to do.
pub async fn bind(config: ServerConfig) -> Result<Bound, ServeError> {
    let console = take(config.listen, "console").await?;
    let status = match config.status_listen {
        Some(address) => Some(take(address, "status page").await?),
        None => None,
    };
    let listeners = if status.is_some() { 2 } else { 1 };
    let connections_max = places::connections_max(places::descriptors(), listeners);
    Ok(Bound { console, status, connections_max })
}

/// Takes the addresses and serves until `shutdown`; the handle ends when everything has. Which addresses they are can be
/// asked of [`bind`].
///
/// # Errors
/// [`ServeError::Bind`], which says what to do.
pub async fn serve(
    app: App,
    config: ServerConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(SocketAddr, Option<SocketAddr>, JoinHandle<()>), ServeError> {
    let bound = bind(config).await?;
    let (console, status) = (bound.console(), bound.status());
    Ok((console, status, tokio::spawn(bound.serve(app, shutdown))))
}

impl Bound {
    /// The console's address.
    #[must_use]
    pub const fn console(&self) -> SocketAddr {
        self.console.1
    }

    /// The status page's address.
    #[must_use]
    pub fn status(&self) -> Option<SocketAddr> {
        self.status.as_ref().map(|(_, address)| *address)
    }

    /// Serves until `shutdown`, then takes no more connections and ends within ten seconds.
    pub async fn serve(self, app: App, shutdown: impl Future<Output = ()> + Send) {
        let (stop, stopping) = watch::channel(false);
        // Places of its own for each, so that a crowd at the public page leaves the console open.
        let places = || Arc::new(Semaphore::new(self.connections_max));
        let mut listeners = JoinSet::new();
        listeners.spawn(accept(self.console.0, super::console(&app), places(), stopping.clone()));
        if let Some((listener, _)) = self.status {
            listeners.spawn(accept(listener, super::status(&app), places(), stopping));
            listeners.spawn(crate::public::keep(app.clone()));
        }
        shutdown.await;
        // Streams first: they would otherwise keep their connections to the end of the drain.
        app.close();
        stop.send_replace(true);
        while let Some(ended) = listeners.join_next().await {
            if ended.is_err() {
                tracing::error!("a listener did not end well");
            }
        }
    }
}

async fn take(address: SocketAddr, what: &'static str) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |cause: std::io::Error| {
        let hint = match cause.kind() {
            std::io::ErrorKind::AddrInUse => "another program has it; stop that, or listen on another port",
            std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; take a higher one",
            std::io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; 0.0.0.0 means all of them"
            }
            _ => "choose another address in the settings",
        };
        ServeError::Bind { address, what, cause, hint }
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn accept(
    listener: TcpListener,
    router: Router,
    places: Arc<Semaphore>,
    mut stopping: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = told(&mut stopping) => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told(&mut stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let serving = connection::serve(stream, peer, router.clone(), graceful.watcher());
                connections.spawn(async move {
                    serving.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                let _ = tokio::time::timeout(ACCEPT_PAUSE, told(&mut stopping)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!(left = connections.len(), "connections were cut off at the end of the drain");
    }
    connections.shutdown().await;
}

/// Waits until the server is told to stop, or nobody is left who could.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}
