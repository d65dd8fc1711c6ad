//! One connection: HTTP/1.1 with a time for each request's head, watched so that it can end calmly.

use super::Peer;
use axum::Router;
use axum::body::Body;
use core::time::Duration;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tower::ServiceExt as _;

/// How long a request's head may take, and how long a connection may lie idle between requests.
pub(crate) const HEAD_TIME_MAX: Duration = Duration::from_secs(10);

/// The largest head of a request.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How long the other end may leave what we sent unread.
#[cfg(target_os = "linux")]
const UNREAD_MS_MAX: u32 = 30_000;

/// Serves one connection to its end.
pub(crate) async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
    tune(&stream);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "connection ended early");
    }
}

/// Answers are small, so they go out at once; a reader who stops reading is cut off by the kernel.
fn tune(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, UNREAD_MS_MAX) {
        tracing::debug!(%error, "no TCP_USER_TIMEOUT");
    }
}
