//! A real HTTP server on loopback that answers one canned answer a connection and shows what it was sent.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// What came in.
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The server; it ends with the test's runtime.
pub(crate) struct Site {
    pub(crate) url: String,
    requests: UnboundedReceiver<Request>,
}

impl Site {
    /// Answers every request with these bytes; with none, it takes the request and never answers.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook/T000/secret-part", listener.local_addr().unwrap());
        let (sender, requests) = unbounded_channel();
        tokio::spawn(serve(listener, answer.into(), sender));
        Self { url, requests }
    }

    /// The next request.
    pub(crate) async fn request(&mut self) -> Request {
        timeout(Duration::from_secs(10), self.requests.recv()).await.unwrap().unwrap()
    }

    /// Whether nothing more came.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// An answer with this status line, further header lines and body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

async fn serve(listener: TcpListener, answer: Vec<u8>, sender: UnboundedSender<Request>) {
    let mut unanswered = Vec::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        sender.send(receive(&mut stream).await).unwrap();
        if answer.is_empty() {
            unanswered.push(stream);
        } else {
            // The client may hang up as soon as it has read enough.
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn receive(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the request broke off");
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: HeaderMap = lines.map(header).collect();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    while bytes.len() < head_end + 4 + length {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the body broke off");
    }
    let body = String::from_utf8(bytes[head_end + 4..].to_vec()).unwrap();
    Request { line, headers, body }
}

fn header(line: &str) -> (HeaderName, HeaderValue) {
    let (name, value) = line.split_once(':').unwrap();
    (name.parse().unwrap(), value.trim().parse().unwrap())
}
