//! The host that sandboxes clone from: git's own protocol over HTTP, for whoever has a token, at the speed of the
//! sandboxes' network. What is served are the range's repositories and nothing else on the disk.

use std::convert::Infallible;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::git;

/// What the network of the sandboxes carries.
pub(super) const BYTES_A_SECOND: usize = 128 * 1024;
/// So much goes through at once before the network is felt.
const BURST_BYTES: usize = 64 * 1024;
/// What is sent at a time.
const CHUNK_BYTES: usize = 8 * 1024;
/// Requests are a list of commits.
const ASKED_BYTES_MAX: usize = 64 * 1024;
/// Transfers at once; more are turned away.
const TRANSFERS_MAX: usize = 64;
/// git has this long to say something.
const SILENCE_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
struct Host {
    folder: PathBuf,
    transfers: Arc<Semaphore>,
}

#[derive(Debug, Deserialize)]
struct Service {
    service: Option<String>,
}

/// Bytes of the agent's package; it is read whole, whatever is in it.
const PACKAGE_BYTES: u64 = 600 * 1024;

/// The routes of the host, over the bare repositories in a folder.
pub(super) fn router(folder: PathBuf) -> Router {
    let host = Host { folder, transfers: Arc::new(Semaphore::new(TRANSFERS_MAX)) };
    Router::new()
        .route("/packages/agent", get(package))
        .route("/{owner}/{name}/info/refs", get(advertise))
        .route("/{owner}/{name}/git-upload-pack", post(upload))
        .layer(DefaultBodyLimit::max(ASKED_BYTES_MAX))
        .with_state(host)
}

async fn advertise(
    State(host): State<Host>,
    Path(named): Path<(String, String)>,
    Query(asked): Query<Service>,
    headers: HeaderMap,
) -> Response {
    if asked.service.as_deref() != Some("git-upload-pack") {
        return (StatusCode::FORBIDDEN, "repositories are read only here").into_response();
    }
    host.answer(&named, &headers, &["--http-backend-info-refs"], Bytes::new()).await
}

async fn package(State(host): State<Host>) -> Response {
    let Ok(transfer) = Arc::clone(&host.transfers).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many transfers").into_response();
    };
    let bytes = tokio::io::repeat(0).take(PACKAGE_BYTES);
    let paced = Paced::new(Some(Box::new(bytes)), b"", (None, transfer));
    Body::from_stream(stream::unfold(paced, Paced::next)).into_response()
}

async fn upload(
    State(host): State<Host>,
    Path(named): Path<(String, String)>,
    headers: HeaderMap,
    asked: Bytes,
) -> Response {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send it as it is").into_response();
    }
    host.answer(&named, &headers, &[], asked).await
}

impl Host {
    async fn answer(
        &self,
        (owner, name): &(String, String),
        headers: &HeaderMap,
        options: &[&str],
        asked: Bytes,
    ) -> Response {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let token = text(header::AUTHORIZATION).and_then(|all| all.strip_prefix("Bearer "));
        if token.is_none_or(|token| token.trim().is_empty()) {
            return (StatusCode::FORBIDDEN, "no token").into_response();
        }
        let wanted = format!("{owner}/{name}");
        if !git::REPOSITORIES.iter().any(|known| wanted == format!("{known}.git")) {
            return (StatusCode::NOT_FOUND, "no such repository").into_response();
        }
        let Ok(transfer) = Arc::clone(&self.transfers).try_acquire_owned() else {
            return (StatusCode::SERVICE_UNAVAILABLE, "too many transfers").into_response();
        };
        let first = options.is_empty();
        let kind = if first { "result" } else { "advertisement" };
        let protocol = headers.get("git-protocol").and_then(|value| value.to_str().ok()).unwrap_or_default();
        // The form before version 2 begins with a line of its own.
        let opening: &[u8] = match first || protocol.contains("version=2") {
            true => b"",
            false => b"001e# service=git-upload-pack\n0000",
        };
        match self.upload_pack(&wanted, protocol, options, asked) {
            Ok(mut child) => {
                let out = child.stdout.take().map(|out| Box::new(out) as Source);
                let paced = Paced::new(out, opening, (Some(child), transfer));
                let body = Body::from_stream(stream::unfold(paced, Paced::next));
                let kind = format!("application/x-git-upload-pack-{kind}");
                ([(header::CONTENT_TYPE, kind)], body).into_response()
            }
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }

    fn upload_pack(
        &self,
        wanted: &str,
        protocol: &str,
        options: &[&str],
        asked: Bytes,
    ) -> std::io::Result<Child> {
        let mut command = git::git(&self.folder);
        command.args(["upload-pack", "--stateless-rpc"]).args(options).arg(self.folder.join(wanted));
        if protocol == "version=2" {
            command.env("GIT_PROTOCOL", protocol);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // Ends with the process, which is killed when nobody wants its answer any more.
            tokio::spawn(async move {
                let _ = stdin.write_all(&asked).await;
            });
        }
        Ok(child)
    }
}

/// An answer on its way, as fast as the network lets it.
struct Paced {
    out: Option<Source>,
    opening: Vec<u8>,
    sent: usize,
    clock: Interval,
    /// Killed when the transfer ends or is given up.
    _child: Option<Child>,
    _transfer: OwnedSemaphorePermit,
}

/// Where the bytes come from.
type Source = Box<dyn AsyncRead + Send + Unpin>;

impl Paced {
    fn new(
        out: Option<Source>,
        opening: &[u8],
        (child, transfer): (Option<Child>, OwnedSemaphorePermit),
    ) -> Self {
        let each = Duration::from_secs(1) * u32::try_from(CHUNK_BYTES).unwrap_or(u32::MAX)
            / u32::try_from(BYTES_A_SECOND).unwrap_or(u32::MAX);
        let mut clock = interval(each);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let opening = opening.to_vec();
        Self { out, opening, sent: 0, clock, _child: child, _transfer: transfer }
    }

    async fn next(mut self) -> Option<(Result<Vec<u8>, Infallible>, Self)> {
        let mut chunk = core::mem::take(&mut self.opening);
        if chunk.is_empty() {
            if self.sent >= BURST_BYTES {
                self.clock.tick().await;
            }
            chunk.resize(CHUNK_BYTES, 0);
            let read = timeout(SILENCE_MAX, self.out.as_mut()?.read(&mut chunk)).await;
            match read {
                Ok(Ok(read)) if read > 0 => chunk.truncate(read),
                // Its end, or a failure that git reports on the other side.
                Ok(Ok(_) | Err(_)) | Err(_) => return None,
            }
            self.sent += chunk.len();
        }
        Some((Ok(chunk), self))
    }
}
