//! A client that says exactly the bytes it is told to, and reads what comes.

use core::time::Duration;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No answer of these tests takes longer, slow bodies included.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The cookie that it sets, as a request sends it back.
    pub(crate) fn cookie(&self) -> String {
        let set = self.header("set-cookie").unwrap_or_else(|| panic!("no cookie in {self:?}"));
        set.split(';').next().unwrap_or_default().to_owned()
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    to: SocketAddr,
    head: String,
    body: Vec<u8>,
}

pub(crate) fn ask(to: SocketAddr, method: &str, path: &str) -> Asking {
    Asking {
        to,
        head: format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n"),
        body: Vec::new(),
    }
}

impl Asking {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body.as_bytes())
    }

    pub(crate) fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(body.as_bytes())
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let length = self.body.len();
        let asking = if length > 0 { self.header("content-length", &length.to_string()) } else { self };
        let bytes = [asking.head.as_bytes(), b"\r\n", &asking.body].concat();
        let mut stream = TcpStream::connect(asking.to).await.unwrap();
        // A server that has heard enough may answer and close before all is sent.
        let _ = stream.write_all(&bytes).await;
        read(&mut stream).await.unwrap_or_else(|| panic!("no answer to {:?}", asking.head))
    }
}

/// The answer, or `None` when the connection ends without one.
pub(crate) async fn read(stream: &mut TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    let all = tokio::time::timeout(PATIENCE, async {
        let mut piece = [0_u8; 8192];
        while let Ok(length @ 1..) = stream.read(&mut piece).await {
            bytes.extend_from_slice(&piece[..length]);
            if whole(&bytes) {
                break;
            }
        }
    });
    all.await.expect("an answer within a minute");
    parse(&bytes)
}

fn whole(bytes: &[u8]) -> bool {
    parse(bytes).is_some_and(|reply| {
        let length = reply.header("content-length").and_then(|length| length.parse::<usize>().ok());
        length.is_some_and(|length| reply.body.len() >= length)
    })
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_lowercase(), value.to_owned()))
    });
    Some(Reply { status, headers: headers.collect(), body: body.to_owned() })
}
