//! The accept loops: loopback only, with limits, plain or TLS, ended by one token. What is served is handed in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::RangeError;

/// Connections one listener serves at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 256;
/// A client has this long to say what it wants, and for its TLS handshake.
const HEADER_WAIT: Duration = Duration::from_secs(10);
/// Open answers have this long to end after the token was cancelled.
const END_WAIT: Duration = Duration::from_secs(2);

/// How a listener's bytes are wrapped.
#[derive(Clone)]
pub(crate) enum Wrapping {
    Plain,
    Tls(TlsAcceptor),
}

/// What every loop shares: how it is ended and how its tasks are counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lifetime {
    pub(crate) end: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// Opens a listener on 127.0.0.1; port 0 takes any free one.
pub(crate) async fn bind(name: &'static str, port: u16) -> Result<(TcpListener, SocketAddr), RangeError> {
    let failed = |source| RangeError::Listen { name, port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    Ok((listener, at))
}

/// Accepts connections until the end is called.
pub(crate) async fn serve(listener: TcpListener, wrapping: Wrapping, router: Router, life: Lifetime) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some(place) = life.end.run_until_cancelled(Arc::clone(&places).acquire_owned()).await {
        let Some(accepted) = life.end.run_until_cancelled(listener.accept()).await else { return };
        // An error here concerns one connection (it was reset) or passes when others have ended.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let (wrapping, router, end) = (wrapping.clone(), router.clone(), life.end.clone());
        life.tasks.spawn(async move {
            connection(stream, wrapping, router, end).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, wrapping: Wrapping, router: Router, end: CancellationToken) {
    match wrapping {
        Wrapping::Plain => http(stream, router, end).await,
        Wrapping::Tls(acceptor) => {
            if let Ok(Ok(stream)) = timeout(HEADER_WAIT, acceptor.accept(stream)).await {
                http(stream, router, end).await;
            }
        }
    }
}

async fn http<S>(stream: S, router: Router, end: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WAIT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    if end.run_until_cancelled(serving.as_mut()).await.is_none() {
        serving.as_mut().graceful_shutdown();
        // What a client still wants after the wait is cut off: the stack is ending.
        let _ = timeout(END_WAIT, serving).await;
    }
}
