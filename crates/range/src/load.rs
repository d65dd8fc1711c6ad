//! The synthetic users, a process of their own: one real HTTP request after another to the front, so that log, rates
//! and latencies are real. They see only what any client sees.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::RangeError;
use crate::call::Caller;
use crate::log::ServiceName;
use crate::service::{Post, Rooms};

/// A synthetic user gives up after this long.
const PATIENCE: Duration = Duration::from_secs(2);
/// A synthetic user reads no more of an answer than this.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// How busy the synthetic users are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Load {
    /// Nobody is there.
    Off,
    /// One request in each such interval.
    Every(Duration),
}

impl Load {
    /// The interval in milliseconds; 0 is nobody.
    pub(crate) fn milliseconds(self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Every(pause) => u64::try_from(pause.as_millis()).unwrap_or(u64::MAX).max(1),
        }
    }
}

/// Starts the users, if there are to be any.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    if post.settings.load_ms > 0 {
        post.life.tasks.spawn(run(post.clone()));
    }
    Ok(Rooms { public: Router::new(), admin: Router::new(), https: None })
}

async fn run(post: Post) {
    let mut clock = interval(Duration::from_millis(post.settings.load_ms));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut user = User { session: "none".to_owned(), step: 0 };
    let (caller, end) = (Caller::new(&post.dir), post.life.end.clone());
    while end.run_until_cancelled(clock.tick()).await.is_some() {
        let Ok(http) = caller.address(ServiceName::Front) else { continue };
        // A failed request is in the log of the service; a refused connection means that the front is away.
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
