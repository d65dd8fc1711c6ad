//! The WebSocket of a session: the handshake, then frames both ways until either side, the session or the edge ends it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::platform::{Platform, Target};
use super::routes::{self, Said};
use super::session::hub::Told;
use super::session::objects::Object;
use super::worker::{Call, Reply, Stop, reply};
use crate::clock;

/// RFC 6455, section 1.3.
const HANDSHAKE: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// A frame is a prompt with its quotes, and no more.
const FRAME_BYTES_MAX: usize = 256 * 1024;

type Stream = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// A WebSocket that is about to open: whose it is, and how its requests look in the log.
#[derive(Debug)]
pub(super) struct Opening {
    platform: Arc<Platform>,
    object: Option<Arc<Object>>,
    bearer: Option<String>,
    target: Target,
}

impl Call {
    /// What the WebSocket of this request begins with.
    pub(super) fn open(&self, target: &Target) -> Opening {
        let id = self.path.split('/').filter(|s| !s.is_empty()).nth(1).unwrap_or_default();
        let target = Target { method: "WS".to_owned(), ..target.clone() };
        let object = self.platform.objects.find(id);
        Opening { platform: Arc::clone(&self.platform), object, bearer: self.bearer.clone(), target }
    }
}

/// The client's handshake key, when the request asks for a WebSocket.
pub(super) fn key_of(headers: &HeaderMap) -> Option<String> {
    let upgrade = headers.get(header::UPGRADE)?.to_str().ok()?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
    upgrade.eq_ignore_ascii_case("websocket").then(|| key.to_owned())
}

/// Answers 101 and serves the connection in a tracked task once it has changed over.
pub(super) fn accept(key: &str, changing: OnUpgrade, asked: &HeaderMap, opening: Opening) -> Response {
    let life = opening.platform.post.life.clone();
    let served = life.end.clone().run_until_cancelled_owned(async move {
        if let (Ok(connection), Some(object)) = (changing.await, opening.object.clone()) {
            let config = WebSocketConfig::default()
                .max_message_size(Some(FRAME_BYTES_MAX))
                .max_frame_size(Some(FRAME_BYTES_MAX));
            let connection = TokioIo::new(connection);
            let stream = WebSocketStream::from_raw_socket(connection, Role::Server, Some(config)).await;
            serve(stream, &object, &opening).await;
        }
    });
    life.tasks.spawn(served);
    let headers = [
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::UPGRADE, "websocket".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept_key(key)),
    ];
    let mut response = (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response();
    let offered = asked.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    if offered.is_some_and(|offered| offered.split(',').any(|one| one.trim() == "bearer")) {
        let bearer = HeaderValue::from_static("bearer");
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, bearer);
    }
    response
}

async fn serve(mut stream: Stream, object: &Arc<Object>, opening: &Opening) {
    let mut told = object.hub.listen();
    let gauge = || object.hub.listeners();
    opening.platform.post.metrics.count("edge_ws_opened_total", "WebSockets opened.", &[]);
    let hello = greeting(object, opening).await;
    if stream.send(Message::text(hello.to_string())).await.is_err() {
        return;
    }
    let ended = loop {
        tokio::select! {
            heard = told.recv() => match heard {
                Ok(Told::Frame(text)) => {
                    if stream.send(Message::text(text.as_ref())).await.is_err() {
                        break "gone";
                    }
                }
                Ok(Told::Close(code, reason)) => {
                    let _ = stream.close(Some(close(code, reason))).await;
                    break "sent away";
                }
                Err(RecvError::Lagged(_)) => {
                    let _ = stream.close(Some(close(1013, "too slow: come back"))).await;
                    break "too slow";
                }
                Err(RecvError::Closed) => break "session ended",
            },
            said = stream.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    let answer = hear(text.as_str(), object, opening).await;
                    if let Some(answer) = answer
                        && stream.send(Message::text(answer.to_string())).await.is_err()
                    {
                        break "gone";
                    }
                }
                Some(Ok(Message::Close(_))) | None => break "closed",
                Some(Ok(_)) => {}
                Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => break "closed",
                Some(Err(_)) => break "broken",
            },
        }
    };
    let metrics = &opening.platform.post.metrics;
    metrics.count("edge_ws_closed_total", "WebSockets closed, by why.", &[("why", ended)]);
    metrics.set(
        "edge_ws_last_session_listeners",
        "Listeners when the last one left.",
        &[],
        as_number(gauge()),
    );
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The first frame: where the session stands.
async fn greeting(object: &Arc<Object>, opening: &Opening) -> Value {
    let state = opening.platform.object_event(object, "look", |agent, _| Ok(agent.state_frame())).await;
    let mut hello = state.unwrap_or_else(|_| json!({ "type": "state", "state": "error" }));
    hello["session"] = json!(object.id);
    hello["practice"] = json!(true);
    hello
}

/// One frame of the client: a prompt is an invocation of the worker like any request.
async fn hear(text: &str, object: &Arc<Object>, opening: &Opening) -> Option<Value> {
    let Ok(said) = serde_json::from_str::<Value>(text) else {
        return Some(json!({ "type": "error", "error": "a frame is one JSON object" }));
    };
    match said["type"].as_str() {
        Some("ping") => Some(json!({ "type": "pong" })),
        Some("prompt") => prompt(said, object, opening).await,
        Some(other) => Some(json!({ "type": "error", "error": format!("no frame is of type {other:?}") })),
        None => Some(json!({ "type": "error", "error": "a frame has a type" })),
    }
}

async fn prompt(said: Value, object: &Arc<Object>, opening: &Opening) -> Option<Value> {
    let began = clock::instant();
    let mut call = opening.call();
    let asked = async {
        super::worker::who(&mut call).await?;
        let said: Said = serde_json::from_value(said)
            .map_err(|error| Stop::Reply(reply(400, json!({ "error": format!("frame: {error}") }))))?;
        routes::say(&mut call, object, said).await
    };
    let result = match asked.await {
        Ok(reply) | Err(Stop::Reply(reply)) => Ok(reply),
        Err(Stop::Exception(exception)) => Err(exception),
    };
    let notes = core::mem::take(&mut call.notes);
    opening.platform.log(&opening.target, &result, notes, began.elapsed());
    match result {
        Ok(Reply { status: 200..=299, .. }) => None,
        Ok(Reply { status, body }) => {
            let error = body.get("error").cloned().unwrap_or_default();
            Some(json!({ "type": "error", "status": status, "error": error }))
        }
        // The object has told its listeners already.
        Err(_) => None,
    }
}

impl Opening {
    fn call(&self) -> Call {
        Call {
            method: self.target.method.clone(),
            path: self.target.path.clone(),
            upgrade: super::worker::Upgrade::NotAsked,
            origin: None,
            bearer: self.bearer.clone(),
            body: Vec::new(),
            version: self.platform.releases.live(),
            platform: Arc::clone(&self.platform),
            notes: Vec::new(),
        }
    }
}

fn close(code: u16, reason: &'static str) -> CloseFrame {
    CloseFrame { code: CloseCode::from(code), reason: reason.into() }
}

fn accept_key(key: &str) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{HANDSHAKE}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_key_is_the_rfc_s_own_example() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
