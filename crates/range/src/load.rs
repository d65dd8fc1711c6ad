//! The synthetic users: one real HTTP request after another to the edge API, so that its log and error rate are real.
//! They see only what any client sees.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// A synthetic user gives up after this long.
const PATIENCE: Duration = Duration::from_secs(2);
/// A synthetic user reads no more of an answer than this.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// How busy the synthetic users are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Nobody is there.
    Off,
    /// One request in each such interval.
    Every(Duration),
}

/// Runs the synthetic users until the end is called.
pub(crate) async fn run(load: Load, http: SocketAddr, end: CancellationToken) {
    let Load::Every(pause) = load else { return };
    let mut clock = interval(pause.max(Duration::from_millis(1)));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut user = User { session: "none".to_owned(), step: 0 };
    while end.run_until_cancelled(clock.tick()).await.is_some() {
        // A failed request is in the log of the service; a refused connection means that the stack is ending.
        let _ = end.run_until_cancelled(timeout(PATIENCE, user.act(http))).await;
    }
}

struct User {
    session: String,
    step: usize,
}

impl User {
    async fn act(&mut self, http: SocketAddr) -> std::io::Result<()> {
        self.step += 1;
        let answer = exchange(http, &self.request()).await?;
        if let Some(id) = created_session(&answer) {
            self.session = id;
        }
        Ok(())
    }

    fn request(&self) -> String {
        let id = &self.session;
        match self.step % 5 {
            0 => head("GET", "/health", "Connection: close\r\n"),
            1 => head("POST", "/sessions", "Content-Length: 0\r\nConnection: close\r\n"),
            2 => head(
                "GET",
                &format!("/sessions/{id}/ws"),
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: cHJhY3RpY2UtcmFuZ2UtMQ==\r\n",
            ),
            _ => head("GET", &format!("/sessions/{id}"), "Connection: close\r\n"),
        }
    }
}

fn head(method: &str, path: &str, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: api.tabbi.dev\r\nUser-Agent: practice-user\r\n{more}\r\n")
}

async fn exchange(http: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(http).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut bounded = (&mut stream).take(ANSWER_BYTES_MAX);
    bounded.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn created_session(answer: &str) -> Option<String> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if !head.starts_with("HTTP/1.1 201") {
        return None;
    }
    let session: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(session.get("id")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_created_session_is_remembered() {
        assert_eq!(
            created_session("HTTP/1.1 201 Created\r\n\r\n{\"id\":\"ses_1\"}").as_deref(),
            Some("ses_1")
        );
        assert_eq!(created_session("HTTP/1.1 500 Oops\r\n\r\n{\"id\":\"ses_1\"}"), None);
        assert_eq!(created_session("nonsense"), None);
    }
}
