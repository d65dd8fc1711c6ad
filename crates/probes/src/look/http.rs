//! `http`: one request over a connection of its own, so that every look meets name, port and certificate as a new visitor
//! does. Redirects are not followed: where they point is part of the answer.

use super::attempt::Looking;
use super::connect::{self, Wire};
use super::{Trouble, Trust};
use crate::judge::Seen;
use crate::probe::WebAsk;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::header::{HOST, LOCATION, USER_AGENT};
use hyper::{HeaderMap, Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio_util::task::AbortOnDropHandle;

/// So much of a body is read; what is expected of it must stand there.
pub(super) const BODY_BYTES_MAX: usize = 256 * 1024;

/// Headers beyond this are a fault of the target's.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 200;

/// How the probe calls itself.
pub(super) const AGENT: &str = concat!("evenkeel-probe/", env!("CARGO_PKG_VERSION"));

pub(super) async fn look(ask: &WebAsk, trust: &Trust, looking: &mut Looking) -> Result<Seen, Trouble> {
    let (wire, expires_at) = wire(ask, trust, looking).await?;
    let request = request(ask)?;
    let seen = exchange(wire, request, looking).await?;
    Ok(Seen { expires_at, ..seen })
}

/// The connection that an address asks for.
pub(super) async fn wire(
    ask: &WebAsk,
    trust: &Trust,
    looking: &mut Looking,
) -> Result<(Box<dyn Wire>, Option<Timestamp>), Trouble> {
    let stream = connect::tcp(&ask.place, looking).await?;
    if !ask.encrypted {
        return Ok((Box::new(stream), None));
    }
    let encrypted = connect::encrypt(stream, &ask.place, (trust, ask.ca.as_deref()), looking).await?;
    Ok((Box::new(encrypted.stream), encrypted.expires_at))
}

fn request(ask: &WebAsk) -> Result<Request<Empty<Bytes>>, Trouble> {
    let mut request = Request::builder().method(ask.method.as_str()).uri(ask.target.as_str());
    request = request.header(HOST, ask.authority.as_str()).header(USER_AGENT, AGENT).header("accept", "*/*");
    for (name, value) in &ask.headers {
        request = request.header(name.as_str(), value.reveal());
    }
    request.body(Empty::new()).map_err(|error| Trouble::Own(format!("the request cannot be made: {error}")))
}

async fn exchange(
    wire: Box<dyn Wire>,
    request: Request<Empty<Bytes>>,
    looking: &mut Looking,
) -> Result<Seen, Trouble> {
    let asking = async {
        let mut http = hyper::client::conn::http1::Builder::new();
        http.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
        let (mut sender, connection) =
            http.handshake(TokioIo::new(wire)).await.map_err(|error| broken(&error))?;
        let driving = AbortOnDropHandle::new(tokio::spawn(connection));
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        Ok((response, driving))
    };
    let (response, _driving) = looking.target("waiting for the answer", asking).await?;
    looking.phases.processing = looking.lap();
    let mut seen = head(&response);
    let (body, cut) = looking.target("reading the answer", body(response)).await?;
    looking.phases.transfer = looking.lap();
    (seen.body, seen.body_cut) = (String::from_utf8_lossy(&body).into_owned(), cut);
    Ok(seen)
}

fn head(response: &Response<Incoming>) -> Seen {
    let headers = header_texts(response.headers());
    let location =
        response.headers().get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
    Seen { status: Some(response.status().as_u16()), location, headers, ..Seen::default() }
}

/// Names and values as text.
pub(super) fn header_texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// What can be read of a body within its limit, and whether there was more.
async fn body(response: Response<Incoming>) -> Result<(Vec<u8>, bool), Trouble> {
    let mut body = response.into_body();
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        let room = BODY_BYTES_MAX - read.len();
        read.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        if data.len() > room {
            return Ok((read, true));
        }
    }
    Ok((read, false))
}

fn broken(error: &hyper::Error) -> Trouble {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    Trouble::Target(format!("the connection broke: {words}"))
}
