//! The blocking client of the admin endpoint, for the short-lived tools and the command line: one request a
//! connection, HTTP/1.0, so that an answer ends where its connection does.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::address::ServiceAddress;
use crate::admin::HEADER;
use crate::log::{Record, ServiceName};
use crate::{RangeError, Whereabouts};

/// A loopback answer takes milliseconds; longer means that nobody is there.
const WAIT: Duration = Duration::from_secs(5);
/// How often a quiet stream looks whether anybody still reads its output.
const LOOK: Duration = Duration::from_millis(250);
/// No admin answer is longer; streams are read line by line.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Asks one admin listener.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    at: SocketAddr,
}

/// What a followed log says next.
#[derive(Debug)]
pub(crate) enum Tick<'a> {
    Record(&'a Record),
    /// Nothing came for a moment.
    Quiet,
}

/// Which records to ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogRequest {
    pub(crate) history: usize,
    pub(crate) until: Until,
}

/// Where a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// With what is there already.
    Now,
    /// When the reader or the range ends.
    Ended,
}

impl Client {
    /// The supervisor of the range that runs in `dir`.
    pub(crate) fn of(dir: &Path) -> Result<Self, RangeError> {
        Ok(Self { at: Whereabouts::read(dir)?.admin })
    }

    /// One service of the range that runs in `dir`.
    pub(crate) fn to(dir: &Path, service: ServiceName) -> Result<Self, RangeError> {
        Whereabouts::read(dir)?;
        match ServiceAddress::read(dir, service)? {
            Some(address) => Ok(Self { at: address.admin }),
            None => Err(RangeError::Service { service, reason: "it does not run at the moment".to_owned() }),
        }
    }

    /// Reads one admin resource.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RangeError> {
        self.exchange("GET", path, b"")
    }

    /// Gives one order.
    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        order: &impl Serialize,
    ) -> Result<T, RangeError> {
        let body = serde_json::to_vec(order).map_err(|e| unreadable(path, &e))?;
        self.exchange("POST", path, &body)
    }

    /// Hands over records one by one until told to stop or until they end.
    pub(crate) fn read_log(
        &self,
        asked: LogRequest,
        each: &mut dyn FnMut(Tick<'_>) -> Result<ControlFlow<()>, RangeError>,
    ) -> Result<(), RangeError> {
        let path = asked.path();
        let mut stream = self.send("GET", &path, b"")?;
        let status = read_head(&mut stream, &path)?;
        if status != 200 {
            return Err(RangeError::Answer { path, reason: format!("status {status}") });
        }
        stream.get_ref().set_read_timeout(Some(LOOK)).map_err(|e| self.unreachable(e))?;
        let mut line = Vec::new();
        loop {
            let flow = match stream.read_until(b'\n', &mut line) {
                Ok(_) if !line.ends_with(b"\n") => return Ok(()),
                Ok(_) => {
                    let record = serde_json::from_slice(&line).map_err(|e| unreadable(&path, &e))?;
                    line.clear();
                    each(Tick::Record(&record))?
                }
                Err(e) if is_quiet(&e) => each(Tick::Quiet)?,
                Err(e) => return Err(self.unreachable(e)),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }

    fn exchange<T: DeserializeOwned>(&self, method: &str, path: &str, body: &[u8]) -> Result<T, RangeError> {
        let mut stream = self.send(method, path, body)?;
        let status = read_head(&mut stream, path)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).map_err(|e| self.unreachable(e))?;
        match status {
            200 => serde_json::from_slice(&answer).map_err(|e| unreadable(path, &e)),
            409 => Err(RangeError::Refused(String::from_utf8_lossy(&answer).into_owned())),
            _ => Err(RangeError::Answer { path: path.to_owned(), reason: format!("status {status}") }),
        }
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> Result<BufReader<TcpStream>, RangeError> {
        let open = || {
            let mut stream = TcpStream::connect_timeout(&self.at, WAIT)?;
            stream.set_read_timeout(Some(WAIT))?;
            stream.set_write_timeout(Some(WAIT))?;
            let head = format!(
                "{method} {path} HTTP/1.0\r\nHost: {}\r\n{HEADER}: 1\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n",
                self.at,
                body.len()
            );
            stream.write_all(&[head.as_bytes(), body].concat())?;
            Ok(BufReader::new(stream))
        };
        open().map_err(|e| self.unreachable(e))
    }

    fn unreachable(&self, source: std::io::Error) -> RangeError {
        RangeError::Unreachable { at: self.at, source }
    }
}

impl LogRequest {
    fn path(self) -> String {
        let follow = match self.until {
            Until::Now => "no",
            Until::Ended => "yes",
        };
        format!("/log?history={}&follow={follow}", self.history)
    }
}

/// Reads to the end of the head and returns its status.
fn read_head(stream: &mut BufReader<TcpStream>, path: &str) -> Result<u16, RangeError> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).map_err(|e| unreadable(path, &e))? == 0 {
            break;
        }
    }
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    status.ok_or_else(|| unreadable(path, &"no status line"))
}

fn is_quiet(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

fn unreadable(path: &str, reason: &dyn core::fmt::Display) -> RangeError {
    RangeError::Answer { path: path.to_owned(), reason: reason.to_string() }
}
