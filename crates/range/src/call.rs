//! Calls from one service to another: JSON over HTTP/1.1 on loopback, one connection a call, each with a deadline. The
//! address is read anew for each call, so that a service that was restarted is found at once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address::ServiceAddress;
use crate::admin::HEADER;
use crate::log::ServiceName;

/// A loopback connection takes microseconds; longer means that nobody accepts.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// No answer between services is longer; streams are read piece by piece.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a call did not come back with a 2xx.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The service has no address: it was never started, or ended in order.
    #[error("{0} is not running")]
    Missing(ServiceName),
    /// Nobody answers at its address.
    #[error("{what} cannot be reached: {reason}")]
    Unreachable {
        /// Service or address.
        what: String,
        /// What the system said.
        reason: String,
    },
    /// It took longer than the caller waits.
    #[error("{what} did not answer within {} ms", wait.as_millis())]
    Late {
        /// Service or address.
        what: String,
        /// The deadline.
        wait: Duration,
    },
    /// It answered something else than 2xx.
    #[error("{what} answered {status}: {said}")]
    Refused {
        /// Service or address.
        what: String,
        /// The status.
        status: StatusCode,
        /// Its `error`, or its whole short answer.
        said: String,
    },
}

/// Calls services of one range.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    dir: PathBuf,
}

impl Caller {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Where a service's public listener is.
    pub(crate) fn address(&self, service: ServiceName) -> Result<SocketAddr, CallError> {
        self.found(service).map(|found| found.http)
    }

    fn found(&self, service: ServiceName) -> Result<ServiceAddress, CallError> {
        let found = ServiceAddress::read(&self.dir, service).ok().flatten();
        found.ok_or(CallError::Missing(service))
    }

    /// Posts JSON to a service and reads the JSON of a 2xx.
    pub(crate) async fn post(
        &self,
        service: ServiceName,
        path: &str,
        body: &impl Serialize,
        wait: Duration,
    ) -> Result<Value, CallError> {
        let at = self.address(service)?;
        let request = json_request(Method::POST, at, path, body);
        exchange(service.text(), at, request, wait).await
    }

    /// Posts JSON to a service's own listener for orders.
    pub(crate) async fn order(
        &self,
        service: ServiceName,
        path: &str,
        body: &impl Serialize,
        wait: Duration,
    ) -> Result<Value, CallError> {
        let at = self.found(service)?.admin;
        let mut request = json_request(Method::POST, at, path, body);
        request.headers_mut().insert(HEADER, header::HeaderValue::from_static("1"));
        exchange(service.text(), at, request, wait).await
    }
}

/// A request with a JSON body.
pub(crate) fn json_request(
    method: Method,
    at: SocketAddr,
    path: &str,
    body: &impl Serialize,
) -> Request<Body> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut request = plain_request(method, at, path);
    let json = header::HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    *request.body_mut() = Body::from(bytes);
    request
}

/// A request without a body. A path that is no path asks for `/`, which answers 404 or worse.
pub(crate) fn plain_request(method: Method, at: SocketAddr, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header(header::HOST, at.to_string());
    request.body(Body::empty()).unwrap_or_default()
}

/// Sends a request, waits for the whole answer, and reads its JSON; an empty answer is `null`.
pub(crate) async fn exchange(
    what: &str,
    at: SocketAddr,
    request: Request<Body>,
    wait: Duration,
) -> Result<Value, CallError> {
    let whole = async {
        let (head, body) = send(what, at, request).await?.into_parts();
        let bytes = read_whole(body).await.map_err(|reason| unreachable_at(what, &reason))?;
        Ok((head.status, bytes))
    };
    let late = |_| CallError::Late { what: what.to_owned(), wait };
    let (status, bytes) = timeout(wait, whole).await.map_err(late)??;
    if status.is_success() {
        return Ok(serde_json::from_slice(&bytes).unwrap_or_default());
    }
    Err(CallError::Refused { what: what.to_owned(), status, said: said(&bytes) })
}

/// Opens a connection and sends a request; the answer's body is read by the caller.
pub(crate) async fn send(
    what: &str,
    at: SocketAddr,
    request: Request<Body>,
) -> Result<Response<Incoming>, CallError> {
    let connected = timeout(CONNECT_WAIT, TcpStream::connect(at)).await;
    let stream = connected
        .map_err(|_| CallError::Late { what: what.to_owned(), wait: CONNECT_WAIT })?
        .map_err(|error| unreachable_at(what, &error))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable_at(what, &error))?;
    // Ends with the connection: when the answer was read, or when its reader lets go of it.
    tokio::spawn(connection.with_upgrades());
    sender.send_request(request).await.map_err(|error| unreachable_at(what, &error))
}

async fn read_whole(body: Incoming) -> Result<Bytes, String> {
    let read = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
    read.map(|all| all.to_bytes()).map_err(|error| error.to_string())
}

fn said(bytes: &[u8]) -> String {
    let json: Value = serde_json::from_slice(bytes).unwrap_or_default();
    match json.get("error").and_then(Value::as_str) {
        Some(error) => error.to_owned(),
        None => String::from_utf8_lossy(bytes).chars().take(200).collect(),
    }
}

fn unreachable_at(what: &str, reason: &dyn core::fmt::Display) -> CallError {
    CallError::Unreachable { what: what.to_owned(), reason: reason.to_string() }
}
